"""Articles that a model left before a name, in languages that write them large or in one with it.

``Grammar.articles`` are English; here the text itself says what an article is: "La Russie" where it
also has a small "la", "l'Ukraine" by its apostrophe.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.link import Linker

LONGEST = 3
"""Letters of an article that is a word of its own."""
AREAS_ONLY = 10**12
"""More inhabitants than any city has."""

ELIDED = re.compile(r"[^\W\d_]{1,5}['’](?=[^\W\d_])")
_FIRST_WORD = re.compile(r"([^\W\d_]+)[^\S\n]+(?=\w)")


def without_articles(text: str, spans: Sequence[Span], linker: Linker) -> list[Span]:
    """The spans, without what stands before a name.

    An article or preposition in small letters that is written in one with the name goes, before a
    person's only if the rest is a place ("d'Artagnan" is one). Any other goes if the rest is a
    country's or region's own name, the whole is no place, and the text has the word in small
    letters.
    """
    return [_bare(text, span, linker) for span in spans]


def _bare(text: str, span: Span, linker: Linker) -> Span:
    start, end, kind = span
    if kind in ("date", "event"):
        return span
    elided = ELIDED.match(text, start, end)
    first = elided or _FIRST_WORD.match(text, start, end)
    if first is None or not text[first.end()].isupper():
        return span
    rest = text[first.end() : end]
    if elided and text[start].islower() and (kind != "person" or linker.candidates(rest)):
        return Span(first.end(), end, kind)
    if (elided or len(first[1]) <= LONGEST) and linker.known(rest, AREAS_ONLY):
        small = re.compile(rf"(?<!\w){re.escape(first[0].strip().lower())}(?!\w)")
        if (elided or small.search(text)) and not linker.candidates(text[start:end]):
            return Span(first.end(), end, kind)
    return span
