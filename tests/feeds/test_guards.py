"""Sites whose guard asks for a person: it is told, and nothing of its page becomes an article."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.feeds.newsroom import Newsroom
from tests.feeds.site import Site
from workers.feeds.state import State
from workers.feeds.subscriptions import Subscription

GUARD = (
    "<html><head><title>One moment</title></head><body><p>Checking who you are, please wait.</p>"
    "<script>window._cf_chl_opt = {};</script></body></html>"
)
ANSWERS = [
    {"status": 403, "body": GUARD},
    {"status": 503, "body": GUARD},
    {"status": 200, "body": GUARD},
    {"status": 403, "headers": {"cf-mitigated": "challenge"}},
    {"status": 202, "headers": {"x-amzn-waf-action": "challenge"}},
]


def followed(
    tmp_path: Path, path: str, work: Callable[[Site, Newsroom], Awaitable[None]], **said: Any
) -> None:
    async def story() -> None:
        async with Site() as site:
            site.publish(count=1)
            feeds = [Subscription(address=site.url(path), **said)]
            await work(site, Newsroom(site, tmp_path / "feeds.sqlite", feeds))

    asyncio.run(story())


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_the_feed_says_stands_for_a_guarded_page(
    tmp_path: Path, answer: dict[str, Any]
) -> None:
    async def work(site: Site, room: Newsroom) -> None:
        site.fail("/articles/0", **answer)
        (article,) = await room.round()
        assert article["quality"] == "excerpt"
        assert "Checking who you are" not in article["content"]
        assert "lost" not in room.items

    followed(tmp_path, "/brief.xml", work)


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_article_that_only_a_guarded_page_has_is_told(
    tmp_path: Path, answer: dict[str, Any]
) -> None:
    async def work(site: Site, room: Newsroom) -> None:
        site.fail("/articles/0", **answer)
        assert await room.round() == []
        state = State(room.path, read_only=True)
        ((_, _, _, _, why),) = state.lost()
        state.close()
        assert "asks whether a person reads it" in why

    followed(tmp_path, "/news-sitemap.xml", work)


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_guarded_feed_is_told(tmp_path: Path, answer: dict[str, Any]) -> None:
    async def work(site: Site, room: Newsroom) -> None:
        site.fail("/rss.xml", **answer)
        assert await room.round() == []
        (known,) = room.known().values()
        assert known.error_kind == "challenge"
        assert known.error
        assert "asks whether a person reads it" in known.error
        assert room.polls == ["challenge"]
        assert len(await room.round()) == 1, "and followed on"

    followed(tmp_path, "/rss.xml", work)


def test_a_refusal_that_is_no_guards_stays_one(tmp_path: Path) -> None:
    async def work(site: Site, room: Newsroom) -> None:
        site.fail("/rss.xml", 403, body="<p>Forbidden</p>")
        await room.round()
        site.fail("/rss.xml", 429, headers={"Retry-After": "1"}, body=GUARD)
        room.later += 3600
        await room.round()
        assert room.polls == ["status", "throttled"]

    followed(tmp_path, "/rss.xml", work)
