"""The way of a feed: due, asked, read, taken in; its pages fetched; its articles handed to Kafka.

One loop starts what is due, one request to a host at a time. Whatever a poll or a page brings is
taken into the state in one transaction, so that work may be cancelled, or killed, at any moment.
Articles wait in the outbox until Kafka has confirmed them.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Protocol

from workers.feeds.hosts import site_of
from workers.feeds.known import Known, Page, Ready
from workers.feeds.state import State

TOGETHER = 64
"""Requests at once, each to another host."""
FOR_FEEDS = 16
"""Of these so many are kept for feeds, however many pages wait."""
FOR_PAGES = 16
"""And so many for pages, however many feeds are due: a producer that cannot keep up with its polls
still brings what they found."""
SENT_TOGETHER = 100
MOST_WAITING = 10_000
"""Articles in the outbox from which on nothing more is asked for."""
LONGEST_WAIT = 60.0
"""Seconds after which the loop looks again, whatever it waits for: clocks are set."""


class Polling(Protocol):
    """Asks one feed and takes in what it says."""

    async def poll(self, feed: Known) -> Sequence[Known]:
        """The feed, and those that it named for the first time, with their next polls."""
        ...


class Paging(Protocol):
    """Fetches one page and takes in its article."""

    async def fetch(self, page: Page) -> None:
        """Made, put off, or given up: the state knows which."""
        ...


Deliver = Callable[[Sequence[Ready]], Awaitable[None]]
"""Hands articles to Kafka and returns when it has confirmed them all; raises if it does not."""


class Watch:
    """Follows the feeds of a state until it is stopped."""

    def __init__(
        self,
        state: State,
        polling: Polling,
        paging: Paging,
        deliver: Deliver,
        *,
        clock: Callable[[], float],
        late: Callable[[float], None] = lambda seconds: None,
        crowded: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        """``crowded`` are hosts that nobody is to be sent to: see the client."""
        self._state = state
        self._polling = polling
        self._paging = paging
        self._deliver = deliver
        self._clock = clock
        self._late = late
        self._crowded = crowded
        self._once = False
        self._looked = 0.0
        self._now = 0.0
        """The time when it was last asked."""
        self._heap: list[tuple[float, int]] = []
        """(when, feed) of every feed that is neither due nor being asked."""
        self._planned: set[int] = set()
        """Feeds that have a place here: in the heap, due, or being asked."""
        self._due: dict[str, deque[int]] = {}
        """By host the feeds to be asked now."""
        self._crowding: set[str] = set()
        """Hosts with further feeds to be asked when one of theirs was: a page is next there."""
        self._busy: dict[asyncio.Task[None], str] = {}
        """Requests in hand and their hosts."""
        self._paging_tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._filled = asyncio.Event()
        self._stopping = False

    def stop(self) -> None:
        """Ask for nothing more; ``run`` ends when the outbox is empty."""
        self._stopping = True
        self._wake.set()

    async def run(self, *, once: bool = False) -> None:
        """Follow the feeds until ``stop``, or ask each one once, with all that it leads to.

        Raises what ``deliver`` raises, and whatever shows a bug: nothing is taken in then.
        """
        self._once = once
        feeds = self._state.feeds()
        self._now = max((feed.last_poll or 0.0 for feed in feeds), default=0.0)
        self._time()
        for feed in feeds:
            self._plan(feed, at=0.0 if once else self._due_at(feed))
        sender = asyncio.create_task(self._send(), name="send-articles")
        sender.add_done_callback(lambda _: self._wake.set())
        try:
            while not self._stopping and not sender.done():
                self._start_due()
                if once and not self._busy and not self._waits_for_room():
                    break
                await self._wait()
        finally:
            await self._give_up()
            self._stopping = True
            self._filled.set()
            await sender

    def _time(self) -> float:
        """What the time is; if the clock was set back, nothing waits for it to catch up."""
        before, self._now = self._now, self._clock()
        if before - self._now > LONGEST_WAIT:
            self._looked = self._now
            self._state.pages_sooner(self._now, before - self._now)
            waiting = [(self._state.feed(id), when) for when, id in self._heap]
            self._heap = [(min(when, self._due_at(feed)), feed.id) for feed, when in waiting]
            heapq.heapify(self._heap)
        return self._now

    def _due_at(self, feed: Known) -> float:
        if feed.last_poll is None or feed.last_poll <= self._now:
            return feed.next_poll
        return min(feed.next_poll, self._now + max(feed.next_poll - feed.last_poll, 0.0))

    def _plan(self, feed: Known, at: float) -> None:
        if feed.retired is None and feed.followed and feed.id not in self._planned:
            self._planned.add(feed.id)
            heapq.heappush(self._heap, (at, feed.id))

    def _look_for_revived(self) -> None:
        """Somebody may have had a feed asked again, or sooner; see ``revival.py``."""
        times = self._state.due_times()
        self._heap = [(min(when, times.get(id, when)), id) for when, id in self._heap]
        heapq.heapify(self._heap)
        for id in times.keys() - self._planned:
            self._plan(self._state.feed(id), at=times[id])

    def _waits_for_room(self) -> bool:
        return self._state.waiting() >= MOST_WAITING

    def _start_due(self) -> None:
        now = self._time()
        if now - self._looked >= LONGEST_WAIT and not self._once:
            self._looked = now
            self._state.part(now)
            self._look_for_revived()
            self._state.forget_visits(now)
            self._state.forget_dropped(now, self._planned)
        while self._heap and self._heap[0][0] <= now:
            _, id = heapq.heappop(self._heap)
            feed = self._state.feed(id)
            if feed.followed:
                self._due.setdefault(feed.via or site_of(feed.url), deque()).append(id)
            else:  # its index has dropped it since
                self._planned.discard(id)
        if self._waits_for_room():
            return
        hosts = self._hosts_in_use()
        for host in [host for host in self._due if host not in hosts]:
            if len(self._busy) - len(self._paging_tasks) >= TOGETHER - FOR_PAGES:
                break
            if len(self._busy) >= TOGETHER:
                return
            if host in self._crowding and self._state.page_is_due(host, now):
                continue
            waiting = self._due.pop(host)
            feed = self._state.feed(waiting.popleft())
            self._crowding.discard(host)
            if waiting:  # behind the feeds of all other hosts
                self._due[host] = waiting
                self._crowding.add(host)
            self._late(max(0.0, now - feed.next_poll))
            self._start(host, self._poll(feed))
            hosts.add(host)
        while self._has_hands_for_pages():
            page = self._state.due_page(now, hosts)
            if page is None:
                return
            self._crowding.discard(page.host)
            self._paging_tasks.add(self._start(page.host, self._fetch(page)))
            hosts.add(page.host)

    def _has_hands_for_pages(self) -> bool:
        return len(self._paging_tasks) < TOGETHER - FOR_FEEDS and len(self._busy) < TOGETHER

    def _hosts_in_use(self) -> set[str]:
        return {*self._busy.values(), *self._crowded()}

    def _start(self, host: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._busy[task] = host
        task.add_done_callback(lambda _: self._wake.set())
        return task

    async def _wait(self) -> None:
        """Until something is done, or due, or ``stop`` is called; raises what a task raised."""
        moments = [when for when, _ in self._heap[:1]]
        if self._has_hands_for_pages() and not self._waits_for_room():
            page = self._state.next_page(self._hosts_in_use())
            moments += [page] if page is not None else []
        seconds = min([LONGEST_WAIT, *(when - self._clock() for when in moments)])
        self._wake_up_in(max(seconds, 0.0))
        await self._wake.wait()
        self._wake.clear()
        for task in [task for task in self._busy if task.done()]:
            del self._busy[task]
            self._paging_tasks.discard(task)
            task.result()

    def _wake_up_in(self, seconds: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_later(seconds, self._wake.set)

    _alarm: asyncio.TimerHandle | None = None

    async def _give_up(self) -> None:
        """Cancel the requests in hand: what they did not take in they will do again."""
        if self._alarm is not None:
            self._alarm.cancel()
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        self._busy.clear()

    async def _poll(self, feed: Known) -> None:
        found = await self._polling.poll(feed)
        self._planned.discard(feed.id)
        for known in found:
            if not self._once or known.next_poll <= self._clock():
                self._plan(known, at=known.next_poll)
        self._filled.set()

    async def _fetch(self, page: Page) -> None:
        await self._paging.fetch(page)
        self._filled.set()

    async def _send(self) -> None:
        """Hand over what waits, and wait for more, until there is none and ``stop`` was called."""
        while True:
            self._filled.clear()
            while waiting := self._state.outbox(SENT_TOGETHER):
                await self._deliver([one.ready for one in waiting])
                self._state.sent(waiting)
                self._wake.set()
            if self._stopping:
                return
            await self._filled.wait()
