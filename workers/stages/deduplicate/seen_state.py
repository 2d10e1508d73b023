"""The claims in memory with what finds them again: by origin, by id, by content, by likeness."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

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
    TOLD,
    WITHDRAWN,
    Row,
    SeenRows,
)
from workers.stages.deduplicate.window import Window

MOST_VERSIONS = 64
"""Versions of one article that are looked at."""
LOOKED_AT = 1024
"""Claims looked at for a version or for a content, also ones that have no part in it any more."""


class Kept(NamedTuple):
    """A claim as it is kept."""

    row: Row
    packed: bytes
    arrival: Arrival
    cluster: str
    target: str | None

    @property
    def has_text(self) -> bool:
        """Whether others are compared with its text, if it has one."""
        row = self.row
        if row.kind == NEAR_CONTENT:
            return not row.flags & THROUGH_COPY
        return row.kind in (ORIGINAL, REVISION)

    @property
    def is_found_by_id(self) -> bool:
        """Whether it is a version of its article, or a copy with a text."""
        copied = self.row.kind == NEAR_CONTENT and self.has_text and self.arrival.text is not None
        return copied or bool(self.row.flags & PASSED)


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
        # Also of those that are no longer linked, which keep their places if they are once more.
        self._by_id = HashChains()  # versions, and copies with a text
        self._by_content = HashChains(newest_first=False)  # originals and revisions
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
        rows, found = self.rows, list[int]()
        for number in islice(self._by_id.rows(key), LOOKED_AT):
            if rows.flags(number) & LINKED and rows.ids[number] == id:
                found.append(number)
                if len(found) >= MOST_VERSIONS:
                    break
        return found if len(found) < 2 else sorted(found, key=lambda number: rows[number].version)

    def holder(self, arrival: Arrival) -> int | None:
        """The earliest linked original or revision of another article with the same content.

        Of short texts one that has the same headline too.
        """
        rows, short = self.rows, arrival.shingles < self._short
        algorithm = rows.algorithm(arrival.algorithm)
        key = self._content_key(arrival.content, arrival.headline, arrival.shingles)
        for number in islice(self._by_content.rows(key), LOOKED_AT):
            row = rows[number]
            if (
                row.flags & LINKED
                and row.content == arrival.content
                and row.algorithm == algorithm
                and (row.shingles < self._short) == short
                and (not short or row.headline == arrival.headline)
                and rows.ids[number] != arrival.id
            ):
                return number
        return None

    def _content_key(self, content: bytes, headline: bytes, shingles: int) -> int:
        key = int.from_bytes(content[:4])
        return key ^ int.from_bytes(headline[:4]) if shingles < self._short else key

    def keep(
        self, row: Row, packed: bytes, arrival: Arrival, cluster: str, target: str | None
    ) -> int:
        """Append a claim (``packed`` is its row too), with its text if others are to be compared.

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
        self.rows.add(packed, id, id if cluster == id else cluster, target)
        self._by_origin.add(number, hash(row[:4]))
        if text is not None and comparable:
            copied = row.kind == NEAR_CONTENT
            if copied and (delivered := self._delivered(arrival, text, row)) is not None:
                self.extend(delivered, row.kept)
            else:
                self.rows.set_place(number, self.near.add(number, text) + 1)
                if copied:
                    self._by_id.add(number, arrival.key)
        if row.flags & PASSED:
            self._by_id.add(number, arrival.key)
            if row.kind in (ORIGINAL, REVISION):
                key = self._content_key(row.content, row.headline, row.shingles)
                self._by_content.add(number, key)
        return number

    def keep_all(self, claims: Sequence[Kept]) -> int:
        """Append claims of which none is known, nor its article; returns the first's number.

        Those that passed are linked.
        """
        first = len(self.rows)
        rows = [one.row for one in claims]
        oldest = min(row.kept for row in rows)
        self.first_day = min(self.first_day, oldest) if first else oldest
        for row in rows:
            self._order(row.sequence)
        # One object for strings that are equal, as in keep: of what is known, then of these.
        same = {one.target: one.target for one in claims if one.target is not None}
        ids = [same.setdefault(one.arrival.id, one.arrival.id) for one in claims]
        targets = [None if one.target is None else same[one.target] for one in claims]
        clusters = [same.setdefault(one.cluster, one.cluster) for one in claims]
        self.rows.add_all([one.packed for one in claims], ids, clusters, targets)
        numbers = np.arange(first, first + len(claims), dtype=np.int64)
        self._by_origin.add_all(numbers, _hashes(rows))
        texts = [
            (number, one.arrival.text)
            for number, one in enumerate(claims, first)
            if one.arrival.text is not None and one.has_text
        ]
        place = self.near.add_all(texts)
        self.rows.set_places([number for number, _ in texts], place + 1)
        found = [number for number, one in enumerate(claims, first) if one.is_found_by_id]
        keys = [claims[number - first].arrival.key for number in found]
        self._by_id.add_all(np.array(found, np.int64), keys)
        passed = [number for number in found if rows[number - first].flags & PASSED]
        self.rows.link(passed)
        own = [number for number in passed if rows[number - first].kind in (ORIGINAL, REVISION)]
        contents = [
            self._content_key(row.content, row.headline, row.shingles)
            for row in (rows[number - first] for number in own)
        ]
        self._by_content.add_all(np.array(own, np.int64), contents)
        return first

    def knows_origins(self, rows: Sequence[Row]) -> npt.NDArray[np.bool_]:
        """Whether the origin of each may be known, or be another's of them."""
        return self._by_origin.know(_hashes(rows))

    def knows_ids(self, keys: Sequence[int]) -> npt.NDArray[np.bool_]:
        """The same of articles, by the hashes of their ids."""
        return self._by_id.know(keys)

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

    def _delivered(self, arrival: Arrival, text: Text, row: Row) -> int | None:
        """The claim of a copy that has this text of the same original: it was delivered before.

        Else its deliveries would be the newest texts in all bands, and nothing else be found.
        """
        for number in islice(self._by_id.rows(arrival.key), MOST_VERSIONS):
            known = self.rows[number]
            if (
                known.place
                and known.kept >= self._window.oldest
                and not known.flags & SUPERSEDED
                and known[4:8] == row[4:8]
                and self.rows.ids[number] == arrival.id
                and self.near[known.place - 1] == text
            ):
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
        """Keep the version that a repeat repeats, as far as the repeat tells."""
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
            flags=PASSED | TOLD,
        )
        target = cluster if copied else None if first else id
        return self.keep(version, self.rows.packed(version), arrival, cluster, target)

    def link(self, number: int, row: Row, key: int) -> bool:
        """Have later arrivals compared with a version; False if another arrival has its number.

        ``row`` is the version's, ``key`` the hash of its article's id.
        One that has left the window, and is there only because nothing is forgotten before all is
        restored, has none any more.
        """
        if row.flags & LINKED:
            return True
        for other in self.versions(self.rows.ids[number], key):
            known = self.rows[other]
            if known.version == row.version:
                if known.kept >= self._window.oldest:
                    return False
                self.rows.set_flags(other, known.flags & ~LINKED)
        self.rows.set_flags(number, row.flags & ~WITHDRAWN | LINKED)
        return True

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
        flags, versions = rows.column("flags"), rows.column("version")
        self._prolong((rows.column("kept") < oldest) & (flags & LINKED > 0) & (versions > 1))
        gone = rows.column("kept") < oldest
        dropped = np.flatnonzero(gone & (flags & SUPERSEDED == 0))
        forgotten = [str(rows.origin(rows[number])) for number in dropped.tolist()]
        gone |= flags & SUPERSEDED > 0
        if gone.any():
            self.first_day = oldest
            self._take(np.flatnonzero(~gone))
        return forgotten

    def _prolong(self, outlived: npt.NDArray[np.bool_]) -> None:
        """Have these versions outlive older ones, lest their numbers be given out again.

        Older ones are those with lower numbers that were claimed before, withdrawn ones too; if an
        article had been forgotten in between, its numbers began anew.
        """
        rows = self.rows
        wanted = {rows.ids[number] for number in np.flatnonzero(outlived).tolist()}
        if not wanted:
            return
        # Of each article its versions so far, ascending, with how long those up to each are kept.
        before: dict[str, list[tuple[int, int]]] = {id: [] for id in wanted}
        for number, id in enumerate(rows.ids):
            if id not in wanted:
                continue
            row, older = rows[number], before[id]
            if row.flags & SUPERSEDED or not row.flags & (LINKED | WITHDRAWN):
                continue
            while older and older[-1][0] >= row.version:
                older.pop()
            longest = max(older[-1][1], row.kept) if older else row.kept
            if longest > row.kept and row.flags & LINKED:
                rows.change(number, kept=longest)
            older.append((row.version, longest))

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


def _hashes(rows: Sequence[Row]) -> list[int]:
    """Hashes of the origins."""
    return [hash(row[:4]) for row in rows]
