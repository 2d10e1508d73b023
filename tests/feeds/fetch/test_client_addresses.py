"""Which addresses the client connects to: as checked, at every spelling, and no others."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.feeds.fetch.visits import body, failure, visit, want
from tests.feeds.site import Site
from workers.feeds.fetch.addresses import networks
from workers.feeds.fetch.client import Client
from workers.feeds.fetch.connect import CheckedResolver, connector
from workers.feeds.fetch.targets import RefusedError

HOST = "news.example"


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
