"""What the claim decides, case by case."""

import random
from collections.abc import Iterable

import pytest

from tests.stages.deduplicate.claims import article, at, digest, linked, withdrawal
from topics.records import Fingerprint, Verdict, Withdrawal
from workers.stages.deduplicate import WindowedSeenStore
from workers.stages.deduplicate.seen_state import MOST_VERSIONS


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
