"""Labels of a stage's own for text that nobody labelled: what its model and its rules agree on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec
import py3langid
import spacy
from msgspec import UNSET

from topics.records import Article, EntityType
from workers.outcome import Passed
from workers.stage import Stage
from workers.stages.tag_entities.backend import Name
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.english import GRAMMAR
from workers.stages.tag_entities.english import TYPES as OWN_TYPES
from workers.stages.tag_entities.reading import read
from workers.stages.tag_entities.training.corpus import LABELS, NamedSpan, Tagged

_NOT_NEEDED = ["tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
TYPES = {
    "person": "PER",
    "organisation": "ORG",
    "place": "LOC",
    "event": "EVENT",
    "date": "DATE",
    "other": "MISC",
}
SOURCES = frozenset({"wcxb", "fundus"})
"""Collections whose texts weights that are shipped may learn from."""
LONGEST = 4_000
"""Characters of one text that are read, so that no site outweighs the others."""


class Teacher:
    """The names of a spaCy pipeline that labels as OntoNotes does, word vectors and all."""

    languages = frozenset({"en"})
    grammar = GRAMMAR
    method = "teacher"
    confidence: Mapping[EntityType, float] = MappingProxyType({})

    def __init__(self, pipeline: str | Path) -> None:
        self._pipeline = spacy.load(pipeline, exclude=_NOT_NEEDED)

    def find(self, text: str) -> list[Span]:
        """The names in this text; see ``Engine``."""
        return read(self, text, OWN_TYPES)

    def names(self, text: str) -> list[Name]:
        """The names in this text; see ``Backend``."""
        document = self._pipeline.make_doc(text)
        line_ended = False
        for token in document:
            if line_ended:
                token.is_sent_start = True  # no name goes on in the next line
            line_ended = "\n" in token.text
        for _, component in self._pipeline.pipeline:
            document = component(document)
        return [Name(span.start_char, span.end_char, span.label_) for span in document.ents]


class _Line(msgspec.Struct):
    text: str
    content: bool


class _Page(msgspec.Struct):
    source: str
    lines: list[_Line]


def texts(path: Path, language: str) -> Iterator[str]:
    """The articles of this language in a file of pages, one JSON object per line."""
    for line in path.read_bytes().splitlines():
        page = msgspec.json.decode(line, type=_Page)
        text = "\n".join(line.text for line in page.lines if line.content)[:LONGEST]
        if page.source in SOURCES and text and py3langid.classify(text)[0] == language:
            yield text


def labelled(stage: Stage, language: str, articles: Iterable[str]) -> Iterator[Tagged]:
    """The lines of these articles with the names that the stage finds when it reads all of it."""
    for text in articles:
        names = _names(stage, language, text)
        start = 0
        for line in text.split("\n"):
            end = start + len(line)
            inside = [name for name in names if start <= name.start and name.end <= end]
            if line.strip():
                yield Tagged(
                    line,
                    tuple(NamedSpan(a - start, b - start, label) for a, b, label in inside),
                )
            start = end + 1


def completed(stage: Stage, language: str, tagged: Iterable[Tagged]) -> Iterator[Tagged]:
    """The same sentences, with the stage's names of kinds that the corpora do not label."""
    known: dict[str, Tagged] = {}
    for one in tagged:
        if one.text not in known:
            taken = [range(start, end) for start, end, _ in one.names]
            others = [
                name
                for name in _names(stage, language, one.text)
                if name.label not in LABELS
                and not any(name.start < span.stop and span.start < name.end for span in taken)
            ]
            known[one.text] = Tagged(one.text, tuple(sorted([*one.names, *others])))
        yield known[one.text]


def _names(stage: Stage, language: str, text: str) -> list[NamedSpan]:
    outcome = stage(Article(id="", text=text, language=language))
    if not isinstance(outcome, Passed) or outcome.article.entities is UNSET:
        return []
    return sorted(
        NamedSpan(mention.start, mention.end, TYPES[entity.type])
        for entity in outcome.article.entities
        for mention in entity.mentions
    )
