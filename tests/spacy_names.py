"""spaCy itself, in the way the engine stands in for it: what its results and speed are held to."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from workers.stages.tag_entities.backend import Name

UNUSED = ("tok2vec", "tagger", "parser", "lemmatizer", "attribute_ruler", "senter")
KEPT = 500_000
"""Characters of the first texts whose words stay in the vocabulary."""


class Read(NamedTuple):
    """A text's tokens (start, end, norm) and names."""

    tokens: list[tuple[int, int, str]]
    names: list[Name]


class SpacyNames:
    """A pipeline's named-entity component, told that lines end sentences.

    Words first seen later than in the first texts are forgotten with their text, as a service must
    that reads an endless stream; to keep all of them would make spaCy faster at first, and then
    fill the memory.
    """

    def __init__(self, package: str | Path) -> None:
        self.pipeline: Language = spacy.load(package, exclude=UNUSED)
        self._to_keep = KEPT

    def names(self, text: str) -> list[Name]:
        """The names in this text."""
        return self.read(text).names

    def read(self, text: str, tokens: bool = False) -> Read:
        """The names in this text; its tokens if they are asked for."""
        keep = self._to_keep > 0
        self._to_keep -= len(text)
        with nullcontext() if keep else self.pipeline.memory_zone():
            document: Doc = self.pipeline.make_doc(text)
            found = []
            if tokens:
                found = [(token.idx, token.idx + len(token), token.norm_) for token in document]
            line_ended = False
            for token in document:
                if line_ended:
                    token.is_sent_start = True
                line_ended = "\n" in token.text
            for _, component in self.pipeline.pipeline:
                document = component(document)
            names = [Name(e.start_char, e.end_char, e.label_) for e in document.ents]
            return Read(found, names)
