"""The claim: which arrivals are new copy and which repeat an earlier one.

A verdict depends on the sequence of claims alone, never on a clock: order is the order of the
calls, time the timestamps of the origins.
"""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
import xxhash

from topics.records import Claim, Fingerprint, Origin, Verdict, Withdrawal
from workers.stages.deduplicate.arrival import Arrival
from workers.stages.deduplicate.hash_chains import HashChains, Rows
from workers.stages.deduplicate.line_counts import LineCounts
from workers.stages.deduplicate.near_texts import NearTexts, Text
from workers.stages.deduplicate.seen_rows import (
    KINDS,
    LINKED,
    NOWHERE,
    PASSED,
    SAME_HEADLINE,
    SUPERSEDED,
    THROUGH_COPY,
    WITHDRAWN,
    Row,
    SeenRows,
)
from workers.stages.deduplicate.similarity import THROUGH_COPY as ENOUGH_THROUGH_COPY
from workers.stages.deduplicate.similarity import Similarity
from workers.stages.deduplicate.verdicts import claim_of, row_of

DAY_MS = 86_400_000
ORIGINAL, REVISION, REPEAT, SAME_CONTENT, NEAR_CONTENT = range(len(KINDS))


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
    - A new id whose own sentences are a version of an earlier article's is ``near_content``, linked
      to the earliest such article; texts with under ``short`` shingles in sentences never are.
    - An id that was only ever a copy has no version of its own: changed content makes it original.
      Under the policy ``pass`` a copy from another source has gone on, and is version 1.
    - Fingerprints of different algorithms are never compared; a known id with another algorithm is
      a revision.

    Links point to articles that passed, never to repeats or copies, and only to earlier ones. What
    keeps a cluster from drifting: every member is compared with the original itself. A copy of a
    copy may be linked on less evidence, if that copy was compared with the original on full
    evidence; it helps no other one in. So no member is further from the original than
    ``similarity.THROUGH_COPY`` allows, however many there are.

    A repeat keeps its article from being forgotten: feeds list slow news for weeks. An arrival
    older than the window counts as one of the oldest day. One far in the future makes the store
    forget the present: have the broker, not producers, set the timestamps.
    """

    def __init__(
        self,
        window_ms: int = 7 * DAY_MS,
        short: int = 15,
        copies: Literal["link", "pass"] = "link",
    ) -> None:
        self._window_ms = window_ms
        self._short = short
        self._pass_copies = copies == "pass"
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._rows = SeenRows()
        self._by_origin = HashChains()
        self._by_id = HashChains()  # versions that are, or were, linked
        self._by_content = HashChains()  # of these, the originals and revisions
        self._near = NearTexts()
        self._lines = LineCounts()
        self._superseded = 0
        self._sequence = 0
        self._in_order = True
        self._latest = 0
        self._oldest_day = 0
        self._forgotten: list[str] = []
        self.candidates = 0
        """Texts with which the last claim was compared."""

    def __len__(self) -> int:
        """Number of stored verdicts."""
        return len(self._rows) - self._superseded

    @property
    def memory(self) -> int:
        """Memory that the state takes, as far as it can be counted."""
        chains = (self._by_origin, self._by_id, self._by_content)
        return (
            self._rows.memory
            + sum(one.memory for one in chains)
            + self._near.memory
            + self._lines.memory
        )

    @property
    def oldest_ms(self) -> int | None:
        """The day (its beginning) of the oldest verdict that is kept; None if there is none."""
        days = self._rows.column("kept")
        return int(days.min()) * DAY_MS if len(days) else None

    def take_forgotten(self) -> list[str]:
        """Origins of verdicts that left the window since the last call: for tombstones."""
        forgotten, self._forgotten = self._forgotten, []
        return forgotten

    def claim(self, fingerprint: Fingerprint, by: Origin) -> Verdict:
        """First seen, revision, repeat or duplicate; see ``SeenStore``."""
        return self.claim_record(fingerprint, by)[0].verdict

    def claim_record(self, fingerprint: Fingerprint, by: Origin) -> tuple[Claim, bool]:
        """The verdict with its changelog record, and whether that must be written."""
        self._put_in_order()
        day = self._advance(by.timestamp)
        self.candidates = 0
        arrival = Arrival.of(fingerprint, self._short)
        known = self._find(by)
        if known is not None and self._is_of(known, arrival):
            withdrawn = self._rows[known].flags & WITHDRAWN
            changed = bool(withdrawn) and self._reinstate(known)
            return claim_of(self._rows, known, fingerprint), changed
        if known is not None:
            self._supersede(known)
        number = self._decide(arrival, by, day)
        return claim_of(self._rows, number, fingerprint), True

    def withdraw(self, withdrawal: Withdrawal) -> Claim | None:
        """Forget an original or revision that became a dead letter; see ``SeenStore``."""
        self._put_in_order()
        try:
            number = self._find(Origin.parse(withdrawal.origin))
        except ValueError:
            return None
        if number is None or self._rows.ids[number] != withdrawal.id:
            return None
        row = self._rows[number]
        if not row.flags & PASSED or row.flags & WITHDRAWN:
            return None
        self._withdraw(number, self._day(row.timestamp))
        return claim_of(self._rows, number, self._text(row))

    def restore(self, record: Claim) -> None:
        """Take in one changelog record, any number of times; ValueError if it is none."""
        arrival = Arrival.of(record, self._short)
        origin = Origin.parse(record.origin)
        row = row_of(self._rows, record, arrival)
        day = self._advance(origin.timestamp)
        number = self._find(origin)
        if number is not None and not self._is_of(number, arrival):
            self._supersede(number)
            number = None
        if number is None:
            number = self._keep(row._replace(kept=day), arrival, record.verdict)
            if row.flags & PASSED and not row.flags & WITHDRAWN:
                self._link(number)
                self._count_lines(arrival, day)
            elif row.kind == REPEAT:
                self._keep_repeated(number, day)
            return
        if day > self._rows[number].kept:
            self._rows.change(number, kept=day)
        if record.withdrawn:
            self._withdraw(number, day)
        elif self._rows[number].flags & WITHDRAWN:
            self._reinstate(number)

    def _decide(self, arrival: Arrival, by: Origin, day: int) -> int:
        versions = self._versions(arrival.id)
        alike: Similarity | None = None
        flags, kind, target = PASSED, ORIGINAL, None
        if versions:
            target = self._version_like(arrival, versions)
            kind = REVISION if target is None else REPEAT
            target = versions[-1] if target is None else target
        elif (target := self._same_content(arrival)) is not None:
            kind = SAME_CONTENT
        elif arrival.text is not None:
            found = self._near_content(arrival, arrival.text)
            if found is not None:
                target, alike, through_copy = found
                kind = NEAR_CONTENT
                flags |= THROUGH_COPY if through_copy else 0
        met = 0
        if arrival.source and arrival.lines:
            met = self._lines.met(
                arrival.source, arrival.lines, _hash(arrival.id), self._oldest_day
            )
        earlier = None if target is None else self._rows[target]
        version = 1
        if earlier is not None:
            version = earlier.version + 1 if kind == REVISION else 1
            version = earlier.version if kind == REPEAT else version
            flags |= SAME_HEADLINE if earlier.headline == arrival.headline else 0
            if kind not in (ORIGINAL, REVISION) and not self._goes_on(kind, arrival, earlier):
                flags &= ~PASSED
        self._sequence += 1
        row = Row(
            topic=self._rows.topic(by.topic),
            partition=by.partition,
            offset=by.offset,
            timestamp=by.timestamp,
            of_topic=earlier.topic if earlier else 0,
            of_partition=earlier.partition if earlier else NOWHERE,
            of_offset=earlier.offset if earlier else 0,
            of_timestamp=earlier.timestamp if earlier else 0,
            sequence=self._sequence,
            content=arrival.content,
            headline=arrival.headline,
            met=met,
            version=version,
            of_version=earlier.version if earlier else 0,
            shingles=arrival.shingles,
            shared=alike.shared if alike else 0,
            smaller=alike.smaller if alike else 1,
            source=arrival.source,
            place=0,
            kept=day,
            kind=kind,
            flags=flags,
            algorithm=self._rows.algorithm(arrival.algorithm),
            matches=alike.matches if alike else 0,
            lead_matches=alike.lead_matches if alike else 0,
            numbers=alike.numbers if alike else 0,
            shared_numbers=alike.shared_numbers if alike else 0,
        )
        verdict = Verdict(
            kind=KINDS[kind],
            version=version,
            cluster=arrival.id if target is None else self._rows.clusters[target],
            of=None if target is None else self._rows.ids[target],
        )
        number = self._keep(row, arrival, verdict)
        if flags & PASSED:
            self._link(number)
            self._count_lines(arrival, day)
        elif kind == REPEAT:
            self._keep_repeated(number, day)
        return number

    def _goes_on(self, kind: int, arrival: Arrival, earlier: Row) -> bool:
        other = arrival.source and earlier.source and arrival.source != earlier.source
        return self._pass_copies and bool(other) and kind != REPEAT

    def _versions(self, id: str) -> list[int]:
        """The linked versions of an article, the newest last."""
        rows = self._rows
        found = [
            number
            for number in self._by_id.rows(_hash(id))
            if rows.ids[number] == id and rows[number].flags & LINKED
        ]
        return sorted(found, key=lambda number: rows[number].version)

    def _version_like(self, arrival: Arrival, versions: list[int]) -> int | None:
        algorithm = self._rows.algorithm(arrival.algorithm)
        for number in reversed(versions):
            row = self._rows[number]
            if (row.algorithm, row.content, row.headline) == (
                algorithm,
                arrival.content,
                arrival.headline,
            ):
                return number
        return None

    def _same_content(self, arrival: Arrival) -> int | None:
        """The earliest version with this content."""
        algorithm = self._rows.algorithm(arrival.algorithm)
        short = arrival.shingles < self._short
        found: list[tuple[int, int]] = []
        for number in self._by_content.rows(int.from_bytes(arrival.content[:4])):
            row = self._rows[number]
            if (
                row.flags & LINKED
                and (row.algorithm, row.content) == (algorithm, arrival.content)
                and (row.shingles < self._short) == short
                and (not short or row.headline == arrival.headline)
            ):
                found.append((row.sequence, number))
        return min(found)[1] if found else None

    def _near_content(self, arrival: Arrival, text: Text) -> tuple[int, Similarity, bool] | None:
        """The earliest version that is the same story; or one that has a copy that is."""
        places = self._near.candidates(text)
        self.candidates = len(places)
        if not places:
            return None
        algorithm = self._rows.algorithm(arrival.algorithm)
        direct: list[tuple[int, int, Similarity]] = []
        copies: list[tuple[int, Row]] = []
        for place, alike in zip(places, self._near.compared(text, places), strict=True):
            number = self._near.row(place)
            if not alike.same_story or self._rows.ids[number] == arrival.id:
                continue
            row = self._rows[number]
            if row.algorithm != algorithm or row.flags & SUPERSEDED:
                continue
            if row.kind == NEAR_CONTENT:
                copies.append((row.sequence, row))
            elif row.flags & LINKED:
                direct.append((row.sequence, number, alike))
        if direct:
            _, number, alike = min(direct)
            return number, alike, False
        for _, copy in sorted(copies):
            number_of = self._find(self._rows.target_origin(copy))
            original = None if number_of is None else self._rows[number_of]
            if number_of is None or not original or not original.flags & LINKED:
                continue
            if not original.place or self._rows.ids[number_of] == arrival.id:
                continue
            (alike,) = self._near.compared(text, [original.place - 1])
            if alike.containment >= ENOUGH_THROUGH_COPY:
                return number_of, alike, True
        return None

    def _find(self, by: Origin) -> int | None:
        rows = self._rows
        topic = rows.topic(by.topic)
        place = (topic, by.partition, by.offset, by.timestamp)
        for number in self._by_origin.rows(hash(place)):
            row = rows[number]
            if row[:4] == place and not row.flags & SUPERSEDED:
                return number
        return None

    def _is_of(self, number: int, arrival: Arrival) -> bool:
        """Whether it is a claim of the same article with the same content and headline."""
        row = self._rows[number]
        return (
            self._rows.ids[number] == arrival.id
            and row.content == arrival.content
            and row.headline == arrival.headline
            and row.algorithm == self._rows.algorithm(arrival.algorithm)
        )

    def _keep(self, row: Row, arrival: Arrival, verdict: Verdict) -> int:
        """Append a row, with its text if others are to be compared with it."""
        number = len(self._rows)
        comparable = row.kind in (ORIGINAL, REVISION) or (
            row.kind == NEAR_CONTENT and not row.flags & THROUGH_COPY
        )
        if arrival.text is not None and comparable:
            row = row._replace(place=self._near.add(number, arrival.text) + 1)
        if row.sequence < self._sequence:
            self._in_order = False
        self._sequence = max(self._sequence, row.sequence)
        # One object for all strings that are equal: they are most of a repeat's memory.
        target = verdict.of
        id = target if target == arrival.id and target is not None else arrival.id
        cluster = id if verdict.cluster == id else verdict.cluster
        self._rows.add(row, id, cluster, target)
        self._by_origin.add(number, hash(row[:4]))
        return number

    def _keep_repeated(self, repeat: int, day: int) -> None:
        """Let the version that a repeat repeats be forgotten no earlier than the repeat."""
        row = self._rows[repeat]
        version = self._find(self._rows.target_origin(row))
        if version is None:  # restored from a changelog that no longer has the version's own record
            version = self._repeated(repeat, row)
            self._link(version)
        kept = self._rows[version]
        if kept.flags & LINKED and day > kept.kept:
            self._rows.change(version, kept=day)

    def _repeated(self, repeat: int, row: Row) -> int:
        """The version that this repeat repeats, as far as the repeat tells."""
        first = row.version == 1
        version = row._replace(
            topic=row.of_topic,
            partition=row.of_partition,
            offset=row.of_offset,
            timestamp=row.of_timestamp,
            of_topic=0,
            of_partition=NOWHERE,
            of_offset=0,
            of_timestamp=0,
            of_version=0 if first else row.version - 1,
            kind=ORIGINAL if first else REVISION,
            flags=PASSED,
        )
        number = len(self._rows)
        id = self._rows.ids[repeat]
        self._rows.add(version, id, self._rows.clusters[repeat], None if first else id)
        self._by_origin.add(number, hash(version[:4]))
        return number

    def _link(self, number: int) -> bool:
        """Have later arrivals compared with a version; False if another arrival has its number."""
        row, id = self._rows[number], self._rows.ids[number]
        if row.flags & LINKED:
            return True
        if any(self._rows[other].version == row.version for other in self._versions(id)):
            return False
        self._rows.change(number, flags=row.flags & ~WITHDRAWN | LINKED)
        self._by_id.add(number, _hash(id))
        if row.kind in (ORIGINAL, REVISION):
            self._by_content.add(number, int.from_bytes(row.content[:4]))
        return True

    def _withdraw(self, number: int, day: int) -> None:
        flags = self._rows[number].flags
        if not flags & WITHDRAWN:
            # What kept it longer than its own day has no hold on it any more.
            self._rows.change(number, flags=flags & ~LINKED | WITHDRAWN, kept=day)

    def _reinstate(self, number: int) -> bool:
        """Let a withdrawn version count again, unless its number has been given out anew."""
        return self._link(number)

    def _supersede(self, number: int) -> None:
        """Its origin names another article now."""
        flags = self._rows[number].flags
        self._rows.change(number, flags=flags & ~LINKED | SUPERSEDED)
        self._superseded += 1

    def _text(self, row: Row) -> Text | None:
        return self._near[row.place - 1] if row.place else None

    def _count_lines(self, arrival: Arrival, day: int) -> None:
        if arrival.source and arrival.lines:
            self._lines.count(arrival.source, arrival.lines, _hash(arrival.id), day)

    def _advance(self, timestamp: int) -> int:
        """Forget what has left the window; returns the day under which to file this arrival."""
        if timestamp > self._latest:
            self._latest = timestamp
            oldest = max(0, (timestamp - self._window_ms) // DAY_MS)
            if oldest > self._oldest_day:
                self._oldest_day = oldest
                self._forget()
        return self._day(timestamp)

    def _day(self, timestamp: int) -> int:
        return max(timestamp // DAY_MS, self._oldest_day)

    def _forget(self) -> None:
        """Drop whole days, and number what is left anew."""
        gone = self._rows.column("kept") < self._oldest_day
        flags, versions = self._rows.column("flags"), self._rows.column("version")
        for number in np.flatnonzero(gone & (flags & LINKED > 0) & (versions > 1)).tolist():
            # It outlives older versions, lest its number be given out again.
            row, id = self._rows[number], self._rows.ids[number]
            older = [self._rows[other] for other in self._versions(id)]
            longest = max((one.kept for one in older if one.version < row.version), default=-1)
            if longest >= self._oldest_day:
                self._rows.change(number, kept=longest)
                gone[number] = False
        gone |= flags & SUPERSEDED > 0
        self._lines.expire(self._oldest_day)
        if not gone.any():
            return
        rows = self._rows
        self._forgotten += [
            str(rows.origin(rows[number]))
            for number in np.flatnonzero(gone & (flags & SUPERSEDED == 0)).tolist()
        ]
        self._take(np.flatnonzero(~gone))

    def _put_in_order(self) -> None:
        """After a recovery from a compacted changelog: by sequence, as they were claimed."""
        if not self._in_order:
            self._take(np.argsort(self._rows.column("sequence"), kind="stable"))
            self._in_order = True

    def _take(self, numbers: Rows) -> None:
        places = self._rows.column("place")[numbers].astype(np.int64)
        compared = np.flatnonzero(places)
        self._near.take(places[compared] - 1, compared)
        places[compared] = np.arange(1, len(compared) + 1)
        self._rows.take(numbers, places.astype(np.uint32))
        for chains in (self._by_origin, self._by_id, self._by_content):
            chains.take(numbers)
        self._superseded = int((self._rows.column("flags") & SUPERSEDED > 0).sum())


def _hash(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))
