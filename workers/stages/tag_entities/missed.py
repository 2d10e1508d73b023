"""Finds large places that a model overlooked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workers.stages.tag_entities.decide import titled
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.link import Linker
from workers.stages.tag_entities.names import normalise
from workers.stages.tag_entities.trim import trim

KNOWN_FROM = 100_000
"""Inhabitants from which a city's own name is a place without a model's word for it."""
SHORTEST = 4
"""Characters of a name; what is shorter is an abbreviation or an ordinary word too often."""

_WORD = re.compile(r"[^\W\d_][\w’'\-]*")
_SPACE = re.compile(r"[^\S\n]")


def missed_places(text: str, spans: Sequence[Span], grammar: Grammar, linker: Linker) -> list[Span]:
    """Own names of countries, regions and large cities outside all spans.

    Only a whole run of capitalised words counts: "Lincoln", not "Lincoln Navigator". A name is left
    out if the text also writes it small (an ordinary word), if it is part of a person's name or
    stands behind a title, and if it only ever begins a sentence while the model does not call it a
    place elsewhere.
    """
    taken = bytearray(len(text))
    for start, end, _ in spans:
        taken[start:end] = b"\1" * (end - start)
    words = [(match.start(), match.end(), match[0]) for match in _WORD.finditer(text)]
    small = {word for _, _, word in words if word[0].islower()}
    persons = {
        word
        for start, end, kind in spans
        if kind == "person"
        for word in normalise(text[start:end]).split()
    }
    vouched = {normalise(text[start:end]) for start, end, kind in spans if kind == "place"}
    found: list[tuple[Span, str, bool]] = []
    for start, end, first in _runs(text, words):
        span = trim(text, Span(start, end, "place"), grammar)
        if span is None or any(taken[span.start : span.end]):
            continue
        name = text[span.start : span.end]
        key = normalise(name)
        if len(name) < SHORTEST or (len(name) == SHORTEST and name.isupper()):
            continue
        if name.lower() in small or not persons.isdisjoint(key.split()):
            continue
        if titled(text, span.start, grammar) or not linker.known(name, KNOWN_FROM):
            continue
        found.append((span, key, first))
    vouched |= {key for _, key, first in found if not first}
    return [span for span, key, _ in found if key in vouched]


def _runs(text: str, words: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int, bool]]:
    """Runs of capitalised words one space apart, and whether each begins a sentence or line."""
    run: tuple[int, int] | None = None
    for start, end, word in words:
        capital = word[0].isupper()
        if run and capital and start == run[1] + 1 and _SPACE.match(text, run[1]):
            run = run[0], end
            continue
        if run:
            yield *run, _begins(text, run[0])
        run = (start, end) if capital else None
    if run:
        yield *run, _begins(text, run[0])


def _begins(text: str, start: int) -> bool:
    """Whether a sentence, quotation or line begins at this offset."""
    before = text[max(0, start - 8) : start]
    rest = before.rstrip(" \t\u00a0\r\"'“”‘’«»„([—–-")
    return not rest or rest[-1] in ".!?…:\n;"
