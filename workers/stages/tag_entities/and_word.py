"""The language's word for "and", as Unicode CLDR has it."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=256)
def and_word(language: str) -> str | None:
    """The word by CLDR's pattern of a list of two; None without one, or where it is no word."""
    try:
        pattern = Locale.parse(language).list_patterns["standard"]["2"]
    except (ValueError, KeyError, UnknownLocaleError):
        return None
    words = pattern.replace("{0}", "").replace("{1}", "").split()
    if len(words) != 1 or not words[0].isalpha() or pattern.strip("{01}")[:1].strip():
        return None
    return str(words[0])


@lru_cache(maxsize=256)
def and_pattern(language: str) -> re.Pattern[str] | None:
    """The word between two others of its line; None without one."""
    word = and_word(language)
    return None if word is None else re.compile(rf"[^\S\n]{re.escape(word)}[^\S\n]")
