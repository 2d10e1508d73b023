"""Finds names that a model overlooked: known from elsewhere in the article, or large places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from topics.records import EntityType
from workers.stages.tag_entities.articles import ELIDED
from workers.stages.tag_entities.decide import resembles, surnames, titled
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.fallback.capitals import elided
from workers.stages.tag_entities.link import Linker
from workers.stages.tag_entities.names import LINE_ENDS, normalise
from workers.stages.tag_entities.trim import trim

KNOWN_FROM = 100_000
"""Inhabitants from which a city's own name is a place without a model's word for it."""
SHORTEST = 4
"""Characters of a place's name; a shorter one is an abbreviation or a word too often."""
REPEATED: frozenset[EntityType] = frozenset({"person", "organisation", "place"})

_WORD = re.compile(r"[^\W\d_][\w’'\-]*")
_SPACE = re.compile(rf"[^\S{LINE_ENDS}]")


class Missed(NamedTuple):
    """What was found beside the model's names."""

    repeated: list[Span]
    """Names that the model found elsewhere in the text, and surnames of its persons in any form."""
    places: list[Span]
    """Own names of countries, regions and large cities."""


def missed(text: str, spans: Sequence[Span], grammar: Grammar, linker: Linker) -> Missed:
    """Names outside all spans.

    Only a whole run of capitalised words counts: "Lincoln", not "Lincoln Navigator". A place's name
    is left out if the text also writes it small (an ordinary word), if it is part of a person's
    name or stands behind a title, and if it only ever begins a sentence.
    """
    known: dict[str, EntityType] = dict.fromkeys(surnames(text, spans), "person")
    for start, end, kind in spans:
        if kind in REPEATED:
            known.setdefault(normalise(text[start:end]), kind)
    persons = {word for name, kind in known.items() if kind == "person" for word in name.split()}
    words = [_bare(match, linker) for match in _WORD.finditer(text)]
    small = {word for _, _, word in words if word[0].islower()}
    family = surnames(text, spans) if grammar.inflects else frozenset()
    repeated: list[Span] = []
    places: dict[Span, tuple[str, bool]] = {}
    for start, end in _free_runs(text, words, spans):
        span = trim(text, Span(start, end, "place"), grammar)
        if span is None:
            continue
        name = text[span.start : span.end]
        key = normalise(name)
        if key in known and name.lower() not in small:
            repeated.append(span._replace(type=known[key]))
        elif (
            len(name) >= SHORTEST + name.isupper()
            and name.lower() not in small
            and persons.isdisjoint(key.split())
            and not titled(text, span.start, grammar)
            and linker.known(name, KNOWN_FROM)
        ):
            places[span] = key, _begins(text, start)
        elif name.lower() not in small and resembles(key, family) and not linker.candidates(name):
            repeated.append(span._replace(type="person"))
    return Missed(repeated, _within_sentences(places))


def _bare(match: re.Match[str], linker: Linker) -> tuple[int, int, str]:
    """A word without an article that is written in one with it, a large one before countries only.

    "l'Espagne" is one, "L'Allemagne" too; "L'Oréal" is another name.
    """
    (start, end), word = match.span(), match[0]
    article = ELIDED.match(word) if "'" in word or "’" in word else None
    if article and (elided(word) or linker.is_area(word[article.end() :])):
        return start + article.end(), end, word[article.end() :]
    return start, end, word


def _within_sentences(places: Mapping[Span, tuple[str, bool]]) -> list[Span]:
    """The places whose name stands inside a sentence somewhere: capitals say nothing elsewhere."""
    vouched = {key for key, begins in places.values() if not begins}
    return [span for span, (key, _) in places.items() if key in vouched]


def _free_runs(
    text: str, words: Sequence[tuple[int, int, str]], spans: Sequence[Span]
) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words one space apart that no span touches."""
    taken = bytearray(len(text))
    for start, end, _ in spans:
        taken[start:end] = b"\1" * (end - start)
    run: tuple[int, int] | None = None
    for start, end, word in words:
        capital = word[0].isupper()
        if run and capital and start == run[1] + 1 and _SPACE.match(text, run[1]):
            run = run[0], end
            continue
        if run and not any(taken[run[0] : run[1]]):
            yield run
        run = (start, end) if capital else None
    if run and not any(taken[run[0] : run[1]]):
        yield run


def _begins(text: str, start: int) -> bool:
    """Whether a sentence, quotation or line begins at this offset."""
    before = text[max(0, start - 8) : start]
    rest = before.rstrip(" \t\u00a0\r\"'“”‘’«»„([—–-")
    return not rest or rest[-1] in ".!?…:\n;"
