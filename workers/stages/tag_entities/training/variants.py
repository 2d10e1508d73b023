"""Writes labelled sentences in other ways, so that a model reads more than its corpora show."""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

from workers.stages.tag_entities.training.corpus import NamedSpan, Tagged

_CONTRACTED = {
    "de": {"o": "do", "a": "da", "os": "dos", "as": "das", "um": "dum", "uma": "duma"},
    "em": {"o": "no", "a": "na", "os": "nos", "as": "nas", "um": "num", "uma": "numa"},
    "por": {"o": "pelo", "a": "pela", "os": "pelos", "as": "pelas"},
    "a": {"o": "ao", "a": "à", "os": "aos", "as": "às"},
}
"""Portuguese prepositions and articles, which treebanks write apart and everyone else as one."""
_APART = re.compile(
    r"\b(?:(de|em)\s(o|a|os|as)|(por)\s(o|a|os|as)|(a)\s(o|os|as|a))\b(?=\s)", re.IGNORECASE
)

_CYRILLIC = {
    "lj": "љ", "nj": "њ", "dž": "џ", "đ": "ђ", "ž": "ж", "ć": "ћ", "č": "ч", "š": "ш",
    "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "e": "е", "z": "з", "i": "и", "j": "ј",
    "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "t": "т",
    "u": "у", "f": "ф", "h": "х", "c": "ц",
}  # fmt: skip
_LATIN = re.compile("|".join(sorted(_CYRILLIC, key=len, reverse=True)), re.IGNORECASE)
_DIGRAPHS_APART = re.compile(r"[qwxy]", re.IGNORECASE)


def contracted(tagged: Tagged) -> Tagged:
    """A Portuguese sentence with prepositions and articles as one word, unless a name has one."""
    return _rewritten(tagged, _APART, _contraction)


def in_cyrillic(tagged: Tagged) -> Tagged | None:
    """A sentence of Serbian or Croatian in Cyrillic; None if it has a letter that no name for."""
    if _DIGRAPHS_APART.search(tagged.text):
        return None
    return _rewritten(tagged, _LATIN, _cyrillic)


def in_capitals(tagged: Tagged) -> Tagged | None:
    """A sentence like a headline in capitals; None if that changes its length or nothing."""
    text = tagged.text.upper()
    same = text == tagged.text or len(text) != len(tagged.text)
    return None if same else Tagged(text, tagged.names)


def converted(tagged: Tagged, convert: Callable[[str], str]) -> Tagged | None:
    """A sentence in other characters; None if their number changes."""
    text = convert(tagged.text)
    return Tagged(text, tagged.names) if len(text) == len(tagged.text) else None


def every(number: int, of: Iterable[Tagged]) -> Iterator[Tagged]:
    """Every so many-th sentence that has names."""
    named = (tagged for tagged in of if tagged.names)
    return (tagged for place, tagged in enumerate(named) if place % number == 0)


def joined(tagged: Sequence[Tagged], dice: random.Random, most: int = 4) -> Iterator[Tagged]:
    """Sentences that stand one behind the other as texts of one sentence to a few."""
    place = 0
    while place < len(tagged):
        together = tagged[place : place + dice.randint(1, most)]
        place += len(together)
        text = ""
        names: list[NamedSpan] = []
        for one in together:
            text += " " if text else ""
            names += [NamedSpan(a + len(text), b + len(text), label) for a, b, label in one.names]
            text += one.text
        yield Tagged(text, tuple(names))


def _contraction(match: re.Match[str]) -> str:
    first, second = (group for group in match.groups() if group)
    found = _CONTRACTED[first.lower()][second.lower()]
    return found.capitalize() if first[0].isupper() else found


def _cyrillic(match: re.Match[str]) -> str:
    found = _CYRILLIC[match[0].lower()]
    return found.upper() if match[0][0].isupper() else found


def _rewritten(
    tagged: Tagged, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]
) -> Tagged:
    """The sentence with all matches replaced that no name begins or ends inside of."""
    edges = sorted({edge for start, end, _ in tagged.names for edge in (start, end)})
    pieces: list[str] = []
    before: list[int] = [0]  # offsets in the old text from which on ...
    shifts: list[int] = [0]  # ... those in the new one differ by so much
    after = 0
    for match in pattern.finditer(tagged.text):
        start, end = match.span()
        inside = bisect_right(edges, start)
        if inside < len(edges) and edges[inside] < end:
            continue
        new = replace(match)
        pieces += [tagged.text[after:start], new]
        before.append(end)
        shifts.append(shifts[-1] + len(new) - (end - start))
        after = end
    text = "".join(pieces) + tagged.text[after:]

    def moved(offset: int) -> int:
        return offset + shifts[bisect_right(before, offset) - 1]

    return Tagged(
        text,
        tuple(NamedSpan(moved(start), moved(end), label) for start, end, label in tagged.names),
    )
