"""Paragraphs of plain text that was broken into lines of some width, made one line each again.

A broken line is full: the first word of the next one had no room left in it. Lists, whose lines end
where they like, are not; nor are verses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workers.stages.deduplicate.shingles import UNSPACED

NARROWEST, WIDEST = 40, 100
"""Code points in the longest of a paragraph's lines: menus are narrower, paragraphs wider."""
FEWEST = 3
"""Lines by which a width can be told; paragraphs of two follow the others of the same text."""
LONGEST_WORD = 24
"""A line misses its width by no more: by a word and its space."""
_ANYWHERE = 3
"""The same for scripts without spaces, which break at nearly every letter."""

_UNSPACED = re.compile(f"[{UNSPACED}]")


def unwrapped(lines: Sequence[str], normalised: Sequence[str]) -> list[str]:
    """The normalised lines that are not blank, those that were one paragraph joined by spaces.

    Told from the lines as they are in the text, of which ``normalised`` has as many.
    """
    joined: list[str] = []
    done = 0
    for paragraph in _wrapped(lines):
        joined += filter(None, normalised[done : paragraph.start])
        joined.append(" ".join(filter(None, normalised[paragraph.start : paragraph.stop])))
        done = paragraph.stop
    return joined + list(filter(None, normalised[done:]))


def _wrapped(lines: Sequence[str]) -> list[range]:
    """Which lines make one paragraph, where it is several."""
    lengths = [len(line.rstrip()) for line in lines]
    blocks = list(_blocks(lengths))
    widths = [_width(lines, lengths, block) for block in blocks]
    common = max(widths, default=0)
    if not common:
        return []
    return [
        block
        for block, width in zip(blocks, widths, strict=True)
        if width or _is_wrapped(lines, lengths, block, common)
    ]


def _blocks(lengths: Sequence[int]) -> Iterator[range]:
    """Runs of two lines and more that are not blank."""
    start = 0
    for number, length in enumerate(lengths):
        if not length:
            if number > start + 1:
                yield range(start, number)
            start = number + 1
    if len(lengths) > start + 1:
        yield range(start, len(lengths))


def _width(lines: Sequence[str], lengths: Sequence[int], block: range) -> int:
    """The width to which a block was broken; 0 if it was not, or cannot be told."""
    if len(block) < FEWEST:
        return 0
    width = max(lengths[block.start : block.stop])
    if NARROWEST <= width <= WIDEST and _is_wrapped(lines, lengths, block, width):
        return width
    return 0


def _is_wrapped(lines: Sequence[str], lengths: Sequence[int], block: range, width: int) -> bool:
    return max(lengths[block.start : block.stop]) <= width and all(
        lengths[number] + _room_for(lines[number + 1]) > width for number in block[:-1]
    )


def _room_for(line: str) -> int:
    """What the line's first word takes at the end of another."""
    word = line.split(None, 1)[0]
    if _UNSPACED.match(word):
        return _ANYWHERE
    return 1 + min(len(word), LONGEST_WORD)
