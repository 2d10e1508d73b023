"""Answers that nobody foresaw, and outages of the producer's own network."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.feeds.imagined import PROSE, Imagined, body, rss
from tests.feeds.newsroom import Newsroom
from tests.feeds.site import Site
from workers.feeds.fetch.client import Client
from workers.feeds.fetched import Failed, Result, Want
from workers.feeds.health import FAILING_FROM
from workers.feeds.paging import TRIES
from workers.feeds.rhythm import LONGEST_CUT_OFF
from workers.feeds.subscriptions import Subscription
from workers.runtime import feed_producer

Broken = dict[str, Exception]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """What asking for a path raises instead."""
    errors: Broken = {}
    get = Client.get

    async def asked(self: Client, url: str, want: Want) -> Result:
        for path, error in errors.items():
            if path in url:
                raise error
        return await get(self, url, want)

    monkeypatch.setattr(Client, "get", asked)
    return errors


def at_site(
    tmp_path: Path, work: Callable[[Site, Callable[..., Newsroom]], Awaitable[Any]]
) -> None:
    async def on_site() -> None:
        async with Site() as site:

            def newsroom(*urls: str, **said: Any) -> Newsroom:
                feeds = [Subscription(address=url, **said) for url in urls]
                return Newsroom(site, tmp_path / "feeds.sqlite", feeds)

            await work(site, newsroom)

    asyncio.run(on_site())


def test_an_answer_that_nobody_foresaw_fails_its_feed_only(tmp_path: Path, broken: Broken) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish("other.example", 2)
        bad, fine = site.url("/rss.xml"), site.url("/rss.xml", "other.example")
        broken[bad] = KeyError("a header")
        room = newsroom(bad, fine)
        assert len(await room.round()) == 2
        known = room.known()
        assert (known[bad].error_kind, known[bad].failures) == ("broken", 1)
        assert "KeyError" in (known[bad].error or "")
        assert room.unforeseen == [(bad, broken[bad])]

    at_site(tmp_path, work)


def test_an_answer_that_nobody_foresaw_fails_its_page_only(tmp_path: Path, broken: Broken) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=2)
        broken["/articles/0"] = AssertionError("a bug")
        room = newsroom(site.url("/rss.xml"), content="page")
        assert len(await room.round()) == 1
        assert room.items == ["page", "page", "article", "again"]
        assert [url for url, _ in room.unforeseen] == [site.url("/articles/0")]

    at_site(tmp_path, work)


def test_an_error_of_the_state_file_is_no_answers(tmp_path: Path, broken: Broken) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        broken["/rss.xml"] = sqlite3.OperationalError("disk full")
        with pytest.raises(sqlite3.OperationalError):
            await newsroom(site.url("/rss.xml")).round()

    at_site(tmp_path, work)


def test_what_nobody_foresaw_is_logged_with_its_traceback() -> None:
    error = KeyError("a header")
    with capture_logs() as logged:
        feed_producer._unforeseen("https://paper.example/rss", error)
    assert logged == [
        {
            "event": "an answer was not foreseen",
            "log_level": "error",
            "url": "https://paper.example/rss",
            "exc_info": error,
        }
    ]


FEED = "https://paper.example/rss"
OTHER = "https://courier.example/rss"
PAGE = "https://paper.example/bridge"
NOT_FOUND = "no address for its host"


def lost(url: str) -> Failed:
    return Failed(url, "unreachable", NOT_FOUND)


@pytest.mark.parametrize("feeds", [(FEED,), (FEED, OTHER)])
def test_an_outage_of_our_own_is_over_soon_after_its_end(
    tmp_path: Path, feeds: tuple[str, ...]
) -> None:
    with Imagined(tmp_path, *feeds, chance=1.0) as room:
        for number, feed in enumerate(feeds):
            room.web[feed] = body(feed, rss((str(number), f"{PAGE}-{number}", "Bridge", PROSE)))
            room.poll(feed)
        for _ in range(200):  # two days
            room.now += LONGEST_CUT_OFF
            for feed in feeds:
                room.web[feed] = lost(feed)
                known = room.poll(feed)
                assert known.next_poll <= room.now + LONGEST_CUT_OFF
        assert known.failures == FAILING_FROM, "told, but no reason to be asked the less"
        assert known.error == NOT_FOUND


def test_a_feed_that_fails_alone_is_asked_less_and_less(tmp_path: Path) -> None:
    with Imagined(tmp_path, FEED, OTHER, chance=1.0) as room:
        for failures in range(1, 8):
            room.now += 60
            room.web[OTHER] = body(OTHER, rss())
            room.poll(OTHER)
            room.now += 60
            room.web[FEED] = lost(FEED)
            known = room.poll(FEED)
            assert known.failures == failures
        assert known.next_poll > room.now + 4 * LONGEST_CUT_OFF


def test_an_outage_of_our_own_costs_a_page_no_tries(tmp_path: Path) -> None:
    with Imagined(tmp_path, FEED) as room:
        room.web[FEED] = body(FEED, rss(("1", PAGE, "Bridge", "")))
        room.poll(FEED)
        room.web[FEED], room.web[PAGE] = lost(FEED), lost(PAGE)
        room.now += 1
        room.poll(FEED)
        asked = len(room.wanted)
        for _ in range(200):
            room.fetch_next()
            room.now += 1
        assert len(room.wanted) == asked + 200
        assert set(room.items) == {"page", "again"}
        room.web[PAGE] = body(PAGE, f"<h1>Bridge</h1>{PROSE}", media_type="text/html")
        room.fetch()
        assert room.items[-1] == "article"


def test_a_page_that_cannot_be_reached_although_others_can_is_given_up(tmp_path: Path) -> None:
    with Imagined(tmp_path, FEED, OTHER) as room:
        room.web[FEED] = body(FEED, rss(("1", PAGE, "Bridge", "")))
        room.poll(FEED)
        room.web[FEED], room.web[PAGE] = lost(FEED), lost(PAGE)
        room.now += 1
        room.poll(FEED)
        room.now += 1
        room.web[OTHER] = body(OTHER, rss())
        room.poll(OTHER)
        room.fetch()
        assert room.items == ["page", *["again"] * (TRIES - 1), "lost"]


def test_an_answer_of_any_kind_is_no_outage(tmp_path: Path) -> None:
    with Imagined(tmp_path, FEED) as room:
        for failures in range(1, 9):
            room.now += 1
            room.web[FEED] = Failed(FEED, "status", "status 500", 500)
            known = room.poll(FEED)
            assert known.failures == failures
        assert known.next_poll > room.now + LONGEST_CUT_OFF
