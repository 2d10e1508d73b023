"""Decides over the whole article what each name is: the model decides by sentence, and wavers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from topics.records import EntityType
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.link import Linker
from workers.stages.tag_entities.names import normalise

KNOWN_FROM = 50_000
"""Inhabitants from which a city's own name makes a name a place, whatever the model said."""
VOTED = ("person", "organisation", "place", "other")


def surnames(text: str, spans: Iterable[Span]) -> frozenset[str]:
    """Last words of the persons that the text names in full."""
    full = (text[start:end].split() for start, end, kind in spans if kind == "person")
    return frozenset(normalise(words[-1]) for words in full if len(words) > 1)


def decide(text: str, spans: Sequence[Span], grammar: Grammar, linker: Linker) -> list[Span]:
    """The same spans, each with the type that the article as a whole speaks for.

    In this order: a surname of a person named in full is that person; a name that the model once
    took for a place, or that is the own name of a country, state or large city, is a place if the
    gazetteer knows it and no title stands before it; else the majority of the model's answers for
    this name, the first one in a draw.
    """
    persons = surnames(text, spans)
    votes: dict[str, Counter[EntityType]] = defaultdict(Counter)
    for start, end, kind in spans:
        votes[normalise(text[start:end])][kind] += 1
    return [
        Span(span.start, span.end, _type(text, span, votes, persons, grammar, linker))
        for span in spans
    ]


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
    if key in persons and " " not in key:
        return "person"
    if titled(text, span.start, grammar):
        return "person" if span.type == "place" else span.type
    voted = votes[key]
    if voted["place"] and linker.candidates(name):
        return "place"
    if linker.known(name, KNOWN_FROM):
        return "place"
    return max((kind for kind in voted if kind in VOTED), key=lambda kind: voted[kind])


def titled(text: str, start: int, grammar: Grammar) -> bool:
    """Whether a person's title stands right before this offset."""
    before = text[max(0, start - 24) : start].rstrip(" \u00a0").rstrip(".")
    words = before.rsplit(maxsplit=1)
    return bool(words) and words[-1].casefold() in grammar.titles
