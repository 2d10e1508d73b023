"""How often marks occur in each line of a text, counted over the whole text at once."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, auto

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.intp]


class Mark(IntEnum):
    """Kinds of marks; all but these are ``OTHER``."""

    OTHER = 0
    COMMA = auto()
    STOP = auto()
    """Ends a sentence within a line: in most scripts only with a space behind it."""
    QUESTION = auto()
    """A question mark that ends no sentence within a line."""
    QUESTION_STOP = auto()
    BAR = auto()
    POINT = auto()
    """A bar, if spaces are around it."""
    COPYRIGHT = auto()
    ADDRESS = auto()
    DIGIT = auto()
    """One of 0 to 9."""


_MARKS = {
    Mark.COMMA: ",、，،",
    Mark.STOP: ".!。।؟",
    Mark.QUESTION: "？",
    Mark.QUESTION_STOP: "?",
    Mark.BAR: "|›»",
    Mark.POINT: "·•",
    Mark.COPYRIGHT: "©",
    Mark.ADDRESS: "@]",
    Mark.DIGIT: "0123456789",
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
        digits = (kinds == Mark.DIGIT).nonzero()[0]
        kinds[digits[at[digits] - bounds[rows[digits]] >= reach]] = Mark.OTHER
        table = np.bincount(rows * _WIDTH + kinds, minlength=len(lines) * _WIDTH)
        self._counts = table.reshape(len(lines), _WIDTH).T

    def __getitem__(self, mark: Mark) -> Numbers:
        """How often each line has a mark."""
        counts: Numbers = self._counts[mark]
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
_ALONE = _by_code({"?": Mark.QUESTION})
_WIDTH = len(Mark)
