"""Feeds that are due and that nobody asks: what the producer shows of them."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from pathlib import Path

from workers.feeds.health import OVERDUE_SECONDS, overdue
from workers.feeds.state import State
from workers.runtime.feed_producer import FeedProducer
from workers.settings import load


def test_only_what_is_followed_and_asked_at_all_can_be_overdue(tmp_path: Path) -> None:
    state = State(tmp_path / "feeds.sqlite")
    state.follow(["https://courier.example/rss.xml"], 1000.0)
    (feed,) = state.feeds()
    late = 1000.0 + OVERDUE_SECONDS + 1
    assert not overdue(feed, late - 2)
    assert overdue(feed, late)
    assert not overdue(dataclasses.replace(feed, next_poll=late + 86_400), late)
    assert not overdue(dataclasses.replace(feed, retired="gone"), late)
    assert not overdue(dataclasses.replace(feed, followed=False), late)
    state.close()


def test_the_producer_shows_how_many_are(tmp_path: Path) -> None:
    path = tmp_path / "feeds.sqlite"
    state = State(path)
    state.follow(["https://courier.example/rss.xml"], time.time() - 2 * OVERDUE_SECONDS)
    addresses = [feed.address for feed in state.feeds()]
    state.follow([*addresses, "https://bayside.example/rss.xml"], time.time())
    state.close()

    async def run() -> float | None:
        producer = FeedProducer(load({"COPYDESK_FEED_STATE": str(path)}), [])
        await producer.look()
        return producer.metrics.registry.get_sample_value("news_feeds_due")

    assert asyncio.run(run()) == 1
