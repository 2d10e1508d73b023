"""How often marks occur in each line of a text, counted over the whole text at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.intp]

OTHER, COMMA, STOP, QUESTION, QUESTION_STOP, BAR, POINT, COPYRIGHT, ADDRESS, DIGIT = range(10)
"""Kinds of marks.

A stop ends a sentence within a line, in most scripts only with a space behind it, and so do
question marks that are question stops. A point is a bar if spaces are around it.
"""
_KIND_COUNT = 10

_MARKS = {
    COMMA: ",、，،",
    STOP: ".!。।؟",
    QUESTION: "？",
    QUESTION_STOP: "?",
    BAR: "|›»",
    POINT: "·•",
    COPYRIGHT: "©",
    ADDRESS: "@]",
    DIGIT: "0123456789",
}
_FOLLOWED = {".": " ", "!": " ", "।": " ", "؟": " ", "?": " ", "]": "("}
"""What must stand behind a mark, or it is none; but a question mark is one always."""
_LAST = 0xFFFF
"""No mark lies behind it."""


class Marks:
    """The marks of all lines; time and memory are linear in the text's length."""

    def __init__(self, lines: Sequence[str], reach: int) -> None:
        """Digits count among the first ``reach`` characters of a line only."""
        self.lengths = np.array(list(map(len, lines)), np.intp)
        bounds = np.zeros(len(lines) + 1, np.intp)
        (self.lengths + 1).cumsum(out=bounds[1:])
        codes = _codes("\n".join(lines) + "\n")
        self.middle: npt.NDArray[np.uint32] = codes[bounds[:-1] + self.lengths // 2]
        """The code point in the middle of each line."""
        at = _IS_MARK.take(codes).nonzero()[0]
        found = codes[at]
        kinds = _KINDS.take(found)
        followed = _FOLLOWED_BY.take(found)
        alone = ((followed != 0) & (followed != codes[at + 1])).nonzero()[0]
        kinds[alone] = _ALONE.take(found[alone])
        before = at.searchsorted(bounds)
        rows = np.arange(len(lines)).repeat(before[1:] - before[:-1])
        digits = (kinds == DIGIT).nonzero()[0]
        kinds[digits[at[digits] - bounds[rows[digits]] >= reach]] = OTHER
        table = np.bincount(rows * _KIND_COUNT + kinds, minlength=len(lines) * _KIND_COUNT)
        self._counts = table.reshape(len(lines), _KIND_COUNT).T

    def __getitem__(self, kind: int) -> Numbers:
        """How often each line has marks of a kind."""
        counts: Numbers = self._counts[kind]
        return counts


def _codes(text: str) -> npt.NDArray[np.uint32]:
    """The code points of a text; those behind the last mark's may be another one."""
    # Half of a surrogate pair is a character like any other here.
    encoded = text.encode("utf-16-le", "surrogatepass")
    if len(encoded) == 2 * len(text):
        return np.frombuffer(encoded, "<u2")
    encoded = text.encode("utf-32-le", "surrogatepass")
    codes: npt.NDArray[np.uint32] = np.frombuffer(encoded, "<u4")
    return np.minimum(codes, np.uint32(_LAST))


def _by_code(marks: dict[str, int]) -> Numbers:
    found = np.zeros(_LAST + 1, np.intp)
    for mark, value in marks.items():
        found[ord(mark)] = value
    return found


_KINDS = _by_code({mark: kind for kind, marks in _MARKS.items() for mark in marks})
_IS_MARK = _KINDS > 0
_FOLLOWED_BY = _by_code({mark: ord(behind) for mark, behind in _FOLLOWED.items()})
_ALONE = _by_code({"?": QUESTION})
