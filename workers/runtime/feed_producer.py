"""The feed producer: feeds into ``articles.raw``, for as long as it is left running."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

from topics.headers import rfc3339
from workers.feeds import reading
from workers.feeds.fetch.client import Client
from workers.feeds.fetch.connect import Resolve
from workers.feeds.fetch.rules import Rules
from workers.feeds.fetched import Body
from workers.feeds.following import Following
from workers.feeds.health import DOWNGRADED, Condition, condition, overdue
from workers.feeds.items import Item, Unreadable
from workers.feeds.known import Known, Ready
from workers.feeds.means import Means, Told
from workers.feeds.paging import Paging
from workers.feeds.rhythm import Bounds
from workers.feeds.state import State
from workers.feeds.subscriptions import Subscription
from workers.feeds.watch import TOGETHER, Deliver, Watch
from workers.outcome import Failed
from workers.runtime import logs
from workers.runtime.delivery import Delivery
from workers.runtime.feed_metrics import FeedMetrics
from workers.runtime.http import HttpServer
from workers.runtime.patience import FIRST_PAUSE, LONGEST_PAUSE, Patience
from workers.runtime.pool import Limits, TaskPool
from workers.runtime.produce import deliver
from workers.runtime.unreachable import UnreachableError
from workers.settings import Settings, pool_plan
from workers.sources import Found

log = logs.get(__name__)

LOOK_SECONDS = 15.0
"""How often the states of feeds are counted: silence comes without an event."""
_NUMBER = re.compile(r"\d+")
LOOKED_AT = 20
"""Feeds that are looked at before others have their turn."""


@dataclass(frozen=True)
class Sums:
    """What a run came to."""

    articles: int
    dead: int
    """Of these too large for Kafka, and straight to the dead letters."""
    feeds: int
    failing: int
    pages: int
    """Pages that are still to be fetched."""


class FeedProducer:
    """Follows feeds; ``run()`` until SIGTERM, SIGINT or something breaks."""

    def __init__(
        self,
        settings: Settings,
        subscriptions: Sequence[Subscription],
        *,
        resolve: Resolve | None = None,
    ) -> None:
        """``resolve`` takes the place of the system's look-up of names."""
        self._settings = settings
        self._resolve = resolve
        self._subscriptions = {one.address: one for one in subscriptions}
        self.metrics = FeedMetrics()
        self._delivery = Delivery(settings)
        self._pool = TaskPool(
            pool_plan(settings, reading.STEPS),
            Limits(settings.task_timeout, settings.task_memory),
            processes=1,
        )
        self._state = State(Path(settings.feed_state))
        self._conditions: dict[int, Condition] = {}
        self._counted = itertools.count()
        self._articles = self._dead = 0
        self._delivered_at = time.monotonic()
        self._connected = False

    async def run(
        self, *, once: bool = False, ready: Callable[[str], None] = lambda address: None
    ) -> Sums:
        """Follow the feeds, or ask each one once.

        DeliveryError if Kafka fails; while feeds are followed only as the run ends, since they
        would be missed, and articles can wait. UnreachableError if no broker lets us in: at once,
        or while feeds are followed after ``feed_kafka_wait`` seconds.
        """
        try:
            self._state.follow(list(self._subscriptions), time.time())
            answered = (feed.last_success or 0.0 for feed in self._state.feeds())
            self.metrics.last_success.set(max(answered, default=0.0))
            if once:
                await self._delivery.start()
            await self._pool.start()
            async with self._client() as client:
                if once:
                    await self._watch(client, self._deliver).run(once=True)
                else:
                    await self._follow(client, ready)
        finally:
            await self._pool.stop()
            await self._delivery.stop()
            sums = self._sums()
            self._state.close()
        return sums

    async def _follow(self, client: Client, ready: Callable[[str], None]) -> None:
        connecting = asyncio.create_task(self._connect(), name="connect-to-kafka")

        async def deliver_once_connected(articles: Sequence[Ready]) -> None:
            await asyncio.shield(connecting)
            await self._deliver(articles)

        patience = Patience(deliver_once_connected, grace=self._settings.grace)
        watch = self._watch(client, patience)
        connecting.add_done_callback(lambda _: None if self._connected else watch.stop())
        self._stop_on_signals(watch.stop, patience.stop)
        try:
            async with self._served(ready):
                await watch.run()
            if connecting.done():
                await connecting
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)

    async def _connect(self) -> None:
        """Reach Kafka within the seconds that it may be away; feeds are followed meanwhile."""
        ends = time.monotonic() + self._settings.feed_kafka_wait
        pause = FIRST_PAUSE
        while True:
            try:
                await self._delivery.start()
            except UnreachableError as error:
                left = ends - time.monotonic()
                if left <= 0:
                    raise
                log.warning(
                    "Kafka is not there yet; articles wait in the state file",
                    why=str(error),
                    again_in=pause,
                    gives_up_in=round(left),
                )
            else:
                self._connected = True
                log.info("Kafka is there", bootstrap=self._settings.bootstrap)
                return
            await asyncio.sleep(min(pause, left))
            pause = min(2 * pause, LONGEST_PAUSE)

    def _watch(self, client: Client, deliver: Deliver) -> Watch:
        means = Means(
            self._state,
            client,
            _Desk(self._pool),
            clock=time.time,
            chance=random.random,
            told=Told(
                polled=self.metrics.polled,
                item=self.metrics.item,
                changed=self._changed,
                unforeseen=_unforeseen,
            ),
        )
        bounds = Bounds(self._settings.feed_shortest, self._settings.feed_longest)
        following = Following(means, self._subscriptions, bounds)
        paging = Paging(means, following, limit=self._settings.article_limit)
        return Watch(
            self._state,
            following,
            paging,
            deliver,
            clock=time.time,
            late=self.metrics.late,
            crowded=lambda: client.crowded,
        )

    def _client(self) -> Client:
        return Client(
            rules(self._settings),
            resolve=self._resolve,
            before=self._state.visits(time.time()),
            visited=self._state.visited,
        )

    @staticmethod
    def _stop_on_signals(*stops: Callable[[], None]) -> None:
        def stop() -> None:
            for one in stops:
                one()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop)

    @contextlib.asynccontextmanager
    async def _served(self, ready: Callable[[str], None]) -> AsyncIterator[None]:
        http = HttpServer(self._settings, self.metrics, live=list, ready=self._unready)
        await http.start()
        look = asyncio.create_task(self._look(), name="look-at-feeds")
        log.info("following feeds", feeds=len(self._subscriptions), http=http.address)
        ready(http.address)
        try:
            yield
        finally:
            look.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await look
            await http.stop()

    async def _deliver(self, ready: Sequence[Ready]) -> None:
        found = [Found(one.place, one.value, one.key) for one in ready]
        produced = await deliver(self._settings, self._delivery, found, self._counted)
        self._delivered_at = time.monotonic()
        self._articles += len(produced)
        self._dead += sum(one.dead for one in produced)
        self.metrics.produced(len(produced))
        for one in produced:
            if one.dead:
                log.warning("too large for Kafka, dead letter", item=one.where)

    def _changed(self, before: Known, after: Known) -> None:
        if after.last_success is not None and after.last_success != before.last_success:
            self.metrics.last_success.set(after.last_success)
        if after.url != before.url:
            log.info("feed moved", feed=after.address, to=after.url)
        if after.error and after.error != before.error:
            log.warning("feed failed", feed=after.address, why=after.error)

        if after.complaint and _without_numbers(after) != _without_numbers(before):
            log.warning("feed is ill-formed", feed=after.address, why=after.complaint)
        if after.downgraded and not before.downgraded:
            log.warning("feed " + DOWNGRADED, feed=after.address, at=after.url)

    async def _look(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Count the feeds by state, and log those that have changed theirs."""
        now = time.time()
        seen: dict[int, Condition] = {}
        late = 0
        for number, id in enumerate(self._state.ids()):
            if number % LOOKED_AT == 0:  # thousands at once would hold up all else
                await asyncio.sleep(0)
            feed = self._state.feed(id)
            before, after = self._conditions.get(id), condition(feed, now)
            seen[id] = after
            late += overdue(feed, now)
            if after != before and (before is not None or after not in ("new", "fine")):
                tell = log.info if after in ("new", "fine") else log.warning
                tell(
                    "feed is " + after,
                    feed=feed.address,
                    was=before,
                    error=feed.retired or feed.error,
                )
        self._conditions = seen
        self.metrics.feeds(Counter(seen.values()))
        self.metrics.overdue.set(late)
        pages, articles = self._state.backlog()
        self.metrics.pages_waiting.set(pages)
        self.metrics.articles_waiting.set(articles)

    def _unready(self) -> list[str]:
        wrong = [] if self._connected else ["Kafka has not been reached yet"]
        still = time.monotonic() - self._delivered_at
        if self._state.waiting() and still > self._settings.stall_after:
            wrong.append(f"articles wait, and Kafka has confirmed none for {still:.0f} s")
        states = set(self._conditions.values())
        if states and states <= {"failing", "retired"}:
            wrong.append("no feed answers")
        return wrong

    def _sums(self) -> Sums:
        feeds = self._state.feeds()
        failing = sum(feed.error is not None for feed in feeds)
        return Sums(self._articles, self._dead, len(feeds), failing, self._state.backlog()[0])


def _without_numbers(feed: Known) -> str:
    """A complaint without what changes with each item: lines, counts."""
    return _NUMBER.sub("", feed.complaint or "")


def _unforeseen(url: str, error: Exception) -> None:
    log.error("an answer was not foreseen", url=url, exc_info=error)


class _Desk:
    """Reading and making, in the pool's processes."""

    def __init__(self, pool: TaskPool) -> None:
        self._pool = pool

    async def read(self, subscription: Subscription, body: Body) -> reading.Read | Unreadable:
        answer = await self._pool.run(reading.READ, reading.Reading(subscription, body))
        if isinstance(answer, Failed):
            return Unreadable(f"{body.url} could not be read: {answer.detail}")
        assert isinstance(answer, reading.Read | Unreadable)
        return answer

    async def article(
        self, subscription: Subscription, feed: Known, item: Item, page: Body | None
    ) -> Ready | str:
        now = rfc3339(datetime.now(UTC))
        order = reading.Order(subscription, feed, item, page, now)
        answer = await self._pool.run(reading.MAKE, order)
        if isinstance(answer, Failed):
            return f"no article could be made of {item.url or item.guid}: {answer.detail}"
        assert isinstance(answer, Ready | str)
        return answer


def rules(settings: Settings) -> Rules:
    """How the client behaves in this deployment."""
    return Rules(
        contact=settings.feed_contact or None,
        networks=tuple(ip_network(text) for text in settings.feed_networks.split(",") if text),
        ports=tuple(int(text) for text in settings.feed_ports.split(",") if text),
        delay=settings.feed_delay,
        connections=TOGETHER,
    )
