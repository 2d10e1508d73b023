"""Names of organisations in Chinese: their kind stands at the end, too far for a small model.

A model that decides at a name's first character sees four characters ahead, takes "北京" for a
place and goes no further in "北京师范大学". Here such a name goes on to the word for its kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.grammars import ORGANISATIONS

_APART = "的了在是和与與及或等有为為被把對对从從将將由向到说說也就而但并並以其这這那于於至"
_BETWEEN = rf"[^\W\d_a-zA-Z{_APART}]"
"""Characters of a name: no punctuation, and no word that stands between names."""
_KINDS = ORGANISATIONS["zh"]
_KIND = "|".join(sorted(_KINDS, key=len, reverse=True))
_REST = re.compile(rf"{_BETWEEN}{{0,8}}?(?:{_KIND})(?:{_BETWEEN}{{0,3}}(?:{_KIND}))*")


def lengthened(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, in order; one with a word for a kind of organisation close behind takes it in."""
    found: list[Span] = []
    for span in spans:
        if found and span.start < found[-1].end:
            continue
        rest = _REST.match(text, span.end) if span.type in ("place", "organisation") else None
        if rest:
            span = Span(span.start, rest.end(), "organisation")
        elif span.type == "place" and text[span.start : span.end].endswith(_KINDS):
            span = span._replace(type="organisation")
        found.append(span)
    return found
