"""The words and phrases of ``junk_words.toml``, folded, and the small words of many languages."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from workers.stages.strip_boilerplate.text_tokens import words_of

WordClass = Literal[
    "share",
    "network",
    "button",
    "counted",
    "small",
    "passed_on",
    "channel",
    "means_more",
    "cookie",
    "published",
    "when",
]
PhraseClass = Literal[
    "advertisement",
    "related",
    "subscribe",
    "subscribe_last",
    "asks_more",
    "consent",
    "site",
    "rights",
    "navigation",
]

_JUNK = Path(__file__).with_name("junk_words.toml")
_GREEK = re.compile(r"[\u0370-\u03ff]")
_FUNCTION_WORDS = Path(__file__).with_name("function_words.txt")


@cache
def _classes() -> Mapping[str, str]:
    return tomllib.loads(_JUNK.read_text(encoding="utf-8"))


@cache
def words(kind: WordClass) -> frozenset[str]:
    """The folded words of a class; read once per process."""
    return frozenset(_with_capitals(words_of(_classes()[kind])))


@cache
def written(kind: WordClass | PhraseClass) -> frozenset[str]:
    """The words of a class as a text has them in lower case, with joiners and final letters."""
    return frozenset(_classes()[kind].lower().replace("/", " ").split())


@cache
def phrases(kind: PhraseClass) -> frozenset[str]:
    """The phrases of a class: folded words with single spaces between them."""
    lines = _classes()[kind].replace("\n", " / ").split(" / ")
    return frozenset(_with_capitals(filter(None, (" ".join(words_of(line)) for line in lines))))


def _with_capitals(texts: Iterable[str]) -> Iterator[str]:
    """The texts, and what Greek capitals leave of them: they have no accents."""
    for text in texts:
        yield text
        if _GREEK.search(text):
            bare = unicodedata.normalize("NFD", text).replace("\u0301", "")
            yield unicodedata.normalize("NFC", bare)


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
