"""The form in which texts are compared.

Unicode NFKC with case folding (UAX #15), invisible format characters dropped, white space
collapsed.
"""

from __future__ import annotations

import re
import unicodedata

from workers.utf8 import text_hash

_INVISIBLE = ("\u00ad", "\u200b", "\u2060", "\ufeff")
_LONG_RUN = re.compile(r"([^\w\s]{64})[^\w\s]++")
"""Normalising a run of combining marks takes time quadratic in its length."""
_SAMPLED = 16
_LONG_RUN_SAMPLED = re.compile(r"[^\w\s]{4}")
"""What a run of 65 is at least, when every 16th character is looked at."""

_ROUNDS = 8
"""The last of them changes nothing: two for nearly every text, three for the oddest known."""
_RARE_SPACES = "\t\v\f\r\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029"
"""White space besides the space and the line break; NFKC makes spaces of all other."""


def normalise(text: str) -> str:
    """The text as it is compared; ``normalise(normalise(t)) == normalise(t)``."""
    return " ".join(_fold(text).split())


def line_hash(line: str) -> int:
    """64 bits of a line as it is compared (XXH3): of the same line, however it was set."""
    return text_hash(normalise(line))


def normalised_lines(text: str) -> list[str]:
    """Every line as it is compared, blank ones too.

    Only ``\\n`` separates lines. ``normalise(text)`` is what ``" ".join`` makes of those that are
    not blank.
    """
    folded = _fold(text)
    lines = folded.split("\n")
    if "  " in folded or any(map(folded.__contains__, _RARE_SPACES)):
        return [" ".join(line.split()) for line in lines]
    return [line.strip() for line in lines]  # which takes a tenth of the time


def _fold(text: str) -> str:
    """The text normalised but for its white space."""
    if _LONG_RUN_SAMPLED.search(text[::_SAMPLED]):
        text = _LONG_RUN.sub(r"\1", text)
    folded = ""
    for _ in range(_ROUNDS):
        # Composition last: casefold takes apart what NFKC puts together (U+0390, a Greek iota).
        folded = unicodedata.normalize("NFKC", _visible(text.casefold()))
        if folded == text:
            break
        text = folded
    return folded


def _visible(text: str) -> str:
    if not text.isascii():
        for character in _INVISIBLE:
            text = text.replace(character, "")
    return text
