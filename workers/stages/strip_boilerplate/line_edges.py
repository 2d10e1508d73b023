"""What sites leave inside a line, before or after its text."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from workers.stages.strip_boilerplate.cuts import Cut, Line
from workers.stages.strip_boilerplate.junk_words import phrases, words
from workers.stages.strip_boilerplate.stamps import LONGEST, may_begin_stamp, read_stamp
from workers.stages.strip_boilerplate.text_tokens import NUMBER_OR_WORD, fold, words_of

LEADING_MARK = "leading_mark"
"""Image marks, a counter, a player's length and a date before the text of a line."""
TRAILING_BAR = "trailing_bar"
"""A vertical bar after the text, with nothing behind it."""

TRAILING_LINK = "trailing_link"
"""A label for the rest of the article, or for others, after the last sentence of a line."""

# Markdown's image, with one level of brackets in its address. A stretch that cannot match is not
# read twice: the address and the text before it exclude the characters that begin a mark.
_IMAGE_MARKS = re.compile(
    r'\s*(?:!\[[^\[\]\n]{0,300}+\]\((?:[^()\s]|\([^()\s]{0,300}+\)){0,2000}+(?:\s"[^"\n]{0,300}+")?\)\s*)++'
)
_SPACE = re.compile(r"[\s\ufeff]*")
_BARS = re.compile(r"(?:[|｜│¦]\s*)++$")
_BAR_MARKS = frozenset("|｜│¦")
_BAR = re.compile(r"[|｜│¦]")
_COUNTED_GAP = re.compile(r"[\s:.,()|]{0,3}")
_MOST_TOKENS = 4
_LONGEST_LABEL = 45
_LABEL_END = " \t\r.…»→>›:)]"
_SENTENCE_END = re.compile(
    r"[.!?…。！？।؟۔][\"'”’»)\]）」』]{0,2}(?=\s|[^\s\w]|[\u3040-\u9fff\uac00-\ud7a3])"
)
_AFTER_STAMP = re.compile(r"[\s,.:|·•–—-]*")


def edge_cuts(line: Line) -> list[Cut]:
    """The cuts at the two ends of one line; they never overlap."""
    cuts: list[Cut] = []
    text = line.text
    before = 0 if text[:1].isalpha() else _leading(text)
    if before:
        cuts.append(Cut(line.start, line.start + before, LEADING_MARK))
    after, reason = _trailing(text, before), TRAILING_BAR
    if after == len(text):
        after, reason = _trailing_link(text, before), TRAILING_LINK
    if after < len(text):
        end = line.end - (1 if text.endswith("\r") else 0)
        cuts.append(Cut(line.start + after, end, reason))
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
    counted = _counted(text, start)
    if not counted and not may_begin_stamp(text[: start + LONGEST], start):
        return start if marks else 0
    stamp = read_stamp(text, _gap(text, counted) if counted else start)
    if counted:
        if stamp is not None and (stamp.clock or (stamp.day and stamp.year)):
            counted = stamp.end
        elif not marks:
            return 0
        rest = _gap(text, counted)
        return rest if _begins_sentence(text, counted, rest) else start if marks else 0
    if stamp is None or not (marks or (stamp.counter and stamp.day and stamp.clock)):
        return start if marks else 0
    told = stamp.clock or (stamp.day and (stamp.year or stamp.counter))
    rest = _gap(text, stamp.end)
    if not told or not _begins_sentence(text, stamp.end, rest):
        return start if marks else 0
    return rest


def _gap(text: str, position: int) -> int:
    gap = _AFTER_STAMP.match(text, position)
    return gap.end() if gap else position


def _counted(text: str, start: int) -> int:
    """Where a number with what it counts ends ("1,204 views", "Views: 1204"); 0 if none begins."""
    named = numbered = False
    position = end = start
    for _ in range(_MOST_TOKENS):
        token = NUMBER_OR_WORD.match(text, position)
        if token is None:
            break
        if token["number"]:
            if numbered and named and position > end:
                break
            numbered = True
        elif not named and fold(token["word"]) in words("counted"):
            named = True
        else:
            break
        end = token.end()
        gap = _COUNTED_GAP.match(text, end)
        position = gap.end() if gap else end
        if named and numbered and token["word"]:
            break
    return end if named and numbered else 0


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
    if stripped[-1:] not in _BAR_MARKS:
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


def _trailing_link(text: str, start: int) -> int:
    """Where a label such as "Read more »" begins after a sentence; the length if none does."""
    if len(text) - start <= _LONGEST_LABEL:
        return len(text)
    bare = text.rstrip(_LABEL_END)
    first = max(start, len(bare) - _LONGEST_LABEL)
    if _SENTENCE_END.search(bare, first) is None:
        return len(text)
    last = fold(bare[bare.rfind(" ") + 1 :])
    if last not in _last_words() and not (bare and "\u0e00" <= bare[-1] <= "\uffdc"):
        return len(text)
    ends = list(_SENTENCE_END.finditer(bare, first))
    label = words_of(bare[ends[-1].end() :])
    told = len(label) > 1 or (len(label) == 1 and label[0][0] >= "\u0e00")
    return ends[-1].end() if told and " ".join(label) in phrases("related") else len(text)


@cache
def _last_words() -> frozenset[str]:
    return frozenset(phrase.split()[-1] for phrase in phrases("related"))
