"""The texts among which near-duplicates are sought: signatures, numbers and sizes."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workers.stages.deduplicate.band_index import BandIndex
from workers.stages.deduplicate.hash_chains import Rows, array_of
from workers.stages.deduplicate.similarity import NUMBERS, Similarity, compare


class Text(NamedTuple):
    """What one text is compared by."""

    sketch: bytes
    shingles: int
    numbers: tuple[int, ...]
    """Hashes of 16 bits, ascending, at most ``NUMBERS``."""


class NearTexts:
    """Texts at the places 0, 1, 2, …, each with the row of its claim."""

    def __init__(self) -> None:
        self._bands = BandIndex()
        self._rows = array("I")
        self._shingles = array("I")
        self._numbers = array("H")  # NUMBERS a place, the rest 0
        self._counts = array("B")

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
        self._numbers.extend(text.numbers)
        self._numbers.extend((0,) * (NUMBERS - len(text.numbers)))
        self._counts.append(len(text.numbers))
        return self._bands.add(text.sketch)

    def __getitem__(self, place: int) -> Text:
        numbers = self._numbers[place * NUMBERS : place * NUMBERS + self._counts[place]]
        return Text(self._bands.sketch(place), self._shingles[place], tuple(numbers))

    def row(self, place: int) -> int:
        """The row of the claim at a place."""
        return self._rows[place]

    def index(self) -> None:
        """Make what was added ready to be found, which the next search would wait for."""
        self._bands.index()

    def candidates(self, text: Text) -> list[int]:
        """The places worth a comparison, in order."""
        return sorted(self._bands.candidates(text.sketch))

    def compared(self, text: Text, places: list[int]) -> Iterator[Similarity]:
        """How alike a text is to those at these places."""
        if not places:
            return
        matches = self._bands.matches(text.sketch, places)
        for place, (whole, lead) in zip(places, matches, strict=True):
            start = place * NUMBERS
            yield compare(
                whole,
                lead,
                (text.shingles, self._shingles[place]),
                (text.numbers, self._numbers[start : start + self._counts[place]]),
            )

    def take(self, places: Rows, rows: npt.NDArray[np.int64]) -> None:
        """Keep these places of all, numbered anew in this order, with their new rows."""
        self._bands.take(places)
        self._rows = array_of("I", rows)
        self._shingles = array_of("I", np.frombuffer(self._shingles, np.uint32)[places])
        numbers = np.frombuffer(self._numbers, np.uint16).reshape(-1, NUMBERS)
        self._numbers = array_of("H", numbers[places].reshape(-1))
        self._counts = array_of("B", np.frombuffer(self._counts, np.uint8)[places])
