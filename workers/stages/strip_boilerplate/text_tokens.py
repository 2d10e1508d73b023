"""Tokens of short lines: numbers and words of any script, everything else between them."""

from __future__ import annotations

import re
import unicodedata

# What separates words is listed, since ``\w`` leaves out the vowel signs of Indic scripts. The
# joiners U+200C and U+200D stay inside words.
_SEPARATORS = (
    r"\s!-/:-@\[-`{-~\x80-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\u055d\u0589\u060c\u061b\u061f"
    r"\u066a-\u066d\u06d4\u0964\u0965\u104a\u104b\u1361-\u1368\u17d4-\u17d6\u2000-\u200b\u200e-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020"
    r"\u3030\ufe0e\ufe0f\ufeff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
    r"\U0001f000-\U0001faff"
)
NUMBER_OR_WORD = re.compile(rf"(?P<number>\d+)|(?P<word>[^\d{_SEPARATORS}]+)")
"""One token; digits are the decimal digits of any script. It never backtracks."""

DIGIT = re.compile(r"\d")
"""A decimal digit of any script."""

CLOSING = "\"'”’»)]）」』"
"""What may stand behind the end of a sentence."""
UNSPACED_RANGES = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
"""Scripts without spaces between words, as part of a character class."""
UNSPACED = re.compile(f"[{UNSPACED_RANGES}]")
_UNSPACED_OR_HANGUL = re.compile(rf"[{UNSPACED_RANGES}\uac00-\ud7a3]")

# Armenian marks of stress and question stand inside words.
_DROPPED = dict.fromkeys(map(ord, "\u200c\u200d\u02bc\u2019'\u0307\u055b\u055c\u055e"))


def fold(word: str) -> str:
    """A word as it stands in the word lists: composed, without case, apostrophes and joiners."""
    if word.isascii():
        return word.lower().replace("'", "")
    return unicodedata.normalize("NFC", word.casefold()).translate(_DROPPED)


def has_unspaced(text: str) -> bool:
    """Whether a text has letters of scripts that do not, or not always, separate words."""
    return not text.isascii() and _UNSPACED_OR_HANGUL.search(text) is not None


def unspaced_letters(text: str) -> int:
    """How many letters of such scripts a text has."""
    return len(_UNSPACED_OR_HANGUL.findall(text))


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order."""
    plain = text.translate(_DROPPED)
    return [fold(match["word"]) for match in NUMBER_OR_WORD.finditer(plain) if match["word"]]


def shape_of(text: str) -> str:
    """The folded words of a text with single spaces between them, and ``#`` for every number."""
    tokens = NUMBER_OR_WORD.finditer(text.translate(_DROPPED))
    return " ".join(fold(token["word"]) if token["word"] else "#" for token in tokens)
