"""Labels for text that nobody labelled: what teachers and the stage's rules say of it."""

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
from workers.stages.tag_entities.backend import Backend, Name
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.english import GRAMMAR
from workers.stages.tag_entities.english import TYPES as OWN_TYPES
from workers.stages.tag_entities.reading import read, stretches
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
_OF_LABEL: Mapping[str, EntityType] = {"PER": "person", "ORG": "organisation", "LOC": "place"}
_OTHERS = frozenset(TYPES) - set(_OF_LABEL.values())
SOURCES = frozenset({"wcxb", "fundus"})
"""Collections whose texts weights that are shipped may learn from."""
LONGEST = 12_000
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


class Teachers:
    """People, organisations and places of one teacher, and names of other kinds of another."""

    languages = frozenset({"en"})
    grammar = GRAMMAR
    method = "teacher"
    confidence: Mapping[EntityType, float] = MappingProxyType({})

    def __init__(self, first: Backend, other: Teacher) -> None:
        self._first, self._other = first, other

    def find(self, text: str) -> list[Span]:
        """The names in this text; see ``Engine``."""
        spans = [
            Span(start + name.start, start + name.end, _OF_LABEL[name.label])
            for start, piece in stretches(text)
            for name in self._first.names(piece)
        ]
        taken = [range(span.start, span.end) for span in spans]
        others = [
            span
            for span in self._other.find(text)
            if span.type in _OTHERS and not _meets(span.start, span.end, taken)
        ]
        return sorted([*spans, *others])


class _Line(msgspec.Struct):
    text: str
    content: bool


class _Page(msgspec.Struct):
    """A page as lines of which some are the article's, or the article's text."""

    source: str
    id: str = ""
    lines: list[_Line] = []
    text: str = ""


def texts(files: Iterable[Path], language: str) -> Iterator[str]:
    """The articles of this language in files of pages, each page once.

    A file has a JSON object per line, each a page; or is one object of pages by their ids.
    """
    seen: set[str] = set()
    for file in files:
        for page in _pages(file):
            text = page.text or "\n".join(line.text for line in page.lines if line.content)
            text = text[:LONGEST]
            if page.id in seen or page.source not in SOURCES or not text:
                continue
            seen.add(page.id)
            if py3langid.classify(text)[0] == language:
                yield text


def _pages(file: Path) -> Iterator[_Page]:
    content = file.read_bytes()
    if file.suffix == ".jsonl":
        yield from (msgspec.json.decode(line, type=_Page) for line in content.splitlines())
        return
    for name, page in sorted(msgspec.json.decode(content, type=dict[str, _Page]).items()):
        page.id = name
        yield page


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
                if name.label not in LABELS and not _meets(name.start, name.end, taken)
            ]
            known[one.text] = Tagged(one.text, tuple(sorted([*one.names, *others])))
        yield known[one.text]


def _meets(start: int, end: int, taken: Iterable[range]) -> bool:
    return any(start < span.stop and span.start < end for span in taken)


def _names(stage: Stage, language: str, text: str) -> list[NamedSpan]:
    outcome = stage(Article(id="", text=text, language=language))
    if not isinstance(outcome, Passed) or outcome.article.entities is UNSET:
        return []
    return sorted(
        NamedSpan(mention.start, mention.end, TYPES[entity.type])
        for entity in outcome.article.entities
        for mention in entity.mentions
    )
