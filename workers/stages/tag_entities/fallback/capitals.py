"""Names in a language whose script has capitals: runs of capitalised words that a list vouches for.

A capital letter says nothing at the beginning of a sentence, in a headline in title case or in
capitals, and little in German, where all nouns have one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from topics.records import EntityType
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.fallback.lists import (
    WORD,
    Telling,
    all_names,
    foreign_first_names,
    telling,
    words,
)
from workers.stages.tag_entities.headings import is_heading
from workers.stages.tag_entities.link import Linker
from workers.stages.tag_entities.names import LINE_ENDS
from workers.stages.tag_entities.suffixes import MARKS, suffix
from workers.stages.tag_entities.word_forms import INFLECTED

NOUNS = frozenset({"de", "lb", "nds", "gsw", "bar"})
"""Languages that write every noun with a capital."""
HUGE = 300_000
"""Inhabitants from which any name of a city counts."""
LARGE = 100_000
"""Inhabitants from which a city's own name counts wherever it stands."""
TOWN = 15_000
"""Inhabitants from which a city's own name counts, inside a sentence."""
LONGEST = 5
"""Words of a name."""
PARTICLES = words(
    "al bin da das de del della den der di do dos du el ibn la le ten ter van vom von y zu"
)
"""Small words inside a person's name."""
FUNCTION_WORD = 4
"""Letters of most articles and prepositions, whatever the language."""
LEAST_STEM = 4
LONGEST_ENDING = 3
CITY_KIND = 0

_ELIDED = re.compile(r"[^\W\d_]{1,5}['’]")
_NUMERAL = re.compile(r"[IVXLC]+")
_LINE = re.compile(f"[^{LINE_ENDS}]+")


class Word(NamedTuple):
    """A word of the text."""

    start: int
    end: int
    text: str
    vouched: bool
    """Whether its capital letter says something."""
    heading: bool = False
    """Whether it stands in a heading: nothing in it says where a name ends."""


@dataclass(frozen=True)
class _Lists:
    own: frozenset[str]
    foreign: frozenset[str]
    inflected: frozenset[str]
    """Stems of first names; empty where names have no endings."""
    telling: Telling
    linker: Linker
    nouns: bool
    small: frozenset[str]
    """Words that the text also writes without a capital."""


def find_capitalised(text: str, language: str, linker: Linker) -> list[Span]:
    """The names in this text, in order and without overlap; none crosses a line's end."""
    found = _words(text, MARKS.get(language, ""))
    names = all_names().get(language)
    foreign = foreign_first_names()
    lists = _Lists(
        own=names.first if names else frozenset(),
        foreign=foreign,
        inflected=_stems() if language in INFLECTED else frozenset(),
        telling=telling(language),
        linker=linker,
        nouns=language in NOUNS,
        small=frozenset(word.text for word in found if word.text.islower()),
    )
    spans: list[Span] = []
    for run in _runs(text, found):
        spans.extend(_names(run, lists))
    return sorted([*spans, *_repeated(found, spans, text)])


@lru_cache(maxsize=1)
def _stems() -> frozenset[str]:
    """What of a first name stays when an ending is put in place of its vowels, or behind it."""
    return frozenset(
        stem
        for name in foreign_first_names()
        if len(stem := name.rstrip("aeiouyаеиоуяюйьαοης")) >= LEAST_STEM
    )


def _words(text: str, marks: str) -> list[Word]:
    """The words, without what is written in one with them and is no part of a name."""
    found: list[Word] = []
    for line in _LINE.finditer(text):
        parts = [(m.start(), m.end(), m[0]) for m in WORD.finditer(text, line.start(), line.end())]
        plain = not is_heading([word for _, _, word in parts])
        heading = not plain and not line[0].rstrip().endswith(".")
        for start, end, word in parts:
            first = start + elided(word)
            last = end - suffix(text[first:end], marks)
            vouched = plain and _vouched(text, first, line.start())
            found.append(Word(first, last, text[first:last], vouched, heading))
    return found


def elided(word: str) -> int:
    """Characters of an article or preposition before a name: "d'Alger", "dell’Ucraina"."""
    before = _ELIDED.match(word)
    inside = before and before[0].islower() and word[before.end() :][:1].isupper()
    return before.end() if before and inside else 0


def _vouched(text: str, start: int, line: int) -> bool:
    return text[start].isupper() and not _begins(text, start, line)


def _begins(text: str, start: int, line: int) -> bool:
    """Whether a sentence or quotation begins at this offset."""
    before = text[max(line, start - 8) : start].rstrip(" \t\u00a0")
    rest = before.rstrip("\"'“”‘’«»„([—–-•*")
    return not rest.strip() or rest[-1] in ".!?…:;|" or before[-1:] in '"“„«‘‚•*'


def _runs(text: str, found: Sequence[Word]) -> Iterator[list[Word]]:
    """Capitalised words one space apart, with particles between them."""
    run: list[Word] = []
    for word in found:
        joined = bool(run) and text[run[-1].end : word.start] in (" ", "\u00a0", ". ")
        if joined and text[run[-1].end] == "." and len(run[-1].text) > 1:
            joined = False  # a full stop joins an initial only
        capital = word.text[0].isupper()
        if joined and (capital or word.text in PARTICLES):
            run.append(word)
            continue
        yield from _trimmed(run)
        run = [word] if capital else []
    yield from _trimmed(run)


def _trimmed(run: list[Word]) -> Iterator[list[Word]]:
    while run and not run[-1].text[0].isupper():
        run.pop()
    if run:
        yield run


def _names(run: Sequence[Word], lists: _Lists) -> Iterator[Span]:
    """The names in one run, from left to right."""
    at = 0
    open_before = False  # "Tour de" before "France": part of a longer name that is not known
    while at < len(run):
        for count in range(min(LONGEST, len(run) - at), 0, -1):
            part = run[at : at + count]
            kind = _kind(part, at + count == len(run), lists)
            if kind and not (open_before and kind == "place"):
                yield Span(part[0].start, part[-1].end, kind)
                at += count
                open_before = False
                break
        else:
            capital = run[at].text[0].isupper()
            open_before = open_before if not capital else not _ordinary(run[at], lists)
            at += 1


def _kind(part: Sequence[Word], last: bool, lists: _Lists) -> EntityType | None:
    """What these words, or the last ones of their run, name together, if they name something."""
    texts = [word.text for word in part]
    if not texts[-1][0].isupper() or not texts[0][0].isupper():
        return None
    if len(part) == 1:
        return _single(part[0], lists)
    open_ended = part[0].heading and (not lists.nouns or all(map(str.isupper, texts)))
    if (
        not open_ended
        and any(text in lists.telling for text in texts)
        and not _ordinary(part[0], lists)
    ):
        return "organisation"
    if _is_place(" ".join(texts), part[0], lists):
        return "place"
    if _first_name(part[0], lists) and last and not _is_first_place(texts, lists):
        return "person"
    return None


def _is_first_place(texts: Sequence[str], lists: _Lists) -> bool:
    """Whether the first of two names is a country: "Georgia Tbilisi" is no person."""
    return any(place.kind != CITY_KIND for place in lists.linker.candidates(texts[0]))


def _first_name(word: Word, lists: _Lists) -> bool:
    name = word.text.casefold()
    if word.text.isupper() and len(name) < 5:
        return False
    if not word.vouched and name in lists.small:
        return False
    if not word.vouched or lists.nouns:
        return name in lists.own or (name in lists.foreign and len(name) > 4)
    if name in lists.foreign:
        return True
    return any(
        name[:end] in lists.inflected
        for end in range(max(LEAST_STEM, len(name) - LONGEST_ENDING), len(name) + 1)
    )


def _ordinary(word: Word, lists: _Lists) -> bool:
    """Whether a sentence's first word is a word like others: short ones mostly are."""
    return not word.vouched and (
        word.text.casefold() in lists.small
        or (len(word.text) <= FUNCTION_WORD and not word.text.isupper())
    )


def _single(word: Word, lists: _Lists) -> EntityType | None:
    name = word.text
    if _is_place(name, word, lists):
        return "place"
    if (
        2 <= len(name) <= 6
        and name.isalpha()
        and name.isupper()
        and word.vouched
        and not _NUMERAL.fullmatch(name)
    ):
        return "organisation"
    return None


def _is_place(name: str, first: Word, lists: _Lists) -> bool:
    if len(name) < 3 or (len(name) < 4 and not name.isupper()):
        return False
    if not first.vouched and name.casefold() in lists.small:
        return False
    town = LARGE if lists.nouns or not first.vouched else TOWN
    for place in lists.linker.candidates(name):
        if place.kind != CITY_KIND:
            return place.primary or len(name) > 3 or name.isupper()
        if place.population >= (town if place.primary else HUGE):
            # Half of the world's first names are towns somewhere.
            return place.population >= LARGE or name.casefold() not in lists.foreign
    return False


def _repeated(found: Sequence[Word], spans: Sequence[Span], text: str) -> Iterator[Span]:
    """Family names alone, of people that the text names in full."""
    family = {text[span.start : span.end].split()[-1] for span in spans if span.type == "person"}
    for word in found:
        if word.text in family and len(word.text) > 2:
            at = bisect_right(spans, word.start, key=attrgetter("start"))
            if not at or spans[at - 1].end <= word.start:
                yield Span(word.start, word.end, "person")
