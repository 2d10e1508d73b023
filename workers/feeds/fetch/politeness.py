"""Turns: one request at a time to a host, and a rest between two, also across restarts."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from workers.feeds.fetch.clock import Clock
from workers.feeds.fetched import Visit

Visited = Callable[[str, Visit], None]
"""Writes down when a host was asked."""


class _Host:
    """A host that somebody asks or waits for."""

    __slots__ = ("ended", "lock", "users")

    def __init__(self, ended: float | None) -> None:
        self.lock = asyncio.Lock()
        self.users = 0
        self.ended = ended


class Turns:
    """Who may ask which host when: in the order of coming, whoever gives up leaves no gap.

    Hosts that rested long enough are forgotten: what is kept are those in use and those asked
    within the last ``longest`` seconds.
    """

    def __init__(
        self,
        clock: Clock,
        longest: float,
        *,
        before: Mapping[str, Visit] | None = None,
        visited: Visited = lambda host, visit: None,
    ) -> None:
        """``longest`` is the longest rest that anybody will ask for.

        ``before`` is what an earlier process was told by ``visited``, which is called before a host
        is asked and after.
        """
        self._clock = clock
        self._longest = longest
        self._visited = visited
        self._active: dict[str, _Host] = {}
        self._resting: OrderedDict[str, float] = OrderedDict()
        self._paused: dict[str, float] = {}
        now, wall = clock.now(), clock.wall().timestamp()
        for host, visit in sorted((before or {}).items(), key=lambda one: one[1].asked):
            # By a clock that was set back, it was just now.
            self._resting[host] = now - max(wall - visit.asked, 0.0)
            if visit.paused > wall:
                # Not for longer than it asked for, whatever the clock was then.
                self._paused[host] = now + min(visit.paused - wall, visit.paused - visit.asked)

    def __len__(self) -> int:
        """Hosts that are remembered."""
        return len({*self._active, *self._resting, *self._paused})

    def pause(self, host: str, seconds: float) -> None:
        """The host asked to be left alone for so long."""
        now = self._clock.now()
        self._paused = {one: until for one, until in self._paused.items() if until > now}
        self._paused[host] = max(now + seconds, self._paused.get(host, 0.0))
        self._note(host)

    def paused(self, host: str) -> float:
        """Seconds for which it is still to be left alone; 0 if it is not."""
        return max(self._paused.get(host, 0.0) - self._clock.now(), 0.0)

    @asynccontextmanager
    async def turn(self, host: str, rest: float) -> AsyncIterator[None]:
        """Have the host for oneself, ``rest`` seconds after the last request to it ended."""
        it = self._active.get(host)
        if it is None:
            it = self._active[host] = _Host(self._resting.pop(host, None))
        it.users += 1
        try:
            async with it.lock:
                if it.ended is not None:
                    await self._until(it.ended + min(rest, self._longest))
                self._note(host)
                try:
                    yield
                finally:
                    it.ended = self._clock.now()
                    self._note(host)
        finally:
            it.users -= 1
            if not it.users:
                del self._active[host]
                if it.ended is not None:
                    self._rest(host, it.ended)

    def _note(self, host: str) -> None:
        now = self._clock.wall().timestamp()
        left = self.paused(host)
        self._visited(host, Visit(now, now + left if left else 0.0))

    async def _until(self, when: float) -> None:
        # A timer may fire a little early by the clock that is asked here.
        while (left := when - self._clock.now()) > 0:
            await self._clock.sleep(left)

    def _rest(self, host: str, ended: float) -> None:
        """Remember when a host was asked last, and forget those for whom it no longer matters."""
        self._resting[host] = ended
        self._resting.move_to_end(host)
        before = self._clock.now() - self._longest
        while self._resting:
            first = next(iter(self._resting))
            if self._resting[first] > before:
                return
            del self._resting[first]
