"""The claim: which arrivals are new copy and which repeat an earlier one.

A verdict depends on the sequence of claims alone, never on a clock: order is the order of the
calls, time the timestamps of the origins.
"""

from __future__ import annotations

from typing import Protocol

from topics.records import Claim, Fingerprint, Origin, Verdict, Withdrawal
from workers.stages.deduplicate.seen_entries import Contents, Entry, Versions

DAY_MS = 86_400_000
METHOD = "exact/1"


class SeenStore(Protocol):
    """What has been seen; recovers from its changelog of Claim records by ``restore``."""

    def claim(self, fingerprint: Fingerprint, by: Origin) -> Verdict:
        """First seen, revision, repeat or duplicate.

        Idempotent: the same origin with the same article gets the stored verdict back.
        """
        ...

    def claim_record(self, fingerprint: Fingerprint, by: Origin) -> tuple[Claim, bool]:
        """The same with its changelog record, and whether that must be written."""
        ...

    def withdraw(self, withdrawal: Withdrawal) -> Claim | None:
        """Forget an original or revision that became a dead letter after its claim.

        Later arrivals no longer repeat, copy or revise it, and its version is given out anew. Its
        own verdict stays, so that a redelivery keeps its answer; that redelivery makes it count
        again, since it goes on its way again. Returns the changelog record to write; None if there
        is no such claim (any more) or nothing changes.
        """
        ...

    def restore(self, record: Claim) -> None:
        """Take in one changelog record; any number of times."""
        ...

    def clear(self) -> None:
        """Forget everything."""
        ...

    def __len__(self) -> int:
        """Number of stored verdicts."""
        ...


class WindowedSeenStore:
    """A SeenStore in memory that forgets by event time, in whole days (UTC).

    - A new id with new content is an ``original``.
    - A known id with the content and headline of one of its versions is a ``repeat`` of that
      version: a producer that delivers old and new once more after a crash adds nothing. With
      others it is a ``revision``, even if another article has that content.
    - A new id with the content of an earlier article is ``same_content``, linked to the earliest
      that passed. Texts under ``short`` shingles must share the headline too: otherwise one stub
      ("subscribe to read on") would swallow other articles.
    - An id that was only ever a copy has no version of its own: changed content makes it original.
    - Fingerprints of different algorithms are never compared; a known id with another algorithm is
      a revision.

    Links point to articles that passed, never to repeats or copies, and only to earlier ones. A
    repeat keeps its article from being forgotten: feeds list slow news for weeks. An arrival older
    than the window counts as one of the oldest day. One far in the future makes the store forget
    the present: have the broker, not producers, set the timestamps.
    """

    def __init__(self, window_ms: int = 7 * DAY_MS, short: int = 15) -> None:
        self._window_ms = window_ms
        self._short = short
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._entries: dict[str, Entry] = {}
        self._versions = Versions()
        self._contents = Contents(self._short)
        self._days: dict[int, list[Entry]] = {}
        self._latest = 0
        self._oldest_day = 0

    def __len__(self) -> int:
        """Number of stored verdicts."""
        return len(self._entries)

    def claim(self, fingerprint: Fingerprint, by: Origin) -> Verdict:
        """First seen, revision, repeat or duplicate; see ``SeenStore``."""
        return self.claim_record(fingerprint, by)[0].verdict

    def claim_record(self, fingerprint: Fingerprint, by: Origin) -> tuple[Claim, bool]:
        """The verdict with its changelog record, and whether that must be written."""
        day = self._advance(by.timestamp)
        origin = str(by)
        known = self._entries.get(origin)
        if known is not None and known.is_of(fingerprint):
            changed = known.withdrawn and self._reinstate(known)
            return known.claim(METHOD), changed
        if known is not None:
            self._unlink(known)  # its origin names another article now
        entry = self._decide(Entry(fingerprint, origin))
        self._store(entry, day)
        return entry.claim(METHOD), True

    def withdraw(self, withdrawal: Withdrawal) -> Claim | None:
        """Forget an original or revision that became a dead letter; see ``SeenStore``."""
        entry = self._entries.get(withdrawal.origin)
        if entry is None or not entry.passes or entry.withdrawn or entry.id != withdrawal.id:
            return None
        self._withdraw(entry, self._day(Origin.parse(entry.origin).timestamp))
        return entry.claim(METHOD)

    def restore(self, record: Claim) -> None:
        """Take in one changelog record; any number of times."""
        day = self._advance(Origin.parse(record.origin).timestamp)
        entry = self._entries.get(record.origin)
        if entry is None or not entry.is_of(record):
            if entry is not None:
                self._unlink(entry)
            entry = Entry(record, record.origin)
            entry.assume(record.verdict)
            entry.withdrawn = record.withdrawn
            self._store(entry, day)
            return
        entry.assume(record.verdict)
        self._keep(entry, day)
        if record.withdrawn:
            self._withdraw(entry, day)
        elif entry.withdrawn:
            self._reinstate(entry)

    def _decide(self, entry: Entry) -> Entry:
        current = self._versions.current(entry.id)
        if current is not None:
            repeated = self._versions.like(entry)
            entry.decide(*(("repeat", repeated) if repeated else ("revision", current)))
        elif (first := self._contents.first(entry)) is not None:
            entry.decide("same_content", first)
        return entry

    def _store(self, entry: Entry, day: int) -> None:
        self._entries[entry.origin] = entry
        self._keep(entry, day)
        if entry.passes and not entry.withdrawn:
            self._link(entry)
        elif entry.kind == "repeat":
            self._keep_repeated(entry, day)

    def _keep_repeated(self, repeat: Entry, day: int) -> None:
        assert repeat.of_origin is not None
        version = self._entries.get(repeat.of_origin)
        if version is None:  # restored from a changelog that no longer has the version's own record
            version = repeat.repeated()
            self._entries[version.origin] = version
            self._link(version)
        if version.linked:
            self._keep(version, day)

    def _link(self, entry: Entry) -> bool:
        if not self._versions.add(entry):
            return False
        entry.linked = True
        self._contents.add(entry)
        return True

    def _unlink(self, entry: Entry) -> None:
        if entry.linked:
            entry.linked = False
            self._versions.remove(entry)
            self._contents.remove(entry)

    def _withdraw(self, entry: Entry, day: int) -> None:
        if entry.withdrawn:
            return
        self._unlink(entry)
        entry.withdrawn = True
        entry.kept = -1  # what kept it longer than its own day has no hold on it any more
        self._keep(entry, day)

    def _reinstate(self, entry: Entry) -> bool:
        """Let a withdrawn version count again, unless its number has been given out anew."""
        if not self._link(entry):
            return False
        entry.withdrawn = False
        return True

    def _keep(self, entry: Entry, day: int) -> None:
        if day > entry.kept:
            entry.kept = day
            self._days.setdefault(day, []).append(entry)

    def _advance(self, timestamp: int) -> int:
        """Forget what has left the window; returns the day under which to file this arrival."""
        if timestamp > self._latest:
            self._latest = timestamp
            self._oldest_day = max(0, (timestamp - self._window_ms) // DAY_MS)
            for day in sorted(day for day in self._days if day < self._oldest_day):
                for entry in self._days.pop(day):
                    if entry.kept > day:
                        continue
                    if (longer := entry.longest_kept()) > day:
                        # It outlives older versions, lest its number be given out again.
                        self._days[longer].append(entry)
                    else:
                        self._forget(entry)
        return self._day(timestamp)

    def _day(self, timestamp: int) -> int:
        return max(timestamp // DAY_MS, self._oldest_day)

    def _forget(self, entry: Entry) -> None:
        self._unlink(entry)
        if self._entries.get(entry.origin) is entry:
            del self._entries[entry.origin]
