"""Which texts are worth a comparison: those whose signatures agree in a whole band.

Locality-sensitive hashing of min-hashes (Broder 1997; Indyk and Motwani 1998): 24 bands of three of
the text's values and 10 of three of its lead's. Two texts that share a third of their shingles meet
in some band seven times of ten, two that share half nearly always.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workers.stages.deduplicate.hash_chains import Rows, array_of, buckets_for, chain
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
_AT_ONCE = 64
_TAGGED = np.uint32(24)
_BAND = np.uint32(0xFFFFFF)
"""The three bytes of a band, of the four that are read from its beginning on."""
_TAG = np.uint32(0xFF)
_MIX = np.uint32(0x9E3779B1)

_Numbers = npt.NDArray[np.uint32]


class BandIndex:
    """Signatures at the places 0, 1, 2, …, found by their bands."""

    def __init__(self) -> None:
        self._sketches = array("B")
        self._before = array("I")  # of each place and band: the one before, with its tag; 0: none
        self._linked = 0
        """Places that can be found; the others are linked when somebody looks."""
        self._resize(0)
        # Of each band and bucket: the newest place + 1, with its tag.
        self._heads = np.zeros(ALL_BANDS * self._size, np.uint32)
        self._chains = (b"", self._offsets, self._offsets)
        """What was looked for last, which is likely to be added next."""

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

    def sketch(self, place: int) -> bytes:
        """The signature at a place."""
        return self._sketches[place * SKETCH : (place + 1) * SKETCH].tobytes()

    def candidates(self, sketch: bytes) -> set[int]:
        """The places that agree with a signature in a band."""
        self.index()
        starts, tags = self._starts(sketch)
        self._chains = sketch, starts, tags
        before, found = self._before, set()
        links, wanted = self._heads[starts].tolist(), tags.tolist()
        for band, link in enumerate(links):
            if link:
                tag, steps = wanted[band], LONGEST
                while link and steps:
                    place = (link & MOST) - 1
                    if link >> 24 == tag:
                        found.add(place)
                    link = before[place * ALL_BANDS + band]
                    steps -= 1
        return found

    def matches(self, sketch: bytes, places: Sequence[int]) -> list[tuple[int, int]]:
        """Equal values of text and lead with the signature at each place."""
        sketches = np.frombuffer(self._sketches, np.uint8).reshape(-1, SKETCH)
        equal = sketches[list(places)] == np.frombuffer(sketch, np.uint8)
        counts = np.add.reduceat(equal, (0, HASHES), axis=1, dtype=np.intp).tolist()
        return [(text, lead) for text, lead in counts]

    def take(self, places: Rows) -> None:
        """Keep these places of all, which are numbered anew in this order."""
        sketches = np.frombuffer(self._sketches, np.uint8).reshape(-1, SKETCH)
        self._sketches = array_of("B", sketches[places].reshape(-1))
        self._before = array("I")
        self._heads[:] = 0
        self._linked = 0

    def index(self) -> None:
        """Make what was added ready to be found, which the next search would wait for."""
        pending = len(self) - self._linked
        if not pending:
            return
        if pending > max(_AT_ONCE, len(self) // 8) or len(self) > 2 * self._size:
            self._build()
            return
        for place in range(self._linked, len(self)):
            sketch, starts, tags = self._chains
            if sketch != self.sketch(place):
                starts, tags = self._starts(self.sketch(place))
            self._before.frombytes(self._heads[starts].tobytes())
            self._heads[starts] = tags << _TAGGED | np.uint32(place + 1)
        self._linked = len(self)

    def _starts(self, sketch: bytes) -> tuple[_Numbers, _Numbers]:
        """Of each band where its chain begins, and the part of its hash that the links carry."""
        banded = sketch[: BANDS * ROWS] + sketch[HASHES:]
        hashes = (np.ndarray(ALL_BANDS, "<u4", banded, 0, ROWS) & _BAND) * _MIX
        return (hashes >> self._shift) + self._offsets, hashes & _TAG

    def _build(self) -> None:
        count = len(self)
        self._resize(count)
        sketches = np.frombuffer(self._sketches, np.uint8).reshape(-1, SKETCH)
        links = np.zeros((count, ALL_BANDS), np.uint32)
        heads = np.zeros((ALL_BANDS, self._size), np.uint32)
        for band in range(ALL_BANDS):
            start = band * ROWS if band < BANDS else HASHES + (band - BANDS) * ROWS
            low, middle, high = (
                sketches[:, start + row].astype(np.uint32) << np.uint32(8 * row)
                for row in range(ROWS)
            )
            hashes = (low | middle | high) * _MIX
            tags = np.concatenate(([0], hashes & _TAG)).astype(np.uint32)
            first, before = chain(hashes >> self._shift, self._size)
            heads[band] = tags[first] << _TAGGED | first
            links[:, band] = tags[before] << _TAGGED | before
        self._heads = heads.reshape(-1)
        self._chains = (b"", self._offsets, self._offsets)
        self._before = array_of("I", links.reshape(-1))
        self._linked = count

    def _resize(self, count: int) -> None:
        self._size = buckets_for(count)
        self._shift = np.uint32(33 - self._size.bit_length())
        self._offsets = np.arange(ALL_BANDS, dtype=np.uint32) * np.uint32(self._size)
