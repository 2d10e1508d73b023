"""A memory of claims that was restored from its changelog, where compaction has been at work."""

import pytest

from tests.stages.deduplicate.claims import article, at, withdrawal
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
        for record in self.records.values():
            store.restore(record)
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
