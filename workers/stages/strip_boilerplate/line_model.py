"""The line model: how probable it is that a line belongs to the article.

Boosted trees, read from plain arrays (``line_model.json``; ``line_model.md`` says what they were
fitted on and how good they are). A row is taken through all trees at once: each node that its line
goes to the right of rules out the leaves on its left, and what is left first is the leaf.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workers.stages.strip_boilerplate.line_features import NAMES, Features

FILE = Path(__file__).with_name("line_model.json")
MOST_LEAVES = 12
_ALL = np.uint16((1 << MOST_LEAVES) - 1)
_ONE = np.uint16(1)
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
        # One node of all trees after the other, and all rows at once: NumPy is best at that.
        nodes, thresholds, leaves = self._by_node
        right = rows.T.take(nodes, axis=0) > thresholds
        # One less than none has all bits set: a node that goes to the left rules nothing out.
        kept = (right.astype(np.uint16) - _ONE) | leaves
        trees, depth = self.feature.shape
        remaining = np.bitwise_and.reduce(kept.reshape(depth, trees, len(rows))) & _ALL
        leaf = _first_bit().take(remaining) + self._first_leaf
        added: npt.NDArray[np.float64] = self.value.take(leaf).sum(axis=0)
        return self.start + added

    @cached_property
    def _by_node(self) -> tuple[npt.NDArray[np.intp], Features, npt.NDArray[np.uint16]]:
        """Features, thresholds and leaves: the first nodes of all trees, the second ones and on."""
        nodes = self.feature.T.ravel()
        return nodes, self.threshold.T.reshape(-1, 1), self.leaves.T.reshape(-1, 1)

    @cached_property
    def _first_leaf(self) -> npt.NDArray[np.intp]:
        """Where each tree's values begin among those of all trees."""
        trees, most = self.value.shape
        return np.arange(0, trees * most, most).reshape(-1, 1)


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
