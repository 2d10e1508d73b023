"""What the claim decides, case by case."""

import random
import tracemalloc
from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from tests.stages.deduplicate.claims import article, at, digest, withdrawal
from topics.records import Claim, Fingerprint, Origin, Verdict, Withdrawal
from workers.stages.deduplicate import WindowedSeenStore
from workers.stages.deduplicate.seen_rows import Row, SeenRows
from workers.stages.deduplicate.seen_state import MOST_VERSIONS
from workers.utf8 import text_hash


@pytest.fixture
def store() -> WindowedSeenStore:
    return WindowedSeenStore()


def linked(verdict: Verdict) -> tuple[str, str | None, int | None, str | None]:
    return verdict.kind, verdict.of, verdict.of_version, verdict.of_origin


def test_a_new_article_is_an_original(store: WindowedSeenStore) -> None:
    assert store.claim(article("a", "one"), at(0)) == Verdict(
        kind="original", version=1, cluster="a"
    )


def test_an_unchanged_article_is_a_repeat_with_its_evidence(store: WindowedSeenStore) -> None:
    store.claim(article("a", "one"), at(0))
    assert store.claim(article("a", "one"), at(1)) == Verdict(
        kind="repeat",
        version=1,
        cluster="a",
        of="a",
        of_version=1,
        of_origin=str(at(0)),
        similarity=1.0,
        containment=1.0,
        method="exact/1",
        evidence={"content_hash": digest("one"), "headline": True},
    )


def test_changed_content_or_headline_is_a_revision(store: WindowedSeenStore) -> None:
    store.claim(article("a", "one"), at(0))
    second = store.claim(article("a", "two"), at(1))
    third = store.claim(article("a", "two", "new headline"), at(2))
    repeat = store.claim(article("a", "two", "new headline"), at(3))
    assert (linked(second), second.version) == (("revision", "a", 1, str(at(0))), 2)
    assert (linked(third), third.version) == (("revision", "a", 2, str(at(1))), 3)
    assert (linked(repeat), repeat.version) == (("repeat", "a", 3, str(at(2))), 3)


def test_a_batch_delivered_once_more_repeats_each_of_its_versions(
    store: WindowedSeenStore,
) -> None:
    for offset, content in enumerate(["one", "two"]):
        store.claim(article("a", content), at(offset))
    again = [
        store.claim(article("a", content), at(2 + i)) for i, content in enumerate(["one", "two"])
    ]
    assert [linked(verdict) for verdict in again] == [
        ("repeat", "a", 1, str(at(0))),
        ("repeat", "a", 2, str(at(1))),
    ]
    assert store.claim(article("a", "three"), at(4)).version == 3


def test_the_same_content_under_another_id_is_linked_to_the_earliest(
    store: WindowedSeenStore,
) -> None:
    store.claim(article("a", "one"), at(0))
    copy = store.claim(article("b", "one", "other headline"), at(1))
    assert linked(copy) == ("same_content", "a", 1, str(at(0)))
    assert copy.evidence == {"content_hash": digest("one"), "headline": False}
    assert linked(store.claim(article("c", "one"), at(2))) == linked(copy)


def test_a_copy_of_a_revision_names_that_version_and_its_cluster(store: WindowedSeenStore) -> None:
    store.claim(article("a", "one"), at(0))
    store.claim(article("a", "two"), at(1))
    copy = store.claim(article("b", "two"), at(2))
    assert linked(copy) == ("same_content", "a", 2, str(at(1)))
    assert copy.cluster == "a"


def test_short_texts_are_copies_only_with_the_same_headline(store: WindowedSeenStore) -> None:
    stub = "subscribe to read on"
    assert store.claim(article("a", stub, "Fire", shingles=14), at(0)).passes
    assert store.claim(article("b", stub, "Flood", shingles=14), at(1)).passes
    copy = store.claim(article("c", stub, "Flood", shingles=14), at(2))
    assert linked(copy) == ("same_content", "b", 1, str(at(1)))
    assert store.claim(article("d", stub, "Fire", shingles=15), at(3)).passes


def test_a_revision_passes_even_if_another_article_has_its_content(
    store: WindowedSeenStore,
) -> None:
    store.claim(article("a", "one"), at(0))
    store.claim(article("b", "two"), at(1))
    taken = store.claim(article("b", "one"), at(2))
    assert (linked(taken), taken.cluster) == (("revision", "b", 1, str(at(1))), "b")
    assert linked(store.claim(article("c", "one"), at(3))) == (
        "same_content", "a", 1, str(at(0)),
    )  # fmt: skip


def test_an_id_known_only_as_a_copy_becomes_an_original_when_it_changes(
    store: WindowedSeenStore,
) -> None:
    store.claim(article("a", "one"), at(0))
    store.claim(article("b", "one"), at(1))
    again = store.claim(article("b", "one"), at(2))
    assert linked(again) == ("same_content", "a", 1, str(at(0)))
    assert store.claim(article("b", "new"), at(3)) == Verdict(
        kind="original", version=1, cluster="b"
    )


def test_the_same_origin_gets_its_verdict_back(store: WindowedSeenStore) -> None:
    sent = [(article("a", "one"), at(0)), (article("a", "one"), at(1)), (article("b", "x"), at(2))]
    first = [store.claim_record(*arrival) for arrival in sent]
    again = [store.claim_record(*arrival) for arrival in reversed(sent)]
    assert [claim for claim, _ in reversed(again)] == [claim for claim, _ in first]
    assert [new for _, new in first] == [True] * 3
    assert [new for _, new in again] == [False] * 3
    assert len(store) == 3


@pytest.mark.parametrize(
    "other", [article("a", "two"), article("a", "one", "other"), article("b", "three")]
)
def test_another_article_at_the_same_origin_inherits_nothing(
    store: WindowedSeenStore, other: Fingerprint
) -> None:
    store.claim(article("a", "one"), at(0))
    claim, new = store.claim_record(other, at(0))
    assert new
    assert claim.verdict.of_origin != str(at(0))
    assert store.claim_record(other, at(0)) == (claim, False)


def test_different_algorithms_are_not_compared(store: WindowedSeenStore) -> None:
    store.claim(article("a", "one"), at(0))
    assert store.claim(article("b", "one", algorithm="fp/2"), at(1)).kind == "original"
    assert store.claim(article("a", "one", algorithm="fp/2"), at(2)).kind == "revision"


def test_nothing_points_to_a_withdrawn_original(store: WindowedSeenStore) -> None:
    claim, _ = store.claim_record(article("a", "one"), at(0))
    withdrawn = store.withdraw(withdrawal(claim))
    assert withdrawn is not None
    assert withdrawn.withdrawn
    assert withdrawn.verdict == claim.verdict
    assert store.withdraw(withdrawal(claim)) is None
    assert store.claim(article("b", "one"), at(1)).kind == "original"
    assert store.claim(article("a", "two"), at(2)).kind == "original"


def test_a_withdrawn_revision_gives_its_version_back(store: WindowedSeenStore) -> None:
    store.claim(article("a", "one"), at(0))
    revision, _ = store.claim_record(article("a", "two"), at(1))
    store.withdraw(withdrawal(revision))
    assert linked(store.claim(article("a", "one"), at(2))) == ("repeat", "a", 1, str(at(0)))
    third = store.claim(article("a", "three"), at(3))
    assert (linked(third), third.version) == (("revision", "a", 1, str(at(0))), 2)


def test_content_goes_to_the_next_holder_when_the_earliest_is_withdrawn(
    store: WindowedSeenStore,
) -> None:
    first, _ = store.claim_record(article("a", "one"), at(0))
    store.claim(article("b", "two"), at(1))
    store.claim(article("b", "one"), at(2))
    store.withdraw(withdrawal(first))
    assert linked(store.claim(article("c", "one"), at(3))) == (
        "same_content", "b", 2, str(at(2)),
    )  # fmt: skip


def test_a_withdrawn_claim_keeps_its_answer_and_counts_again_when_redelivered(
    store: WindowedSeenStore,
) -> None:
    claim, _ = store.claim_record(article("a", "one"), at(0))
    store.withdraw(withdrawal(claim))
    assert store.claim_record(article("a", "one"), at(0)) == (claim, True)
    assert store.claim_record(article("a", "one"), at(0)) == (claim, False)
    assert store.claim(article("a", "one"), at(1)).kind == "repeat"


def test_a_withdrawn_version_whose_number_is_taken_stays_withdrawn(
    store: WindowedSeenStore,
) -> None:
    store.claim(article("a", "one"), at(0))
    lost, _ = store.claim_record(article("a", "two"), at(1))
    store.withdraw(withdrawal(lost))
    taken = store.claim(article("a", "three"), at(2))
    assert taken.version == lost.verdict.version
    again, changed = store.claim_record(article("a", "two"), at(1))
    assert (again.verdict, again.withdrawn, changed) == (lost.verdict, True, False)
    assert store.claim(article("a", "three"), at(3)).kind == "repeat"


def test_withdrawing_what_is_unknown_or_did_not_pass_changes_nothing(
    store: WindowedSeenStore,
) -> None:
    store.claim(article("a", "one"), at(0))
    repeat, _ = store.claim_record(article("a", "one"), at(1))
    assert store.withdraw(withdrawal(repeat)) is None
    assert store.withdraw(Withdrawal(id="b", origin=str(at(0)))) is None
    assert store.withdraw(Withdrawal(id="a", origin=str(at(9)))) is None
    assert store.claim(article("a", "one"), at(2)).kind == "repeat"


@pytest.mark.parametrize(("day", "kind", "kept"), [(7.95, "same_content", 2), (8, "original", 1)])
def test_what_is_older_than_the_window_is_forgotten_by_whole_days(
    store: WindowedSeenStore, day: float, kind: str, kept: int
) -> None:
    store.claim(article("a", "one"), at(0, day=0.9))
    assert store.claim(article("b", "one"), at(1, day=day)).kind == kind
    assert len(store) == kept


def test_a_copy_keeps_its_original_from_being_forgotten(store: WindowedSeenStore) -> None:
    store.claim(article("a", "one"), at(0, day=0))
    for week in range(1, 5):
        verdict = store.claim(article("b", "one"), at(week, day=6 * week))
        assert linked(verdict) == ("same_content", "a", 1, str(at(0, day=0)))


def test_a_repeat_keeps_its_article_from_being_forgotten(store: WindowedSeenStore) -> None:
    store.claim(article("a", "one"), at(0, day=0))
    for week in range(1, 5):
        verdict = store.claim(article("a", "one"), at(week, day=6 * week))
        assert linked(verdict) == ("repeat", "a", 1, str(at(0, day=0)))
    assert store.claim_record(article("a", "one"), at(0, day=0))[0].verdict.kind == "original"


def test_a_version_is_not_forgotten_before_an_older_one(store: WindowedSeenStore) -> None:
    store.claim(article("a", "one"), at(0, day=9))
    store.claim(article("a", "two"), at(1, day=3))  # arrives late
    store.claim(article("z", "z"), at(2, day=14))
    assert store.claim(article("a", "three"), at(3, day=14)).version == 3


def test_late_arrivals_are_claimed_and_remembered(store: WindowedSeenStore) -> None:
    store.claim(article("z", "z"), at(0, day=30))
    late = store.claim_record(article("a", "one"), at(1, day=2))
    assert late[0].verdict.kind == "original"
    assert store.claim_record(article("a", "one"), at(1, day=2)) == (late[0], False)
    assert store.claim(article("b", "one"), at(2, day=30)).kind == "same_content"


def test_without_timestamps_nothing_is_forgotten(store: WindowedSeenStore) -> None:
    for line in range(50):
        store.claim(article(str(line), str(line)), Origin("stdin", 0, line, 0))
    assert store.claim(article("x", "0"), Origin("stdin", 0, 99, -1)).of == "0"
    assert len(store) == 51


def test_clear_forgets_everything(store: WindowedSeenStore) -> None:
    store.claim(article("a", "one"), at(0, day=100))
    store.clear()
    assert len(store) == 0
    assert store.claim(article("b", "one"), at(1, day=1)).kind == "original"


def test_a_version_recovers_from_its_repeats_when_its_own_record_is_gone(
    store: WindowedSeenStore,
) -> None:
    store.claim(article("a", "one"), at(0))
    store.claim(article("a", "two"), at(1))
    repeat, _ = store.claim_record(article("a", "two"), at(2, day=5))
    recovered = WindowedSeenStore()
    recovered.restore(repeat)
    assert linked(recovered.claim(article("a", "two"), at(3, day=6))) == (
        "repeat", "a", 2, str(at(1)),
    )  # fmt: skip
    assert recovered.claim(article("a", "three"), at(4, day=6)).version == 3


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


def test_a_record_of_its_own_corrects_what_a_repeat_told_of_a_version() -> None:
    writer, sent = WindowedSeenStore(), [article("a", "one"), article("a", "two")]
    first, second = (writer.claim_record(one, at(n))[0] for n, one in enumerate(sent))
    repeat = writer.claim_record(sent[1], at(2))[0]
    withdrawn = writer.withdraw(withdrawal(second))
    assert withdrawn is not None
    recovered = WindowedSeenStore()
    for record in (first, repeat, withdrawn):  # as compaction leaves them
        recovered.restore(record)
    assert recovered.claim(sent[1], at(1)) == second.verdict


def test_withdrawn_revisions_do_not_hide_what_still_counts(store: WindowedSeenStore) -> None:
    store.claim(article("a", "one"), at(0))
    for number in range(2 * MOST_VERSIONS):
        record, _ = store.claim_record(article("a", f"revision {number}"), at(number + 1))
        assert store.withdraw(withdrawal(record)) is not None
    again = store.claim(article("a", "one"), at(900))
    assert (again.kind, again.of_origin) == ("repeat", str(at(0)))
    assert store.claim(article("a", "other"), at(901)).version == 2


@pytest.mark.parametrize("astray", [False, True])
def test_a_copys_text_belongs_to_the_original_that_it_is_a_copy_of_now(
    store: WindowedSeenStore, astray: bool
) -> None:
    """It may have been a copy of another one before, which was withdrawn."""
    rng = random.Random(3)
    copied = rng.randbytes(160)

    def like(places: Iterable[int]) -> bytes:
        own, shared = rng.randbytes(160), set(places)
        return bytes(copied[i] if i in shared else own[i] for i in range(160))

    shared = rng.sample(range(128), 58) + rng.sample(range(128, 160), 15)
    unlike = set(rng.sample([place for place in shared if place < 128], 24))
    original, other = like(shared), like(rng.sample(range(160), 152))
    far = like(set(range(160)) - unlike)
    if astray:
        record, _ = store.claim_record(article("other", "0", sketch=other), at(0))
        assert store.claim(article("copy", "1", sketch=copied), at(1)).of == "other"
        assert store.withdraw(withdrawal(record)) is not None
    assert store.claim(article("wire", "2", sketch=original), at(2)).kind == "original"
    assert store.claim(article("copy", "1", sketch=copied), at(3)).of == "wire"
    verdict = store.claim(article("far", "4", sketch=far), at(4))
    assert (verdict.of, verdict.evidence["through_copy"]) == ("wire", True)
