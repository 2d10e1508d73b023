"""The words and phrases of ``junk_words.toml``, folded, and the small words of many languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from workers.stages.strip_boilerplate.text_tokens import words_of

WordClass = Literal["share", "network", "button", "counted", "small", "channel", "cookie"]
PhraseClass = Literal[
    "advertisement", "related", "subscribe", "consent", "site", "rights", "navigation"
]

_JUNK = Path(__file__).with_name("junk_words.toml")
_FUNCTION_WORDS = Path(__file__).with_name("function_words.txt")


@cache
def _classes() -> Mapping[str, str]:
    return tomllib.loads(_JUNK.read_text(encoding="utf-8"))


@cache
def words(kind: WordClass) -> frozenset[str]:
    """The folded words of a class; read once per process."""
    return frozenset(words_of(_classes()[kind]))


@cache
def phrases(kind: PhraseClass) -> frozenset[str]:
    """The phrases of a class: folded words with single spaces between them."""
    lines = _classes()[kind].replace("\n", " / ").split(" / ")
    return frozenset(filter(None, (" ".join(words_of(line)) for line in lines)))


@cache
def function_words() -> frozenset[str]:
    """The most frequent words of many languages, in lower case, as they stand in a text."""
    lines = _FUNCTION_WORDS.read_text(encoding="utf-8").splitlines()
    listed = (line for line in lines if line and not line.startswith("#"))
    return frozenset(word for line in listed for word in line.split()[1:])


@cache
def telling_words() -> frozenset[str]:
    """Words that are frequent in what sites add, of all classes; no small ones."""
    found: set[str] = set()
    for kind in ("share", "network", "button", "counted", "channel", "cookie"):
        found |= words(kind)
    for labels in ("advertisement", "related", "subscribe", "rights", "navigation"):
        for phrase in phrases(labels):
            found.update(phrase.split())
    return frozenset(found) - words("small") - function_words()
