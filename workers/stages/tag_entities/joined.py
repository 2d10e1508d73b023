"""Names of which a model took only a part, by what stands between it and the rest."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter

from workers.stages.tag_entities.and_word import and_word
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.fallback.capitals import PARTICLES
from workers.stages.tag_entities.link import Linker

WITHOUT_PARTICLES = frozenset({"en"})
"""Languages in which small words inside a name are foreign."""

_PARTICLE = "|".join(sorted(PARTICLES, key=len, reverse=True))
_AMPERSAND = re.compile(r"(?<!\w)([^\W\d_][\w.’'-]*)[^\S\n]&[^\S\n]([^\W\d_][\w’'-]*)")
_OPEN = re.compile(rf"(?:[^\S\n](?:{_PARTICLE}))+$")
_GOES_ON = re.compile(rf"((?:[^\S\n](?:{_PARTICLE}))*)[^\S\n]([^\W\d_][\w’'-]*)")
_ORDINARY = re.compile(rf"(?<!\w)({_PARTICLE})[^\S\n](?!(?:{_PARTICLE})(?!\w))(?=\w)")
_NEXT = r"((?:-|[^\S\n])[^\W\d_][\w’']*)"
_MORE = re.compile(rf"{_NEXT}(?:{_NEXT}{_NEXT}?)?")


def joined(text: str, spans: Sequence[Span], language: str, linker: Linker) -> list[Span]:
    """The spans, in order; those that are part of one name become one.

    An ampersand between two words with capitals joins them to an organisation's name, unless both
    are spans of several words. A name goes on to what makes it a country's or region's own name
    ("Bosnia and Herzegovina", "Guinea-Bissau", "Arabie saoudite"), and a person's behind particles
    that the text has nowhere else, if the model cut it there, took the rest for a name too, or
    they are no words of the language ("Ursula von der Leyen").
    """
    wholes = sorted(
        [
            *_firms(text, spans),
            *_areas(text, spans, linker),
            *_persons(text, spans, language, linker),
        ],
        key=lambda span: (span.start, -span.end),
    )
    if not wholes:
        return list(spans)
    found: list[Span] = []
    for span in sorted([*wholes, *spans], key=lambda span: (span.start, -span.end)):
        if not found or span.start >= found[-1].end:
            found.append(span)
    return found


def _at(text: str, spans: Sequence[Span], start: int, end: int) -> Span | None:
    """The first span that touches this stretch."""
    after = bisect_right(spans, start, key=attrgetter("end"))
    return spans[after] if after < len(spans) and spans[after].start < end else None


def _firms(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    for match in _AMPERSAND.finditer(text):
        if match[1][0].islower() or match[2][0].islower():
            continue
        sides = _at(text, spans, *match.span(1)), _at(text, spans, *match.span(2))
        found = [side for side in sides if side]
        types = [side.type for side in found]
        if sides[0] == sides[1] or not {"person", "organisation"}.intersection(types):
            continue
        alike = match[1] == match[2]
        if alike or "organisation" in types or len(found) == 1:
            start = min(match.start(), *(side.start for side in found))
            end = max(match.end(), *(side.end for side in found))
            yield Span(start, end, "organisation")


def _areas(text: str, spans: Sequence[Span], linker: Linker) -> Iterator[Span]:
    for span in spans:
        more = _MORE.match(text, span.end) if span.type not in ("date", "event") else None
        ends = [more.end(group) for group in (3, 2, 1)] if more else []
        for end in ends:
            if end > 0 and linker.is_area(text[span.start : end]):
                yield Span(span.start, end, "place")
                break


def _persons(text: str, spans: Sequence[Span], language: str, linker: Linker) -> Iterator[Span]:
    foreign = language in WITHOUT_PARTICLES
    ordinary: set[str] | None = None
    for span in spans:
        if span.type != "person":
            continue
        cut = _OPEN.search(text, span.start, span.end)
        more = _GOES_ON.match(text, cut.start() if cut else span.end)
        if not more or not more[1] or more[2][0].islower():
            continue
        if ordinary is None:
            ordinary = {and_word(language) or ""} | {
                match[1] for match in _ORDINARY.finditer(text) if text[match.end()].islower()
            }
        behind = _at(text, spans, *more.span(2))
        goes_on = behind.type in ("person", "organisation") if behind else cut or foreign
        if goes_on and ordinary.isdisjoint(more[1].split()) and not linker.is_area(more[2]):
            yield Span(span.start, behind.end if behind else more.end(), "person")
