"""What the stage asks of a language's engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from topics.records import EntityType


class Span(NamedTuple):
    """A stretch of text that names something; offsets are code points, end exclusive."""

    start: int
    end: int
    type: EntityType


@dataclass(frozen=True)
class Grammar:
    """What the rules behind the model need to know of a language; all words in lower case."""

    articles: frozenset[str] = frozenset()
    """Words that may stand before a name and are not part of it."""
    possessives: tuple[str, ...] = ()
    """Endings that are not part of a name, with a straight apostrophe."""
    marks: str = ""
    """Marks behind which any ending is not part of a name; see ``suffixes.py``."""
    titles: frozenset[str] = frozenset()
    """Words that stand before a person's name."""
    locatives: frozenset[str] = frozenset()
    """Words that stand before a place and seldom before anyone or anything else."""
    organisations: frozenset[str] = frozenset()
    """Words that a name of an organisation contains, such as "university"."""
    demonyms: frozenset[str] = frozenset()
    """Words for a country's people or language, normalised, if they are written large."""
    inflects: bool = False
    """Whether endings change names."""
    large_places: int = 50_000
    """Inhabitants from which a city's own name is a place whatever the model said, as are those of
    countries and regions. A model that has seen much of the language tells a town from its team."""


class Engine(Protocol):
    """Finds names in text of one language. Deterministic, and never fails on any text."""

    languages: frozenset[str]
    """Primary subtags (BCP 47) of the languages that it reads."""
    method: str
    """Name and version of the model, as in ``Entity.method``."""
    grammar: Grammar
    confidence: Mapping[EntityType, float]
    """Of its names of each type the share that is right, as far as that was measured."""

    def find(self, text: str) -> list[Span]:
        """The names in this text, in order and without overlap; none crosses a line's end."""
        ...
