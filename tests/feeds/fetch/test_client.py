"""The client against a site that behaves: bodies, conditions, redirects, credentials, statuses."""

from __future__ import annotations

import asyncio
import base64

import aiohttp
import psutil
import pytest

from tests.feeds.fetch.clocks import HandClock
from tests.feeds.fetch.visits import body, failure, visit, want
from tests.feeds.site import Site
from tests.feeds.site.formats import DOCUMENTS
from workers.feeds.fetch.addresses import networks
from workers.feeds.fetch.client import Client
from workers.feeds.fetch.connect import CheckedResolver, connector
from workers.feeds.fetch.rules import Rules
from workers.feeds.fetch.targets import RefusedError
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


# Addresses


@pytest.mark.parametrize(
    ("addresses", "why"),
    [
        (["10.0.0.1"], "private"),
        (["127.0.0.1"], "loopback"),
        (["::1", "192.168.1.1"], "loopback"),
        (["::ffff:127.0.0.1"], "mapped"),
        (["64:ff9b::7f00:1"], "NAT64"),
        (["fe80::1%lo"], "interface"),
    ],
)
def test_a_name_that_leads_inside_is_refused(addresses: list[str], why: str) -> None:
    async def story(site: Site, client: Client) -> None:
        site.addresses[HOST] = addresses
        got = failure(await client.get(site.url("/rss.xml"), want()), "refused")
        assert why in got.reason
        assert site.seen == []

    visit(story, networks=())


def test_of_several_addresses_the_refused_ones_are_left_out() -> None:
    async def story(site: Site, client: Client) -> None:
        site.addresses[HOST] = ["10.0.0.1", "::1", "127.0.0.1", "169.254.169.254"]
        body(await client.get(site.url("/sitemap.xml"), want()))

    visit(story, networks=networks(["127.0.0.1/32"]))


def test_of_very_many_addresses_a_few_are_tried() -> None:
    async def story(site: Site, client: Client) -> None:
        asked: list[str] = []
        many = [f"127.0.1.{number}" for number in range(100)]
        checked = CheckedResolver(site.resolve, site.rules())
        site.addresses[HOST] = many
        asked.extend(it["host"] for it in await checked.resolve(HOST, 80))
        assert asked == many[:8]

    visit(story)


def test_an_address_is_checked_again_as_it_is_connected_to() -> None:
    """Whatever should lead past the look-up."""

    async def story(site: Site, client: Client) -> None:
        way = connector(site.resolve, site.rules(networks=()), None)
        async with aiohttp.ClientSession(connector=way) as session:
            with pytest.raises(RefusedError, match="loopback"):
                await session.get(site.url("/", "127.0.0.1"))
        assert site.seen == []

    visit(story)


def test_what_was_checked_is_connected_to_and_not_looked_up_again() -> None:
    """A name that leads elsewhere the second time (DNS rebinding) has no second time."""

    async def story(site: Site, client: Client) -> None:
        answers = iter([["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1"]])

        async def resolve(host: str) -> list[str]:
            site.looked_up.append(host)
            return next(answers)

        for expected in ("body", "refused", "body"):
            async with Client(site.rules(), resolve=resolve) as other:
                got = await other.get(site.url("/sitemap.xml"), want())
            if expected == "body":
                body(got)
            else:
                failure(got, "refused")
        assert site.looked_up == [HOST] * 3
        assert len(site.seen) == 2

    visit(story)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
def test_an_address_in_the_url_is_checked_in_every_spelling(host: str) -> None:
    async def story(site: Site, client: Client) -> None:
        got = body(await client.get(site.url("/sitemap.xml", host), want()))
        assert got.url == site.url("/sitemap.xml", "127.0.0.1")
        assert site.looked_up == []
        async with Client(site.rules(networks=()), resolve=site.resolve) as strict:
            failure(await strict.get(site.url("/sitemap.xml", host), want()), "refused")
        assert len(site.seen) == 1

    visit(story)


def test_ports_are_allowed_by_name() -> None:
    async def story(site: Site, client: Client) -> None:
        got = failure(await client.get(site.url("/rss.xml"), want()), "refused")
        assert f"port {site.port}" in got.reason
        assert (site.looked_up, site.seen) == ([], [])

    visit(story, ports=())


def test_a_name_without_an_address_is_unreachable() -> None:
    async def story(site: Site, client: Client) -> None:
        got = await client.get(site.url("/rss.xml", "news.invalid"), want())
        assert "no address" in failure(got, "unreachable").reason
        site.addresses[HOST] = []
        failure(await client.get(site.url("/rss.xml"), want()), "unreachable")
        site.addresses[HOST] = ["no address at all"]
        failure(await client.get(site.url("/rss.xml"), want()), "broken")

    visit(story)


def test_the_systems_own_look_up_is_checked_too() -> None:
    async def play() -> None:
        async with Site() as site:
            for allowed, refused in ((networks(["127.0.0.0/8"]), False), ((), True)):
                async with Client(site.rules(networks=allowed)) as client:
                    got = await client.get(site.url("/sitemap.xml", "localhost"), want())
                if refused:
                    assert "loopback" in failure(got, "refused").reason
                else:
                    body(got)

    asyncio.run(play())


def test_nobody_listens() -> None:
    async def story(site: Site, client: Client) -> None:
        await site.hostile.stop()
        failure(await client.get(site.bad("/endless"), want()), "unreachable")

    visit(story)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")

    async def story(site: Site, client: Client) -> None:
        body(await client.get(site.url("/sitemap.xml"), want()))

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
