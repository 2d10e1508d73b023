"""A clock that a test moves."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class HandClock:
    """Time that passes when the test says so, and wakes who sleeps in the right order."""

    def __init__(self) -> None:
        self.time = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return self.time

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.time)

    async def sleep(self, seconds: float) -> None:
        waiting = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + seconds, next(self._numbers), waiting))
        await waiting

    async def pass_by(self, seconds: float) -> None:
        """Let so much time pass."""
        end = self.time + seconds
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            when, _, waiting = heapq.heappop(self._sleepers)
            self.time = max(self.time, when)
            if not waiting.done():
                waiting.set_result(None)
            await _settle()
        self.time = end
        await _settle()


async def _settle() -> None:
    """Let everybody run until all wait for something."""
    for _ in range(20):
        await asyncio.sleep(0)
