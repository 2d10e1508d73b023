"""What sites leave inside a line, before or after its text."""

from __future__ import annotations

import re
import unicodedata

from workers.stages.strip_boilerplate.cuts import Cut, Line
from workers.stages.strip_boilerplate.stamps import read_stamp

LEADING_MARK = "leading_mark"
"""Image marks, a counter and a date before the text of a line."""
TRAILING_BAR = "trailing_bar"
"""A vertical bar after the text, with nothing behind it."""

# Markdown's image, with one level of brackets in its address. A stretch that cannot match is not
# read twice: the address and the text before it exclude the characters that begin a mark.
_IMAGE_MARKS = re.compile(
    r'\s*(?:!\[[^\[\]\n]{0,300}+\]\((?:[^()\s]|\([^()\s]{0,300}+\)){0,2000}+(?:\s"[^"\n]{0,300}+")?\)\s*)++'
)
_SPACE = re.compile(r"[\s\ufeff]*")
_BARS = re.compile(r"(?:[|｜│¦]\s*)++$")
_BAR = re.compile(r"[|｜│¦]")
_AFTER_STAMP = re.compile(r"[\s,.:|·•–—-]*")


def edge_cuts(line: Line) -> list[Cut]:
    """The cuts at the two ends of one line; they never overlap."""
    cuts: list[Cut] = []
    before = _leading(line.text)
    if before:
        cuts.append(Cut(line.start, line.start + before, LEADING_MARK))
    after = _trailing(line.text, before)
    if after < len(line.text):
        end = line.end - (1 if line.text.endswith("\r") else 0)
        cuts.append(Cut(line.start + after, end, TRAILING_BAR))
    return cuts


def _leading(text: str) -> int:
    """Length of the image marks, counter and date before a line's text; 0 if there are none.

    A date goes only after an image mark or with a counter before it, and only if a new sentence
    can begin after it: "13 February 2023 was cold" keeps its date.
    """
    first = text.lstrip("\ufeff \t")[:1]
    if first != "!" and not first.isdecimal():
        return 0
    marks = _IMAGE_MARKS.match(text)
    space = _SPACE.match(text, marks.end() if marks else 0)
    start = space.end() if space else 0
    if start == len(text):
        return start if marks else 0
    stamp = read_stamp(text, start)
    if stamp is None or not (marks or (stamp.counter and stamp.day and stamp.clock)):
        return start if marks else 0
    told = stamp.clock or (stamp.day and (stamp.year or stamp.counter))
    gap = _AFTER_STAMP.match(text, stamp.end)
    rest = gap.end() if gap else stamp.end
    if not told or not _begins_sentence(text, stamp.end, rest):
        return start if marks else 0
    return rest


def _begins_sentence(text: str, stamp_end: int, rest: int) -> bool:
    if rest == len(text):
        return True
    if rest == stamp_end and text[rest].isalnum():
        return False  # the stamp is glued to a longer word or number
    category = unicodedata.category(text[rest])
    return category != "Ll" and not (category == "Nd" and text[stamp_end:rest].strip() != "")


def _trailing(text: str, start: int) -> int:
    """Where trailing bars begin, with the white space before them; the text's length if none.

    A line with bars elsewhere is a row of a table or a menu. After a letter of an Indic script a
    bar is how people type the full stop.
    """
    stripped = text.rstrip()
    if not stripped.endswith(("|", "｜", "│", "¦")):
        return len(text)
    bars = _BARS.search(stripped, start)
    if bars is None or _BAR.search(stripped, start, bars.start()):
        return len(text)
    words = stripped[start : bars.start()].rstrip()
    if words and "\u0900" <= words[-1] <= "\u0df4":
        return len(text)
    if words and words == stripped[start : bars.start()]:
        return len(text)  # glued to the text: "|x|" and the like
    return start + len(words)
