"""The form in which texts are compared, and its shingles.

Unicode NFKC with case folding (UAX #15), invisible format characters dropped, white space
collapsed.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = ("\u00ad", "\u200b", "\u2060", "\ufeff")
_LONG_RUN = re.compile(r"([^\w\s]{64})[^\w\s]++")
"""Normalising a run of combining marks takes time quadratic in its length."""

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u0f00-\u0fff"  # Tibetan
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u1950-\u1aaf"  # Tai scripts
    "\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\ua980-\ua9df\uaa60-\uaadf"  # Javanese, Burmese extended, Tai Viet
)
"""Scripts written without spaces between words: each code point is a token."""
_PUNCTUATION = "\x00-/:-@\\[-`{-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\u2000-\u206f\u3000-\u303f"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\s{_PUNCTUATION}{_UNSPACED}]+")


def normalise(text: str) -> str:
    """The text as it is compared; ``normalise(normalise(t)) == normalise(t)``."""
    text = _LONG_RUN.sub(r"\1", text)
    before = None
    while text != before:  # two rounds, or three where folding makes new compositions
        before = text
        text = _visible(unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.split())


def _visible(text: str) -> str:
    if not text.isascii():
        for character in _INVISIBLE:
            text = text.replace(character, "")
    return text


def shingles(normalised: str) -> int:
    """Number of distinct word 3-grams; a text of one or two words has one, an empty one none."""
    tokens = _TOKEN.findall(normalised)
    if len(tokens) < 3:
        return 1 if tokens else 0
    return len(set(zip(tokens, tokens[1:], tokens[2:], strict=False)))
