"""A word type's vector, from the numbers of its attributes alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workers.stages.tag_entities.ner.package import Floats
from workers.stages.tag_entities.ner.weights import Weights

Numbers = npt.NDArray[np.uint64]

_FIRST, _SECOND = np.uint64(0x87C3_7B91_1142_53D5), np.uint64(0x4CF5_AD43_2745_937F)
_THIRD, _FOURTH = np.uint64(0xFF51_AFD7_ED55_8CCD), np.uint64(0xC4CE_B9FE_1A85_EC53)
_LOW = np.uint64(0xFFFF_FFFF)


def embed(weights: Weights, numbers: Numbers) -> Floats:
    """Vectors of words whose attributes have these numbers, a row for each word.

    A column for each of the tables, and one more, of the words themselves, if there are ``static``
    vectors. Four rows of each attribute's table are summed (the "hashing trick": two values rarely
    share all four), and the first layer mixes the attributes.
    """
    seeds = np.array([table.seed for table in weights.tables], np.uint64)
    sizes = np.array([len(table.rows) for table in weights.tables], np.uint64)
    hashed = hashes(numbers[:, : len(seeds)], seeds)
    rows = (hashed % sizes[:, None]).astype(np.intp)
    parts = [table.rows[rows[:, n].T].sum(axis=0) for n, table in enumerate(weights.tables)]
    if weights.static:
        parts.append(weights.static.vectors(numbers[:, -1]) @ weights.static.weights)
    return weights.mix(np.concatenate(parts, axis=1))


def hashes(numbers: Numbers, seeds: Numbers) -> Numbers:
    """Four hashes of 32 bits for each number, by its column's seed: thinc's kind of MurmurHash3."""
    second = np.broadcast_to(seeds ^ np.uint64(8), numbers.shape)
    first = numbers * _FIRST
    first = (first << np.uint64(31) | first >> np.uint64(33)) * _SECOND ^ second
    first = first + second
    second = second + first
    first, second = _stirred(first), _stirred(second)
    first += second
    second += first
    shift = np.uint64(32)
    return np.stack([first & _LOW, first >> shift, second & _LOW, second >> shift], axis=-1)


def _stirred(numbers: Numbers) -> Numbers:
    shift = np.uint64(33)
    numbers = (numbers ^ numbers >> shift) * _THIRD
    numbers = (numbers ^ numbers >> shift) * _FOURTH
    return numbers ^ numbers >> shift
