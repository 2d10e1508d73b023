"""Two places that a model took for one, with the language's word for "and" between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workers.stages.tag_entities.and_word import and_pattern
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.link import Linker


def apart(text: str, spans: Sequence[Span], language: str, linker: Linker) -> list[Span]:
    """The spans; a place that the gazetteer knows only by its two halves becomes two."""
    conjunction = and_pattern(language)
    if conjunction is None:
        return list(spans)
    return [part for span in spans for part in _parts(text, span, conjunction, linker)]


def _parts(text: str, span: Span, conjunction: re.Pattern[str], linker: Linker) -> Iterator[Span]:
    found = list(conjunction.finditer(text, span.start, span.end)) if span.type == "place" else []
    if len(found) == 1 and not linker.candidates(text[span.start : span.end]):
        between = found[0]
        halves = span._replace(end=between.start()), span._replace(start=between.end())
        if all(linker.candidates(text[half.start : half.end]) for half in halves):
            yield from halves
            return
    yield span
