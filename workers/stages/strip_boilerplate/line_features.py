"""What the line model knows of each line of a text: its shape, its words, and where it stands.

Nothing here needs to know the language, though function words and the words of sites' own lines
are listed for many. Time is linear in the text's length.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workers.stages.strip_boilerplate.date_words import date_words
from workers.stages.strip_boilerplate.junk_words import function_words, telling_words
from workers.stages.strip_boilerplate.text_tokens import UNSPACED

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
_AROUND = [OWN.index(name) for name in AROUND]
_WORDS, _PROSE, _FUNCTION = OWN.index("words"), OWN.index("prose"), OWN.index("function_words")
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

_REACHES = (2, 4, 10)
"""Lines before and after that are looked at together."""
_CLOSING = "\"'”’»)]）」』"
_SENTENCE_END = frozenset(".!?。！？…।॥؟۔።։။។")
_TRUNCATED = ("...", "…", "[…]", "→", "»")
_BULLETS = frozenset("•·●▪◦‣*-–—|►▶→»")
_QUOTES = frozenset("\"'“„«‘「『—–")
_HEAD = 200
"""Characters of a longer line by whose words it is judged."""
_COMPARED, _LOOKED_AT = 80, 16
"""Characters without spaces that are compared with other lines'; words whose case counts."""
_LOWEST, _MIDDLE = 0.3, 0.12


def features_of(lines: Sequence[str]) -> Features:
    """One row per line, one column per name in ``NAMES``; the lines are stripped, none is blank."""
    if not lines:
        return np.zeros((0, len(NAMES)), np.float32)
    vocabularies: list[set[str]] = []
    times = Counter(lines)
    own = np.array([_own(line, vocabularies, times[line]) for line in lines], np.float32)
    padded = np.full((len(lines) + 4, len(_AROUND)), -1, np.float32)
    padded[2:-2] = own[:, _AROUND]
    shifts = [padded[2 + shift : 2 + shift + len(lines)] for shift in (-2, -1, 1, 2)]
    place = _place(own, vocabularies)
    return np.concatenate([own, *shifts, place], axis=1)


def _own(text: str, vocabularies: list[set[str]], times: int) -> list[float]:
    """Features of one line; the words by which it is compared with others go to the list."""
    length = len(text)
    head = text if length <= _HEAD else text[:_HEAD]
    low = head.lower()
    words = low.split()
    count = len(words) if length <= _HEAD else text.count(" ") + 1
    is_ascii = text.isascii()
    unspaced = 0 if is_ascii or text[length // 2] < "\u0e00" else len(UNSPACED.findall(head))
    distinct = set(words)
    if unspaced > 0.3 * len(head):
        vocabulary = {text[at : at + 2] for at in range(min(length - 1, _COMPARED))}
        count = max(1, unspaced * length // len(head) // 2)
        function, capital, upper, average = 0.25, 0.0, 0.0, 2.0
    else:
        unspaced = 0
        vocabulary = distinct - _FUNCTIONS
        function = 1 - len(vocabulary) / len(distinct)
        raw = head.split(None, _LOOKED_AT)[:_LOOKED_AT]
        capital = sum(map(str.istitle, raw)) / len(raw)
        upper = sum(map(str.isupper, raw)) / len(raw)
        average = length / count
    vocabularies.append(vocabulary)
    telling = len(distinct & _TELLING)
    if is_ascii or text[length // 2] < "\u0600":
        digits = sum(map(head.count, "0123456789")) / len(head)
    else:
        digits = sum(map(str.isdecimal, head)) / len(head)
    last = text[-1]
    bare = text.rstrip(_CLOSING) if last in _CLOSING else text
    ends = bool(bare) and bare[-1] in _SENTENCE_END
    commas = text.count(",")
    sentences = text.count(". ") + text.count("? ") + text.count("! ")
    bars = text.count("|")
    if not is_ascii:
        commas += text.count("、") + text.count("，") + text.count("،")
        sentences += text.count("。") + text.count("। ") + text.count("؟ ")
        bars += text.count(" · ") + text.count("›") + text.count("»") + text.count(" • ")
    prose = (
        min(1.0, count / 25)
        * min(1.0, function / 0.3)
        * (1.0 if ends else 0.6)
        * max(0.0, 1 - 3 * digits)
    )
    first = text[0]
    return [
        math.log(length + 1),
        math.log(count + 1),
        average,
        function,
        ends,
        last in ":：",
        commas,
        sentences + ends,
        digits,
        len(distinct & _DATES) if digits and count < 30 else 0,
        telling,
        telling / count,
        "@" in text or "http" in low or "www." in low or "](" in text,
        first in _BULLETS,
        bars,
        capital,
        upper,
        first.islower(),
        first in _QUOTES,
        unspaced > 0,
        text.endswith(_TRUNCATED),
        "©" in text,
        "?" in text or "？" in text,
        times > 1,
        prose,
    ]


def _place(own: Features, vocabularies: Sequence[set[str]]) -> Features:
    prose = own[:, _PROSE].astype(np.float64)
    count = len(prose)
    sums = np.concatenate([[0.0], np.cumsum(prose)])
    at = np.arange(count)
    columns: list[npt.NDArray[np.float64]] = []
    for reach in _REACHES:
        columns.append((sums[:-1] - sums[np.maximum(at - reach, 0)]) / reach)
    for reach in _REACHES:
        columns.append((sums[np.minimum(at + 1 + reach, count)] - sums[1:]) / reach)
    first, last = _body(own[:, _WORDS], prose)
    inside = (at >= first) & (at <= last)
    total = max(float(sums[-1]), 1e-6)
    columns += [
        np.minimum(at, 200),
        np.minimum(count - 1 - at, 200),
        at / max(count - 1, 1),
        np.full(count, math.log(count)),
        np.full(count, sums[-1] / count),
        sums[:-1] / total,
        1 - sums[1:] / total,
        inside.astype(np.float64),
        np.clip(np.where(at < first, at - first, np.where(at > last, at - last, 0)), -50, 50),
        np.full(count, (last - first + 1) / count),
        _common(vocabularies, prose, first, last),
        _runs(prose),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _body(words: Features, prose: npt.NDArray[np.float64]) -> tuple[int, int]:
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
    vocabularies: Sequence[set[str]], prose: npt.NDArray[np.float64], first: int, last: int
) -> npt.NDArray[np.float64]:
    """The share of each line's words that other sentences of the body have; -1 if it has none."""
    has_prose = (prose > _LOWEST).tolist()
    once: set[str] = set()
    twice: set[str] = set()
    for line in range(first, last + 1):
        if has_prose[line]:
            twice |= once & vocabularies[line]
            once |= vocabularies[line]
    shares: list[float] = []
    for line, vocabulary in enumerate(vocabularies):
        others = twice if has_prose[line] and first <= line <= last else once
        shares.append(len(vocabulary & others) / len(vocabulary) if vocabulary else -1.0)
    return np.array(shares)


def _runs(prose: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How many lines without prose stand together, around each of them; 0 for prose."""
    low = (prose < 0.25).tolist()
    runs = [0.0] * len(low)
    start = 0
    for at in range(len(low) + 1):
        if at < len(low) and low[at]:
            continue
        for line in range(start, at):
            runs[line] = min(at - start, 60)
        start = at + 1
    return np.array(runs)


_FUNCTIONS = function_words()
_TELLING = telling_words()
_DATES = frozenset(
    phrase for phrase, kinds in date_words().items() if kinds & {"month", "weekday", "relative_day"}
)
