"""The claims in memory with what finds them again: by origin, by id, by content, by likeness."""

from __future__ import annotations

import numpy as np

from topics.records import Origin
from workers.stages.deduplicate.arrival import Arrival
from workers.stages.deduplicate.hash_chains import HashChains, Rows
from workers.stages.deduplicate.near_texts import NearTexts, Text
from workers.stages.deduplicate.seen_rows import (
    LINKED,
    NEAR_CONTENT,
    NOWHERE,
    ORIGINAL,
    PASSED,
    REVISION,
    SAME_CONTENT,
    SUPERSEDED,
    THROUGH_COPY,
    WITHDRAWN,
    Row,
    SeenRows,
)
from workers.stages.deduplicate.utf8 import text_hash
from workers.stages.deduplicate.window import Window

MOST_VERSIONS = 64
"""Versions of one article that are looked at."""


class SeenState:
    """Rows by their numbers, which hold until rows are forgotten."""

    def __init__(self, window: Window, short: int) -> None:
        self._window = window
        self._short = short
        self.rows = SeenRows()
        self.near = NearTexts()
        self.sequence = 0
        """The highest that was given."""
        self._by_origin = HashChains()
        self._by_id = HashChains()  # versions that are, or were, linked
        self._by_content = HashChains()  # of these, the originals and revisions
        self.first_day = 0
        """The oldest day with which something is forgotten, or one before it."""
        self._superseded = 0
        self._in_order = True

    def __len__(self) -> int:
        """Number of stored verdicts."""
        return len(self.rows) - self._superseded

    @property
    def memory(self) -> int:
        """Bytes, as far as they can be counted."""
        chains = (self._by_origin, self._by_id, self._by_content)
        return self.rows.memory + sum(one.memory for one in chains) + self.near.memory

    def find(self, by: Origin) -> int | None:
        """The claim of an arrival."""
        rows = self.rows
        place = rows.place_of(by)
        if place is None:
            return None
        for number in self._by_origin.rows(hash(place)):
            row = rows[number]
            if row[:4] == place and not row.flags & SUPERSEDED:
                return number
        return None

    def is_of(self, number: int, arrival: Arrival) -> bool:
        """Whether it is a claim of the same article with the same content and headline."""
        row = self.rows[number]
        return (
            self.rows.ids[number] == arrival.id
            and row.content == arrival.content
            and row.headline == arrival.headline
            and row.algorithm == self.rows.algorithm(arrival.algorithm)
        )

    def versions(self, id: str, key: int) -> list[int]:
        """The linked versions of an article (its id and the hash of that), the newest last.

        Of very many the newest, ``MOST_VERSIONS``: of a producer that has one id for everything.
        """
        rows = self.rows
        found = [
            number
            for number in self._by_id.rows(key, MOST_VERSIONS)
            if rows.flags(number) & LINKED and rows.ids[number] == id
        ]
        return found if len(found) < 2 else sorted(found, key=lambda number: rows[number].version)

    def holders(self, content: bytes, headline: bytes, shingles: int) -> list[int]:
        """The linked originals and revisions with a content, newest first.

        Short texts with another headline have other contents here: there may be thousands.
        """
        rows = self.rows
        key = self._content_key(content, headline, shingles)
        return [
            number
            for number in self._by_content.rows(key)
            if rows.flags(number) & LINKED and rows[number].content == content
        ]

    def _content_key(self, content: bytes, headline: bytes, shingles: int) -> int:
        key = int.from_bytes(content[:4])
        return key ^ int.from_bytes(headline[:4]) if shingles < self._short else key

    def keep(self, row: Row, arrival: Arrival, cluster: str, target: str | None) -> int:
        """Append a claim, with its text if others are to be compared with it.

        A row that is linked is no version yet that another arrival may have.
        """
        id, text = arrival.id, arrival.text
        number = len(self.rows)
        comparable = row.kind in (ORIGINAL, REVISION) or (
            row.kind == NEAR_CONTENT and not row.flags & THROUGH_COPY
        )
        self._order(row.sequence)
        self.first_day = min(self.first_day, row.kept) if number else row.kept
        # One object for strings that are equal: they are most of a repeat's memory.
        id = target if target is not None and target == id else id
        self.rows.add(row, id, id if cluster == id else cluster, target)
        self._by_origin.add(number, hash(row[:4]))
        if text is not None and comparable:
            copied = row.kind == NEAR_CONTENT
            if copied and (holder := self._holder(arrival, text)) is not None:
                self.extend(holder, row.kept)
            else:
                self.rows.set_place(number, self.near.add(number, text) + 1)
                if copied:
                    self._by_id.add(number, arrival.key)
        if row.flags & LINKED:
            self._chain(number, row, arrival.key)
        return number

    def put(self, number: int, row: Row, cluster: str, target: str | None) -> None:
        """Keep what a later record says of a claim."""
        if row.sequence != self.rows[number].sequence:
            self._order(row.sequence)
            self._in_order = False
        self.rows.put(number, row, cluster, target)

    def _order(self, sequence: int) -> None:
        if sequence < self.sequence:
            self._in_order = False
        self.sequence = max(self.sequence, sequence)

    def _holder(self, arrival: Arrival, text: Text) -> int | None:
        """The claim that has this text of the same article already: a copy delivered once more.

        Else its deliveries would be the newest texts in all bands, and nothing else be found.
        """
        for number in self._by_id.rows(arrival.key, MOST_VERSIONS):
            row = self.rows[number]
            alive = row.place and row.kept >= self._window.oldest
            if alive and self.rows.ids[number] == arrival.id and self.near[row.place - 1] == text:
                return number
        return None

    def extend(self, number: int, day: int) -> None:
        """Forget a claim no earlier than with this day."""
        if day > self.rows[number].kept:
            self.rows.change(number, kept=day)

    def same_strings(self, row: Row, cluster: str, target: str | None) -> tuple[str, str | None]:
        """Cluster and target of a claim as objects that are kept already, where they are equal."""
        if target is None or row.of_partition == NOWHERE:
            return cluster, target
        number = self.find(self.rows.target_origin(row))
        if number is not None and self.rows.ids[number] == target:
            target = self.rows.ids[number]
            if self.rows.clusters[number] == cluster:
                cluster = self.rows.clusters[number]
        return target if cluster == target else cluster, target

    def repeated(self, repeat: int, arrival: Arrival) -> int:
        """Keep the version that a repeat repeats, as far as the repeat tells; linked."""
        row, id, cluster = self.rows[repeat], self.rows.ids[repeat], self.rows.clusters[repeat]
        first = row.version == 1
        copied = first and cluster != id  # and enriched all the same
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
            kind=SAME_CONTENT if copied else ORIGINAL if first else REVISION,
            flags=PASSED,
        )
        target = cluster if copied else None if first else id
        number = self.keep(version, arrival, cluster, target)
        self.link(number)
        return number

    def make_free(self, version: int, arrival: Arrival) -> bool:
        """Whether no linked version of an article has this number.

        One that has left the window, and is there only because nothing is forgotten before all is
        restored, has none any more.
        """
        for number in self.versions(arrival.id, arrival.key):
            row = self.rows[number]
            if row.version == version:
                if row.kept >= self._window.oldest:
                    return False
                self.rows.set_flags(number, row.flags & ~LINKED)
        return True

    def link(self, number: int) -> bool:
        """Have later arrivals compared with a version; False if another arrival has its number."""
        row, id = self.rows[number], self.rows.ids[number]
        if row.flags & LINKED:
            return True
        key = text_hash(id)
        if any(self.rows[other].version == row.version for other in self.versions(id, key)):
            return False
        self.link_new(number, row, key)
        return True

    def link_new(self, number: int, row: Row, key: int) -> None:
        """The same for a version of which it is known that no other has its number."""
        self.rows.set_flags(number, row.flags & ~WITHDRAWN | LINKED)
        self._chain(number, row, key)

    def _chain(self, number: int, row: Row, key: int) -> None:
        self._by_id.add(number, key)
        if row.kind in (ORIGINAL, REVISION):
            key = self._content_key(row.content, row.headline, row.shingles)
            self._by_content.add(number, key)

    def withdraw(self, number: int) -> None:
        """Have nothing compared with a version any more, unless it is linked again."""
        self.rows.set_flags(number, self.rows.flags(number) & ~LINKED | WITHDRAWN)

    def supersede(self, number: int) -> None:
        """Its origin names another article now."""
        flags = self.rows[number].flags
        self.rows.set_flags(number, flags & ~LINKED | SUPERSEDED)
        self._superseded += 1

    def text(self, row: Row) -> Text | None:
        """What is compared of a claim, if anything is."""
        return self.near[row.place - 1] if row.place else None

    def forget(self) -> list[str]:
        """Drop the days before the oldest; returns the origins of what was dropped.

        What is left is numbered anew.
        """
        rows, oldest = self.rows, self._window.oldest
        gone = rows.column("kept") < oldest
        flags, versions = rows.column("flags"), rows.column("version")
        outlived = np.flatnonzero(gone & (flags & LINKED > 0) & (versions > 1)).tolist()
        for id in {rows.ids[number] for number in outlived}:
            # A version outlives older ones, lest its number be given out again.
            longest = -1
            for number in self.versions(id, text_hash(id)):
                kept = rows[number].kept
                if longest > kept:
                    rows.change(number, kept=longest)
                    gone[number] = longest < oldest
                longest = max(longest, kept)
        dropped = np.flatnonzero(gone & (flags & SUPERSEDED == 0))
        forgotten = [str(rows.origin(rows[number])) for number in dropped.tolist()]
        gone |= flags & SUPERSEDED > 0
        if gone.any():
            self.first_day = oldest
            self._take(np.flatnonzero(~gone))
        return forgotten

    def put_in_order(self) -> None:
        """After a recovery from a compacted changelog: by sequence, as they were claimed."""
        if not self._in_order:
            self._take(np.argsort(self.rows.column("sequence"), kind="stable"))
            self._in_order = True

    def _take(self, numbers: Rows) -> None:
        places = self.rows.column("place")[numbers].astype(np.int64)
        compared = np.flatnonzero(places)
        self.near.take(places[compared] - 1, compared)
        places[compared] = np.arange(1, len(compared) + 1)
        self.rows.take(numbers, places.astype(np.uint32))
        for chains in (self._by_origin, self._by_id, self._by_content):
            chains.take(numbers)
        self._superseded = int((self.rows.column("flags") & SUPERSEDED > 0).sum())
