"""Gradient boosting of oblivious trees, in numpy: deterministic, and nothing to install.

Newton steps on the logistic loss (Friedman 2001; second order as in Chen and Guestrin 2016), on
features cut into bins, with a random choice of columns at each level and of rows for each tree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.stages.strip_boilerplate.extract.trees import Floats, Trees


@dataclass(frozen=True)
class Plan:
    """How to fit; the same plan on the same rows gives the same trees."""

    trees: int = 240
    levels: int = 5
    rate: float = 0.07
    penalty: float = 5.0
    """Added to the weight of every leaf."""
    columns: float = 0.15
    """Share of the columns that are tried at each level."""
    rows: float = 0.8
    """Share of the rows that each tree sees."""
    bins: int = 32
    seed: int = 0


def fit(matrix: Floats, labels: Floats, weights: Floats, plan: Plan) -> Trees:
    """Fit trees; labels are probabilities from 0 to 1."""
    rng = np.random.default_rng(plan.seed)
    borders = [_borders(matrix[:, column], plan.bins) for column in range(matrix.shape[1])]
    usable = np.array([column for column, cuts in enumerate(borders) if len(cuts)])
    binned = np.zeros(matrix.shape, np.int64, order="F")
    for column in usable:
        binned[:, column] = np.searchsorted(borders[column], matrix[:, column], side="left")
    mean = float((labels * weights).sum() / weights.sum())
    bias = round(float(np.log(mean / (1 - mean))), 6)
    logits = np.full(len(labels), bias)
    features = np.zeros((plan.trees, plan.levels), np.int64)
    cuts = np.zeros((plan.trees, plan.levels), np.float32)
    leaves = np.zeros((plan.trees, 1 << plan.levels), np.float32)
    for tree in range(plan.trees):
        chance = 1 / (1 + np.exp(-logits))
        seen = weights * (rng.random(len(labels)) < plan.rows)
        slope = (labels - chance) * seen
        bend = chance * (1 - chance) * seen
        leaf = np.zeros(len(labels), np.int64)
        for level in range(plan.levels):
            tried = rng.choice(usable, max(1, int(len(usable) * plan.columns)), replace=False)
            column, cut = _best(binned, tried, leaf, 1 << level, slope, bend, plan)
            features[tree, level] = column
            cuts[tree, level] = borders[column][cut]
            leaf += (binned[:, column] > cut).astype(np.int64) << level
        slopes = np.bincount(leaf, slope, 1 << plan.levels)
        bends = np.bincount(leaf, bend, 1 << plan.levels)
        leaves[tree] = np.round(plan.rate * slopes / (bends + plan.penalty), 3)
        logits += leaves[tree][leaf]
    return Trees(features, cuts, leaves, bias)


def _borders(values: Floats, bins: int) -> Floats:
    """Up to ``bins - 1`` borders between the values, as many rows between any two as can be."""
    distinct = np.unique(values)
    if len(distinct) > bins:
        cuts = np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1], method="lower")
        places = np.unique(np.searchsorted(distinct, cuts))
    else:
        places = np.arange(len(distinct))
    places = places[places < len(distinct) - 1]
    between = (distinct[places] + distinct[places + 1]) / 2
    # As many digits as are stored, so that what is fitted is what is stored.
    return np.unique(np.array([float(f"{border:.5g}") for border in between], np.float32))


def _best(
    binned: NDArray[np.int64],
    tried: NDArray[np.int64],
    leaf: NDArray[np.int64],
    leaves: int,
    slope: NDArray[np.float64],
    bend: NDArray[np.float64],
    plan: Plan,
) -> tuple[int, int]:
    """The column and the border that lower the loss most."""
    best, found = -1.0, (int(tried[0]), 0)
    for column in np.sort(tried):
        cell = leaf * plan.bins + binned[:, column]
        size = leaves * plan.bins
        below = np.cumsum(np.bincount(cell, slope, size).reshape(leaves, plan.bins), axis=1)
        weight = np.cumsum(np.bincount(cell, bend, size).reshape(leaves, plan.bins), axis=1)
        above, rest = below[:, -1:] - below, weight[:, -1:] - weight
        gain = (below**2 / (weight + plan.penalty) + above**2 / (rest + plan.penalty)).sum(axis=0)
        # The last bins of a column with few borders hold nothing: no gain there.
        cut = int(gain[: int(binned[:, column].max()) or 1].argmax())
        if gain[cut] > best:
            best, found = float(gain[cut]), (int(column), cut)
    return found
