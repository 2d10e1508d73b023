"""Where in the kept text each cut was made.

The kept text is never changed for showing: a cut is put beside it, at an offset into the text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topics.records import Removal

_ANCHOR = 24
"""Characters of a line that are enough to find it again further on in the text."""
_WINDOW = 50_000
"""Characters in which it is looked for."""


@dataclass(frozen=True)
class Placed:
    """A cut at its place in the kept text."""

    removal: Removal
    at: int
    """Offset into the kept text."""
    inline: bool
    """Whether the rest of its line was kept; else it stands between lines."""


def place(source: str, text: str, removed: Sequence[Removal]) -> list[Placed] | None:
    """Every cut at its place, in reading order; None if a cut is not what the source has there.

    Exact where the text is the source without the cuts, as for plain text. A page's text is not
    made of its rendering: there the lines that both have tell where the cuts between them belong.
    """
    ordered = sorted(removed, key=lambda removal: (removal.start, removal.end))
    end = 0
    for removal in ordered:
        if removal.start < end or source[removal.start : removal.end] != removal.text:
            return None
        end = removal.end
    exact = _within(source, text, ordered)
    return _beside(source, text, ordered) if exact is None else exact


def _segments(source: str, removed: Sequence[Removal]) -> Iterator[tuple[str, Removal | None]]:
    """What is kept before each cut, with that cut; then what is kept after the last."""
    start = 0
    for removal in removed:
        yield source[start : removal.start], removal
        start = removal.end
    yield source[start:], None


def _within(source: str, text: str, removed: Sequence[Removal]) -> list[Placed] | None:
    """The places, if text and source less cuts differ in nothing but white space between them."""
    placed: list[Placed] = []
    waiting: list[Removal] = []
    """Cuts at the beginning of a line, until it is known whether the rest of it is kept."""
    cursor = 0
    """Everything of the text before it has been met in the source."""
    kept_on_line = False

    def settle(inline: bool) -> None:
        placed.extend(Placed(removal, cursor, inline) for removal in waiting)
        waiting.clear()

    for kept, removal in _segments(source, removed):
        for number, line in enumerate(kept.split("\n")):
            if number:  # a new line begins
                settle(inline=False)
                kept_on_line = False
            words = line.strip()
            if not words:
                continue
            begin = _skip_space(text, cursor)
            if not text.startswith(words, begin):
                return None
            cursor = begin
            settle(inline=True)
            cursor += len(words)
            space = line[len(line.rstrip()) :]
            cursor += len(space) if text.startswith(space, cursor) else 0
            kept_on_line = True
        if removal is None:
            continue
        if kept_on_line:
            placed.append(Placed(removal, cursor, inline=True))
        else:
            waiting.append(removal)
        if "\n" in removal.text:
            kept_on_line = False
    settle(inline=False)
    return placed if _skip_space(text, cursor) == len(text) else None


def _skip_space(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _beside(source: str, text: str, removed: Sequence[Removal]) -> list[Placed]:
    """The places between lines, by the lines that source and text share, white space aside."""
    main = "".join(text.split())
    offsets = array("L", (at for at, character in enumerate(text) if not character.isspace()))
    placed: list[Placed] = []
    met = 0
    """Characters of ``main`` that have been met in the source."""
    for kept, removal in _segments(source, removed):
        for line in kept.split("\n"):
            met = _after(main, "".join(line.split()), met)
        if removal is not None:
            placed.append(Placed(removal, offsets[met - 1] + 1 if met else 0, inline=False))
    return placed


def _after(main: str, words: str, met: int) -> int:
    """Where the line ends in the text; ``met`` itself if it is not in what follows.

    A short line counts only if it follows at once: it may occur again anywhere.
    """
    if main.startswith(words, met):
        return met + len(words)
    if len(words) < _ANCHOR:
        return met
    # Of a line that the text has only in part, its beginning or its end.
    for part in (words, words[:_ANCHOR], words[-_ANCHOR:]):
        at = main.find(part, met, met + _WINDOW)
        if at >= 0:
            return at + len(part)
    return met
