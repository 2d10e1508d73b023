"""The claim: which arrivals are new copy and which repeat an earlier one.

A verdict depends on the sequence of claims alone, never on a clock: order is the order of the
calls, time the timestamps of the origins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Literal

from topics.catalog import DAY_MS
from topics.records import Claim, Fingerprint, Origin, Verdict, Withdrawal
from workers.stages.deduplicate.arrival import Arrival
from workers.stages.deduplicate.line_counts import LineCounts
from workers.stages.deduplicate.original import original_of
from workers.stages.deduplicate.recovery import Recovery
from workers.stages.deduplicate.seen_rows import (
    LINKED,
    NEAR_CONTENT,
    NOWHERE,
    ORIGINAL,
    PASSED,
    REPEAT,
    REVISION,
    SAME_CONTENT,
    SAME_HEADLINE,
    THROUGH_COPY,
    WITHDRAWN,
    Row,
)
from workers.stages.deduplicate.seen_state import SeenState
from workers.stages.deduplicate.similarity import Similarity
from workers.stages.deduplicate.verdicts import (
    EXACT,
    NEAR,
    SCALE,
    claim_of,
    scaled,
    verdict_of,
)
from workers.stages.deduplicate.window import Window


class WindowedSeenStore:
    """A SeenStore in memory that forgets by event time, in whole days (UTC).

    - A new id with new content is an ``original``.
    - A known id with the content and headline of one of its versions (of the newest
      ``MOST_VERSIONS``) is a ``repeat`` of that version: a producer that delivers old and new once
      more after a crash adds nothing. With others it is a ``revision``, even if another article
      has that content.
    - A new id with the content of an earlier article is ``same_content``, linked to the earliest
      that passed. Texts under ``short`` shingles must share the headline too: otherwise one stub
      ("subscribe to read on") would swallow other articles.
    - A new id whose own sentences are a version of an earlier article's is ``near_content``, linked
      to the earliest such article; texts with under ``short`` shingles in sentences never are.
    - An id that was only ever a copy has no version of its own: changed content is judged anew.
      Under the policy ``pass`` a copy from another source has gone on, and is version 1.
    - Fingerprints of different algorithms are never compared; a known id with another algorithm is
      a revision.

    Links point to articles that passed, never to repeats or copies, and only to earlier ones. What
    keeps a cluster from drifting: every member is compared with a version of the original itself. A
    copy of a copy may be linked on less evidence, if that copy was compared with the original on
    full evidence; it helps no other one in. So no member is further from the original article than
    ``similarity.LEAST_THROUGH_COPY`` allows, however many there are. A copy that was enriched and
    is then revised begins a cluster of its own.

    A repeat or copy keeps its article from being forgotten: feeds list slow news for weeks. An
    arrival older than the window counts as one of the oldest day. One far in the future makes the
    store forget the present: have the broker, not producers, set the timestamps.
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
        self._window = Window(self._window_ms)
        self._state = SeenState(self._window, self._short)
        self._lines = LineCounts()
        self._recovery = Recovery(self._state, self._lines, self._window, self._short)
        self._forgotten: list[str] = []
        self._arrivals: dict[str, tuple[Fingerprint, Arrival]] = {}
        """What is prepared, by id."""
        self.candidates = 0
        """Texts with which the last claim was compared."""

    def __len__(self) -> int:
        """Number of stored verdicts."""
        return len(self._state)

    @property
    def memory(self) -> int:
        """Bytes that the state takes, as far as they can be counted."""
        return self._state.memory + self._lines.memory

    @property
    def window_age_ms(self) -> int:
        """From the beginning of the oldest day that is kept to the latest arrival's time."""
        return max(0, self._window.latest - self._state.first_day * DAY_MS) if len(self) else 0

    def index(self) -> None:
        """Make what was restored ready for comparison, which the next claim would wait for."""
        self._settle()
        self._state.near.index()

    def _settle(self) -> None:
        """Order what was restored, and forget what has left the window by the last of it."""
        if not self._recovery.pending:
            return
        self._recovery.put_in_order()
        if self._recovery.behind:
            self._forget()
        self._recovery.link_the_rest()

    def turns(self, timestamp: int) -> bool:
        """Whether something may be forgotten when an arrival of this time is claimed."""
        return self._window.turns(timestamp)

    def turn(self, timestamp: int) -> None:
        """Forget it now, which the claim would wait for: seconds for a million claims."""
        self._settle()
        if self._window.moves(timestamp):
            self._forget()
            self._state.near.index()

    def _forget(self) -> None:
        self._recovery.behind = False
        self._forgotten += self._state.forget()
        self._lines.expire(self._window.oldest)

    def __contains__(self, origin: str) -> bool:
        return self._state.find(Origin.parse(origin)) is not None

    def take_forgotten(self) -> list[str]:
        """Origins of verdicts that left the window since the last call: for tombstones."""
        forgotten, self._forgotten = self._forgotten, []
        return forgotten

    def prepare(self, fingerprints: Iterable[Fingerprint]) -> None:
        """Look for what resembles articles that are claimed next; see ``SeenStore``."""
        self._settle()
        arrivals = [(one, Arrival.of(one, self._short)) for one in fingerprints]
        self._arrivals = {arrival.id: (one, arrival) for one, arrival in arrivals}
        self._lines.prepare((arrival.source, arrival.lines) for _, arrival in arrivals)
        texts = (arrival.text for _, arrival in arrivals)
        self._state.near.prepare((text.sketch, text.shingles) for text in texts if text)

    def claim(self, fingerprint: Fingerprint, by: Origin) -> Verdict:
        """First seen, revision, repeat or duplicate; see ``SeenStore``."""
        return verdict_of(self._state.rows, self._claim(fingerprint, by)[0])

    def claim_record(self, fingerprint: Fingerprint, by: Origin) -> tuple[Claim, bool]:
        """The verdict with its changelog record, and whether that must be written."""
        number, changed = self._claim(fingerprint, by)
        return claim_of(self._state.rows, number, fingerprint), changed

    def _claim(self, fingerprint: Fingerprint, by: Origin) -> tuple[int, bool]:
        if self._recovery.pending:
            self._settle()
        if self._window.moves(by.timestamp):
            self._forget()
        day = self._window.day_of(by.timestamp)
        self.candidates = 0
        prepared = self._arrivals.get(fingerprint.id)
        if prepared is not None and prepared[0] is fingerprint:
            arrival = prepared[1]
        else:
            arrival = Arrival.of(fingerprint, self._short)
        if (known := self._state.find(by)) is not None:
            if self._state.is_of(known, arrival):
                withdrawn = self._state.rows[known].flags & WITHDRAWN
                # It counts again, unless its number has been given out anew.
                return known, bool(withdrawn) and self._link_again(known, arrival, day)
            self._state.supersede(known)
        return self._decide(arrival, by, day), True

    def _link_again(self, number: int, arrival: Arrival, day: int) -> bool:
        if not self._state.link(number, self._state.rows[number], arrival.key):
            return False
        # A withdrawn claim's record does not say these.
        self._state.rows.change(number, source=arrival.source)
        if arrival.lines:
            self._lines.count(arrival.source, arrival.lines, arrival.key, day)
        return True

    def withdraw(self, withdrawal: Withdrawal) -> Claim | None:
        """Forget an article that passed and became a dead letter; see ``SeenStore``."""
        self._settle()
        try:
            number = self._state.find(Origin.parse(withdrawal.origin))
        except ValueError:
            return None
        if number is None or self._state.rows.ids[number] != withdrawal.id:
            return None
        row = self._state.rows[number]
        if not row.flags & PASSED or row.flags & WITHDRAWN:
            return None
        self._state.withdraw(number)
        return claim_of(self._state.rows, number, self._state.text(row))

    def take_down(self, id: str) -> list[str]:
        """Drop all claims of an article; see ``SeenStore``."""
        self._settle()
        state = self._state
        dropped = []
        for number in state.rows.of_article(id):
            dropped.append(str(state.rows.origin(state.rows[number])))
            state.supersede(number)
        return dropped

    def restore(self, record: Claim) -> None:
        """Take in one changelog record, any number of times; ValueError if it is none."""
        for error in self.restore_all((record,)).values():
            raise error

    def restore_all(self, records: Sequence[Claim]) -> dict[int, Exception]:
        """Take in several, in order; see ``SeenStore``."""
        return self._recovery.take(records)

    def drop(self, origin: str) -> None:
        """Take in a tombstone of the changelog; see ``SeenStore``."""
        with suppress(ValueError):
            number = self._state.find(Origin.parse(origin))
            if number is not None:
                self._state.supersede(number)

    def _decide(self, arrival: Arrival, by: Origin, day: int) -> int:
        rows = self._state.rows
        versions = self._state.versions(arrival.id, arrival.key)
        alike: Similarity | None = None
        flags, kind, target = PASSED | LINKED, ORIGINAL, None
        if versions:
            target = self._version_like(arrival, versions)
            kind = REVISION if target is None else REPEAT
            target = versions[-1] if target is None else target
        elif (target := self._state.holder(arrival)) is not None:
            kind = SAME_CONTENT
        elif arrival.text is not None:
            self.candidates, found = original_of(self._state, arrival, arrival.text)
            if found is not None:
                target, alike, through_copy = found
                kind = NEAR_CONTENT
                flags |= THROUGH_COPY if through_copy else 0
        earlier = None if target is None else rows[target]
        version = 1
        if earlier is not None:
            version = earlier.version + 1 if kind == REVISION else 1
            version = earlier.version if kind == REPEAT else version
            flags |= SAME_HEADLINE if earlier.headline == arrival.headline else 0
            if kind not in (ORIGINAL, REVISION) and not self._goes_on(kind, arrival, earlier):
                flags &= ~(PASSED | LINKED)
        met = 0
        if arrival.lines:
            counts = day if flags & PASSED else None
            met = self._lines.meet(
                arrival.source, arrival.lines, arrival.key, self._window.oldest, counts
            )
        row = Row(
            # By place, in the order of the fields: by name takes 2 µs more, of 60.
            rows.topic(by.topic),
            by.partition,
            by.offset,
            by.timestamp,
            earlier.topic if earlier else 0,  # of_topic
            earlier.partition if earlier else NOWHERE,  # of_partition
            earlier.offset if earlier else 0,  # of_offset
            earlier.timestamp if earlier else 0,  # of_timestamp
            self._state.sequence + 1,
            arrival.content,
            arrival.headline,
            met,
            version,
            earlier.version if earlier else 0,  # of_version
            arrival.shingles,
            alike.shared if alike else 0,
            alike.smaller if alike else 1,
            arrival.source,
            0,  # place
            day,  # kept
            kind,
            flags,
            rows.algorithm(arrival.algorithm),
            alike.matches if alike else 0,
            alike.lead_matches if alike else 0,
            alike.numbers if alike else 0,
            alike.shared_numbers if alike else 0,
            scaled(alike.jaccard) if alike else SCALE,  # similarity
            scaled(alike.containment) if alike else SCALE,
            rows.method(NEAR if alike else EXACT if target is not None else ""),
        )
        cluster = arrival.id if target is None else rows.clusters[target]
        if earlier is not None and kind == REVISION and earlier.kind not in (ORIGINAL, REVISION):
            cluster = arrival.id  # a copy that was enriched goes its own way from here
        of = None if target is None else rows.ids[target]
        number = self._state.keep(row, rows.packed(row), arrival, cluster, of)
        self._recovery.keep_target(number, row, arrival)
        return number

    def _goes_on(self, kind: int, arrival: Arrival, earlier: Row) -> bool:
        other = arrival.source and earlier.source and arrival.source != earlier.source
        return self._pass_copies and bool(other) and kind != REPEAT

    def _version_like(self, arrival: Arrival, versions: list[int]) -> int | None:
        algorithm = self._state.rows.algorithm(arrival.algorithm)
        for number in reversed(versions):
            row = self._state.rows[number]
            if (row.algorithm, row.content, row.headline) == (
                algorithm,
                arrival.content,
                arrival.headline,
            ):
                return number
        return None
