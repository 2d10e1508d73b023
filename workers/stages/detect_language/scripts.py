"""Writing systems: which one a text is in, and in which form it writes its language."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

_EAST_ASIAN = "EAST ASIAN"
_WITHOUT_SPACES = frozenset((_EAST_ASIAN, "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"))
# fmt: off
_WITH_VOWEL_SIGNS = frozenset((
    "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA",
    "MALAYALAM", "SINHALA",
))
# fmt: on
_SUBTAGS = {"LATIN": "Latn", "CYRILLIC": "Cyrl", "ARABIC": "Arab", "GURMUKHI": "Guru"}
"""ISO 15924, by the first word of the letters' Unicode names."""
_IN_SEVERAL_SCRIPTS = frozenset(
    ("sr", "bs", "uz", "az", "kk", "ky", "ku", "tg", "tk", "tt", "ug", "pa", "mn", "ha", "ks", "sd")
)
LEAST_SHARE = 0.05


def scripts(text: str) -> Counter[str]:
    """How many letters of a text are in which script; the four that Japanese mixes are one."""
    found: Counter[str] = Counter()
    for character, number in Counter(text).items():
        if character.isalpha():
            found[_script(character)] += number
    return found


def written_weight(text: str) -> int:
    """How much is written: a letter counts for as many as its script saves by what it leaves out.

    Three where words are not separated by spaces, two of a script of syllables, and where vowels
    are signs at the letters as many as letters and signs are together (1.55 to 1.78 measured).
    """
    return round(sum(number * _weight(script) for script, number in scripts(text).items()))


def _weight(script: str) -> float:
    if script in _WITHOUT_SPACES:
        return 3.0
    return 2.0 if script == "ETHIOPIC" else 1.65 if script in _WITH_VOWEL_SIGNS else 1.0


def script_forms(language: str, text: str) -> list[tuple[str, float]]:
    """Tags of the language with its script, and their shares, where it is written in several.

    ``zh-Hans`` and ``zh-Hant`` are counted by the characters that only one of the two has.
    """
    if language == "zh":
        found = _chinese(text)
    elif language in _IN_SEVERAL_SCRIPTS:
        found = Counter()
        for script, number in scripts(text).items():
            if script in _SUBTAGS:
                found[_SUBTAGS[script]] += number
    else:
        return []
    total = found.total()
    shares = ((f"{language}-{script}", round(n / total, 4)) for script, n in found.items())
    return sorted(
        (form for form in shares if form[1] >= LEAST_SHARE), key=lambda form: (-form[1], form[0])
    )


def _chinese(text: str) -> Counter[str]:
    """Characters that only the mainland's old standard (GB 2312) or only Taiwan's (Big5) has."""
    found: Counter[str] = Counter()
    for character in text:
        if "\u4e00" <= character <= "\u9fff" and (form := _chinese_form(character)):
            found[form] += 1
    return found


@lru_cache(maxsize=8192)
def _chinese_form(character: str) -> str | None:
    simplified = _encodes(character, "gb2312")
    traditional = _encodes(character, "big5")
    if simplified == traditional:
        return None
    return "Hans" if simplified else "Hant"


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=8192)
def _script(letter: str) -> str:
    """The first word of a letter's Unicode name, which is its script in nearly all of them."""
    script = unicodedata.name(letter, "?").partition(" ")[0]
    return _EAST_ASIAN if script in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL") else script


def norwegian_forms(scores: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Bokmål and Nynorsk with the share that an engine gives each, where it tells them apart."""
    found = {tag: score for tag, score in scores if tag in ("nb", "nn")}
    total = sum(found.values())
    if len(found) < 2 or total <= 0:
        return []
    shares = ((tag, round(score / total, 4)) for tag, score in found.items())
    return sorted((form for form in shares if form[1] >= LEAST_SHARE), key=lambda form: -form[1])
