"""The line model: how probable it is that a line belongs to the article.

Boosted trees, read from plain arrays (``line_model.json``; ``line_model.md`` says what they were
fitted on and how good they are). A row is taken through all trees at once: each node that its line
goes to the right of rules out the leaves on its left, and what is left first is the leaf.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workers.stages.strip_boilerplate.line_features import NAMES, Features

FILE = Path(__file__).with_name("line_model.json")
MOST_LEAVES = 12
_ALL = np.uint16((1 << MOST_LEAVES) - 1)
_ROWS = 1024
"""Lines that are looked at together: bounds the memory."""


@dataclass(frozen=True, eq=False)
class LineModel:
    """Trees as arrays: one row per tree, one column per node or leaf, from left to right."""

    feature: npt.NDArray[np.intp]
    threshold: npt.NDArray[np.float32]
    """A line goes to the right if its feature is above."""
    leaves: npt.NDArray[np.uint16]
    """The leaves that remain of a tree if it does: a bit each, the lowest for the leftmost."""
    value: npt.NDArray[np.float64]
    """What a leaf adds to the log odds."""
    start: float

    def content_probability(self, rows: Features) -> npt.NDArray[np.float64]:
        """For each row of features the probability that its line is the article's."""
        parts = [self._odds(rows[at : at + _ROWS]) for at in range(0, len(rows), _ROWS)]
        odds = np.concatenate(parts) if parts else np.zeros(0)
        return 1 / (1 + np.exp(-odds))

    def _odds(self, rows: Features) -> npt.NDArray[np.float64]:
        right = rows[:, self.feature] > self.threshold
        remaining = np.bitwise_and.reduce(np.where(right, self.leaves, _ALL), axis=2)
        leaf = _first_bit()[remaining]
        trees = np.arange(len(self.value))
        return self.start + self.value[trees, leaf].sum(axis=1)  # type: ignore[no-any-return]


@cache
def _first_bit() -> npt.NDArray[np.intp]:
    """The index of the lowest bit of each number."""
    numbers = range(1, 1 << MOST_LEAVES)
    return np.array([0, *((number & -number).bit_length() - 1 for number in numbers)], np.intp)


@cache
def line_model() -> LineModel:
    """The model that comes with the package; read once per process."""
    return read_model(FILE)


def read_model(path: Path) -> LineModel:
    """Read a model; ValueError if it was fitted on other features than this program's."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    if stored["features"] != list(NAMES):
        raise ValueError(f"{path.name} was fitted on other features: compile it anew")
    return LineModel(
        feature=np.array(stored["feature"], np.intp),
        threshold=np.array(stored["threshold"], np.float32),
        leaves=np.array(stored["leaves"], np.uint16),
        value=np.array(stored["value"], np.float64),
        start=stored["start"],
    )
