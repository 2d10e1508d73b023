"""Finds names that a model overlooked and that lists vouch for, as where there is no model."""

from __future__ import annotations

from collections.abc import Iterable

from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.fallback.capitals import find_capitalised
from workers.stages.tag_entities.fallback.engine import CASELESS
from workers.stages.tag_entities.link import Linker


def listed(text: str, language: str, known: Iterable[Span], linker: Linker) -> list[Span]:
    """Persons by their first names, and organisations of several words by a telling one.

    None touches a span that is known. Single words in capitals and places are left to the model
    and to ``missed.py``: lists alone are wrong on them more often than they help.
    """
    if language in CASELESS:
        return []
    taken = bytearray(len(text))
    for start, end, _ in known:
        taken[start:end] = b"\1" * (end - start)
    return [
        span
        for span in find_capitalised(text, language, linker)
        if (span.type == "person" or (span.type == "organisation" and _several(text, span)))
        and not any(taken[span.start : span.end])
    ]


def _several(text: str, span: Span) -> bool:
    return len(text[span.start : span.end].split()) > 1
