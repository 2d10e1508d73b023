"""Lines of a text, spans to cut out of it, and what is left.

All offsets are code points into the text. Only ``\\n`` separates lines; a ``\\r`` before it belongs
to its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from topics.records import Removal, RemovedTotal


class Line(NamedTuple):
    """One line, without its ``\\n``: its place in the text."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """Where the line ends, exclusive."""
        return self.start + len(self.text)

    @property
    def blank(self) -> bool:
        """Whether it is nothing but white space."""
        return not self.text or self.text.isspace()


@dataclass(frozen=True)
class Cut:
    """A span within one line, and why it goes."""

    start: int
    end: int
    reason: str


def lines_of(content: str) -> list[Line]:
    """All lines, blank ones too; joined by ``\\n`` they are the content."""
    lines: list[Line] = []
    start = 0
    for text in content.split("\n"):
        lines.append(Line(start, text))
        start += len(text) + 1
    return lines


def cut_line(line: Line, reason: str) -> Cut:
    """Cut a whole line."""
    return Cut(line.start, line.end, reason)


def text_without(lines: Sequence[Line], cuts: Sequence[Cut]) -> str:
    """What the cuts leave, joined by ``\\n``; cuts must not overlap, nor cross lines.

    Exactly this: every line less its cuts; lines of which cuts leave nothing but white space are
    gone, with their ``\\n``; so are blank lines at either end. Other lines, blank ones too, stay.
    """
    kept: list[str] = []
    remaining = sorted(cuts, key=lambda cut: cut.start)
    position = 0
    for line in lines:
        first = position
        while position < len(remaining) and remaining[position].end <= line.end:
            position += 1
        rest = _without(line, remaining[first:position]) if position > first else line.text
        if position == first or not (rest == "" or rest.isspace()):
            kept.append(rest)
    while kept and not kept[-1].strip():
        kept.pop()
    first_text = next((index for index, text in enumerate(kept) if text.strip()), 0)
    return "\n".join(kept[first_text:])


def _without(line: Line, cuts: Sequence[Cut]) -> str:
    pieces: list[str] = []
    start = line.start
    for cut in cuts:
        pieces.append(line.text[start - line.start : cut.start - line.start])
        start = cut.end
    pieces.append(line.text[start - line.start :])
    return "".join(pieces)


def removals(content: str, cuts: Sequence[Cut]) -> list[Removal]:
    """The cuts as they are published, in the order of the text."""
    return [
        Removal(start=cut.start, end=cut.end, reason=cut.reason, text=content[cut.start : cut.end])
        for cut in sorted(cuts, key=lambda cut: cut.start)
    ]


def totals(removed: Sequence[Removal]) -> dict[str, RemovedTotal]:
    """How much went for each reason."""
    counts: dict[str, tuple[int, int]] = {}
    for removal in removed:
        count, characters = counts.get(removal.reason, (0, 0))
        counts[removal.reason] = (count + 1, characters + removal.end - removal.start)
    return {
        reason: RemovedTotal(count=count, characters=characters)
        for reason, (count, characters) in sorted(counts.items())
    }
