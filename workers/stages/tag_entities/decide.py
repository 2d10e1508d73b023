"""Decides over the whole article what each name is: the model decides by sentence, and wavers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from topics.records import EntityType
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.fallback.lists import foreign_first_names
from workers.stages.tag_entities.link import Linker
from workers.stages.tag_entities.names import normalise
from workers.stages.tag_entities.same_name import family_name
from workers.stages.tag_entities.word_forms import alike

_APOSTROPHES = str.maketrans("’ʼ‘", "'''")
_DATELINE = re.compile(r"(?:, [^\n()–—-]{1,30})?[^\S\n]?\([^()\n]{2,30}\)[^\S\n]?[–—-]")
HUGE = 1_000_000
"""Inhabitants of a city whose name in the language is taken for it against a model's word."""
LEAST_ALIKE = 4
"""Letters that a surname has in common with its other forms."""
_CODE = re.compile(r"\([^\W\d_a-z]{2,4}\)")
"""What stands behind an athlete's name: "(KEN)"."""
VOTED = ("person", "organisation", "place", "other")


def surnames(text: str, spans: Iterable[Span]) -> frozenset[str]:
    """What the persons that the text names in full go by without their first names."""
    full = {normalise(text[start:end]) for start, end, kind in spans if kind == "person"}
    found: set[str] = set()
    for words in (name.split() for name in full):
        if len(words) > 1:
            found.add(family_name(words))
            found.update(" ".join(words[at:]) for at in range(1, len(words) - 1))
    return frozenset(found)


def decide(text: str, spans: Sequence[Span], grammar: Grammar, linker: Linker) -> list[Span]:
    """The same spans, each with the type that the article as a whole speaks for.

    In this order: a word for a country's people is no name; a surname of a person named in full is
    that person, unless a country, region or large city has that name and it stands behind a word
    like "in" or in a dateline; what stands behind a title is no place, but may be a person, and a
    few capitals in brackets are none; a longer name with a word like "university" is an
    organisation, and so is a person with a possessive inside ("Workers' League"); a name that the
    gazetteer knows is a place if the model took it for one anywhere, if a word like "in" stands
    before it anywhere, or if it is the own name of a country, region or large city; what only looks
    like such a surname with another ending is that person; else the majority of the model's answers
    for this name counts, the first one in a draw.
    """
    persons = surnames(text, spans)
    votes: dict[str, Counter[EntityType]] = defaultdict(Counter)
    for span in spans:
        located = span.type in VOTED and _word_before(text, span.start) in grammar.locatives
        votes[normalise(text[span.start : span.end])].update(
            [span.type, "place"] if located else [span.type]
        )
    for span in _with_a_person_of_theirs(text, spans, grammar):
        votes[normalise(text[span.start : span.end])]["organisation"] += 1
    return [
        Span(span.start, span.end, _type(text, span, votes, persons, grammar, linker))
        for span in spans
    ]


def _with_a_person_of_theirs(text: str, spans: Sequence[Span], grammar: Grammar) -> Iterator[Span]:
    """Names with a possessive and a person named in full behind: "The Herald's Ada Byron"."""
    for span, behind in pairwise(spans):
        ending = text[span.end : behind.start].translate(_APOSTROPHES)
        theirs = ending[-1:] == " " and ending[:-1].casefold() in grammar.possessives
        full = behind.type == "person" and " " in text[behind.start : behind.end]
        if theirs and full and span.type in ("person", "organisation"):
            yield span


def _type(
    text: str,
    span: Span,
    votes: dict[str, Counter[EntityType]],
    persons: frozenset[str],
    grammar: Grammar,
    linker: Linker,
) -> EntityType:
    if span.type not in VOTED:
        return span.type
    name = text[span.start : span.end]
    key = normalise(name)
    words = key.split()
    if key in grammar.demonyms:
        return "other"
    if key in persons:
        stands = _is_dateline(text, span) or _word_before(text, span.start) in grammar.locatives
        return "place" if stands and linker.known(name, grammar.large_places) else "person"
    if titled(text, span.start, grammar):
        return "person" if span.type in ("place", "other") else span.type
    if span.type == "person" and _CODE.fullmatch(text, max(0, span.start - 1), span.end + 1):
        return "other"
    if len(words) > 1 and not grammar.organisations.isdisjoint(words):
        return "organisation"
    if span.type == "person" and any(word.endswith(grammar.possessives) for word in words[:-1]):
        return "organisation"
    voted = votes[key]
    if voted["place"] and linker.candidates(name):
        return "place"
    if span.type != "other" and linker.known(name, grammar.large_places):
        return "place"
    here = HUGE if span.type == "organisation" else grammar.large_places  # clubs go by their towns
    if span.type != "other" and key not in foreign_first_names() and linker.known_here(name, here):
        return "place"
    inflected = grammar.inflects and resembles(key, persons)
    if inflected and key not in grammar.organisations and not linker.candidates(name):
        return "person"
    return max((kind for kind in voted if kind in VOTED), key=lambda kind: voted[kind])


def resembles(word: str, names: Iterable[str]) -> bool:
    """Whether one word is one of these names with another ending, for all that can be seen."""
    return any(
        name[:LEAST_ALIKE] == word[:LEAST_ALIKE] and alike(name, word)
        for name in (names if " " not in word and len(word) >= LEAST_ALIKE else ())
    )


def _is_dateline(text: str, span: Span) -> bool:
    """Whether a line begins with this name and an agency in brackets and a dash follow it."""
    before = text[max(0, span.start - 1) : span.start]
    return before in ("", "\n") and bool(_DATELINE.match(text, span.end, span.end + 80))


def titled(text: str, start: int, grammar: Grammar) -> bool:
    """Whether a person's title stands right before this offset."""
    return _word_before(text, start) in grammar.titles


def _word_before(text: str, start: int) -> str:
    """The word right before this offset in its line, in lower case and without a full stop."""
    before = text[max(0, start - 24) : start].rsplit("\n", 1)[-1]
    words = before.rsplit(maxsplit=1)
    return words[-1].rstrip(".").casefold() if words and before[-1:].isspace() else ""
