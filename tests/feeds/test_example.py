"""The ``feeds.toml`` of the README as it is printed, followed over TLS."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from aiohttp.abc import ResolveResult

from tests.feeds.fetch.test_client_tls import made
from tests.feeds.newsroom import Newsroom
from tests.feeds.site import Site
from workers.feeds.fetch import connect
from workers.feeds.fetch.addresses import Address
from workers.feeds.subscriptions import read_subscriptions

ROOT = Path(__file__).parents[2]
HOSTS = ("courier.example", "misto.example")


def test_the_example_works_as_printed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    path = tmp_path / "feeds.toml"
    path.write_text(
        text.partition("<!-- example: feeds.toml -->\n```toml\n")[2].partition("```")[0]
    )
    server, certificate = made(tmp_path_factory, ",".join(f"DNS:{host}" for host in HOSTS))
    trusting = ssl.create_default_context(cafile=str(certificate))
    result = connect._result

    async def story() -> None:
        async with Site(server) as site:

            def elsewhere(host: str, address: Address, port: int) -> ResolveResult:
                assert port == 443  # where no test may listen
                return result(host, address, site.port)

            monkeypatch.setattr(connect, "_result", elsewhere)
            for host in HOSTS:
                site.publish(host, 3)
            room = Newsroom(site, tmp_path / "state", read_subscriptions([str(path)]), tls=trusting)
            articles = await room.round({"robots": True})
            assert len(articles) == 6
            known = room.known()
            assert set(known) == {"https://courier.example/rss.xml", "https://misto.example/"}
            assert known["https://misto.example/"].url != "https://misto.example/"
            assert not [feed.error for feed in known.values() if feed.error]
            of_courier = [one for one in articles if "courier" in one["url"]]
            assert {one["source"] for one in of_courier} == {"courier.example"}
            assert {one["language"] for one in of_courier} == {"en"}
            courier = known["https://courier.example/rss.xml"]
            assert courier.next_poll - (courier.last_poll or 0.0) == pytest.approx(900, abs=30)
            assert await room.round({"robots": True}) == []

    asyncio.run(story())
