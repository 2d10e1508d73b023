"""Makes any text fit for a backend and its names fit for the stage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from topics.records import EntityType
from workers.stages.tag_entities.backend import Backend, Name
from workers.stages.tag_entities.backends.labels import entity_type
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.names import LINE_ENDS
from workers.stages.tag_entities.reading import stretches

_EDGES = re.compile(r"^[\s\u200b-\u200f\u2060\ufeff]+|[\s\u200b-\u200f\u2060\ufeff]+$")
_LINE_END = re.compile(f"[{LINE_ENDS}]")


class ModelEngine:
    """An engine for one backend, whatever its labels."""

    def __init__(
        self,
        languages: frozenset[str],
        backend: Backend,
        method: str,
        grammar: Grammar | None = None,
        confidence: Mapping[EntityType, float] = MappingProxyType({}),
    ) -> None:
        self.languages = languages
        self.confidence = confidence
        self.method = method
        self.grammar = grammar or Grammar()
        self._backend = backend

    def find(self, text: str) -> list[Span]:
        """The names in this text; see ``Engine``."""
        spans: list[Span] = []
        reached = 0
        for start, piece in stretches(text):
            if not piece.strip():
                continue
            for name in sorted(self._backend.names(piece)):
                kind = entity_type(name.label)
                # A backend is other people's code: what it says of offsets is checked.
                fit = _within_line(piece, name)
                if kind and fit and start + fit[0] >= reached:
                    spans.append(Span(start + fit[0], start + fit[1], kind))
                    reached = start + fit[1]
        return spans


def _within_line(text: str, name: Name) -> tuple[int, int] | None:
    """The name without white space around it; None if it is empty or crosses a line's end."""
    start, end = max(0, name.start), min(len(text), name.end)
    if start >= end:
        return None
    found = text[start:end]
    bare = _EDGES.sub("", found)
    if not bare or _LINE_END.search(bare):
        return None
    start += found.index(bare)
    return start, start + len(bare)
