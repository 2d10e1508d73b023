"""Rows by the hash of a key, in two arrays: the first row of a bucket, and the one after each.

How deflate finds earlier strings (RFC 1951, section 4): 8 to 12 bytes a row, where a dictionary
takes 100 and an object for the garbage collector to visit.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

FEWEST = 1024
"""Buckets at least; a power of two, as every number of buckets."""

_STEPS = 32
"""Links followed at most for many at once; of thousands of versions all are in one bucket."""

Rows = npt.NDArray[np.int64]


class HashChains:
    """Some of the rows 0, 1, 2, … by a hash of 32 bits; equal hashes may be of unequal keys.

    Those with one hash come in the order in which they were put in, or the newest first.
    """

    def __init__(self, newest_first: bool = True) -> None:
        self._hashes = array("I")  # 0 for a row that is not in here
        self._next = array("I")  # row + 1 of the next in the same bucket, 0 for none
        self._heads = array("I", bytes(4 * FEWEST))
        self._ends = None if newest_first else array("I", bytes(4 * FEWEST))
        """The last row of each bucket, after which the next is put."""
        self._count = 0
        self._last = FEWEST - 1
        """The last bucket."""

    def add(self, row: int, key: int) -> None:
        """Put a row in, unless it is."""
        hashes, following, heads = self._hashes, self._next, self._heads
        hashed = (key & 0xFFFFFFFF) or 1
        bucket = hashed & self._last
        ends = self._ends
        after = heads[bucket] if ends is None else 0
        if row == len(hashes):  # as nearly always
            hashes.append(hashed)
            following.append(after)
        else:
            if (missing := row + 1 - len(hashes)) > 0:
                hashes.frombytes(bytes(4 * missing))
                following.frombytes(bytes(4 * missing))
            elif hashes[row]:
                return
            hashes[row] = hashed
            following[row] = after
        if ends is None:
            heads[bucket] = row + 1
        else:
            if last := ends[bucket]:
                following[last - 1] = row + 1
            else:
                heads[bucket] = row + 1
            ends[bucket] = row + 1
        self._count += 1
        if self._count > 2 * self._last + 2:
            self._build()

    def add_all(self, rows: Rows, keys: Sequence[int]) -> None:
        """Put rows in that are beyond all that are, in ascending order."""
        if not len(rows):
            return
        hashed = _hashed(keys)
        size = int(rows[-1]) + 1
        missing = size - len(self._hashes)
        self._hashes.frombytes(bytes(4 * missing))
        self._next.frombytes(bytes(4 * missing))
        np.frombuffer(self._hashes, np.uint32)[rows] = hashed
        self._count += len(rows)
        if self._count > 2 * self._last + 2:
            self._build()
            return
        following = np.frombuffer(self._next, np.uint32)
        heads = np.frombuffer(self._heads, np.uint32)
        order, buckets = ascending(hashed & np.uint32(self._last))
        links = (rows[order] + 1).astype(np.uint32)
        changes = buckets[1:] != buckets[:-1]
        first, last = np.append(True, changes), np.append(changes, True)
        if self._ends is None:
            before = np.append(np.uint32(0), links[:-1])
            following[rows[order]] = np.where(first, heads[buckets], before)
            heads[buckets[last]] = links[last]
            return
        ends = np.frombuffer(self._ends, np.uint32)
        within = ~last
        following[rows[order[within]]] = links[1:][within[:-1]]
        begun = ends[buckets[first]]
        following[begun[begun > 0].astype(np.int64) - 1] = links[first][begun > 0]
        heads[buckets[first][begun == 0]] = links[first][begun == 0]
        ends[buckets[last]] = links[last]

    def know(self, keys: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Which of some hashes a row may have, or another of them is equal to."""
        hashed = _hashed(keys)
        ordered = np.sort(hashed)
        again = ordered[1:][ordered[1:] == ordered[:-1]]
        known = np.isin(hashed, again) if len(again) else np.zeros(len(hashed), bool)
        hashes, following = (np.frombuffer(one, np.uint32) for one in (self._hashes, self._next))
        links = np.frombuffer(self._heads, np.uint32)[hashed & np.uint32(self._last)]
        asked = np.flatnonzero(links)
        links = links[asked]
        for _ in range(_STEPS):
            if not len(asked):
                return known
            rows = links.astype(np.int64) - 1
            known[asked] |= hashes[rows] == hashed[asked]
            links = following[rows]
            on = (links > 0) & ~known[asked]
            asked, links = asked[on], links[on]
        known[asked] = True  # for all that anyone knows
        return known

    def rows(self, key: int) -> Iterator[int]:
        """The rows with this hash, in order."""
        hashed = (key & 0xFFFFFFFF) or 1
        hashes, following = self._hashes, self._next
        place = self._heads[hashed & self._last]
        while place:
            if hashes[place - 1] == hashed:
                yield place - 1
            place = following[place - 1]

    def take(self, rows: Rows) -> None:
        """Keep these rows of all, which are numbered anew in this order."""
        found = np.zeros(len(rows), np.uint32)
        known = rows < len(self._hashes)
        found[known] = np.frombuffer(self._hashes, np.uint32)[rows[known]]
        self._hashes = array_of("I", found)
        self._build()

    @property
    def memory(self) -> int:
        """Memory of the arrays."""
        arrays = (self._hashes, self._next, self._heads, self._ends or ())
        return sum(4 * len(one) for one in arrays)

    def _build(self) -> None:
        hashes = np.frombuffer(self._hashes, np.uint32)
        members = np.flatnonzero(hashes)
        size = buckets_for(len(members))
        buckets = hashes[members] & np.uint32(size - 1)
        if self._ends is not None:
            ends = np.zeros(size, np.uint32)
            ends[buckets] = members + 1  # of several in one bucket the last stays
            self._ends = array_of("I", ends)
            buckets, members = buckets[::-1], members[::-1]
        heads, before = chain(buckets, size)
        whole = np.zeros(len(hashes), np.uint32)
        # Numbers among the members become numbers of rows; 0 stays 0.
        rows_of = np.concatenate(([0], members + 1)).astype(np.uint32)
        whole[members] = rows_of[before]
        self._heads = array_of("I", rows_of[heads])
        self._next = array_of("I", whole)
        self._count = len(members)
        self._last = size - 1


def chain(
    buckets: npt.NDArray[np.uint32], size: int
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Heads (by bucket) and predecessors (by place) of places 0, 1, 2, …; place + 1, 0 for none."""
    order, ordered = ascending(buckets)
    same = ordered[1:] == ordered[:-1]
    places = (order + 1).astype(np.uint32)
    before = np.zeros(len(buckets), np.uint32)
    before[order[1:]] = np.where(same, places[:-1], 0)
    heads = np.zeros(size, np.uint32)
    last = np.append(~same, True)[: len(order)]
    heads[ordered[last]] = places[last]
    return heads, before


def _hashed(keys: Sequence[int]) -> npt.NDArray[np.uint32]:
    """As they are kept: 32 bits, and none is 0."""
    hashed = np.array([key & 0xFFFFFFFF for key in keys], np.uint32)
    hashed[hashed == 0] = 1
    return hashed


def ascending(values: npt.NDArray[np.uint32]) -> tuple[Rows, Rows]:
    """The places of values in ascending order, of equal ones the first first; and the values."""
    # A sort of numbers takes a fifth of the time of a stable sort of their places.
    numbered = values.astype(np.uint64) << np.uint64(32) | np.arange(len(values), dtype=np.uint64)
    numbered.sort()
    return (numbered & np.uint64(0xFFFFFFFF)).astype(np.int64), (numbered >> 32).astype(np.int64)


def buckets_for(count: int) -> int:
    """A power of two for so many rows: one to two rows in a bucket before it must grow."""
    return max(FEWEST, 1 << max(1, count.bit_length()) - 1)


def array_of(code: str, values: npt.NDArray[Any]) -> array[int]:
    """A compact array that can grow."""
    made = array(code)
    made.frombytes(np.ascontiguousarray(values, made.typecode).tobytes())
    return made
