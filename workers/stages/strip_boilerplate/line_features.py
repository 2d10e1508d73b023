"""What the line model knows of each line of a text: its shape, its words, and where it stands.

Nothing here needs to know the language, though function words and the words of sites' own lines
are listed for many. Time is linear in the text's length.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import filterfalse

import numpy as np
import numpy.typing as npt

from workers.stages.strip_boilerplate import line_marks
from workers.stages.strip_boilerplate.date_words import date_words
from workers.stages.strip_boilerplate.junk_words import telling_words
from workers.stages.strip_boilerplate.line_heads import HEAD, Heads, heads_of
from workers.stages.strip_boilerplate.line_marks import Marks
from workers.stages.strip_boilerplate.text_tokens import CLOSING, UNSPACED

Features = npt.NDArray[np.float32]

OWN = (
    "length", "words", "word_length", "function_words", "ends_sentence", "ends_colon", "commas",
    "sentences", "digits", "date_words", "telling_words", "telling_share", "address", "bullet",
    "bars", "capitalised", "upper_case", "begins_lower", "quote", "unspaced", "truncated",
    "copyright", "question", "repeats", "prose",
)  # fmt: skip
"""Features of a line by itself; ``prose`` is how much it looks like a sentence, 0 to 1."""
AROUND = ("words", "function_words", "ends_sentence", "telling_words", "prose", "capitalised")
"""Those of them that are looked at in the neighbours too."""
_AT = {name: at for at, name in enumerate(OWN)}
_AROUND = [_AT[name] for name in AROUND]
PLACE = (
    "before_2", "before_4", "before_10", "after_2", "after_4", "after_10", "from_start", "to_end",
    "relative", "lines", "text_prose", "share_before", "share_after", "in_body", "to_body",
    "body_share", "common", "run",
)  # fmt: skip
"""Features of a line's place: prose before and after it, the body of the text and how far it is."""
NAMES = (
    *OWN,
    *(f"{name}_{shift:+d}" for shift in (-2, -1, 1, 2) for name in AROUND),
    *PLACE,
)

_THERE = {name: at for at, name in enumerate(PLACE)}
_REACHES = np.array([[2], [4], [10]])
"""Lines before and after that are looked at together."""
_SENTENCE_END = frozenset(".!?。！？…।॥؟۔።։။។")
_COLONS = ":："
_TRUNCATED = ("...", "…", "[…]", "→", "»")
_BULLETS = frozenset("•·●▪◦‣*-–—|►▶→»")
_QUOTES = frozenset("\"'“„«‘「『—–")
_TELLING_ENDS = frozenset(CLOSING + _COLONS + "".join(mark[-1] for mark in _TRUNCATED))
"""Last characters of a line that need a closer look."""
_POINTS = (" · ", " • ")
_COMPARED, _LOOKED_AT = 80, 16
"""Characters without spaces that are compared with other lines'; words whose case counts."""
_FIRST_ARABIC, _FIRST_UNSPACED = 0x0600, 0x0E00
_FEW_WORDS = 30
"""In a line of more no date is looked for."""
_LOWEST, _MIDDLE = 0.3, 0.12


@dataclass
class _Words:
    """What the words of each line tell."""

    counts: list[int]
    function: list[float]
    """The share of function words."""
    capitalised: list[float]
    upper_case: list[float]
    telling: list[int]
    compared: list[set[str]]
    """The words by which a line is compared with others."""
    unspaced: list[int]
    """Lines without spaces between words, of which all this is a guess."""


def features_of(lines: Sequence[str], heads: Heads | None = None) -> Features:
    """One row per line, one column per name in ``NAMES``; the lines are stripped, none is blank.

    ``heads`` are those of the lines, if they are known already.
    """
    # Column by column, as they are made and as the model reads them.
    columns = np.zeros((len(NAMES), len(lines)), np.float32)
    if not lines:
        return columns.T
    own = columns[: len(OWN)]
    compared = _own(own, lines, heads or heads_of(lines))
    around = own[_AROUND]
    at = len(OWN)
    for shift in (-2, -1, 1, 2):
        there = columns[at : at + len(_AROUND)]
        if shift < 0:
            there[:, -shift:], there[:, :-shift] = around[:, :shift], -1
        else:
            there[:, :-shift], there[:, -shift:] = around[:, shift:], -1
        at += len(_AROUND)
    _place(columns[at:], own[_AT["words"]], own[_AT["prose"]].astype(np.float64), compared)
    return columns.T


def _own(own: Features, lines: Sequence[str], heads: Heads) -> Sequence[set[str]]:
    """Fill in what each line is by itself; the words by which it is compared with others."""
    marks = Marks(lines, HEAD)
    words = _words(lines, heads, np.flatnonzero(marks.middle >= _FIRST_UNSPACED).tolist())
    digits = marks[line_marks.DIGIT] / np.minimum(marks.lengths, HEAD)
    for row in np.flatnonzero(marks.middle >= _FIRST_ARABIC).tolist():
        head = heads.texts[row]
        digits[row] = sum(map(str.isdecimal, head)) / len(head)
    counts, function, telling, ends = map(
        np.array, (words.counts, words.function, words.telling, _edges(own, lines))
    )
    own[_AT["length"]] = _logs(marks.lengths)
    own[_AT["words"]] = _logs(counts)
    own[_AT["word_length"]] = marks.lengths / counts
    own[_AT["function_words"]] = function
    own[_AT["ends_sentence"]] = ends
    own[_AT["commas"]] = marks[line_marks.COMMA]
    own[_AT["sentences"]] = marks[line_marks.STOP] + marks[line_marks.QUESTION_STOP] + ends
    own[_AT["digits"]] = digits
    for row in np.flatnonzero((digits > 0) & (counts < _FEW_WORDS)).tolist():
        own[_AT["date_words"], row] = len(heads.words[row] & _DATES)
    own[_AT["telling_words"]] = telling
    own[_AT["telling_share"]] = telling / counts
    own[_AT["capitalised"]] = words.capitalised
    own[_AT["upper_case"]] = words.upper_case
    if words.unspaced:
        own[_AT["unspaced"], words.unspaced] = True
        own[_AT["word_length"], words.unspaced] = 2
    own[_AT["prose"]] = (
        np.minimum(1.0, counts / 25)
        * np.minimum(1.0, function / 0.3)
        * np.where(ends, 1.0, 0.6)
        * np.maximum(0.0, 1 - 3 * digits)
    )
    _rare(own, lines, heads, marks)
    return words.compared


def _logs(numbers: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """The logarithms of numbers, each with one added."""
    found = _LOGS[np.minimum(numbers, len(_LOGS) - 1)]
    for row in np.flatnonzero(numbers >= len(_LOGS)).tolist():
        found[row] = math.log(int(numbers[row]) + 1)
    return found


def _words(lines: Sequence[str], heads: Heads, candidates: Sequence[int]) -> _Words:
    """``candidates`` are lines that may have no spaces between words."""
    capitalised: list[float] = []
    upper_case: list[float] = []
    for head in heads.texts:
        first = head.split(None, _LOOKED_AT)[:_LOOKED_AT]
        titled = upper = 0
        for word in filterfalse(str.islower, first):
            titled += word.istitle()
            upper += word.isupper()
        capitalised.append(titled / len(first))
        upper_case.append(upper / len(first))
    words = _Words(
        counts=[
            count if len(line) <= HEAD else line.count(" ") + 1
            for line, count in zip(lines, heads.counts, strict=True)
        ],
        function=[
            1 - len(rarer) / len(all_) for rarer, all_ in zip(heads.rarer, heads.words, strict=True)
        ],
        capitalised=capitalised,
        upper_case=upper_case,
        # No function word tells anything.
        telling=[len(rarer & _TELLING) for rarer in heads.rarer],
        compared=heads.rarer.copy() if candidates else heads.rarer,
        unspaced=[],
    )
    for row in candidates:
        line, head = lines[row], heads.texts[row]
        unspaced = len(UNSPACED.findall(head))
        if unspaced > 0.3 * len(head):
            words.counts[row] = max(1, unspaced * len(line) // len(head) // 2)
            words.function[row] = 0.25
            capitalised[row] = upper_case[row] = 0.0
            words.telling[row] = len(heads.words[row] & _TELLING)
            pairs = range(min(len(line) - 1, _COMPARED))
            words.compared[row] = {line[at : at + 2] for at in pairs}
            words.unspaced.append(row)
    return words


def _edges(own: Features, lines: Sequence[str]) -> list[bool]:
    """Fill in what the first and last characters tell; whether each line ends a sentence."""
    ends: list[bool] = []
    for row, line in enumerate(lines):
        first, last = line[0], line[-1]
        if first in _BULLETS:
            own[_AT["bullet"], row] = True
        if first in _QUOTES:
            own[_AT["quote"], row] = True
        if first.islower():
            own[_AT["begins_lower"], row] = True
        if last in _TELLING_ENDS:
            own[_AT["ends_colon"], row] = last in _COLONS
            own[_AT["truncated"], row] = line.endswith(_TRUNCATED)
            last = line.rstrip(CLOSING)[-1:]
        ends.append(last in _SENTENCE_END)
    return ends


def _rare(own: Features, lines: Sequence[str], heads: Heads, marks: Marks) -> None:
    """Fill in what most lines do not have."""
    own[_AT["bars"]] = marks[line_marks.BAR]
    if marks[line_marks.POINT].any():
        own[_AT["bars"]] += [sum(map(line.count, _POINTS)) for line in lines]
    own[_AT["copyright"]] = marks[line_marks.COPYRIGHT] > 0
    own[_AT["question"]] = marks[line_marks.QUESTION] + marks[line_marks.QUESTION_STOP] > 0
    own[_AT["address"]] = marks[line_marks.ADDRESS] > 0
    for row, low in enumerate(heads.low):
        if "http" in low or "www." in low:
            own[_AT["address"], row] = True
    if len(set(lines)) < len(lines):
        times = Counter(lines)
        own[_AT["repeats"]] = [times[line] > 1 for line in lines]


def _place(
    place: Features,
    words: npt.NDArray[np.float32],
    prose: npt.NDArray[np.float64],
    compared: Sequence[set[str]],
) -> None:
    """Fill in where each line stands."""
    count = len(prose)
    sums = np.zeros(count + 1)
    prose.cumsum(out=sums[1:])
    before, with_it, total = sums[:-1], sums[1:], float(sums[-1])
    at = np.arange(count)
    place[:3] = (before - sums[np.maximum(at - _REACHES, 0)]) / _REACHES
    place[3:6] = (sums[np.minimum(at + 1 + _REACHES, count)] - with_it) / _REACHES
    first, last = _body(words, prose)
    beyond = at - np.minimum(np.maximum(at, first), last)
    place[_THERE["from_start"]] = np.minimum(at, 200)
    place[_THERE["to_end"]] = np.minimum(count - 1 - at, 200)
    place[_THERE["relative"]] = at / max(count - 1, 1)
    place[_THERE["lines"]] = math.log(count)
    place[_THERE["text_prose"]] = total / count
    place[_THERE["share_before"]] = before / max(total, 1e-6)
    place[_THERE["share_after"]] = 1 - with_it / max(total, 1e-6)
    place[_THERE["in_body"]] = beyond == 0
    place[_THERE["to_body"]] = np.minimum(np.maximum(beyond, -50), 50)
    place[_THERE["body_share"]] = (last - first + 1) / count
    place[_THERE["common"]] = _common(compared, prose, first, last)
    place[_THERE["run"]] = _runs(prose)


def _body(words: npt.NDArray[np.float32], prose: npt.NDArray[np.float64]) -> tuple[int, int]:
    """First and last line of the stretch that has most prose for its length (a maximal sum)."""
    # A long paragraph weighs by its words, though prose ends at 1.
    gains = prose * np.maximum(1.0, np.exp(words - 3)) - _MIDDLE
    best = (0.0, 0, len(prose) - 1)
    running, start = 0.0, 0
    for at, gain in enumerate(gains.tolist()):
        if running <= 0:
            running, start = 0.0, at
        running += gain
        if running > best[0]:
            best = (running, start, at)
    return best[1], best[2]


def _common(
    compared: Sequence[set[str]], prose: npt.NDArray[np.float64], first: int, last: int
) -> list[float]:
    """The share of each line's words that other sentences of the body have; -1 if it has none."""
    has_prose = (prose > _LOWEST).tolist()
    once: set[str] = set()
    twice: set[str] = set()
    for line in range(first, last + 1):
        if has_prose[line]:
            twice |= once & compared[line]
            once |= compared[line]
    shares: list[float] = []
    for line, words in enumerate(compared):
        others = twice if has_prose[line] and first <= line <= last else once
        shares.append(len(words & others) / len(words) if words else -1.0)
    return shares


def _runs(prose: npt.NDArray[np.float64]) -> list[int]:
    """How many lines without prose stand together, around each of them; 0 for prose."""
    runs = [0] * len(prose)
    start = 0
    for at in (*np.flatnonzero(prose >= 0.25).tolist(), len(runs)):
        if at > start:
            runs[start:at] = [min(at - start, 60)] * (at - start)
        start = at + 1
    return runs


_TELLING = telling_words()
_DATES = frozenset(
    phrase for phrase, kinds in date_words().items() if kinds & {"month", "weekday", "relative_day"}
)
_LOGS = np.array([math.log(number + 1) for number in range(2000)])
"""By number, since NumPy's logarithms are others on other machines, by a bit."""
