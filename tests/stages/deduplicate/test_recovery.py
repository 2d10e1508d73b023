"""A memory of claims that was restored from its changelog, where compaction has been at work."""

import pytest

from tests.stages.deduplicate.claims import article, at, restore, withdrawal
from topics.records import Claim, Fingerprint, Origin, Verdict
from workers.stages.deduplicate import WindowedSeenStore


class Compacted:
    """A store, and of each origin the last record, but for those that have a tombstone."""

    def __init__(self, **options: str) -> None:
        self._options = options
        self.store = WindowedSeenStore(**options)  # type: ignore[arg-type]
        self.records: dict[str, Claim] = {}

    def claim(self, one: Fingerprint, by: Origin) -> Verdict:
        record, new = self.store.claim_record(one, by)
        for origin in self.store.take_forgotten():
            self.records.pop(origin, None)
        if new:
            self._write(record)
        return record.verdict

    def withdraw(self, of: Verdict, one: Fingerprint, by: Origin) -> None:
        claim = self.store.claim_record(one, by)[0]
        assert claim.verdict == of
        record = self.store.withdraw(withdrawal(claim))
        assert record is not None
        self._write(record)

    def restored(self) -> WindowedSeenStore:
        store = WindowedSeenStore(**self._options)  # type: ignore[arg-type]
        restore(store, self.records.values(), together=500)
        return store

    def _write(self, record: Claim) -> None:
        self.records.pop(record.origin, None)
        self.records[record.origin] = record


def test_no_version_is_given_out_twice_when_the_repeats_that_kept_it_are_gone() -> None:
    log, first, second = Compacted(), article("a", "one"), article("a", "two")
    log.claim(first, at(0))
    log.claim(second, at(1))
    log.claim(first, at(2, day=5))
    log.claim(article("x", "x"), at(3, day=9))
    log.claim(first, at(4, day=11))
    log.claim(article("y", "y"), at(5, day=13.1))
    assert str(at(2, day=5)) not in log.records
    for store in (log.restored(), log.store):
        assert store.claim(article("a", "three"), at(9, day=13.5)).version == 3


def test_an_article_that_was_forgotten_and_came_again_is_as_new_after_a_recovery() -> None:
    log, one = Compacted(), article("a", "one")
    log.claim(one, at(0))
    stale = dict(log.records)
    assert log.claim(one, at(1, day=9)).kind == "original"
    log.records = stale | log.records  # its tombstone has not been written yet
    for store in (log.restored(), log.store):
        verdict = store.claim(one, at(2, day=10))
        assert (verdict.kind, verdict.of_origin) == ("repeat", str(at(1, day=9)))
        assert len(store) == 2


@pytest.mark.parametrize("policy", ["link", "pass"])
def test_a_withdrawn_claim_that_counts_again_counts_in_full(policy: str) -> None:
    log = Compacted(copies=policy)
    one = article("a", "one", source="Wire", lines=[1 << 40, 2 << 40])
    log.withdraw(log.claim(one, at(0)), one, at(0))
    for store in (log.restored(), log.store):
        assert store.claim_record(one, at(0))[1]
        copy = article("b", "one", source="Paper")
        assert store.claim(copy, at(1)).passes == (policy == "pass")
        other = article("c", "three", source="Wire", lines=[2 << 40, 3 << 40])
        assert store.claim(other, at(2)).repeated_lines == [0]


def test_a_withdrawal_does_not_shorten_what_a_repeat_prolonged() -> None:
    log, one = Compacted(), article("a", "one")
    verdict = log.claim(one, at(0))
    log.claim(one, at(1, day=5))
    log.withdraw(verdict, one, at(0))
    log.claim(one, at(0))
    for store in (log.restored(), log.store):
        assert store.claim(one, at(2, day=8.5)).kind == "repeat"


def place(verdict: Verdict) -> tuple[str, int, str | None]:
    return verdict.kind, verdict.version, verdict.of_origin


def test_a_version_that_was_forgotten_is_not_kept_by_a_later_one_with_a_lower_number() -> None:
    log, live = list[Claim](), WindowedSeenStore()
    for content, by in (("one", at(0)), ("two", at(1, day=0.1)), ("new", at(2, day=9))):
        log.append(live.claim_record(article("a", content), by)[0])
    restored = WindowedSeenStore()
    for record in log:  # no tombstone has been written yet
        restored.restore(record)
    restored.index()
    assert restored.take_forgotten() == live.take_forgotten() == [str(at(0)), str(at(1, day=0.1))]
    for store in (restored, live):
        verdict = store.claim(article("a", "two"), at(3, day=9.1))
        assert place(verdict) == ("revision", 2, str(at(2, day=9)))


def test_a_version_outlives_an_older_one_that_was_withdrawn() -> None:
    log, first = Compacted(), article("a", "one")
    original = log.claim(first, at(0))
    log.claim(article("a", "two"), at(1, day=1))
    log.claim(first, at(2, day=6))
    log.withdraw(original, first, at(0))
    log.claim(article("x", "x"), at(3, day=9))
    for store in (log.restored(), log.store):
        verdict = store.claim(article("a", "three"), at(4, day=9.1))
        assert place(verdict) == ("revision", 3, str(at(1, day=1)))


def test_what_was_forgotten_stays_so_when_its_record_is_read_again() -> None:
    live = WindowedSeenStore()
    old = live.claim_record(article("a", "one"), at(0))[0]
    live.claim(article("x", "x"), at(1, day=9))
    live.take_forgotten()
    live.restore(old)
    assert place(live.claim(article("a", "one"), at(2, day=9.1))) == ("original", 1, None)
    assert live.take_forgotten() == [str(at(0))]


def test_a_late_arrival_counts_as_long_as_it_did() -> None:
    log, mover = Compacted(), article("m", "m")
    moved = log.claim(mover, at(0, day=9))
    log.claim(article("a", "one"), at(1))
    log.withdraw(moved, mover, at(0, day=9))  # so that its record now comes last
    for store in (log.restored(), log.store):
        verdict = store.claim(article("a", "one"), at(2, day=9.1))
        assert place(verdict) == ("repeat", 1, str(at(1)))


def test_a_version_that_a_repeat_told_of_counts_in_full_by_its_own_record() -> None:
    log, one = Compacted(), article("a", "one", source="Wire", lines=[1 << 40, 2 << 40])
    first = log.claim(one, at(0))
    log.claim(one, at(1))
    log.withdraw(first, one, at(0))
    log.claim(one, at(0))  # so that its record comes after the repeat's
    other = article("c", "three", source="Wire", lines=[2 << 40, 3 << 40])
    for store in (log.restored(), log.store):
        assert store.claim(other, at(2)).repeated_lines == [0]


def test_a_repeat_of_a_version_whose_number_a_forgotten_one_has() -> None:
    log, one = Compacted(), article("a", "one")
    log.claim(one, at(0))
    stale = dict(log.records)
    first = log.claim(one, at(1, day=9))
    log.claim(one, at(2, day=9.1))
    log.withdraw(first, one, at(1, day=9))
    log.claim(one, at(1, day=9))
    log.records = stale | log.records
    for store in (log.restored(), log.store):
        verdict = store.claim(one, at(5, day=9.3))
        assert place(verdict) == ("repeat", 1, str(at(1, day=9)))


def test_an_arrival_that_was_forgotten_and_delivered_again_has_its_second_verdict() -> None:
    live, log = WindowedSeenStore(), list[Claim]()
    for content, by in (("one", at(0)), ("two", at(1, day=9)), ("one", at(0))):
        log.append(live.claim_record(article("a", content), by)[0])
    assert place(log[-1].verdict) == ("revision", 2, str(at(1, day=9)))
    restored = WindowedSeenStore()
    for record in log:
        restored.restore(record)
    for store in (restored, live):
        verdict = store.claim(article("a", "three"), at(3, day=9.2))
        assert place(verdict) == ("revision", 3, str(at(0)))


def test_an_articles_own_revisions_do_not_make_its_lines_known_for_longer() -> None:
    log = Compacted()

    def one(id: str, content: str) -> Fingerprint:
        return article(id, content, source="Wire", lines=[5 << 40])

    log.claim(one("x", "x"), at(0))
    assert log.claim(one("a", "one"), at(1, day=1)).repeated_lines == [0]
    for number, (content, day) in enumerate((("two", 5), ("three", 10))):
        log.claim(one("a", content), at(2 + number, day=day))
    assert str(at(0)) not in log.records
    for store in (log.restored(), log.store):
        assert store.claim(one("a", "four"), at(9, day=10.5)).repeated_lines == []


def test_the_earliest_with_a_content_is_the_earliest_though_it_was_withdrawn_for_a_while() -> None:
    log, one = Compacted(), article("a", "one")
    log.withdraw(log.claim(one, at(0)), one, at(0))
    log.claim(article("b", "two"), at(1))
    log.claim(article("b", "one"), at(2))
    for store in (log.restored(), log.store):
        assert store.claim_record(one, at(0))[1]
        assert store.claim(article("c", "one"), at(3)).of_origin == str(at(0))


def test_a_version_that_a_repeat_told_of_is_the_same_when_its_own_record_follows() -> None:
    """Two owners may write one repeat twice, and compaction leave its version between."""
    one, other, live = article("a", "one"), article("b", "one"), WindowedSeenStore()
    first, _ = live.claim_record(one, at(1))
    repeat, _ = live.claim_record(one, at(2))
    live.withdraw(withdrawal(first))
    again, _ = live.claim_record(one, at(1))
    restored = WindowedSeenStore()
    restore(restored, [repeat, again, repeat], together=500)
    assert len(restored) == 2
    for store in (live, restored):
        assert store.withdraw(withdrawal(first)) is not None
        assert store.claim(other, at(3)).kind == "original"


@pytest.mark.parametrize("every", [2, 5, 40])
def test_revisions_between_new_articles_are_restored_as_one_by_one(every: int) -> None:
    live, log = WindowedSeenStore(), list[Claim]()
    for number in range(400):
        id = number // every if number % every == every - 1 else number
        log.append(live.claim_record(article(f"a{id}", f"one {number}"), at(number))[0])
    stores = [WindowedSeenStore(), WindowedSeenStore()]
    for record in log:
        stores[0].restore(record)
    assert not stores[1].restore_all(log)
    for store in stores:
        store.index()
    for number in range(400):
        asked = article(f"a{number}", "another", "h2"), at(1_000 + number)
        assert stores[0].claim_record(*asked) == stores[1].claim_record(*asked)
