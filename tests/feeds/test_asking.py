"""Answers that nobody foresaw, and outages of the producer's own network."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.feeds.newsroom import Newsroom
from tests.feeds.site import Site
from workers.feeds.fetch.client import Client
from workers.feeds.fetched import Result, Want
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
