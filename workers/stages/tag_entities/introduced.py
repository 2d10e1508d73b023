"""Short forms that brackets introduce behind an organisation: "International Court (IC)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workers.stages.tag_entities.engine import Span

_SHORT = r"[^\W\d_a-z][^\W_a-z]{1,7}"
_BRACKETED = re.compile(rf"[^\S\n]?[(（]({_SHORT})[)）]")
_WITHIN = re.compile(rf"\w[^\S\n]?[(（]({_SHORT})[)）]$")


def introduced(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, in order, and such forms, each an organisation of its own.

    A form counts if its letters come in this order in the name of several words before it, and the
    first begins a word there.
    """
    found = {span.start: span for given in spans for span in _apart(text, given)}
    for span in list(found.values()):
        match = _BRACKETED.match(text, span.end) if span.type == "organisation" else None
        if match and _stands_for(match[1], text[span.start : span.end]):
            found[match.start(1)] = Span(*match.span(1), "organisation")
    return sorted(found.values())


def _apart(text: str, span: Span) -> Iterator[Span]:
    """A span that has the form in it as two."""
    match = _WITHIN.search(text, span.start, span.end) if span.type == "organisation" else None
    if match and _stands_for(match[1], text[span.start : match.start() + 1]):
        yield span._replace(end=match.start() + 1)
        yield Span(*match.span(1), "organisation")
    else:
        yield span


def _stands_for(short: str, name: str) -> bool:
    words = name.casefold().split()
    letters = short.casefold()
    for at, word in enumerate(words) if len(words) > 1 else ():
        rest = iter("".join(words[at:]))
        if word.startswith(letters[0]) and all(letter in rest for letter in letters):
            return True
    return False
