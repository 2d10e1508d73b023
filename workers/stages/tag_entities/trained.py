"""Names by the models that ``train.py`` makes; each lies in a folder with its card and licence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from topics.records import EntityType
from workers.stages.tag_entities.backend import Backend
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.english import GRAMMAR as ENGLISH
from workers.stages.tag_entities.ner import Model, Package
from workers.stages.tag_entities.reading import read

FOLDER = Path(__file__).parent / "models"

TYPES: Mapping[str, EntityType] = {
    "PER": "person",
    "ORG": "organisation",
    "LOC": "place",
    "EVENT": "event",
    "DATE": "date",
    "MISC": "other",
}


class TrainedEngine:
    """One of the models, for the languages that it reads well enough."""

    def __init__(self, model: Path, languages: frozenset[str], grammar: Grammar) -> None:
        package = Package(model)
        self.languages = languages
        self.grammar = grammar
        self._backend: Backend = Model(package)
        self.method = f"copydesk-{model.name}/{package.version}"

    def find(self, text: str) -> list[Span]:
        """The names in this text; see ``Engine``."""
        return read(self._backend, text, TYPES)


LEARNT = ("da", "hr", "pt", "sk", "sr", "sv")
"""Languages that the model ``many`` was trained on."""
TRANSFERRED = ("bg", "cs", "es", "fr", "it", "nl", "ru", "uk")
"""Languages that it never saw labelled. Measured, two in five of its names or more are right
in each; in German only one in five, in Polish one in three, and others were not measured."""

SHIPPED: Mapping[str, tuple[frozenset[str], Grammar]] = {
    "en": (frozenset({"en"}), ENGLISH),
    "many": (frozenset({*LEARNT, *TRANSFERRED}), Grammar()),
    "zh": (frozenset({"zh"}), Grammar()),
}
"""The languages that a model in ``FOLDER`` is used for, and what rules behind it need to know."""


def shipped_engines() -> list[TrainedEngine]:
    """The models that lie in ``FOLDER``."""
    return [
        TrainedEngine(FOLDER / name, languages, grammar)
        for name, (languages, grammar) in SHIPPED.items()
    ]
