"""Which texts are worth a comparison: those whose signatures agree in a whole band.

Locality-sensitive hashing of min-hashes (Broder 1997; Indyk and Motwani 1998): 24 bands of three of
the text's values and 10 of three of its lead's. Two texts that share a third of their shingles meet
in some band seven times of ten, two that share half nearly always.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workers.stages.deduplicate.hash_chains import (
    Rows,
    array_of,
    ascending,
    buckets_for,
    chain,
)
from workers.stages.deduplicate.similarity import HASHES, LEAD_HASHES

SKETCH = HASHES + LEAD_HASHES
"""Bytes of a signature: the low byte of each min-hash."""
ROWS = 3
BANDS = 24
LEAD_BANDS = 10
ALL_BANDS = BANDS + LEAD_BANDS
LONGEST = 32
"""Of texts that agree in a band, so many of the newest are looked at: reports made from one
template all agree, and the one that is copied is among the newest in some other band."""
MOST = (1 << 24) - 1
"""Texts at most: a link has 24 bits for a place and 8 for a part of the band's hash."""
_STEPS = 256
"""Links followed at most in a bucket, where texts that agree in another value may stand between."""
_FEW = 40
"""Chains that are followed one by one."""
_LINKED_AT_ONCE = 64
_FEWEST = 1 << 16
"""Buckets of a band at least. With the 8 bits in a link they tell all values of a band apart."""
_PLACE, _TAG = np.uint32(24), np.uint32(0xFF)
_NUMBER = 24
"""Bits for the number of a signature among those that are looked up together."""
_BAND = np.uint32(0xFFFFFF)
"""The three bytes of a band, of the four that are read from its beginning on."""
_MIX = np.uint32(0x9E3779)
_EACH = np.arange(ALL_BANDS, dtype=np.uint32)

_Numbers = npt.NDArray[np.uint32]
_Sketches = npt.NDArray[np.uint8]


class Found(NamedTuple):
    """What agrees with some signatures in a band."""

    asked: Rows
    """For each pair the number of the signature, ascending."""
    places: Rows
    """For each pair the place that agrees with it."""
    most: list[int]
    """For each signature the most places that were found in one band; ``LONGEST`` at most."""
    cut: list[bool]
    """For each signature whether so many links were followed in a bucket that those of the other
    signatures, once they are added, might stand in the way of some."""
    alike: list[list[int]]
    """For each signature the numbers of those (itself too) that agree with it in some band."""


class BandIndex:
    """Signatures at the places 0, 1, 2, …, found by their bands."""

    def __init__(self) -> None:
        self._sketches = array("B")
        self._before = array("I")  # of each place and band: the one before, with its tag; 0: none
        self._linked = 0
        """Places that can be found; the others are linked when somebody looks."""
        self._resize(0)

    def __len__(self) -> int:
        return len(self._sketches) // SKETCH

    @property
    def memory(self) -> int:
        """Memory of the arrays."""
        return len(self._sketches) + 4 * (len(self._before) + len(self._heads))

    def add(self, sketch: bytes) -> int:
        """Keep a signature; returns its place. OverflowError if there are too many."""
        place = len(self)
        if place >= MOST:
            raise OverflowError(
                f"more than {MOST:,} articles in the window of the claims; a shorter "
                "COPYDESK_CLAIM_WINDOW keeps fewer"
            )
        self._sketches.frombytes(sketch)
        return place

    def add_all(self, sketches: Sequence[bytes]) -> None:
        """Keep several, for which there must be room."""
        self._sketches.frombytes(b"".join(sketches))

    def sketch(self, place: int) -> bytes:
        """The signature at a place."""
        return self._sketches[place * SKETCH : (place + 1) * SKETCH].tobytes()

    def look_up(self, sketches: Sequence[bytes], added: int = 1) -> Found:
        """The places that agree with each of some signatures in a band, ``LONGEST`` in each.

        So many signatures may be added before the last of them asks what was found.
        """
        self.index()
        asked = np.frombuffer(b"".join(sketches), np.uint8).reshape(-1, SKETCH)
        bands = _bands(asked)
        hashes = _mixed(bands)
        tags = (hashes & _TAG).reshape(-1)
        links = self._heads[self._starts(hashes)].reshape(-1)
        before = np.frombuffer(self._before, np.uint32)
        seen = np.zeros(len(links), np.int64)
        pairs = [np.empty(0, np.int64)]
        lanes = np.flatnonzero(links)
        links, steps = links[lanes], _STEPS
        while len(lanes) > _FEW and steps:
            places = (links & np.uint32(MOST)).astype(np.int64) - 1
            hits = links >> _PLACE == tags[lanes]
            found = lanes[hits]
            seen[found] += 1
            pairs.append(found // ALL_BANDS << 24 | places[hits])
            links = before[places * ALL_BANDS + lanes % ALL_BANDS]
            on = links > 0
            if len(pairs) > LONGEST:
                on &= seen[lanes] < LONGEST
            lanes, links = lanes[on], links[on]
            steps -= 1
        del before  # which would keep the array from growing
        cut = set((lanes // ALL_BANDS).tolist()) if steps <= added else set()
        left = self._followed(lanes, links, tags, seen, steps, pairs)
        cut.update((lanes[left <= added] // ALL_BANDS).tolist())
        found = np.sort(np.concatenate(pairs))  # np.unique takes ten times as long for so few
        distinct = found[np.append(True, found[1:] != found[:-1])[: len(found)]]
        return Found(
            asked=distinct >> 24,
            places=distinct & MOST,
            most=seen.reshape(-1, ALL_BANDS).max(1).tolist(),
            cut=[number in cut for number in range(len(sketches))],
            alike=_alike(bands),
        )

    def _followed(
        self,
        lanes: Rows,
        links: _Numbers,
        tags: _Numbers,
        seen: Rows,
        most: int,
        pairs: list[Rows],
    ) -> Rows:
        """The same for the last few chains, one by one, which then is faster.

        Returns for each chain how many more links might have been followed.
        """
        found, left, before = list[int](), list[int](), self._before
        for lane, link in zip(lanes.tolist(), links.tolist(), strict=True):
            tag, room, steps = int(tags[lane]), LONGEST - int(seen[lane]), most
            asked, band = divmod(lane, ALL_BANDS)
            while link and room and steps:
                place = (link & MOST) - 1
                if link >> int(_PLACE) == tag:
                    found.append(asked << 24 | place)
                    room -= 1
                link = before[place * ALL_BANDS + band]
                steps -= 1
            seen[lane] = LONGEST - room
            left.append(steps)
        pairs.append(np.array(found, np.int64))
        return np.array(left, np.int64)

    def agreement(self, sketch: bytes, place: int) -> tuple[int, int]:
        """Equal values of text and of lead of a signature and the one at a place."""
        kept = np.frombuffer(self._sketches, np.uint8, SKETCH, place * SKETCH)
        equal = kept == np.frombuffer(sketch, np.uint8)
        return int(np.count_nonzero(equal[:HASHES])), int(np.count_nonzero(equal[HASHES:]))

    def matches(self, sketches: Sequence[bytes], asked: Rows, places: Rows) -> Rows:
        """Of each pair of a signature and a place the equal values of text and of lead (n × 2)."""
        kept = self._kept()
        others = np.frombuffer(b"".join(sketches), np.uint8).reshape(-1, SKETCH)
        counts = [
            np.add.reduceat(
                kept[places[start : start + 1024]] == others[asked[start : start + 1024]],
                (0, HASHES),
                axis=1,
                dtype=np.int64,
            )
            for start in range(0, len(places), 1024)
        ]
        return np.concatenate(counts) if counts else np.empty((0, 2), np.int64)

    def take(self, places: Rows) -> None:
        """Keep these places of all, which are numbered anew in this order."""
        self._sketches = array_of("B", self._kept()[places].reshape(-1))
        self._before = array("I")
        self._resize(len(places))
        self._linked = 0

    def index(self) -> None:
        """Make what was added ready to be found, which the next look-up would wait for."""
        pending = len(self) - self._linked
        if not pending:
            return
        if pending > max(_LINKED_AT_ONCE, len(self) // 8) or len(self) > 2 * self._size:
            self._build()
            return
        hashes = _mixed(_bands(self._kept()[self._linked :]))
        places = np.arange(self._linked + 1, len(self) + 1, dtype=np.uint32)
        links = ((hashes & _TAG) << _PLACE | places[:, None]).reshape(-1)
        starts = self._starts(hashes).reshape(-1)
        order, ordered = ascending(starts)
        sorted_links = links[order]
        first = np.append(True, ordered[1:] != ordered[:-1])
        before = np.empty(len(links), np.uint32)
        before[order] = np.where(
            first, self._heads[ordered], np.append(np.uint32(0), sorted_links[:-1])
        )
        last = np.append(first[1:], True)
        self._heads[ordered[last]] = sorted_links[last]
        self._before.frombytes(before.tobytes())
        self._linked = len(self)

    def _kept(self) -> _Sketches:
        return np.frombuffer(self._sketches, np.uint8).reshape(-1, SKETCH)

    def _starts(self, hashes: _Numbers) -> _Numbers:
        """Where the chains of these hashes begin, by signature and band."""
        return (hashes >> self._shift) + _EACH * np.uint32(self._size)

    def _build(self) -> None:
        count = len(self)
        self._resize(count)
        sketches = self._kept()
        links = np.zeros((count, ALL_BANDS), np.uint32)
        heads = self._heads.reshape(ALL_BANDS, -1)
        for band in range(ALL_BANDS):
            start = band * ROWS if band < BANDS else HASHES + (band - BANDS) * ROWS
            low, middle, high = (
                sketches[:, start + row].astype(np.uint32) << np.uint32(8 * row)
                for row in range(ROWS)
            )
            hashes = _mixed(low | middle | high)
            tags = np.concatenate(([0], hashes & _TAG)).astype(np.uint32)
            first, before = chain(hashes >> self._shift, self._size)
            heads[band] = tags[first] << _PLACE | first
            links[:, band] = tags[before] << _PLACE | before
        self._before = array_of("I", links.reshape(-1))
        self._linked = count

    def _resize(self, count: int) -> None:
        """Empty buckets for so many signatures."""
        self._size = max(_FEWEST, buckets_for(count))
        self._shift = np.uint32(25 - self._size.bit_length())
        # Of each band and bucket: the newest place + 1, with its tag.
        self._heads = np.zeros(ALL_BANDS * self._size, np.uint32)


def _alike(bands: _Numbers) -> list[list[int]]:
    """For each signature the numbers of those (itself too) that agree with it in some band."""
    alike = [[number] for number in range(len(bands))]
    numbers = np.arange(len(bands), dtype=np.uint64)[:, None]
    values = (bands | _EACH << _PLACE).astype(np.uint64) << _NUMBER | numbers
    ordered = np.sort(values, axis=None)
    same = ordered[1:] >> _NUMBER == ordered[:-1] >> _NUMBER
    if same.any():  # seldom: then those that agree with any are compared with each other
        found = np.concatenate((ordered[1:][same], ordered[:-1][same])) & (1 << _NUMBER) - 1
        some = np.array(sorted(set(found.tolist())))
        agree = (bands[some, None] == bands[None, some]).any(2)
        for number, others in zip(some.tolist(), agree, strict=True):
            alike[number] = some[others].tolist()
    return alike


def _mixed(bands: _Numbers) -> _Numbers:
    """Of each value another one of 24 bits, whose first bits are its bucket and last its tag."""
    return bands * _MIX & _BAND


def _bands(sketches: _Sketches) -> _Numbers:
    """The values of all bands of each signature."""
    banded = np.empty((len(sketches), ALL_BANDS * ROWS + 1), np.uint8)
    banded[:, : BANDS * ROWS] = sketches[:, : BANDS * ROWS]
    banded[:, BANDS * ROWS : -1] = sketches[:, HASHES : HASHES + LEAD_BANDS * ROWS]
    shape, strides = (len(sketches), ALL_BANDS), (banded.shape[1], ROWS)
    return np.ndarray(shape, "<u4", banded, 0, strides) & _BAND
