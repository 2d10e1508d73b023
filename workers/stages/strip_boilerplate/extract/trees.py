"""Oblivious trees as plain arrays: every level of a tree asks one question of all blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Trees:
    """A sum of trees; the answers are the bits of a leaf's number, the first level's the lowest."""

    features: NDArray[np.int64]
    """Trees × levels: the column that is asked for."""
    borders: Floats
    """Trees × levels: the answer is yes above it."""
    leaves: Floats
    """Trees × leaves: logits."""
    bias: float

    def probability(self, matrix: Floats) -> Floats:
        """Of each row of the matrix the probability that it is the article's."""
        trees, levels = self.features.shape
        columns = np.ascontiguousarray(matrix.T)
        leaf = np.zeros((trees, len(matrix)), np.int64)
        leaf += (np.arange(trees) * self.leaves.shape[1])[:, None]
        for level in range(levels):
            answers = columns[self.features[:, level]] > self.borders[:, level, None]
            leaf += answers.astype(np.int64) << level
        logits = self.leaves.ravel()[leaf].sum(axis=0) + self.bias
        probability: Floats = (1 / (1 + np.exp(-logits))).astype(np.float32)
        return probability
