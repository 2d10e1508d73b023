"""Rows found by a hash: one by one or many at once, it is the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.stages.deduplicate.hash_chains import FEWEST, HashChains

KEYS = st.integers(0, 5) | st.sampled_from([number * FEWEST for number in range(4)])
"""Few, so that they meet in a bucket and in a hash; 0 is kept as 1."""


@given(
    st.lists(st.lists(st.tuples(st.integers(1, 3), KEYS), max_size=9), max_size=6), st.booleans()
)
def test_many_at_once_are_found_as_one_by_one(
    runs: list[list[tuple[int, int]]], newest_first: bool
) -> None:
    one_by_one, at_once = HashChains(newest_first), HashChains(newest_first)
    row, keys = -1, set[int]()
    for run in runs:
        rows = []
        for step, key in run:
            row += step
            rows.append(row)
            one_by_one.add(row, key)
            keys.add(key)
        at_once.add_all(np.array(rows, np.int64), [key for _, key in run])
        for key in keys:
            assert list(at_once.rows(key)) == list(one_by_one.rows(key))


@pytest.mark.parametrize("newest_first", [True, False])
def test_more_than_the_buckets_have_room_for(newest_first: bool) -> None:
    chains, keys = HashChains(newest_first), [number * 7 % 5_000 for number in range(9_000)]
    for start in range(0, len(keys), 600):
        chains.add_all(np.arange(start, start + 600), keys[start : start + 600])
    for key in (0, 7, 4_999):
        rows = [row for row, one in enumerate(keys) if (one or 1) == (key or 1)]
        assert list(chains.rows(key)) == (rows[::-1] if newest_first else rows)


@given(st.lists(KEYS, max_size=9), st.lists(KEYS, max_size=9))
def test_what_is_known_or_asked_for_twice(kept: list[int], asked: list[int]) -> None:
    chains = HashChains()
    chains.add_all(np.arange(len(kept)), kept)
    hashed = [key or 1 for key in asked]
    expected = [one in [key or 1 for key in kept] or hashed.count(one) > 1 for one in hashed]
    assert chains.know(asked).tolist() == expected
