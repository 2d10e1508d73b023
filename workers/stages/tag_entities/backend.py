"""What finds names for an engine; which models can, is told apart here and nowhere behind."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Name(NamedTuple):
    """A stretch of text with the model's own label; offsets are code points, end exclusive."""

    start: int
    end: int
    label: str


class Backend(Protocol):
    """A model of named entities. Deterministic; the text has no lone surrogates."""

    def names(self, text: str) -> list[Name]:
        """The names in this text, in order and without overlap; none crosses a line's end."""
        ...
