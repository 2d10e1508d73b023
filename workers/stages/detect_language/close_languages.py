"""Close languages, told apart by words that one of them has and its neighbour writes otherwise.

Character n-grams see little of such words, for they are few among many that are the same. The lists
are of the languages' standard vocabulary and spelling (reflexes of yat, month names, function
words, loans), not of any evaluation text; another group is another entry of the JSON file. One
without words says that its languages are hard to tell apart.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("close_languages.json")
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST_STEM = 3
WEIGHT = 2.0
"""What one word weighs, as a logarithm of odds; from 1.5 on it makes no difference."""
LEAST = 1e-4
"""Probability from which a language of the group can be raised."""


@dataclass(frozen=True)
class Group:
    """Languages that are taken for each other, and the words that tell them apart."""

    languages: tuple[str, ...]
    words: Mapping[str, frozenset[str]]
    """Word to the languages of the group that have it."""
    stems: Mapping[str, frozenset[str]]
    """The same for beginnings of words."""

    def witnesses(self, text: str) -> dict[str, int]:
        """How many distinct words of a text speak for each language of the group."""
        found: Counter[str] = Counter()
        for word in set(_WORD.findall(text.lower())):
            languages = self.words.get(word) or self._by_stem(word)
            if languages:
                found.update(languages)
        return {language: found[language] for language in self.languages}

    def _by_stem(self, word: str) -> frozenset[str] | None:
        for end in range(len(word), _SHORTEST_STEM - 1, -1):
            if (languages := self.stems.get(word[:end])) is not None:
                return languages
        return None


@cache
def groups() -> tuple[Group, ...]:
    """All groups; read once per process."""
    return tuple(
        _group(entry["languages"], entry["words"])
        for entry in json.loads(_FILE.read_text(encoding="utf-8"))
    )


def are_close(one: str, other: str) -> bool:
    """Whether two languages are in one group."""
    return any(one in group.languages and other in group.languages for group in groups())


def neighbours(language: str) -> frozenset[str]:
    """The other languages of its groups."""
    found = (group.languages for group in groups() if language in group.languages)
    return frozenset(one for languages in found for one in languages) - {language}


def told_apart(ranking: Sequence[tuple[str, float]], text: str) -> list[tuple[str, float]]:
    """The ranking, with the share of a group dealt out anew if its best language is in one."""
    best = ranking[0][0] if ranking else None
    for group in groups():
        if best in group.languages:
            return _dealt_anew(ranking, group, group.witnesses(text))
    return list(ranking)


def _dealt_anew(
    ranking: Sequence[tuple[str, float]], group: Group, witnesses: Mapping[str, int]
) -> list[tuple[str, float]]:
    if not any(witnesses.values()):
        return list(ranking)
    before = dict(ranking)
    whole = sum(before.get(language, 0.0) for language in group.languages)
    most = max(witnesses.values())
    odds = {
        language: max(before.get(language, 0.0), LEAST)
        * math.exp(WEIGHT * (witnesses[language] - most))
        for language in group.languages
    }
    total = sum(odds.values())
    after = before | {language: whole * odd / total for language, odd in odds.items()}
    return sorted(after.items(), key=lambda item: (-item[1], item[0]))


def _group(languages: Sequence[str], lists: Mapping[str, Sequence[str]]) -> Group:
    words: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    for whose, listed in lists.items():
        for word in " ".join(listed).split():
            where = stems if word.endswith("*") else words
            where.setdefault(word.removesuffix("*"), set()).update(whose.split())
    return Group(
        tuple(languages),
        {word: frozenset(of) for word, of in words.items()},
        {stem: frozenset(of) for stem, of in stems.items()},
    )
