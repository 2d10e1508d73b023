"""The client's manners, as the site sees them: turns, rests, robots.txt."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from tests.feeds.fetch.clocks import HandClock
from tests.feeds.fetch.visits import body, failure, visit, want
from tests.feeds.site import Site
from workers.feeds.fetch.client import Client
from workers.feeds.fetched import Failed

HOST = "news.example"


def gaps(site: Site, host: str) -> list[float]:
    """Seconds between the end of each request to a host and the start of the next."""
    seen = [it for it in site.seen if it.host.removeprefix("www.") == host]
    return [later.at - earlier.done for earlier, later in pairwise(seen)]


def test_a_host_is_asked_one_at_a_time_with_a_rest_and_others_do_not_wait() -> None:
    async def story(site: Site, client: Client) -> None:
        hosts = [HOST, "www." + HOST, "other.example"]
        urls = [site.url(path, host) for host in hosts for path in ("/", "/moved/2/sitemap.xml")]
        for got in await asyncio.gather(*(client.get(url, want()) for url in urls)):
            body(got)
        assert len(gaps(site, HOST)) == 7
        assert min(gaps(site, HOST)) >= 0.1
        assert min(gaps(site, "other.example")) >= 0.1
        assert set(site.at_once.values()) == {1}
        first = {it.host: it.at for it in reversed(site.seen)}
        assert abs(first[HOST] - first["other.example"]) < 0.1 * 7

    visit(story, delay=0.1)


def test_a_failed_request_is_rested_after_as_well() -> None:
    async def story(site: Site, client: Client) -> None:
        for path in ("/status/500", "/status/404", "/"):
            await client.get(site.url(path), want())
        assert min(gaps(site, HOST)) >= 0.1

    visit(story, delay=0.1)


def test_robots_txt_is_asked_first_and_once() -> None:
    async def story(site: Site, client: Client) -> None:
        site.publish()
        site.robots("User-agent: *\nDisallow: /articles\n")
        body(await client.get(site.url("/rss.xml"), want()))
        got = failure(await client.get(site.url("/articles/0"), want()), "robots")
        assert got.reason.endswith(f"robots.txt of http://{HOST}:{site.port} says no")
        assert [seen.path for seen in site.seen] == ["/robots.txt", "/rss.xml"]

    visit(story, robots=True)


def test_robots_txt_is_not_asked_where_it_is_switched_off() -> None:
    async def story(site: Site, client: Client) -> None:
        site.robots("User-agent: *\nDisallow: /\n")
        body(await client.get(site.url("/"), want()))
        assert [seen.path for seen in site.seen] == ["/"]

    visit(story, robots=False)


def test_a_redirect_needs_leave_of_where_it_leads() -> None:
    async def story(site: Site, client: Client) -> None:
        site.robots("User-agent: copydesk\nDisallow: /sitemap", "other.example")
        away = site.url("/sitemap.xml", "other.example")
        got = failure(await client.get(site.url(f"/to?url={away}"), want()), "robots")
        assert got.url == away
        assert [(seen.host, seen.path) for seen in site.seen] == [
            (HOST, "/robots.txt"),
            (HOST, "/to"),
            ("other.example", "/robots.txt"),
        ]
        # And of its own host for each address on the way.
        site.robots("User-agent: *\nDisallow: /private")
        async with Client(site.rules(robots=True), resolve=site.resolve) as other:
            failure(await other.get(site.url("/to?url=/private/x"), want()), "robots")

    visit(story, robots=True)


def test_the_crawl_delay_is_kept_up_to_its_cap() -> None:
    async def story(site: Site, client: Client) -> None:
        site.robots("User-agent: *\nCrawl-delay: 0.3\n")
        site.robots("User-agent: *\nCrawl-delay: 3600\n", "slow.example")
        for host in (HOST, "slow.example"):
            for _ in range(2):
                body(await client.get(site.url("/", host), want()))
        assert all(gap >= 0.3 for gap in gaps(site, HOST))
        assert all(gap >= 0.5 for gap in gaps(site, "slow.example"))
        assert len(gaps(site, "slow.example")) == 2

    visit(story, robots=True, crawl_delay=0.5)


@pytest.mark.parametrize("steps", [5, 6])
def test_redirects_of_robots_txt_are_followed_five_times(steps: int) -> None:
    async def story(site: Site, client: Client) -> None:
        site.robots("User-agent: *\nDisallow: /rss", "other.example")
        onward = site.url(f"/found/{steps - 1}/robots.txt", "other.example")
        site.fail("/robots.txt", 302, headers={"Location": onward})
        got = await client.get(site.url("/rss.xml"), want())
        if steps == 5:
            failure(got, "robots")
        else:
            body(got)

    visit(story, robots=True)


@pytest.mark.parametrize("location", ["http://10.0.0.1/robots.txt", "file:///etc/passwd"])
def test_robots_txt_is_fetched_as_safely_as_all_else(location: str) -> None:
    async def story(site: Site, client: Client) -> None:
        site.fail("/robots.txt", 302, headers={"Location": location})
        body(await client.get(site.url("/rss.xml"), want()))
        site.addresses["inside.example"] = ["10.0.0.1"]
        failure(await client.get(site.url("/", "inside.example"), want()), "refused")
        assert [seen.path for seen in site.seen] == ["/robots.txt", "/rss.xml"]

    visit(story, robots=True)


def test_a_site_that_is_down_is_left_alone_and_asked_again_later() -> None:
    clock = HandClock()

    async def story(site: Site, client: Client) -> None:
        site.fail("/robots.txt", 503, headers={"Retry-After": "1200"})
        for _ in range(2):
            got = failure(await client.get(site.url("/rss.xml"), want()), "throttled")
            assert (got.status, got.retry_after) == (503, 1200.0)
            assert got.url == site.url("/rss.xml")
            assert "robots.txt" in got.reason
        assert len(site.seen) == 1
        clock.time += 1200
        body(await client.get(site.url("/rss.xml"), want()))

    visit(story, robots=True, clock=clock)


def test_a_robots_txt_that_is_endless_is_read_as_far_as_it_need_be() -> None:
    async def story(site: Site, client: Client) -> None:
        rules = "User-agent: *\nDisallow: /private\n" + "#" * 600_000
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(rules)}\r\n\r\n"
        site.hostile.scripts["/robots.txt"] = (head + rules).encode()
        failure(await client.get(site.bad("/private/x"), want()), "robots")
        body(await client.get(site.bad("/caf%C3%A9"), want()))
        assert site.hostile.asked == ["/robots.txt", "/caf%C3%A9"]

    visit(story, robots=True)


def test_a_robots_txt_that_never_comes_is_a_timeout() -> None:
    async def story(site: Site, client: Client) -> None:
        site.hostile.scripts["/robots.txt"] = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nUser"
        got = await client.get(site.bad("/caf%C3%A9"), want())
        assert isinstance(got, Failed)
        assert got.kind in ("timeout", "unreachable")
        assert site.hostile.asked == ["/robots.txt"]

    visit(story, robots=True, pause=0.3)


def test_ports_and_schemes_of_a_host_have_rules_of_their_own() -> None:
    async def story(site: Site, client: Client) -> None:
        site.robots("User-agent: *\nDisallow: /")
        failure(await client.get(site.url("/rss.xml"), want()), "robots")
        body(await client.get(site.bad("/caf%C3%A9", HOST), want()))

    visit(story, robots=True)


def test_a_host_that_asks_for_a_pause_is_asked_for_nothing_until_it_is_over() -> None:
    clock = HandClock()

    async def story(site: Site, client: Client) -> None:
        for status in ("429", "503"):
            failure(await client.get(site.url(f"/status/{status}?retry=600"), want()), "throttled")
            asked = len(site.seen)
            for url in (site.url("/"), site.url("/rss.xml", "www." + HOST)):
                got = failure(await client.get(url, want()), "throttled")
                assert got.status is None, "not asked"
                assert got.retry_after == 600
            assert len(site.seen) == asked
            body(await client.get(site.url("/", "other.example"), want()))
            await clock.pass_by(601)
            body(await client.get(site.url("/"), want()))

    visit(story, clock=clock, delay=0.0)


def test_an_overloaded_host_that_names_no_time_is_left_alone_for_longer_each_time() -> None:
    clock = HandClock()

    async def story(site: Site, client: Client) -> None:
        for status, seconds in (("429", 60), ("503", 120), ("429", 240)):
            failure(await client.get(site.url(f"/status/{status}"), want()), "throttled")
            asked = len(site.seen)
            for after in (0, seconds - 1):
                await clock.pass_by(after)
                got = failure(await client.get(site.url("/", "www." + HOST), want()), "throttled")
                assert got.status is None, "not asked"
                assert got.retry_after == seconds - after
            assert len(site.seen) == asked
            body(await client.get(site.url("/", "other.example"), want()))
            await clock.pass_by(1)
        for _ in range(10):
            failure(await client.get(site.url("/status/503"), want()), "throttled")
            await clock.pass_by(3600)
        body(await client.get(site.url("/"), want()))
        failure(await client.get(site.url("/status/503"), want()), "throttled")
        got = failure(await client.get(site.url("/"), want()), "throttled")
        assert got.retry_after == 60, "it has answered since"

    visit(story, clock=clock, delay=0.0)


def test_a_guard_is_no_overload_of_its_host() -> None:
    async def story(site: Site, client: Client) -> None:
        site.fail("/rss.xml", 503, headers={"cf-mitigated": "challenge"})
        failure(await client.get(site.url("/rss.xml"), want()), "challenge")
        body(await client.get(site.url("/"), want()))

    visit(story, clock=HandClock(), delay=0.0)
