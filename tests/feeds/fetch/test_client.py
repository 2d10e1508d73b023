"""The client against a site that behaves: bodies, conditions, redirects, credentials, statuses."""

from __future__ import annotations

import asyncio
import base64

import psutil
import pytest

from tests.feeds.fetch.clocks import HandClock
from tests.feeds.fetch.visits import body, failure, visit, want
from tests.feeds.site import Site
from tests.feeds.site.formats import DOCUMENTS
from workers.feeds.fetch.client import Client
from workers.feeds.fetch.rules import Rules
from workers.feeds.fetched import FailureKind, NotModified, Validators

HOST = "news.example"


@pytest.mark.parametrize("path", [*DOCUMENTS, "/sitemap.xml.gz", "/articles/0", "/paywall/0"])
def test_a_document_is_had_with_what_is_said_of_it(path: str) -> None:
    async def story(site: Site, client: Client) -> None:
        site.publish(count=3)
        got = body(await client.get(site.url(path), want()))
        assert got.url == site.url(path)
        assert got.data.lstrip().startswith((b"<", b"{"))
        assert got.moved is None
        assert not got.downgraded
        if path in DOCUMENTS:
            assert got.media_type == DOCUMENTS[path][0]
        (seen,) = site.seen
        assert seen.headers["host"] == f"{HOST}:{site.port}"
        assert seen.headers["accept"].startswith("application/rss+xml")
        assert seen.headers["accept-encoding"] == "gzip, deflate, br"

    visit(story)


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br"])
def test_a_packed_document_is_unpacked(packing: str) -> None:
    async def story(site: Site, client: Client) -> None:
        site.publish(count=20, language="ru")
        plain = body(await client.get(site.url("/rss.xml?charset=koi8-r"), want()))
        packed = await client.get(site.url(f"/rss.xml?charset=koi8-r&packed={packing}"), want())
        assert body(packed).data == plain.data
        assert "скамеек" in plain.data.decode("koi8-r")
        assert plain.charset == body(packed).charset == "koi8-r"

    visit(story)


@pytest.mark.parametrize("kind", ["", "?etag=weak", "?etag=none", "?modified=none"])
def test_nothing_new_is_asked_for_with_what_the_server_gave(kind: str) -> None:
    async def story(site: Site, client: Client) -> None:
        site.publish(count=2)
        url = site.url("/rss.xml" + kind)
        first = body(await client.get(url, want()))
        given = first.validators
        assert (given.etag is None) == (kind == "?etag=none")
        assert (given.last_modified is None) == (kind == "?modified=none")
        if kind == "?etag=weak":
            assert (given.etag or "").startswith('W/"')
        for _ in range(3):
            again = await client.get(url, want(validators=given))
            assert isinstance(again, NotModified)
            assert again.headers.get("etag") == given.etag
        site.publish()
        changed = body(await client.get(url, want(validators=given)))
        assert b"(2)" in changed.data
        assert [seen.status for seen in site.seen] == [200, 304, 304, 304, 200]

    visit(story)


def test_a_304_that_nobody_asked_for_is_no_answer() -> None:
    async def story(site: Site, client: Client) -> None:
        got = await client.get(site.url("/status/304"), want())
        assert failure(got, "status").status == 304

    visit(story)


def test_validators_that_no_header_can_hold_are_left_out() -> None:
    async def story(site: Site, client: Client) -> None:
        site.publish()
        given = Validators('"a"\r\nX-Evil: 1', "Mon\n")
        body(await client.get(site.url("/rss.xml"), want(validators=given)))
        assert not {"if-none-match", "if-modified-since", "x-evil"} & set(site.seen[0].headers)

    visit(story)


def test_the_truth_is_said_of_who_asks() -> None:
    async def story(site: Site, client: Client) -> None:
        await client.get(site.url("/rss.xml"), want())
        assert site.seen[0].headers["user-agent"] == "copydesk/3.2 (+https://desk.example/bot)"

    visit(story, contact="https://desk.example/bot", version="3.2")
    with pytest.raises(ValueError, match="contact"):
        Rules(contact="desk\r\nX-Evil: 1")


# Redirects


@pytest.mark.parametrize(
    ("path", "moved"),
    [
        ("/moved/1/rss.xml", True),
        ("/moved/3/rss.xml", True),
        ("/found/1/rss.xml", False),
        ("/found/2/rss.xml", False),
        ("/moved/1/found/1/rss.xml", False),
        ("/found/1/moved/1/rss.xml", False),
    ],
)
def test_an_address_moved_only_if_each_step_says_so(path: str, moved: bool) -> None:
    async def story(site: Site, client: Client) -> None:
        site.publish()
        got = body(await client.get(site.url(path), want()))
        assert got.url == site.url("/rss.xml")
        assert got.moved == (got.url if moved else None)
        again = await client.get(site.url(path), want(validators=got.validators))
        assert isinstance(again, NotModified)
        assert again.moved == got.moved

    visit(story)


@pytest.mark.parametrize(
    ("status", "moved"), [(301, True), (308, True), (302, False), (303, False), (307, False)]
)
def test_what_each_status_of_a_redirect_means(status: int, moved: bool) -> None:
    async def story(site: Site, client: Client) -> None:
        site.publish()
        away = site.url("/rss.xml", "other.example")
        got = body(await client.get(site.url(f"/to?status={status}&url={away}"), want()))
        assert (got.url, got.moved) == (away, away if moved else None)
        assert site.looked_up == [HOST, "other.example"]

    visit(story)


def test_redirects_are_counted_and_circles_are_seen() -> None:
    async def story(site: Site, client: Client) -> None:
        site.publish()
        body(await client.get(site.url("/moved/5/rss.xml"), want()))
        begun = len(site.seen)
        failure(await client.get(site.url("/moved/6/rss.xml"), want()), "redirects")
        assert len(site.seen) == begun + 6
        begun = len(site.seen)
        got = failure(await client.get(site.url("/loop/a"), want()), "redirects")
        assert "circle" in got.reason
        assert len(site.seen) == begun + 2

    visit(story)


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("file:///etc/passwd", "only http"),
        ("ftp://news.example/", "only http"),
        ("http://10.0.0.1/", "private"),
        ("http://[::1]/", "loopback"),
        ("http://0x0a.1/", "10.0.0.1 is private"),
        ("http://169.254.169.254/latest/", "link-local"),
        ("http://inside.example/", "10.1.2.3 is private"),
        ("http://news.example:22/", "port 22"),
        ("http://news.example:1/", "port 1"),
        ("http://[", "no address"),
    ],
)
def test_a_redirect_to_where_nobody_asks_is_refused(location: str, why: str) -> None:
    async def story(site: Site, client: Client) -> None:
        site.addresses["inside.example"] = ["10.1.2.3"]
        got = await client.get(site.url(f"/to?url={location}"), want())
        assert why in failure(got, "refused").reason
        assert len(site.seen) == 1

    visit(story)


@pytest.mark.parametrize("status", [300, 301, 302, 204, 206])
def test_a_redirect_to_nowhere_and_a_success_without_a_body_are_no_answers(status: int) -> None:
    async def story(site: Site, client: Client) -> None:
        got = failure(await client.get(site.url(f"/status/{status}"), want()), "status")
        assert got.status == status

    visit(story)


# Credentials


def test_credentials_go_to_their_origin_only_and_are_shown_nowhere() -> None:
    async def story(site: Site, client: Client) -> None:
        site.publish()
        home, away = site.url("/rss.xml"), site.url("/away", "other.example")
        start = site.url("/start").replace("//", "//anna:ge%40heim@", 1)
        site.fail("/start", 301, headers={"Location": away})
        site.fail("/away", 301, host="other.example", headers={"Location": home})
        got = body(await client.get(start, want()))
        login = "Basic " + base64.b64encode(b"anna:ge@heim").decode()
        sent = [seen.headers.get("authorization") for seen in site.seen]
        assert sent == [login, None, login]
        assert got.url == got.moved == home
        said = [repr(got)]
        # A redirect's own are not taken.
        evil = site.url("/rss.xml", "other.example").replace("//", "//bert:auch@", 1)
        site.fail("/start", 302, headers={"Location": evil})
        said.append(repr(body(await client.get(start, want()))))
        assert "authorization" not in site.seen[-1].headers
        # Nor are they said where it fails.
        for location in ("http://carl:auch@10.0.0.1/", "http://carl:auch@[/", "ftp://carl:auch@x/"):
            site.fail("/start", 302, headers={"Location": location})
            said.append(repr(failure(await client.get(start, want()), "refused")))
        for path in ("/status/500", "/loop/a", "/nothing"):
            url = site.url(path).replace("//", "//anna:ge%40heim@", 1)
            said.append(repr(await client.get(url, want())))
        for url in (
            "http://anna:ge%40heim@10.0.0.1/",
            "ftp://anna:ge%40heim@news.example/",
            "http://anna:ge%40heim@[bad/",
            "http://anna:ge%40heim@news.invalid/",
            site.bad("/nothing").replace("//", "//anna:ge%40heim@", 1),
        ):
            said.append(repr(await client.get(url, want())))
        for secret in ("ge%40heim", "ge@heim", "auch", "anna", "bert", "carl"):
            assert secret not in "".join(said)

    visit(story)


# Statuses


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/status/404", "status", 404),
        ("/status/500", "status", 500),
        ("/status/401", "status", 401),
        ("/status/410", "gone", 410),
        ("/moved/2/status/410", "gone", 410),
        ("/found/1/status/410", "status", 410),
        ("/status/429", "throttled", 429),
        ("/status/503", "throttled", 503),
    ],
)
def test_what_each_status_means(path: str, kind: FailureKind, status: int) -> None:
    async def story(site: Site, client: Client) -> None:
        got = failure(await client.get(site.url(path), want()), kind)
        assert got.status == status
        assert got.retry_after is None
        assert str(status) in got.reason
        assert got.headers["server"]

    visit(story)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("99999999999", 604_800.0),
        ("Mon, 02 Mar 2026 12:02:00 GMT", 120.0),
        ("Monday, 02-Mar-26 12:02:00 GMT", 120.0),
        ("Mon Mar  2 12:02:00 2026", 120.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        ("Mon, 02 Mar 2099 12:00:00 GMT", 604_800.0),
        ("-1", None),
        ("soon", None),
        ("1.5e3", None),
        ("Mon, 99 Mar 2026 12:02:00 GMT", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_read_in_both_forms_and_capped(
    status: int, said: str, seconds: float | None
) -> None:
    async def story(site: Site, client: Client) -> None:
        site.fail("/rss.xml", status, headers={"Retry-After": said})
        got = failure(await client.get(site.url("/rss.xml"), want()), "throttled")
        assert got.retry_after == seconds

    visit(story, clock=HandClock())


def test_a_body_over_the_limit_is_too_large_by_a_byte() -> None:
    async def story(site: Site, client: Client) -> None:
        site.publish(count=30)
        for query in ("", "?packed=gzip", "?packed=br"):
            url = site.url("/rss.xml" + query)
            size = len(body(await client.get(url, want())).data)
            body(await client.get(url, want(limit=size)))
            failure(await client.get(url, want(limit=size - 1)), "too_large")
        # The connection that was given up is not used for the next request.
        body(await client.get(site.url("/rss.xml"), want()))

    visit(story)


@pytest.mark.parametrize(
    ("said", "media_type", "charset"),
    [
        ("Text/HTML; Charset=UTF-8", "text/html", "utf-8"),
        ('application/atom+xml;charset="iso-8859-1"', "application/atom+xml", "iso-8859-1"),
        ("text/xml", "text/xml", None),
        ("rubbish", None, None),
        ("", None, None),
        (";;;charset==", None, None),
    ],
)
def test_the_content_type_is_read(said: str, media_type: str | None, charset: str | None) -> None:
    async def story(site: Site, client: Client) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {said}\r\nContent-Length: 2\r\n\r\nhi"
        site.hostile.scripts["/typed"] = head.encode()
        got = body(await client.get(site.bad("/typed"), want()))
        assert got.media_type == media_type
        assert got.charset in (charset, "=", "")[: 1 if said != ";;;charset==" else 3]

    visit(story)


def test_no_cookies_are_kept() -> None:
    async def story(site: Site, client: Client) -> None:
        site.fail("/rss.xml", 200, headers={"Set-Cookie": "who=you; Path=/"})
        for _ in range(2):
            await client.get(site.url("/rss.xml"), want())
        assert not any("cookie" in seen.headers for seen in site.seen)

    visit(story)


def test_connections_are_bounded_and_none_is_left_over() -> None:
    async def story(site: Site, client: Client) -> None:
        process, most, asking = psutil.Process(), [0], [0]
        before = process.num_fds()
        site.slow = 0.05

        async def watch() -> None:
            while True:
                most.append(process.num_fds() - before)
                asking.append(site.active)
                await asyncio.sleep(0.01)

        watching = asyncio.create_task(watch())
        urls = [site.url("/sitemap.xml", f"h{number}.example") for number in range(40)]
        for got in await asyncio.gather(*(client.get(url, want()) for url in urls)):
            body(got)
        watching.cancel()
        assert max(asking) == 4
        # Both ends of each connection are in this process, and some are just being closed.
        assert max(most) < 30

    visit(story, connections=4)
