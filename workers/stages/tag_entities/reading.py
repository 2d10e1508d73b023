"""Gives a text to a model in stretches that it can read, and its names the stage's types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from topics.records import EntityType
from workers.stages.tag_entities.backend import Backend
from workers.stages.tag_entities.engine import Span

PIECE = 10_000
"""Characters that a model reads at once: its memory grows with every token."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_WITHOUT_SPACES = (
    r"\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts that put no spaces between words, from Thai to the Chinese characters; punctuation of
theirs excepted."""
_ENDLESS = re.compile(rf"[^\s{_WITHOUT_SPACES}]{{200,}}")


def read(backend: Backend, text: str, types: Mapping[str, EntityType]) -> list[Span]:
    """The names in any text, in order and without overlap; of other labels than these, none.

    numpy's BLAS starts a thread per core unless OPENBLAS_NUM_THREADS and OMP_NUM_THREADS say
    otherwise *before* numpy is imported; on matrices this small one thread is faster. Whoever
    starts the process sets them.
    """
    return [
        Span(start + name.start, start + name.end, types[name.label])
        for start, piece in stretches(text)
        for name in backend.names(piece)
        if name.label in types
    ]


def stretches(text: str) -> Iterator[tuple[int, str]]:
    """Offsets and stretches of at most ``PIECE`` characters that any model can read.

    A lone surrogate cannot be hashed. Two hundred characters without white space, in a script that
    has it, are no words but data, on which a tokenizer's time is quadratic: blanks replace them.
    """
    readable = _SURROGATE.sub("\ufffd", text)
    readable = _ENDLESS.sub(lambda match: " " * len(match[0]), readable)
    for start, end in _pieces(readable):
        yield start, readable[start:end]


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of at most ``PIECE`` characters that end with a line, else with a word."""
    start = 0
    while start < len(text):
        end = start + PIECE
        if end < len(text):
            end = (text.rfind("\n", start, end) + 1) or (text.rfind(" ", start, end) + 1) or end
        yield start, min(end, len(text))
        start = end
