"""Which days count: event time, in whole days (UTC) since the epoch."""

from __future__ import annotations

from topics.catalog import DAY_MS

LAST_DAY = (1 << 31) - 1
"""5.9 million years on."""


class Window:
    """The last days by the latest arrival; times are in milliseconds since the epoch."""

    def __init__(self, length_ms: int) -> None:
        self._length_ms = length_ms
        self.latest = 0
        self.oldest = 0
        """The first day that counts."""
        self._turn = DAY_MS + length_ms
        """The first time by which it is a later one."""

    def turns(self, timestamp: int) -> bool:
        """Whether the window would begin with a later day by an arrival of this time."""
        return timestamp >= self._turn and self._oldest_at(timestamp) > self.oldest

    def moves(self, timestamp: int) -> bool:
        """Note the time of an arrival; whether the window begins with a later day by it."""
        if timestamp <= self.latest:
            return False
        self.latest = timestamp
        if not self.turns(timestamp):
            return False
        self.oldest = self._oldest_at(timestamp)
        self._turn = (self.oldest + 1) * DAY_MS + self._length_ms
        return True

    def day_of(self, timestamp: int) -> int:
        """The day under which to file an arrival, once the window has moved for it."""
        day = timestamp // DAY_MS
        if timestamp < self._turn and day >= self.oldest:
            return day if day < LAST_DAY else LAST_DAY
        # A producer may have set any time; past the last day that fits, days are one.
        return min(max(day, self.oldest, self._oldest_at(timestamp)), LAST_DAY)

    def _oldest_at(self, timestamp: int) -> int:
        return min(max(0, (timestamp - self._length_ms) // DAY_MS), LAST_DAY)
