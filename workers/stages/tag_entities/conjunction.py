"""Two places that a model took for one, with the language's word for "and" between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.link import Linker


def apart(text: str, spans: Sequence[Span], language: str, linker: Linker) -> list[Span]:
    """The spans; a place that the gazetteer knows only by its two halves becomes two."""
    conjunction = _and(language)
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


@lru_cache(maxsize=256)
def _and(language: str) -> re.Pattern[str] | None:
    """The word by CLDR's pattern of a list of two; None without one, or where it is no word."""
    try:
        pattern = Locale.parse(language).list_patterns["standard"]["2"]
    except (ValueError, KeyError, UnknownLocaleError):
        return None
    words = pattern.replace("{0}", "").replace("{1}", "").split()
    if len(words) != 1 or not words[0].isalpha() or pattern.strip("{01}")[:1].strip():
        return None
    return re.compile(rf"[^\S\n]{re.escape(words[0])}[^\S\n]")
