"""The arrays in which claims are found again, against plain dictionaries."""

import random
import struct
from collections import defaultdict

import numpy as np
import pytest

from workers.stages.deduplicate.band_index import _MIX, LONGEST, BandIndex
from workers.stages.deduplicate.hash_chains import HashChains
from workers.stages.deduplicate.line_counts import COUNTED, LineCounts
from workers.stages.deduplicate.near_texts import NearTexts, Text

COUNT = 5000


def test_chains_may_be_in_the_order_in_which_rows_were_put_in() -> None:
    rng, chains, expected = random.Random(2), HashChains(newest_first=False), dict[int, list[int]]()
    for row in range(COUNT):
        if row % 3:
            key = rng.randrange(400) << 32 | rng.randrange(1, 400)
            chains.add(row, key)
            expected.setdefault(key & 0xFFFFFFFF, []).append(row)
    assert {key: list(chains.rows(key)) for key in expected} == expected
    chains.take(np.arange(0, COUNT, 2))
    left = {key: [row // 2 for row in rows if row % 2 == 0] for key, rows in expected.items()}
    assert {key: list(chains.rows(key)) for key in expected} == left
    chains.add(COUNT, 7)
    assert list(chains.rows(7)) == [*left[7], COUNT]


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


def candidates(index: BandIndex, sketch: bytes) -> list[int]:
    found: list[int] = index.look_up([sketch]).places.tolist()
    return found


def test_bands_find_what_is_alike_and_little_else() -> None:
    rng, index = random.Random(2), BandIndex()
    sketches = [rng.randbytes(160) for _ in range(COUNT)]
    for place, sketch in enumerate(sketches):
        assert index.add(sketch) == place
        if place % 7 == 0:
            assert place in candidates(index, sketch)
    assert all(place in candidates(index, sketch) for place, sketch in enumerate(sketches))
    # Half of the values equal: 1 - (1 - 1/8) ** 34 is .99.
    found = [place in candidates(index, like(sketches[place], rng, 80)) for place in range(1000)]
    assert sum(found) > 970
    assert sum(len(candidates(index, rng.randbytes(160))) for _ in range(1000)) < 200


@pytest.mark.parametrize("at_once", [True, False])
def test_bands_find_the_same_however_they_were_built(at_once: bool) -> None:
    rng = random.Random(3)
    families = [rng.randbytes(160) for _ in range(20)]
    sketches = [like(rng.choice(families), rng, 60) for _ in range(2000)]
    built, grown = BandIndex(), BandIndex()
    for sketch in sketches:
        built.add(sketch)
        grown.add(sketch)
        candidates(grown, sketch)
    if at_once:
        built.index()
    for sketch in sketches[::50] + families:
        assert candidates(built, sketch) == candidates(grown, sketch)
    assert built.sketch(77) == sketches[77]


def plain_bands(sketch: bytes) -> list[bytes]:
    return [sketch[at : at + 3] for at in [*range(0, 72, 3), *range(128, 158, 3)]]


def test_many_are_looked_up_at_once_as_each_by_itself() -> None:
    """Also the newest only of many that agree, and which of those that were asked for agree."""
    rng, index, by_band = (
        random.Random(6),
        BandIndex(),
        defaultdict[tuple[int, bytes], list[int]](list),
    )
    families = [rng.randbytes(160) for _ in range(8)]
    sketches = [like(rng.choice(families), rng, 40 + 10 * (n % 5)) for n in range(700)]
    for place, sketch in enumerate(sketches[:600]):
        index.add(sketch)
        for band, value in enumerate(plain_bands(sketch)):
            by_band[band, value].append(place)
        if place % 37 == 0:
            index.index()
    asked = sketches[600:]
    found = index.look_up(asked)
    for number, sketch in enumerate(asked):
        newest = [by_band[at][-LONGEST:] for at in enumerate(plain_bands(sketch))]
        expected = sorted({place for places in newest for place in places})
        assert found.places[found.asked == number].tolist() == expected
        assert found.most[number] == max(map(len, newest))
        bands = plain_bands(sketch)
        assert found.alike[number] == [
            place
            for place, other in enumerate(asked)
            if any(map(bytes.__eq__, bands, plain_bands(other)))
        ]
    assert max(found.most) == LONGEST


def test_bands_count_equal_values_of_text_and_lead() -> None:
    rng, index = random.Random(4), BandIndex()
    sketch = rng.randbytes(160)
    other = bytes(one ^ (i < 100 or 128 <= i < 130) for i, one in enumerate(sketch))
    index.add(sketch)
    index.add(other)
    pairs = np.array([0, 0, 1]), np.array([1, 0, 0])
    assert index.agreement(sketch, 1) == (28, 30)
    assert index.matches([sketch, other], *pairs).tolist() == [[28, 30], [128, 32], [28, 30]]


def packed(*lines: int) -> bytes:
    """Lines by small numbers, as hashes."""
    return struct.pack(f"<{len(lines)}Q", *(line * 0x9E3779B97F4A7C15 % 2**64 for line in lines))


def test_lines_are_met_on_other_articles_of_the_source_only() -> None:
    counts = LineCounts()
    counts.count(1, packed(10, 11), article=5, day=100)
    assert counts.meet(1, packed(11, 12, 10), article=6, oldest=95, day=None) == 0b101
    assert counts.meet(1, packed(10, 11), article=5, oldest=95, day=None) == 0
    assert counts.meet(2, packed(10, 11), article=6, oldest=95, day=None) == 0
    counts.count(1, packed(10), article=6, day=101)
    assert counts.meet(1, packed(10, 11), article=5, oldest=95, day=None) == 0b01


def test_lines_of_sources_with_like_hashes_are_not_mixed_up() -> None:
    counts = LineCounts()
    counts.count(1, packed(10, 11), article=5, day=100)
    for bit in range(1, 32):
        assert counts.meet(1 ^ 1 << bit, packed(10, 11), article=6, oldest=95, day=None) == 0


def test_an_article_that_brings_its_lines_again_brings_them_that_day() -> None:
    counts = LineCounts()
    for day in (100, 106):
        counts.meet(1, packed(10), article=5, oldest=93, day=day)
    assert counts.meet(1, packed(10), article=6, oldest=101, day=None) == 1


def test_lines_expire_by_the_day_on_which_they_were_met_last() -> None:
    counts = LineCounts()
    counts.count(1, packed(10, 11), article=5, day=100)
    counts.count(1, packed(10), article=6, day=104)
    counts.expire(102)
    assert counts.meet(1, packed(10, 11), article=7, oldest=102, day=None) == 0b01
    counts.expire(105)
    assert counts.meet(1, packed(10, 11), article=7, oldest=105, day=None) == 0


def test_counted_lines_are_bounded_and_the_frequent_ones_stay() -> None:
    rng, counts = random.Random(5), LineCounts()
    frequent = [rng.getrandbits(64) for _ in range(10)]
    for article in range(20):
        counts.count(1, packed(*frequent), article=article, day=3)
    for article in range(60):
        lines = [rng.getrandbits(64) for _ in range(1000)]
        counts.count(1, packed(*lines), article=1000 + article, day=3)
        counts.count(1, packed(*lines), article=2000 + article, day=3)
    assert counts.memory < 8 * (1 << 19) + 250 * COUNTED
    assert counts.meet(1, packed(*frequent), article=99, oldest=0, day=None) == 0b1111111111


@pytest.mark.parametrize("seed", range(5))
def test_lines_are_met_as_one_by_one_however_they_were_prepared(seed: int) -> None:
    rng = random.Random(seed)
    plain, prepared, waiting = LineCounts(), LineCounts(), LineCounts()
    template = list(range(1, 31))
    # Lines that have the place of others in the table, and overwrite them.
    alike = [line + (bit << 40) for line in template[:3] for bit in range(3)] if seed else []
    articles = [
        (
            rng.randrange(3),
            packed(*dict.fromkeys(rng.choices(template + alike, k=rng.randrange(4)))),
            packed(*(rng.getrandbits(64) for _ in range(rng.randrange(1, 6)))),
            rng.randrange(200),
        )
        for _ in range(600)
    ]
    given = [(source, common + own, article) for source, common, own, article in articles]
    for number, (source, lines, article) in enumerate(given):
        if number % 16 == 0:
            ahead = [one for one in given[number : number + 16] if rng.random() < 0.9]
            prepared.prepare((other, some) for other, some, _ in ahead)
        day = None if rng.random() < 0.2 else 100 + number // 100
        met = plain.meet(source, lines, article, oldest=101, day=day)
        assert prepared.meet(source, lines, article, oldest=101, day=day) == met
        if day is not None:
            waiting.count(source, lines, article, day)
    for source, lines, _ in given:
        met = plain.meet(source, lines, 999, oldest=101, day=None)
        assert prepared.meet(source, lines, 999, oldest=101, day=None) == met
        if not alike:
            assert waiting.meet(source, lines, 999, oldest=101, day=None) == met


def test_what_is_prepared_is_not_believed_when_more_is_added_than_was_expected() -> None:
    """Texts that share a bucket with the one that is sought, and stand before it by then."""
    rng, back = random.Random(5), pow(int(_MIX), -1, 1 << 24)
    mine, theirs = (
        (value * back & 0xFFFFFF).to_bytes(3, "little") for value in (0x123401, 0x123402)
    )
    sought = Text(mine + rng.randbytes(157), 300, ())
    texts = NearTexts()
    texts.add(0, sought)
    for row in range(1, 201):
        texts.add(row, Text(theirs + rng.randbytes(157), 300, ()))
    asked, other = Text(mine + rng.randbytes(157), 300, ()), Text(theirs + bytes(157), 300, ())
    texts.prepare([(asked.sketch, 300), (other.sketch, 300)])
    assert texts.search(asked)[0] == 1
    for row in range(201, 263):
        texts.add(row, other)
    assert texts.search(asked)[0] == 0
