"""Names by the models that ``train.py`` makes; each lies in a folder with its card and licence."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path

from topics.records import EntityType
from workers.stages.tag_entities.backend import Backend
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.grammars import grammar
from workers.stages.tag_entities.lengthen import lengthened
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
    """One of the models, for a language that it reads well enough."""

    def __init__(
        self, backend: Backend, method: str, language: str, right: Mapping[str, float]
    ) -> None:
        self.languages = frozenset({language})
        self.confidence: Mapping[EntityType, float] = {
            TYPES[label]: share for label, share in right.items()
        }
        """Of the model's names of each type the share that is right, as far as measured."""
        self.grammar = grammar(language)
        self.method = method
        self._backend = backend

    def find(self, text: str) -> list[Span]:
        """The names in this text; see ``Engine``."""
        spans = read(self._backend, text, TYPES)
        return lengthened(text, spans) if "zh" in self.languages else spans


LEARNT = ("da", "hr", "sk", "sr", "sv")
"""Languages that the model ``many`` was trained on, but for those with a model of their own."""
TRANSFERRED = ("bg", "cs", "es", "fr", "it", "nl", "pl", "ru", "uk")
"""Languages of which it saw only rewritten sentences. Measured, two in five of its names or more
are right in each; in German and Arabic fewer, and others were not measured."""

SHIPPED: Mapping[str, tuple[str, ...]] = {
    "en": ("en",),
    "many": (*LEARNT, *TRANSFERRED),
    "pt": ("pt",),
    "zh": ("zh",),
}
"""The languages that a model in ``FOLDER`` is used for.

Whether a language is better off alone was measured: F1 on development parts by ``many`` and by a
model of its own is .67 and .72 in Portuguese, .69 and .71 in Danish, .57 and .51 in Swedish
(``python -m tests.benchmarks.joint``). Each takes 6 MB on disk and 7 MB of memory. Portuguese gains
as much on other texts; for the others, and for the languages that have no labelled text, one model
stays.
"""


def shipped_engines(but: Container[str] = ()) -> list[TrainedEngine]:
    """The models that lie in ``FOLDER``, by language, without some; those of one model share it."""
    engines = []
    for name, all_languages in SHIPPED.items():
        languages = [language for language in all_languages if language not in but]
        if not languages:
            continue
        package = Package(FOLDER / name)
        model = Model(package)
        method = f"copydesk-{name}/{package.version}"
        right = package.unpacked("confidence.json")
        engines += [
            TrainedEngine(model, method, language, right.get(language, right.get("*", {})))
            for language in languages
        ]
    return engines
