"""The client against servers that misbehave: each a clear failure, at a bounded cost."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from contextlib import suppress
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.feeds.fetch.visits import LIMIT, body, failure, visit, want
from tests.feeds.site import Site
from tests.feeds.site.hostile import packed, packed_br
from workers.feeds.fetch.client import Client
from workers.feeds.fetched import Body, Failed, FailureKind, Validators

MIB = 1024 * 1024
QUICK: dict[str, Any] = {"pause": 0.3, "whole": 1.0, "connect": 1.0}


@pytest.fixture(scope="module", autouse=True)
def _bombs() -> None:
    """Made beforehand, as it takes longer than a test waits, and more memory than it measures."""
    packed(100 * MIB)
    packed_br(100 * MIB)


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/gzip-bomb", "too_large", "unpacked"),
        ("/br-bomb", "too_large", "unpacked"),
        ("/double-bomb", "too_large", "unpacked"),
        ("/file-bomb.gz", "too_large", "unpacked"),
        ("/layers", "broken", "500 times"),
        ("/endless", "too_large", "sent"),
        ("/endless-chunks", "too_large", "sent"),
        ("/claims-much", "too_large", "1,000,000,000,000,000 bytes"),
        ("/many-headers", "broken", "Too many headers"),
        ("/long-header", "too_large", "headers"),
        ("/drip", "timeout", "longer than 1 s"),
        ("/drip-headers", "timeout", "longer than 1 s"),
        ("/continues", "timeout", "longer than 1 s"),
        ("/mute", "timeout", "nothing for 0.3 s"),
        ("/stalls", "timeout", "nothing for 0.3 s"),
        ("/too-short", "unreachable", "before its answer was complete"),
        ("/chunk-missing", "unreachable", "before its answer was complete"),
        ("/chunk-wrong", "broken", "chunk"),
        ("/chunk-late", "timeout", "nothing for 0.3 s"),
        ("/gzip-cut", "broken", "ends before"),
        ("/no-gzip", "broken", "unpacked"),
        ("/strange-packing", "broken", "'compress'"),
        ("/no-http", "broken", "HTTP"),
        ("/garbage", "broken", "HTTP"),
        ("/odd-length", "broken", "HTTP"),
        ("/nothing", "unreachable", "without an answer"),
    ],
)
def test_each_misbehaviour_is_a_clear_failure(path: str, kind: FailureKind, said: str) -> None:
    async def story(site: Site, client: Client) -> None:
        url = site.bad(path)
        got = failure(await client.get(url, want()), kind)
        assert said in got.reason
        assert got.url == url
        assert got.reason.startswith(url)
        assert len(got.reason) < 400
        # It leaves nothing behind: the next request is as good as the first.
        got_well = body(await client.get(site.url("/sitemap.xml"), want()))
        assert got_well.data.startswith(b"<?xml")

    visit(story, **QUICK)


@pytest.mark.parametrize("path", ["/gzip-bomb", "/br-bomb", "/double-bomb", "/file-bomb.gz"])
def test_a_bomb_costs_as_much_memory_as_the_limit_allows(path: str) -> None:
    async def story(site: Site, client: Client) -> None:
        await client.get(site.url("/sitemap.xml"), want())
        tracemalloc.start()
        failure(await client.get(site.bad(path), want(limit=2 * MIB)), "too_large")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 8 * MIB

    visit(story)


@pytest.mark.parametrize("path", ["/endless", "/endless-chunks", "/long-header", "/many-headers"])
def test_of_what_never_ends_little_is_taken(path: str) -> None:
    async def story(site: Site, client: Client) -> None:
        await client.get(site.url("/sitemap.xml"), want())
        tracemalloc.start()
        got = await client.get(site.bad(path), want())
        assert isinstance(got, Failed)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 8 * MIB
        # What the limit allows, and what the sockets of both sides hold.
        assert site.hostile.sent < LIMIT + 12 * MIB

    visit(story)


def test_the_body_of_a_redirect_is_not_read() -> None:
    async def story(site: Site, client: Client) -> None:
        got = body(await client.get(site.bad("/endless-redirect-body"), want()))
        assert got.data == b"<rss>served</rss>"

    visit(story)


def test_a_connection_that_a_server_leaves_open_is_closed() -> None:
    async def story(site: Site, client: Client) -> None:
        process = psutil.Process()
        body(await client.get(site.bad("/stays"), want()))
        before = process.num_fds()
        for number in range(20):
            body(await client.get(site.bad("/stays", f"b{number}.example"), want()))
        await asyncio.sleep(0)
        # The server's ends are in this process too.
        assert process.num_fds() - before < 30

    visit(story)


def test_what_follows_a_body_is_no_answer_to_the_next_request() -> None:
    async def story(site: Site, client: Client) -> None:
        for _ in range(3):
            got = await client.get(site.bad("/too-long"), want())
            if isinstance(got, Body):
                assert got.data == b"<rss/>"
            else:
                failure(got, "broken")
        served = body(await client.get(site.bad("/caf%C3%A9"), want()))
        assert served.data == b"<rss>served</rss>"

    visit(story)


def test_bytes_in_headers_that_are_no_text_do_no_harm() -> None:
    async def story(site: Site, client: Client) -> None:
        got = body(await client.get(site.bad("/bytes-in-headers"), want()))
        # It could not be sent back as it came.
        assert got.validators == Validators(None, "Mon, 02 Mar 2026 06:00:00 GMT")
        assert got.headers["etag"] == '"café"'
        served = body(await client.get(site.bad("/bytes-in-location"), want()))
        assert served.data == b"<rss>served</rss>"

    visit(story)


def test_a_validator_in_utf_8_comes_back_byte_for_byte() -> None:
    async def story(site: Site, client: Client) -> None:
        site.fail("/rss.xml", 200, headers={"ETag": 'W/"Brücke, \t x"'})
        got = body(await client.get(site.url("/rss.xml"), want()))
        assert got.validators.etag == 'W/"Brücke, \t x"'

    visit(story)


def test_the_whole_is_counted_over_redirects_and_may_be_set_by_the_request() -> None:
    async def story(site: Site, client: Client) -> None:
        site.slow = 0.4
        url = site.url("/found/4/rss.xml")
        got = failure(await client.get(url, want(seconds=1.2)), "timeout")
        assert "1.2 s" in got.reason
        assert 1 <= len(site.seen) <= 3
        body(await client.get(url, want(seconds=30)))

    visit(story)


def test_waiting_for_a_turn_costs_no_time() -> None:
    async def story(site: Site, client: Client) -> None:
        site.slow = 0.2
        urls = [site.url("/sitemap.xml")] * 6
        for got in await asyncio.gather(*(client.get(url, want(seconds=1.0)) for url in urls)):
            body(got)

    visit(story)


def test_a_look_up_that_hangs_is_a_timeout() -> None:
    async def story(site: Site, client: Client) -> None:
        async def resolve(host: str) -> list[str]:
            await asyncio.Event().wait()
            return []

        async with Client(site.rules(connect=0.2), resolve=resolve) as other:
            got = failure(await other.get(site.url("/rss.xml"), want()), "timeout")
        assert "0.2 s" in got.reason

    visit(story)


def test_a_request_can_be_given_up_at_any_time() -> None:
    async def story(site: Site, client: Client) -> None:
        for path in ("/mute", "/drip", "/stalls", "/endless-redirect-body"):
            task = asyncio.create_task(client.get(site.bad(path), want()))
            await asyncio.sleep(0.05)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        body(await client.get(site.bad("/caf%C3%A9"), want()))

    visit(story)


def test_many_bad_servers_hold_up_no_good_one() -> None:
    async def story(site: Site, client: Client) -> None:
        bad = [
            asyncio.create_task(client.get(site.bad("/mute", f"b{number}.example"), want()))
            for number in range(30)
        ]
        await asyncio.sleep(0.1)
        begun = time.monotonic()
        body(await client.get(site.url("/sitemap.xml"), want()))
        assert time.monotonic() - begun < 5
        assert not any(task.done() for task in bad)
        for task in bad:
            task.cancel()
        await asyncio.gather(*bad, return_exceptions=True)

    visit(story)


HEADS = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 301 \r\nLocation: ",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: ",
    b"HTTP/1.1 429 \r\nRetry-After: ",
    b"HTTP/1.1 ",
    b"",
]
PARTS = st.sampled_from(
    [b"\r\n", b"\r\n\r\n", b"0\r\n\r\n", b"5\r\n", b"\0", b"\xff", b": ", b"http://", b"//[", b"\n"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.builds(
            lambda head, parts: head + b"".join(parts),
            st.sampled_from(HEADS),
            st.lists(PARTS | st.binary(max_size=12), max_size=12),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_answered_is_a_result(answers: list[bytes]) -> None:
    async def story(site: Site, client: Client) -> None:
        for number, answer in enumerate(answers):
            site.hostile.scripts[f"/{number}"] = answer
            got = await client.get(site.bad(f"/{number}"), want())
            assert got.url
            repr(got).encode()  # text that can be stored

    visit(story, **QUICK)
