"""The texts among which near-duplicates are sought: signatures, numbers and sizes."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workers.stages.deduplicate.band_index import LONGEST, MOST, BandIndex
from workers.stages.deduplicate.hash_chains import Rows, array_of
from workers.stages.deduplicate.similarity import NUMBERS, Similarity, compare, could_be_same


class Text(NamedTuple):
    """What one text is compared by."""

    sketch: bytes
    shingles: int
    numbers: tuple[int, ...]
    """Hashes of 16 bits, ascending, at most ``NUMBERS``."""


_PACKED = [struct.Struct(f"={count}H{2 * (NUMBERS - count)}x").pack for count in range(NUMBERS + 1)]
"""So many numbers as they are kept: the rest is 0."""
_Key = tuple[bytes, int]


class _Prepared(NamedTuple):
    """What was found for a text before those that were looked up with it were added."""

    compared: int
    pairs: list[tuple[int, int, int]]
    """Places that may be the same story, with the equal values of text and lead."""
    room: int
    """So many more may agree with it before there are more in a band than are looked at."""
    cut: bool
    """Whether any that is added, alike or not, may change what is found."""
    alike: list[_Key]
    """Of those that were looked up with it, the ones that agree with it in some band."""


class NearTexts:
    """Texts at the places 0, 1, 2, …, each with the row of its claim."""

    def __init__(self) -> None:
        self._bands = BandIndex()
        self._rows = array("I")
        self._shingles = array("I")
        self._numbers = array("H")  # NUMBERS a place, the rest 0
        self._counts = array("B")
        self._prepared: dict[_Key, _Prepared] = {}
        self._added: dict[_Key, list[int]] = {}
        """Places of those of the prepared that were added since."""
        self._expected = 0
        """So many more may be added before what is prepared may not be what would be found."""

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def memory(self) -> int:
        """Memory of the arrays."""
        return self._bands.memory + len(self) * (4 + 4 + 2 * NUMBERS + 1)

    def add(self, row: int, text: Text) -> int:
        """Keep a text; returns its place."""
        self._rows.append(row)
        self._shingles.append(text.shingles)
        count = len(text.numbers)
        self._numbers.frombytes(_PACKED[count](*text.numbers))
        self._counts.append(count)
        place = self._bands.add(text.sketch)
        if self._prepared:
            key = (text.sketch, text.shingles)
            self._expected -= 1
            if key in self._prepared and self._expected >= 0:
                self._added.setdefault(key, []).append(place)
            else:  # nobody knows which of them agree with it
                self._prepared.clear()
                self._added.clear()
        return place

    def add_all(self, texts: Sequence[tuple[int, Text]]) -> int:
        """Keep several, each with its row; returns the first's place."""
        self._prepared.clear()
        self._added.clear()
        place = len(self)
        self._rows.extend(row for row, _ in texts)
        self._shingles.extend(text.shingles for _, text in texts)
        self._counts.extend(len(text.numbers) for _, text in texts)
        self._numbers.frombytes(
            b"".join(_PACKED[len(text.numbers)](*text.numbers) for _, text in texts)
        )
        self._bands.add_all([text.sketch for _, text in texts])
        return place

    def has_room(self, count: int) -> bool:
        """Whether so many more can be kept."""
        return len(self) + count <= MOST

    def __getitem__(self, place: int) -> Text:
        numbers = self._numbers[place * NUMBERS : place * NUMBERS + self._counts[place]]
        return Text(self._bands.sketch(place), self._shingles[place], tuple(numbers))

    def row(self, place: int) -> int:
        """The row of the claim at a place."""
        return self._rows[place]

    def index(self) -> None:
        """Make what was added ready to be found, which the next search would wait for."""
        self._bands.index()

    def prepare(self, texts: Iterable[tuple[bytes, int]]) -> None:
        """Look several texts up at once, by sketch and shingles, as each search would by itself.

        Takes less time, and changes nothing that is found.
        """
        self._added.clear()
        together = list(texts)
        known = list(dict.fromkeys(together))
        if not known:
            self._prepared.clear()
            return
        self._expected = len(together)
        sketches = [sketch for sketch, _ in known]
        asked, places, most, cut, alike = self._bands.look_up(sketches, len(together))
        matches = self._bands.matches(sketches, asked, places)
        worth = could_be_same(
            matches[:, 0],
            np.array([shingles for _, shingles in known])[asked],
            np.frombuffer(self._shingles, np.uint32)[places],
        )
        counts = np.bincount(asked, minlength=len(known)).tolist()
        self._prepared = {
            key: _Prepared(count, [], LONGEST - seen, some, [known[other] for other in others])
            for key, count, seen, some, others in zip(known, counts, most, cut, alike, strict=True)
        }
        told = (asked[worth].tolist(), places[worth].tolist(), matches[worth].tolist())
        for number, place, (whole, lead) in zip(*told, strict=True):
            self._prepared[known[number]].pairs.append((place, whole, lead))

    def search(self, text: Text) -> tuple[int, list[tuple[int, Similarity]]]:
        """How many texts a text was compared with, and the places of those that may be the same."""
        key = (text.sketch, text.shingles)
        known, late = self._prepared.get(key), list[int]()
        if known is not None and self._added:
            late = self._late(known.alike)
        if known is None or len(late) > known.room or (known.cut and self._added):
            self.prepare([key])
            known, late = self._prepared[key], []
        found = list[tuple[int, Similarity]]()
        for place, whole, lead in known.pairs:
            found.append((place, self._similarity(text, place, whole, lead)))
        for place in late:
            found.append((place, self.compare(text, place)))
        return known.compared + len(late), found

    def _late(self, alike: list[_Key]) -> list[int]:
        """Places of those of the prepared that were added since."""
        added = self._added
        return [place for other in alike if other in added for place in added[other]]

    def compare(self, text: Text, place: int) -> Similarity:
        """How alike a text is to the one at a place."""
        return self._similarity(text, place, *self._bands.agreement(text.sketch, place))

    def _similarity(self, text: Text, place: int, whole: int, lead: int) -> Similarity:
        start = place * NUMBERS
        return compare(
            whole,
            lead,
            (text.shingles, self._shingles[place]),
            (text.numbers, self._numbers[start : start + self._counts[place]]),
        )

    def take(self, places: Rows, rows: npt.NDArray[np.int64]) -> None:
        """Keep these places of all, numbered anew in this order, with their new rows."""
        self._prepared.clear()
        self._added.clear()
        self._bands.take(places)
        self._rows = array_of("I", rows)
        self._shingles = array_of("I", np.frombuffer(self._shingles, np.uint32)[places])
        numbers = np.frombuffer(self._numbers, np.uint16).reshape(-1, NUMBERS)
        self._numbers = array_of("H", numbers[places].reshape(-1))
        self._counts = array_of("B", np.frombuffer(self._counts, np.uint8)[places])
