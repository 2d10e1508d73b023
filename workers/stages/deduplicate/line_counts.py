"""Which lines a source has printed in other articles: bounded, expiring.

Nearly all lines are an article's own and never met again. The first sighting of a line takes a
place in a table of fixed size, where a later line with the same place overwrites it; only a line
that another article brings again is counted, in a dictionary of bounded size.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

SIGHTINGS = 1 << 19
COUNTED = 1 << 15
"""Lines counted at most; of more, the half that was met least, and longest ago, goes."""


class LineCounts:
    """Lines (64-bit hashes) by source (a hash too), and the days on which they were met."""

    def __init__(self) -> None:
        self._keys = array("Q", bytes(8 * SIGHTINGS))
        self._articles = array("I", bytes(4 * SIGHTINGS))
        self._days = array("H", bytes(2 * SIGHTINGS))
        self._counted: dict[int, tuple[int, int]] = {}  # articles, and the last of them's day

    @property
    def memory(self) -> int:
        """Bytes of the table and of what is counted."""
        return 14 * SIGHTINGS + 250 * len(self._counted)

    def met(self, source: int, lines: Sequence[int], article: int, oldest: int) -> int:
        """Bit i is set if line i was met on another article since the oldest day.

        Days are whole, since the epoch; the article is a hash of its id.
        """
        article &= 0xFFFFFFFF
        keys, counted, found, mask = self._keys, self._counted, 0, SIGHTINGS - 1
        for number, line in enumerate(lines):
            key = line ^ source
            if key in counted:
                if counted[key][1] >= oldest:
                    found |= 1 << number
            elif (
                keys[key & mask] == key
                and self._articles[key & mask] != article
                and self._days[key & mask] >= oldest
            ):
                found |= 1 << number
        return found

    def count(self, source: int, lines: Sequence[int], article: int, day: int) -> None:
        """Note that an article of the source has these lines."""
        article &= 0xFFFFFFFF
        day = min(max(day, 0), 0xFFFF)
        keys, counted, mask = self._keys, self._counted, SIGHTINGS - 1
        articles, days = self._articles, self._days
        for line in lines:
            key = line ^ source
            place = key & mask
            if key in counted:
                count, last = counted[key]
                counted[key] = (count + 1, max(day, last))
            elif keys[place] != key:
                keys[place] = key
                articles[place] = article
                days[place] = day
            elif articles[place] != article:
                counted[key] = (2, max(day, days[place]))
        if len(counted) > COUNTED:
            self._thin_out()

    def expire(self, oldest: int) -> None:
        """Forget what was last met before the oldest day."""
        self._counted = {key: met for key, met in self._counted.items() if met[1] >= oldest}

    def _thin_out(self) -> None:
        known = sorted(self._counted.items(), key=lambda item: item[1], reverse=True)
        self._counted = dict(known[: COUNTED // 2])
