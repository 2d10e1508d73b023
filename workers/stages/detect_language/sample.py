"""Which part of a text an engine reads: three windows, so that no banner or footer decides."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

WINDOW = 300
SAMPLE = 3 * WINDOW
FEWEST_LETTERS = 3
ONE_SCRIPT = 0.4
"""Least share of the commonest script; Japanese mixes four and counts as one."""

_NOT_LANGUAGE = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]{1,2000}"  # addresses
    r"|[\w.+-]{1,64}@[\w-]{1,255}(?:\.[\w-]{1,63}){1,8}"
    r"|(?<!\w)[@#]\w{1,100}"  # handles and hashtags
    r"|[\ud800-\udfff\ufffd\x00-\x08\x0e-\x1f]+"
)
_SLACK = 40
_EAST_ASIAN = "EAST ASIAN"


def sample(text: str) -> str:
    """At most about 900 characters: the start, the middle and the end, cut at white space.

    Words longer than a few dozen characters, as in scripts without spaces, are cut anywhere. Web
    and mail addresses, handles and hashtags are left out: they are in no language.
    """
    if len(text) > SAMPLE:
        middle = (len(text) - WINDOW) // 2
        windows = (
            _window(text, 0, WINDOW),
            _window(text, middle, middle + WINDOW),
            _window(text, len(text) - WINDOW, len(text)),
        )
        text = "\n".join(windows)
    return _NOT_LANGUAGE.sub(" ", text).strip()


def is_language(text: str) -> bool:
    """Whether a sample has a few letters, and most of them in one writing system."""
    letters = [character for character in text if character.isalpha()]
    if len(letters) < FEWEST_LETTERS:
        return False
    scripts = Counter(map(_script, letters))
    return scripts.most_common(1)[0][1] >= len(letters) * ONE_SCRIPT


@lru_cache(maxsize=8192)
def _script(letter: str) -> str:
    """The first word of a letter's Unicode name, which is its script in nearly all of them."""
    script = unicodedata.name(letter, "?").partition(" ")[0]
    return _EAST_ASIAN if script in ("CJK", "HIRAGANA", "KATAKANA", "HANGUL") else script


def _window(text: str, start: int, end: int) -> str:
    window = text[start:end]
    if start > 0:
        head = re.search(r"\s", window[:_SLACK])
        window = window[head.end() :] if head else window
    if end < len(text):
        tail = re.search(r"\s\S*$", window[-_SLACK:])
        window = window[: len(window) - _SLACK + tail.start()] if tail else window
    return window.strip()
