"""Claims from the changelog, taken in one by one or, in two thirds of the time, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec import UNSET

from topics.records import Claim, Origin
from workers.stages.deduplicate.arrival import Arrival
from workers.stages.deduplicate.line_counts import LineCounts
from workers.stages.deduplicate.seen_rows import (
    LINKED,
    NOWHERE,
    ORIGINAL,
    PASSED,
    REPEAT,
    REVISION,
    TOLD,
    WITHDRAWN,
    Row,
)
from workers.stages.deduplicate.seen_state import Kept, SeenState
from workers.stages.deduplicate.verdicts import row_of
from workers.stages.deduplicate.window import Window
from workers.utf8 import text_hash

AT_ONCE = 24
"""From so many on it takes less time to keep them at once than one by one."""


class _Read(NamedTuple):
    """A record as it will be kept."""

    place: int
    record: Claim
    origin: Origin
    kept: Kept


class Recovery:
    """Takes in what the changelog holds; what depends on all of it waits until all is there.

    Nothing is forgotten before: what keeps a version from being forgotten may only come.
    """

    def __init__(self, state: SeenState, lines: LineCounts, window: Window, short: int) -> None:
        self._state = state
        self._lines = lines
        self._window = window
        self._short = short
        self.pending = False
        """Whether something was taken in that is not settled."""
        self.behind = False
        """Whether something that was taken in may have left the window."""
        self._not_free: list[Origin] = []
        """Versions whose number one has that may have left the window."""
        self._prolonged: dict[Origin, int] = {}
        """Until when others keep what has not been taken in yet."""

    def take(self, records: Sequence[Claim]) -> dict[int, Exception]:
        """Take in records in order, each any number of times.

        By place, why some could not be: ValueError for one that no claim has written,
        OverflowError if there are more than can be found again.
        """
        self.pending = True
        errors: dict[int, Exception] = {}
        read: list[_Read] = []
        for place, record in enumerate(records):
            try:
                one = self._read(place, record)
            except (ValueError, OverflowError) as error:
                errors[place] = error
                continue
            if self._window.turns(one.origin.timestamp):
                self._keep(read, errors)
                read = []
            turned = self._window.moves(one.origin.timestamp)
            self.behind |= turned or one.kept.row.kept < self._window.oldest
            read.append(one)
        self._keep(read, errors)
        return errors

    def put_in_order(self) -> None:
        """Order what was taken in as it was claimed."""
        self.pending = False
        self._state.put_in_order()
        self._prolonged.clear()

    def link_the_rest(self) -> None:
        """Link the versions whose numbers have become free, now that the window is as it was."""
        rows = self._state.rows
        for origin in self._not_free:
            number = self._state.find(origin)
            if number is not None and not (row := rows[number]).flags & WITHDRAWN:
                self._state.link(number, row, text_hash(rows.ids[number]))
        self._not_free.clear()

    def keep_target(self, number: int, row: Row, arrival: Arrival) -> bool:
        """Let what a claim repeats or copies be forgotten no earlier than the claim itself.

        Whether a claim had to be made for that.
        """
        if row.kind in (ORIGINAL, REVISION) or row.of_partition == NOWHERE:
            return False
        state = self._state
        origin = state.rows.target_origin(row)
        target, made = state.find(origin), False
        if target is None and row.kind == REPEAT:
            # The changelog no longer has the version's own record.
            target, made = state.repeated(number, arrival), True
            if not state.link(target, state.rows[target], arrival.key):
                self._not_free.append(origin)
                self.pending = True
        if target is not None:
            state.extend(target, row.kept)
        else:  # its record may come: it was written again after this one
            self._prolonged[origin] = max(row.kept, self._prolonged.get(origin, 0))
        return made

    def _read(self, place: int, record: Claim) -> _Read:
        state, verdict = self._state, record.verdict
        arrival = Arrival.of(record, self._short)
        origin = Origin.parse(record.origin)
        day = self._window.day_of(origin.timestamp) if record.day is UNSET else record.day
        row = row_of(state.rows, record, arrival, origin, day)
        packed = state.rows.packed(row)  # before anything is changed
        return _Read(place, record, origin, Kept(row, packed, arrival, verdict.cluster, verdict.of))

    def _keep(self, read: Sequence[_Read], errors: dict[int, Exception]) -> None:
        while len(read) >= AT_ONCE:
            new, made, done = self._new(read), False, 0
            # What had to be made may be what a later one is about.
            while done < len(read) and not made:
                end = done
                while end < len(read) and new[end]:
                    end += 1
                if end - done >= AT_ONCE:
                    made = self._keep_new(read[done:end])
                    done = end
                else:
                    made = self._keep_one(read[done], errors)
                    done += 1
            read = read[done:]
        for one in read:
            self._keep_one(one, errors)

    def _keep_one(self, read: _Read, errors: dict[int, Exception]) -> bool:
        try:
            return self._keep_any(read)
        except OverflowError as error:
            errors[read.place] = error
            return False

    def _new(self, read: Sequence[_Read]) -> list[bool]:
        """Which have nothing to do with another record, as far as anyone can see at once."""
        state = self._state
        if not state.near.has_room(len(read)):
            return [False] * len(read)
        unknown = ~state.knows_origins([one.kept.row for one in read])
        versions = [place for place, one in enumerate(read) if one.kept.is_found_by_id]
        keys = [read[place].kept.arrival.key for place in versions]
        unknown[versions] &= ~state.knows_ids(keys)
        withdrawn: npt.NDArray[np.bool_] = np.array([one.record.withdrawn for one in read])
        return (unknown & ~withdrawn).tolist()  # type: ignore[no-any-return]

    def _keep_new(self, read: Sequence[_Read]) -> bool:
        """Keep what has nothing to do with another; whether targets had to be made."""
        state = self._state
        number = state.keep_all([self._told(one.kept) for one in read])
        made = False
        for one in read:
            row, _, arrival, *_ = one.kept
            if self._prolonged:
                state.extend(number, self._prolonged.pop(one.origin, 0))
            made |= self.keep_target(number, row, arrival)
            if row.flags & PASSED and arrival.lines:
                self._lines.count(arrival.source, arrival.lines, arrival.key, row.kept)
            number += 1
        return made

    def _keep_any(self, read: _Read) -> bool:
        """Keep one that may be known, or be about what is; whether its target had to be made."""
        state = self._state
        row, packed, arrival, cluster, of = self._told(read.kept)
        number, made = state.find(read.origin), False
        if number is not None and not self._is_the_claim(number, arrival, row):
            state.supersede(number)
            number = None
        if number is None:
            counted = False
            number = state.keep(row, packed, arrival, cluster, of)
            if self._prolonged:
                state.extend(number, self._prolonged.pop(read.origin, 0))
            made = self.keep_target(number, row, arrival)
        else:
            known = state.rows[number]
            counted = not known.flags & (WITHDRAWN | TOLD)
            row = row._replace(
                kept=max(row.kept, known.kept),
                place=known.place,
                source=row.source or known.source,
                flags=row.flags | known.flags & LINKED,
            )
            state.put(number, row, cluster, of)
        if read.record.withdrawn:
            state.withdraw(number)
        elif row.flags & PASSED:
            if not state.link(number, row, arrival.key):
                self._not_free.append(read.origin)
            if arrival.lines and not counted:
                day = read.kept.row.kept
                self._lines.count(arrival.source, arrival.lines, arrival.key, day)
        return made

    def _told(self, kept: Kept) -> Kept:
        """The same with strings that are kept already, where they are equal."""
        if kept.target is None:
            return kept
        cluster, target = self._state.same_strings(kept.row, kept.cluster, kept.target)
        return kept._replace(cluster=cluster, target=target)

    def _is_the_claim(self, number: int, arrival: Arrival, row: Row) -> bool:
        """Whether it is this claim, and not one that was forgotten when its origin came again."""
        known = self._state.rows[number]
        same = (known.sequence, known.kind) == (row.sequence, row.kind)
        return self._state.is_of(number, arrival) and (same or bool(known.flags & TOLD))
