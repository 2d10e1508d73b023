"""What the claim refuses, and what many articles cost it."""

import tracemalloc

import pytest
from msgspec.structs import replace

from tests.stages.deduplicate.claims import article, at, digest
from topics import codec
from topics.records import Claim, Origin
from workers.stages.deduplicate import WindowedSeenStore
from workers.stages.deduplicate.seen_rows import Row, SeenRows
from workers.stages.deduplicate.seen_state import MOST_VERSIONS
from workers.utf8 import text_hash


def test_an_entry_takes_less_than_a_kilobyte() -> None:
    count = 5_000
    fingerprints = [article(f"url-{digest(str(n))}", f"c{n}", f"h{n}") for n in range(count)]
    store = WindowedSeenStore()
    tracemalloc.start()
    for offset, fingerprint in enumerate(fingerprints):
        store.claim(fingerprint, at(offset))
    used = tracemalloc.get_traced_memory()[0] / count
    tracemalloc.stop()
    print(f"{used:.0f} bytes per original")
    assert used < 1000


def broken(**changed: object) -> Claim:
    store = WindowedSeenStore()
    store.claim(article("a", "one"), at(0))
    told = store.claim_record(article("a", "one"), at(1))[0]
    verdict = {n: v for n, v in changed.items() if n in ("of_origin", "of_version", "version")}
    rest = {n: v for n, v in changed.items() if n not in verdict}
    return replace(told, verdict=replace(told.verdict, **verdict), **rest)


@pytest.mark.parametrize(
    "record",
    [
        broken(version=2**40),
        broken(version=-1),
        broken(of_version=-1),
        broken(of_origin="t/8589934592/1@1"),
        broken(of_origin=None),
        broken(shingles=-1),
        broken(origin="articles.raw/-1/1@1"),
        broken(origin="articles.raw/8589934592/1@1"),
        broken(content_hash="z"),
    ],
)
def test_a_claim_that_cannot_be_is_refused_and_changes_nothing(record: Claim) -> None:
    store, untouched = WindowedSeenStore(), WindowedSeenStore()
    for one in (store, untouched):
        one.claim(article("z", "z"), at(9, day=1))
    with pytest.raises(ValueError, match=r"."):
        store.restore(record)
    assert len(store) == 1
    for number in range(3):
        arrival = article(str(number % 2), "text"), at(10 + number, day=2)
        assert store.claim_record(*arrival) == untouched.claim_record(*arrival)


def test_any_time_that_a_header_can_hold_is_claimed(store: WindowedSeenStore) -> None:
    times = (-1, 0, 1_700_000_000_000_000_000, 2**62, 2**63 - 1, 5)
    for offset, time in enumerate(times):
        assert store.claim(article(str(offset), str(offset)), Origin("t", 0, offset, time)).passes


def test_of_thousands_of_versions_the_newest_are_looked_at(store: WindowedSeenStore) -> None:
    """A producer that has one id for everything stops nobody."""
    for number in range(300):
        verdict = store.claim(article("0", f"text {number}"), at(number))
        assert verdict.version == number + 1
    assert store.claim(article("0", "text 250"), at(300)).kind == "repeat"
    key = text_hash("0")
    assert len(store._state.versions("0", key)) == MOST_VERSIONS
    store.claim(article("0", "text 3"), at(301))
    assert store.claim(article("0", "text 4"), at(302)).version == 302


def test_a_record_without_what_it_copies_is_refused(store: WindowedSeenStore) -> None:
    writer = WindowedSeenStore()
    writer.claim(article("a", "one"), at(0))
    for number, one in enumerate((article("b", "one"), article("a", "one"))):
        claim = writer.claim_record(one, at(1 + number))[0]
        for missing in ({"of": None}, {"of_origin": None}):
            told = replace(claim, verdict=replace(claim.verdict, **missing))
            with pytest.raises(ValueError, match="of nothing"):
                store.restore(told)
    assert len(store) == 0


def test_a_verdict_is_told_as_it_was_given_whatever_the_method_is_now() -> None:
    writer, sketch = WindowedSeenStore(), bytes(range(160))
    writer.claim(article("a", "one", sketch=sketch), at(0))
    copy = article("b", "two", sketch=sketch)
    given = writer.claim_record(copy, at(1))[0]
    earlier = replace(given, verdict=replace(given.verdict, method="minhash/0", similarity=0.1234))
    store = WindowedSeenStore()
    store.restore(earlier)
    assert store.claim(copy, at(1)) == earlier.verdict


def test_thousands_with_one_content_are_no_burden(
    store: WindowedSeenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in rows that are looked at, not in time: no more than a few for any claim."""
    count = 3000
    for number in range(count):
        stub = article(f"s{number}", "subscribe to read on", f"headline {number}", shingles=5)
        store.claim(stub, at(number))
        store.claim(article(f"r{number}", f"own {number}"), at(count + 3 * number))
        store.claim(article(f"r{number}", "was removed"), at(count + 3 * number + 1))
        store.claim(article("one", "same", f"headline {number}"), at(count + 3 * number + 2))
    looked_at = 0
    get = SeenRows.__getitem__

    def counting(rows: SeenRows, number: int) -> Row:
        nonlocal looked_at
        looked_at += 1
        return get(rows, number)

    monkeypatch.setattr(SeenRows, "__getitem__", counting)
    sent = [
        article("x", "subscribe to read on", "headline x", shingles=5),
        article("y", "was removed"),
        article("z", "same"),
    ]
    verdicts = [store.claim(one, at(4 * count + place)) for place, one in enumerate(sent)]
    assert [(one.kind, one.of) for one in verdicts] == [
        ("original", None),
        ("same_content", "r0"),
        ("same_content", "one"),
    ]
    assert looked_at < 30


def test_of_many_claims_those_that_cannot_be_are_named_and_the_others_kept() -> None:
    live, claims = WindowedSeenStore(), list[Claim]()
    for number in range(9):
        claims.append(live.claim_record(article(f"a{number}", f"one {number}"), at(number))[0])
    wrong = [replace(claims[2], origin="nowhere")]
    wrong.append(replace(claims[5], verdict=replace(claims[5].verdict, kind="repeat")))
    told = [*claims[:2], wrong[0], *claims[3:5], wrong[1], *claims[6:]]
    for changes in ({"similarity": 1e308}, {"version": 0}):
        verdict = replace(claims[7].verdict, **changes)
        told.append(replace(claims[7], origin=str(at(50)), verdict=verdict))
    restored = WindowedSeenStore()
    errors = restored.restore_all(told)
    assert sorted(errors) == [2, 5, 9, 10]
    assert all(isinstance(error, ValueError | OverflowError) for error in errors.values())
    assert len(restored) == 7
    for number in range(9):
        kind = "original" if number in (2, 5) else "repeat"
        one = article(f"a{number}", f"one {number}")
        assert restored.claim(one, at(100 + number)).kind == kind


def test_copies_taken_in_at_once_take_no_more_memory_than_one_by_one() -> None:
    live = WindowedSeenStore()
    ones = [(f"url-{digest(str(n)) * 8}", f"content {n // 10}") for n in range(3_000)]
    claims = [live.claim_record(article(*one), at(n))[0] for n, one in enumerate(ones)]
    records = [codec.encode(claim) for claim in claims]

    def taken(together: int) -> int:
        store = WindowedSeenStore()
        tracemalloc.start()
        for start in range(0, len(records), together):
            store.restore_all(list(map(codec.decode_claim, records[start : start + together])))
        used = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert len(store) == len(records)
        return used

    one_by_one, at_once = taken(1), taken(500)
    print(f"{one_by_one / 3_000:.0f} and {at_once / 3_000:.0f} bytes each")
    # Another object for each name of the original would be half as much again.
    assert at_once < 1.2 * one_by_one
