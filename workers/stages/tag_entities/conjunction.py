"""Two names that a model took for one, with the language's word for "and" between them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from topics.records import EntityType
from workers.stages.tag_entities.and_word import and_pattern
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.link import Linker

LARGE = 100_000
"""Inhabitants of a city that is taken for one against a model's word."""


def apart(text: str, spans: Sequence[Span], language: str, linker: Linker) -> list[Span]:
    """The spans; one that is two names by what is known of its halves becomes two.

    Places, if the gazetteer knows both and not the whole, and large ones where the model took them
    for something else; persons, if both have several words or are names of others in the text
    ("Vega y Luna").
    """
    conjunction = and_pattern(language)
    if conjunction is None:
        return list(spans)
    persons = {
        word
        for span in spans
        if span.type == "person"
        for word in text[span.start : span.end].split()
        if not conjunction.search(text, span.start, span.end)
    }
    return [part for span in spans for part in _parts(text, span, conjunction, persons, linker)]


def _parts(
    text: str, span: Span, conjunction: re.Pattern[str], persons: Container[str], linker: Linker
) -> Iterator[Span]:
    if span.type not in ("person", "organisation", "place"):
        yield span
        return
    found = list(conjunction.finditer(text, span.start, span.end))
    if len(found) == 1 and not linker.candidates(text[span.start : span.end]):
        between = found[0]
        halves = span._replace(end=between.start()), span._replace(start=between.end())
        kind = _kind([text[half.start : half.end] for half in halves], span.type, persons, linker)
        if kind:
            yield from (half._replace(type=kind) for half in halves)
            return
    yield span


def _kind(
    names: Sequence[str], kind: EntityType, persons: Container[str], linker: Linker
) -> EntityType | None:
    """What two halves of a name of this type are; None if they are none."""
    if kind == "place":
        return kind if all(map(linker.candidates, names)) else None
    if all(name in persons for name in names):
        return "person"
    if all(linker.known(name, LARGE) or linker.known_here(name, LARGE) for name in names):
        return "place"
    return kind if kind == "person" and all(" " in name for name in names) else None
