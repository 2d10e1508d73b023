"""Which lines a source has printed in other articles: bounded, expiring.

Nearly all lines are an article's own and never met again. The first sighting of a line takes a
place in a table of fixed size, where a later line with the same place overwrites it; only a line
that another article brings again is counted, in a dictionary of bounded size.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workers.stages.deduplicate.hash_chains import Rows

SIGHTINGS = 1 << 20
"""Lines that were seen once and are remembered: of some 50,000 articles. A line that comes again
only after more than those is met as if for the first time."""
COUNTED = 1 << 15
"""Lines counted at most; of more, the half that was met least, and longest ago, goes."""
LAST_DAY = 0xFFFF
_PLACE, _LINE = np.uint64(SIGHTINGS - 1), np.uint64(0xFFFFFFFF00000000)
_OTHERS = np.uint64(1 << 32)
_ARTICLE = 0xFFFF0000
_APART = np.uint64(0x9E3779B97F4A7C15)
"""Spreads a source over all bits, so that no two share the hash of a line."""
_EACH = struct.Struct("<Q")
_WAITING = 4096
"""Articles whose lines wait to be counted together."""

_Keys = npt.NDArray[np.uint64]


class _Met(NamedTuple):
    """A line that several articles have."""

    times: int
    article: int
    """The one that had it last, as in a sighting."""
    day: int
    other_day: int
    """When another one had it last."""

    def again(self, article: int, day: int) -> _Met:
        """The same once more."""
        if article == self.article:
            return _Met(self.times + 1, article, max(day, self.day), self.other_day)
        if day >= self.day:
            return _Met(self.times + 1, article, day, self.day)
        return self._replace(times=self.times + 1, other_day=max(day, self.other_day))

    def on_another(self, article: int) -> int:
        """The day on which another article than this had it last."""
        return self.other_day if article == self.article else self.day


class LineCounts:
    """Lines (64-bit hashes) by source (a hash too), and the days on which they were met.

    Lines are bytes here: distinct hashes of 8 bytes, little-endian. An article is a hash of its id,
    days are whole, since the epoch.
    """

    def __init__(self) -> None:
        # Of the line 32 bits beside those of its place, 16 of the article, 16 of the day.
        self._seen = np.zeros(SIGHTINGS, np.uint64)
        self._counted: dict[int, _Met] = {}
        self._prepared: dict[tuple[int, bytes], tuple[Rows, _Keys] | None] = {}
        """Places and hashes of the lines, if none of them is known; None if one may be."""
        self._new: list[tuple[Rows, _Keys, int]] = []
        """Of these, lines that were met since, and are to be noted together."""
        self._waiting: list[tuple[int, bytes, int, int]] = []

    @property
    def memory(self) -> int:
        """Bytes of the tables and of what is counted."""
        return self._seen.nbytes + 320 * len(self._counted)

    def prepare(self, articles: Iterable[tuple[int, bytes]]) -> None:
        """Look up at once the lines of some articles (their source, and lines) that are met next.

        Takes less time, and changes nothing that is found.
        """
        self._note()
        self._prepared = {one: None for one in articles if one[1]}
        if not self._prepared:
            return
        together = list(self._prepared)
        keys, lengths = _keys(*zip(*together, strict=True))
        places = (keys & _PLACE).astype(np.intp)
        known = self._known(keys, places)
        ends = np.cumsum(lengths, dtype=np.int64)
        some_known = np.logical_or.reduceat(known, ends - lengths).tolist()
        bare, start = keys & _LINE, 0
        for one, end, known_one in zip(together, ends.tolist(), some_known, strict=True):
            if not known_one:
                self._prepared[one] = places[start:end], bare[start:end]
            start = end

    def meet(self, source: int, lines: bytes, article: int, oldest: int, day: int | None) -> int:
        """Bit i is set if line i was met on another article of the source since the oldest day.

        With a day, the article counts for others from then on.
        """
        told, one = _sighting(article, 0 if day is None else day), (source, lines)
        if (unknown := self._prepared.get(one)) is not None:
            if day is not None:
                self._new.append((*unknown, told))
                self._prepared[one] = None
            return 0
        self._note()
        if day is not None and one not in self._prepared:
            self._prepared.clear()  # these lines may be among theirs
        found, counted, apart = 0, self._counted, source * int(_APART) & 0xFFFFFFFFFFFFFFFF
        for number, (line,) in enumerate(_EACH.iter_unpack(lines)):
            key = line ^ apart
            if key in counted:
                last = counted[key].on_another(told & _ARTICLE)
            else:
                sighting = int(self._seen[key & SIGHTINGS - 1])
                other = (sighting ^ told) & _ARTICLE
                met = sighting and sighting >> 32 == key >> 32 and other
                last = sighting & LAST_DAY if met else -1
            if last >= oldest:
                found |= 1 << number
            if day is not None:
                self._count(key, told)
        return found

    def count(self, source: int, lines: bytes, article: int, day: int) -> None:
        """Note that an article of the source has these lines; in time for whatever is met next.

        Where two lines have one place in the table, another of them may stay than one by one.
        """
        self._prepared.clear()
        self._waiting.append((source, lines, article, day))
        if len(self._waiting) >= _WAITING:
            self._note()

    def expire(self, oldest: int) -> None:
        """Forget what was last met before the oldest day."""
        self._note()
        self._prepared.clear()
        self._counted = {key: met for key, met in self._counted.items() if met.day >= oldest}

    def _note(self) -> None:
        if self._new:
            places, bare, told = zip(*self._new, strict=True)
            self._new.clear()
            sightings = np.array(told, np.uint64).repeat([len(one) for one in places])
            self._seen[np.concatenate(places)] = np.concatenate(bare) | sightings
        if self._waiting:
            self._count_waiting()

    def _count_waiting(self) -> None:
        sources, lines, articles, days = zip(*self._waiting, strict=True)
        self._waiting.clear()
        keys, lengths = _keys(sources, lines)
        told = np.array(list(map(_sighting, articles, days)), np.uint64).repeat(lengths)
        places = (keys & _PLACE).astype(np.intp)
        known = self._known(keys, places)
        self._seen[places[~known]] = keys[~known] & _LINE | told[~known]
        for key, sighting in zip(keys[known].tolist(), told[known].tolist(), strict=True):
            self._count(key, sighting)

    def _known(self, keys: _Keys, places: Rows) -> npt.NDArray[np.bool_]:
        """Which of some lines were seen or counted, or occur twice."""
        known: npt.NDArray[np.bool_] = (self._seen[places] ^ keys) < _OTHERS
        ordered = np.sort(keys)
        again = ordered[1:] == ordered[:-1]
        if again.any():
            known |= np.isin(keys, ordered[1:][again])
        if self._counted:
            known |= np.fromiter(map(self._counted.__contains__, keys.tolist()), bool, len(keys))
        return known

    def _count(self, key: int, told: int) -> None:
        place = key & SIGHTINGS - 1
        article, day = told & _ARTICLE, told & LAST_DAY
        counted = self._counted.get(key)
        if counted is not None:
            self._counted[key] = counted.again(article, day)
            return
        seen = int(self._seen[place])
        if not seen or seen >> 32 != key >> 32:
            self._seen[place] = key >> 32 << 32 | told
        elif (seen ^ told) & _ARTICLE:
            once = _Met(1, seen & _ARTICLE, seen & LAST_DAY, -1)
            self._counted[key] = once.again(article, day)
            if len(self._counted) > COUNTED:
                self._thin_out()
        elif day > seen & LAST_DAY:
            self._seen[place] = key >> 32 << 32 | told

    def _thin_out(self) -> None:
        known = sorted(
            self._counted.items(), key=lambda item: (item[1].times, item[1].day), reverse=True
        )
        self._counted = dict(known[: COUNTED // 2])


def _keys(sources: Sequence[int], lines: Sequence[bytes]) -> tuple[_Keys, list[int]]:
    """The lines of some articles by source and hash, and how many each has."""
    lengths = [len(one) // 8 for one in lines]
    apart = (np.array(sources, np.uint64) * _APART).repeat(lengths)
    return np.frombuffer(b"".join(lines), "<u8") ^ apart, lengths


def _sighting(article: int, day: int) -> int:
    return (article & 0xFFFF) << 16 | min(max(day, 0), LAST_DAY)
