"""The article as rows in reading order: kept lines with their marks, and what was cut between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topics.records import Entity, Removal
from workers.commands.explained.placing import Placed


@dataclass(frozen=True)
class Mark:
    """A mention of an entity; offsets into the text."""

    start: int
    end: int
    entity: Entity


@dataclass(frozen=True)
class Kept:
    """One line of the kept text, with the cuts made within it."""

    start: int
    end: int
    cuts: tuple[Placed, ...]
    marks: tuple[Mark, ...]
    after_blank: bool
    """Whether blank lines of the text, which make no rows, stand before it."""


@dataclass(frozen=True)
class CutOut:
    """Neighbouring cuts for one reason, between two lines or at either end."""

    reason: str
    removed: tuple[Removal, ...]

    @property
    def characters(self) -> int:
        """How much it is, in code points."""
        return sum(removal.end - removal.start for removal in self.removed)


Row = Kept | CutOut


def marks(text: str, entities: Sequence[Entity]) -> tuple[list[Mark], int]:
    """The mentions in order, none overlapping; and how many could not be shown.

    Of two that overlap the one that begins first is shown, and of those the longest.
    """
    found = [
        Mark(mention.start, mention.end, entity)
        for entity in entities
        for mention in entity.mentions
        if 0 <= mention.start < mention.end <= len(text)
        and text[mention.start : mention.end] == mention.text
    ]
    found.sort(key=lambda mark: (mark.start, -mark.end))
    shown: list[Mark] = []
    for mark in found:
        if not shown or mark.start >= shown[-1].end:
            shown.append(mark)
    return shown, sum(len(entity.mentions) for entity in entities) - len(shown)


def rows(text: str, placed: Sequence[Placed], found: Sequence[Mark]) -> Iterator[Row]:
    """All rows; each kept line, cut and mark is in exactly one, but a mark over several lines."""
    between = [cut for cut in placed if not cut.inline]
    inline = [cut for cut in placed if cut.inline]
    start = next_between = next_inline = next_mark = 0
    blank = False
    for line in text.split("\n") if text else ():
        end = start + len(line)
        first = next_between
        while next_between < len(between) and between[next_between].at <= start:
            next_between += 1
        yield from _cut_out(between[first:next_between])
        first = next_inline
        while next_inline < len(inline) and inline[next_inline].at <= end:
            next_inline += 1
        while next_mark < len(found) and found[next_mark].end <= start:
            next_mark += 1
        last = next_mark
        while last < len(found) and found[last].start < end:
            last += 1
        cuts = tuple(inline[first:next_inline])
        if cuts or not (line == "" or line.isspace()):
            yield Kept(start, end, cuts, tuple(found[next_mark:last]), blank)
            blank = False
        else:
            blank = True
        start = end + 1
    yield from _cut_out([*between[next_between:], *inline[next_inline:]])


def _cut_out(cuts: Sequence[Placed]) -> Iterator[CutOut]:
    group: list[Removal] = []
    for cut in cuts:
        if group and cut.removal.reason != group[-1].reason:
            yield CutOut(group[-1].reason, tuple(group))
            group = []
        group.append(cut.removal)
    if group:
        yield CutOut(group[-1].reason, tuple(group))
