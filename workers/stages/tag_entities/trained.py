"""Names by the models that ``train.py`` makes; each lies in a folder with its card and licence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

from topics.records import EntityType
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.english import GRAMMAR as ENGLISH
from workers.stages.tag_entities.english import KEPT, pieces

FOLDER = Path(__file__).parent / "models"

TYPES: Mapping[str, EntityType] = {
    "PER": "person",
    "ORG": "organisation",
    "LOC": "place",
    "EVENT": "event",
    "DATE": "date",
    "MISC": "other",
}

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ENDLESS = re.compile(r"[^\s\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]{200,}")
"""No words but data, on which the tokenizer's time is quadratic; Chinese has no spaces."""


class TrainedEngine:
    """One of the models, run by spaCy."""

    def __init__(self, model: Path, languages: frozenset[str], grammar: Grammar) -> None:
        import spacy  # here, because the import takes seconds and other stages do not need it

        self.languages = languages
        self.grammar = grammar
        self._nlp = spacy.load(model)
        self._to_keep = KEPT
        self.method = f"copydesk-{model.name}/{self._nlp.meta['version']}"

    def find(self, text: str) -> list[Span]:
        """The names in this text; see ``Engine``."""
        readable = _SURROGATE.sub("\ufffd", text)
        readable = _ENDLESS.sub(lambda match: " " * len(match[0]), readable)
        return [
            Span(start + span.start, start + span.end, span.type)
            for start, end in pieces(readable)
            for span in self._find(readable[start:end])
        ]

    def _find(self, text: str) -> list[Span]:
        if not text.strip():
            return []
        keep = self._to_keep > 0
        self._to_keep -= len(text)
        with nullcontext() if keep else self._nlp.memory_zone():
            document = self._nlp.make_doc(text)
            line_ended = False
            for token in document:
                if line_ended:
                    token.is_sent_start = True  # the model never carries a name across
                line_ended = "\n" in token.text
            for _, component in self._nlp.pipeline:
                document = component(document)
            return [
                Span(name.start_char, name.end_char, TYPES[name.label_]) for name in document.ents
            ]


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
