"""What the claim forgets, and when."""

import pytest

from tests.stages.deduplicate.claims import article, at, linked
from topics.records import Origin
from workers.stages.deduplicate import WindowedSeenStore


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
