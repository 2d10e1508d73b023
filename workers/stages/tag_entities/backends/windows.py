"""Long texts, for models that read so many tokens and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Window(NamedTuple):
    """A stretch of tokens that is read at once, and the part of it whose labels count."""

    start: int
    end: int
    from_: int
    to: int


def windows(count: int, size: int, overlap: int) -> Iterator[Window]:
    """Windows of at most ``size`` tokens, each ``overlap`` into the one before.

    Every token counts once, in the window in which it has more around it.
    """
    if size <= overlap:
        raise ValueError(f"windows of {size} tokens cannot overlap by {overlap}")
    start = counted = 0
    while counted < count:
        end = min(start + size, count)
        to = count if end == count else end - overlap // 2
        yield Window(start, end, counted, to)
        counted = to
        start = end - overlap
