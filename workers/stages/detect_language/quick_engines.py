"""CLD2 (naive Bayes over four-letter groups and words) and ELDC (byte n-grams), both compiled.

Both refuse lone surrogates, and CLD2 some control characters; what is left out for that is in no
language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import eldc
import pycld2

from workers.stages.detect_language.engine import Opinion
from workers.stages.detect_language.tags import NO_LANGUAGE, fold

_REFUSED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufff0-\uffff]"
    r"|[\U0001fffe-\U0001ffff\U0002fffe-\U0002ffff\U000efffe-\U0010ffff]"
)
_NO_LABELS = ("xx-", "zz", "tlh")  # scripts of no known language, jokes, and Klingon
FAINT = 60.0
"""CLD2's score per thousand bytes below which it has read noise; real text has 200 to 4,000."""
FAINT_IDEOGRAPHS = 1200.0
"""The same for Chinese and Japanese: each character counts there, and rare ones for less."""

Answer = TypeVar("Answer")


class Cld2:
    """Chromium's Compact Language Detector 2; some 17,000 paragraphs a second."""

    name = "cld2"

    def __init__(self) -> None:
        codes = (code for _, code in pycld2.LANGUAGES if not code.startswith(_NO_LABELS))
        self._knows = frozenset(map(fold, codes)) - NO_LANGUAGE

    def read(self, text: str) -> Opinion:
        """What it thinks of a text; ``strength`` is its score per thousand bytes."""
        found = _accepted(_cld2, text)
        if found is None:
            return Opinion(self.name, None, self._knows)
        shares: dict[str, float] = {}
        scores: dict[str, float] = {}
        for _, code, percent, score in found:
            if code not in NO_LANGUAGE and not code.startswith(_NO_LABELS):
                language = _kurdish(fold(code), text)
                shares[language] = shares.get(language, 0.0) + percent / 100
                scores.setdefault(language, float(score))
        if not shares:
            return Opinion(self.name, None, self._knows)
        language = max(shares, key=lambda one: shares[one])
        least = FAINT_IDEOGRAPHS if language in ("zh", "ja") else FAINT
        return Opinion(
            self.name,
            language,
            self._knows,
            share=shares[language],
            strength=scores[language],
            noise=0 < scores[language] < least,
            other=sum(shares.values()) - shares[language],
        )


class Eldc:
    """The Efficient Language Detector in C, 60 languages; some 45,000 paragraphs a second."""

    name = "eldc"

    def __init__(self) -> None:
        eldc.init()
        self._knows = frozenset(map(fold, eldc.LANGUAGES))

    def read(self, text: str) -> Opinion:
        """What it thinks of a text."""
        found = fold(_accepted(eldc.detect, text) or "und")
        return Opinion(self.name, None if found in NO_LANGUAGE else found, self._knows)


def _cld2(text: str) -> Sequence[tuple[str, str, int, float]]:
    """Up to three of name, code, percent of the text and score."""
    found: Sequence[tuple[str, str, int, float]]
    _, _, found = pycld2.detect(text, isPlainText=True, bestEffort=True)
    return found


def _accepted(detect: Callable[[str], Answer], text: str) -> Answer | None:
    """What an engine answers, if need be without the characters that it refuses."""
    try:
        return detect(text)
    except (pycld2.error, UnicodeError):
        pass
    try:
        return detect(_REFUSED.sub(" ", text))
    except (pycld2.error, UnicodeError):
        return None


def _kurdish(language: str, text: str) -> str:
    """One label for both: in Arabic script it is Central Kurdish, in Latin Northern."""
    arabic = language == "ku" and re.search(r"[\u0600-\u06ff]{3}", text) is not None
    return "ckb" if arabic else language
