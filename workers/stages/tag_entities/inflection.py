"""Undoes case endings and prefixed prepositions, so that an inflected name can be looked up.

``inflections.json`` has for each language the endings that names of places take and what may stand
there in the nominative. They are rules, not words: every result is only a guess that counts if the
gazetteer knows it. Lemmatisers do not do better on names of places, and need dictionaries. Of names
marked in news the gazetteer knows so many as they stand, by these rules, by simplemma and by
pymorphy3:

| ru | .23 | .77 | .73 | .77 |
| uk | .17 | .86 | .83 | .85 |
| pl | .28 | .89 | .77 | |
| cs | .34 | .86 | .82 | |
| ar | .70 | .86 | .81 | |

The rules also take some persons and organisations of one word for places that lemmas do not (pl .23
of them instead of .17, uk .11 and .07, ru .20 and .19, cs .17 and .16), which matters only if
something else took them for places. A name takes 11 to 27 µs, by pymorphy3 60 to 100.
(``python -m tests.benchmarks.inflections``. pymorphy3's Ukrainian dictionary is GPL-3.0.)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from pathlib import Path

import msgspec

MOST = 96
"""Guesses for one name."""
MOST_WORDS = 4
SHORTEST = 2
"""Letters that stay of a word."""

_FILE = Path(__file__).parent / "inflections.json"


class Inflection(msgspec.Struct, frozen=True):
    """How names change in one language."""

    endings: dict[str, list[str]] = {}
    """Ending → what may stand in its place in the nominative."""
    before: dict[str, str] = {}
    """What may be written in one word before a name → what begins the name then."""
    behind_apostrophe: bool = False
    """Whether endings stand behind an apostrophe."""


@cache
def _inflections() -> dict[str, Inflection]:
    return msgspec.json.decode(_FILE.read_bytes(), type=dict[str, Inflection])


def inflects(language: str) -> bool:
    """Whether names change in this language."""
    return language in _inflections()


def nominatives(name: str, language: str) -> Iterator[str]:
    """What this name may be in the nominative, without the name itself."""
    rules = _inflections().get(language)
    words = name.split(" ")
    if rules is None or len(words) > MOST_WORDS:
        return
    if rules.behind_apostrophe:
        stem = name.replace("’", "'").rpartition("'")[0]
        if stem:
            yield stem
            return
    guesses = product(*(list(_word(word, rules)) for word in words))
    yield from (" ".join(guess) for guess in islice(guesses, 1, MOST))


def _word(word: str, rules: Inflection) -> Iterator[str]:
    """The word itself, then what it may come from: longer endings first, they say more."""
    yield word
    seen = {word}
    for length in range(min(6, len(word) - SHORTEST), -1, -1):
        stem = word[: len(word) - length]
        for ending in rules.endings.get(word[len(stem) :], ()):
            guess = stem + ending
            if guess not in seen:
                seen.add(guess)
                yield guess
    for prefix, instead in rules.before.items():
        if word.startswith(prefix) and len(word) - len(prefix) > SHORTEST:
            yield instead + word[len(prefix) :]
