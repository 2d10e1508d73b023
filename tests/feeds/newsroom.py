"""A producer without a broker: the true client, reader and state against the test site."""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from tests.feeds.site import Site
from tests.feeds.site.news import BEGIN
from topics.headers import rfc3339
from workers.feeds import reading
from workers.feeds.fetch.client import Client
from workers.feeds.fetch.clock import SystemClock
from workers.feeds.fetched import Body
from workers.feeds.following import Following
from workers.feeds.items import Item, Unreadable
from workers.feeds.known import Known, Ready
from workers.feeds.means import Means, Told
from workers.feeds.paging import Paging
from workers.feeds.rhythm import Bounds
from workers.feeds.state import State
from workers.feeds.subscriptions import Subscription
from workers.feeds.watch import Watch


class Desk:
    """Reads and makes in this process, as the pool's processes do."""

    async def read(self, subscription: Subscription, body: Body) -> reading.Read | Unreadable:
        return reading.read_feed(reading.Reading(subscription, body))

    async def article(
        self, subscription: Subscription, feed: Known, item: Item, page: Body | None
    ) -> Ready | str:
        now = rfc3339(datetime.now(UTC))
        return reading.make_article(reading.Order(subscription, feed, item, page, now))


class _Clock(SystemClock):
    """A clock that is ahead, but for the seconds that somebody waits."""

    def __init__(self, later: float) -> None:
        self._later = timedelta(seconds=later)

    def wall(self) -> datetime:
        return super().wall() + self._later


@dataclass
class Newsroom:
    """Follows subscriptions on a site; every round asks each feed once."""

    site: Site
    path: Path
    subscriptions: Sequence[Subscription]
    later: float = BEGIN.timestamp() + 7200 - time.time()
    """Seconds by which the producer's clock is ahead: it is the day on which the stories begin."""
    tls: ssl.SSLContext | None = None
    sent: list[Ready] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    unforeseen: list[tuple[str, Exception]] = field(default_factory=list)

    def clock(self) -> float:
        return time.time() + self.later

    async def round(self, rules: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Ask every feed once, with all that it leads to; the articles that came of it."""
        before = len(self.sent)
        state = State(self.path)
        try:
            state.follow([one.address for one in self.subscriptions], self.clock())
            client = Client(
                self.site.rules(**(rules or {})),
                resolve=self.site.resolve,
                clock=_Clock(self.later),
                tls=self.tls,
                before=state.visits(self.clock()),
                visited=state.visited,
            )
            async with client:
                means = Means(
                    state,
                    client,
                    Desk(),
                    clock=self.clock,
                    chance=lambda: 0.5,
                    told=Told(
                        polled=self.polls.append,
                        item=self.items.append,
                        unforeseen=lambda *told: self.unforeseen.append(told),
                    ),
                )
                subscriptions = {one.address: one for one in self.subscriptions}
                following = Following(means, subscriptions, Bounds())
                paging = Paging(means, following, limit=2_000_000)
                watch = Watch(
                    state,
                    following,
                    paging,
                    self._deliver,
                    clock=self.clock,
                    crowded=lambda: client.crowded,
                )
                await watch.run(once=True)
        finally:
            state.close()
        return [orjson.loads(ready.value) for ready in self.sent[before:]]

    async def _deliver(self, ready: Sequence[Ready]) -> None:
        self.sent += ready

    def known(self) -> dict[str, Known]:
        """What the state knows, by address."""
        state = State(self.path, read_only=True)
        try:
            return {feed.address: feed for feed in state.feeds()}
        finally:
            state.close()
