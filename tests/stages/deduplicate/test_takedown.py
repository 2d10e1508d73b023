"""Claims that are dropped: the article is as new, also after a recovery."""

from __future__ import annotations

from tests.stages.deduplicate.claims import article, at, restore, withdrawal
from topics.records import Claim
from workers.stages.deduplicate import WindowedSeenStore
from workers.stages.deduplicate.band_index import SKETCH


def store_with(*claims: tuple[str, str]) -> tuple[WindowedSeenStore, list[Claim]]:
    """A store in which these articles (id, content) were claimed, and its changelog."""
    store = WindowedSeenStore()
    made = [
        store.claim_record(article(id, content), at(offset))[0]
        for offset, (id, content) in enumerate(claims)
    ]
    return store, made


def test_nothing_is_a_version_or_a_copy_of_it_any_more() -> None:
    store, made = store_with(("a", "one"), ("a", "two"), ("a", "one"), ("b", "one"), ("x", "x"))
    assert [one.verdict.kind for one in made[2:4]] == ["repeat", "same_content"]
    assert store.take_down("a") == [one.origin for one in made[:3]]
    assert len(store) == 2
    assert store.take_down("a") == []
    assert store.take_down("nobody") == []
    again = store.claim(article("c", "one"), at(10))
    assert (again.kind, again.cluster) == ("original", "c")
    assert store.claim(article("c", "one"), at(11)).kind == "repeat"
    new = store.claim(article("a", "two"), at(12))
    assert (new.kind, new.version) == ("original", 1)
    assert store.claim(article("x", "x"), at(13)).kind == "repeat"


def test_copies_of_others_keep_their_verdicts() -> None:
    store, made = store_with(("a", "one"), ("b", "one"))
    store.take_down("a")
    assert store.claim(article("b", "one"), at(1)) == made[1].verdict
    assert store.claim(article("b", "one"), at(9)).kind == "original"


def test_what_was_prepared_before_does_not_find_it() -> None:
    store = WindowedSeenStore()
    sketch = bytes(number % 251 for number in range(SKETCH))
    one, other = (article(id, id, sketch=sketch) for id in ("a", "b"))
    store.claim(one, at(0))
    store.prepare([other])
    store.take_down("a")
    assert store.claim(other, at(1)).kind == "original"


def test_a_redelivery_after_it_is_claimed_anew() -> None:
    store, _ = store_with(("a", "one"))
    store.take_down("a")
    assert store.claim(article("a", "one"), at(0)).kind == "original"
    assert len(store) == 1


def test_a_withdrawal_that_comes_after_it_changes_nothing() -> None:
    store, (claim,) = store_with(("a", "one"))
    store.take_down("a")
    assert store.withdraw(withdrawal(claim)) is None


def test_a_recovery_that_reads_the_tombstones_knows_no_more() -> None:
    store, made = store_with(("a", "one"), ("a", "two"), ("a", "one"), ("b", "other"))
    gone = store.take_down("a")
    for together in (1, 500):
        restored = WindowedSeenStore()
        restore(restored, [*made, *gone], together)
        assert len(restored) == 1
        assert restored.claim(article("c", "one"), at(10)).kind == "original"
        assert restored.claim(article("a", "two"), at(11)).version == 1
