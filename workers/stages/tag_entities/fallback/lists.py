"""The lists that stand in for a model."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
SHORTEST = 3
"""Letters of a first name where capitals are all that tells it from a word."""

MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a03\u0a3c-\u0a51"
    "\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0bbe-\u0bd7\u0c00-\u0c04\u0c3e-\u0c56"
    "\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d57\u0d81-\u0d83\u0dca-\u0df3\u0e31\u0e34-"
    "\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3\u200c\u200d"
)
"""What ``\\w`` leaves out and yet belongs to a word: vowel signs, points, accents, joiners."""
WORD = re.compile(rf"[^\W\d_](?:[\w{MARKS}]|[’'\-](?=[^\W\d_]))*")


def words(text: str) -> frozenset[str]:
    """The words of a text that is a list."""
    return frozenset(text.split())


class Names(NamedTuple):
    """Names of people, in lower case."""

    first: frozenset[str]
    family: frozenset[str]


class Telling:
    """Words that a name of an organisation contains."""

    def __init__(self, patterns: list[str]) -> None:
        parts = [re.escape(pattern).replace(r"\*", r"\w*") for pattern in patterns]
        self._match = re.compile("|".join(parts) or r"(?!)").fullmatch

    def __contains__(self, word: str) -> bool:
        return self._match(word.casefold().rstrip(".")) is not None


@lru_cache(maxsize=1)
def all_names() -> dict[str, Names]:
    """Names by language."""
    first: dict[str, frozenset[str]] = {}
    family: dict[str, frozenset[str]] = {}
    for line in (FOLDER / "names.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            language, kind, names = line.split(" ", 2)
            found = frozenset(name.casefold() for name in names.split("|"))
            (first if kind == "1" else family)[language] = found
    return {
        language: Names(first.get(language, frozenset()), family.get(language, frozenset()))
        for language in {*first, *family}
    }


@lru_cache(maxsize=1)
def foreign_first_names() -> frozenset[str]:
    """First names of every language: news is about people from elsewhere as well."""
    return frozenset(
        name for names in all_names().values() for name in names.first if len(name) >= SHORTEST
    )


@lru_cache(maxsize=64)
def telling(language: str) -> Telling:
    """The words of a language, and those that are international."""
    words: dict[str, list[str]] = json.loads((FOLDER / "words.json").read_text("utf-8"))
    return Telling([*words["every"], *words.get(language, [])])
