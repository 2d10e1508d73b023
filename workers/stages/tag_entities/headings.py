"""Lines whose capital letters say nothing, and the names that they only seem to hold."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

from workers.stages.tag_entities.engine import Span

LONG = 4
"""Letters of a word that a heading in title case writes with a capital."""
FEWEST = 4
"""Such words, from which a line may be told for a heading."""
CAPITALS = 0.8
"""Share of them with a capital."""

_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"[^\W\d_][\w’'\-]*")


def is_heading(words: Sequence[str]) -> bool:
    """Whether capitals are spread over a line of these words as over a heading's."""
    long = [word for word in words if len(word) >= LONG]
    if len(long) >= FEWEST / 2 and all(word.isupper() for word in long):
        return True
    return len(long) >= FEWEST and sum(word[0].isupper() for word in long) > CAPITALS * len(long)


def _within(lines: Sequence[tuple[int, int]], offset: int) -> bool:
    """Whether one of these lines, which are in order, holds the offset."""
    after = bisect_right(lines, offset, key=itemgetter(0))
    return after > 0 and offset < lines[after - 1][1]


def without_fragments(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans but for pieces of headings that the rest of the text contradicts.

    A span in a heading is dropped if its words stand nowhere else in this form, and the rest has
    one of them in small letters and never with a capital.
    """
    heads: list[tuple[int, int]] = []
    body: set[str] = set()
    rest: list[str] = []
    for line in _LINE.finditer(text):
        words = _WORD.findall(line[0])
        if is_heading(words):
            heads.append(line.span())
        else:
            body.update(words)
            rest.append(line[0])
    if not heads or not body:
        return list(spans)
    small = {word for word in body if word.islower()}
    written = "\n".join(rest)

    def contradicted(span: Span) -> bool:
        name = text[span.start : span.end]
        words = [word for word in _WORD.findall(name) if len(word) >= LONG]
        return (
            name not in written
            and name.title() not in written
            and any(w.lower() in small and w.capitalize() not in body for w in words)
        )

    return [
        span
        for span in spans
        if span.type == "date" or not _within(heads, span.start) or not contradicted(span)
    ]
