"""The arrays in which claims are found again, against plain dictionaries."""

import random
from collections import defaultdict

import numpy as np
import pytest

from workers.stages.deduplicate.band_index import BandIndex
from workers.stages.deduplicate.hash_chains import HashChains
from workers.stages.deduplicate.line_counts import COUNTED, LineCounts

COUNT = 5000


def test_chains_find_every_row_by_its_hash_newest_first() -> None:
    rng, chains, expected = random.Random(1), HashChains(), defaultdict[int, list[int]](list)
    for row in range(0, 2 * COUNT, 2):
        key = 2 + rng.getrandbits(40) % 1500
        chains.add(row, key)
        chains.add(row, key)
        expected[key].append(row)
    assert all(list(chains.rows(key)) == rows[::-1] for key, rows in expected.items())
    assert list(chains.rows(1502)) == []
    chains.take(np.arange(0, 2 * COUNT, 4))
    for key, rows in expected.items():
        assert list(chains.rows(key)) == [row // 4 for row in rows[::-1] if row % 4 == 0]


def test_chains_follow_a_new_order_of_rows() -> None:
    chains = HashChains()
    for row in range(10):
        chains.add(row, 5 + row % 2)
    chains.take(np.arange(10)[::-1])
    assert list(chains.rows(6)) == [8, 6, 4, 2, 0]


def like(sketch: bytes, rng: random.Random, changed: int) -> bytes:
    """The sketch with so many bytes changed."""
    made = bytearray(sketch)
    for place in rng.sample(range(160), changed):
        made[place] ^= rng.randint(1, 255)
    return bytes(made)


def test_bands_find_what_is_alike_and_little_else() -> None:
    rng, index = random.Random(2), BandIndex()
    sketches = [rng.randbytes(160) for _ in range(COUNT)]
    for place, sketch in enumerate(sketches):
        assert index.add(sketch) == place
        if place % 7 == 0:
            assert place in index.candidates(sketch)
    assert all(place in index.candidates(sketch) for place, sketch in enumerate(sketches))
    # Half of the values equal: 1 - (1 - 1/8) ** 34 is .99.
    found = [place in index.candidates(like(sketches[place], rng, 80)) for place in range(1000)]
    assert sum(found) > 970
    assert sum(len(index.candidates(rng.randbytes(160))) for _ in range(1000)) < 200


@pytest.mark.parametrize("at_once", [True, False])
def test_bands_find_the_same_however_they_were_built(at_once: bool) -> None:
    rng = random.Random(3)
    families = [rng.randbytes(160) for _ in range(20)]
    sketches = [like(rng.choice(families), rng, 60) for _ in range(2000)]
    built, grown = BandIndex(), BandIndex()
    for sketch in sketches:
        built.add(sketch)
        grown.add(sketch)
        grown.candidates(sketch)
    if at_once:
        built.index()
    for sketch in sketches[::50] + families:
        assert built.candidates(sketch) == grown.candidates(sketch)
    assert built.sketch(77) == sketches[77]


def test_bands_count_equal_values_of_text_and_lead() -> None:
    rng, index = random.Random(4), BandIndex()
    sketch = rng.randbytes(160)
    other = bytes(one ^ (i < 100 or 128 <= i < 130) for i, one in enumerate(sketch))
    index.add(sketch)
    index.add(other)
    assert index.matches(sketch, [1, 0]) == [(28, 30), (128, 32)]


def test_lines_are_met_on_other_articles_of_the_source_only() -> None:
    counts = LineCounts()
    counts.count(1, [10, 11], article=5, day=100)
    assert counts.met(1, [11, 12, 10], article=6, oldest=95) == 0b101
    assert counts.met(1, [10, 11], article=5, oldest=95) == 0
    assert counts.met(2, [10, 11], article=6, oldest=95) == 0
    counts.count(1, [10], article=6, day=101)
    assert counts.met(1, [10, 11], article=5, oldest=95) == 0b01


def test_lines_expire_by_the_day_on_which_they_were_met_last() -> None:
    counts = LineCounts()
    counts.count(1, [10, 11], article=5, day=100)
    counts.count(1, [10], article=6, day=104)
    counts.expire(102)
    assert counts.met(1, [10, 11], article=7, oldest=102) == 0b01
    counts.expire(105)
    assert counts.met(1, [10, 11], article=7, oldest=105) == 0


def test_counted_lines_are_bounded_and_the_frequent_ones_stay() -> None:
    rng, counts = random.Random(5), LineCounts()
    frequent = [rng.getrandbits(64) for _ in range(10)]
    for article in range(20):
        counts.count(1, frequent, article=article, day=3)
    for article in range(60):
        lines = [rng.getrandbits(64) for _ in range(1000)]
        counts.count(1, lines, article=1000 + article, day=3)
        counts.count(1, lines, article=2000 + article, day=3)
    assert counts.memory < 14 * (1 << 19) + 250 * COUNTED
    assert counts.met(1, frequent, article=99, oldest=0) == 0b1111111111
