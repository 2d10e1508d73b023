from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from topics.records import Article, EntityType
from workers.outcome import Passed
from workers.stages.tag_entities import TagEntities
from workers.stages.tag_entities.confidence import GAZETTEER
from workers.stages.tag_entities.engine import Grammar, Span
from workers.stages.tag_entities.link import Linker
from workers.stages.tag_entities.listed import listed

TEXT = "Gisteren zweeg Willem Qwoxilstra over de Zymbrex Universiteit, de QWX en Utrecht."


def found(
    linker: Linker, text: str, language: str, *known: tuple[str, EntityType]
) -> set[tuple[str, str]]:
    spans = [Span(text.index(name), text.index(name) + len(name), kind) for name, kind in known]
    return {(text[s:e], kind) for s, e, kind in listed(text, language, spans, linker)}


def test_persons_and_organisations_that_lists_vouch_for_are_found(linker: Linker) -> None:
    assert found(linker, TEXT, "nl") == {
        ("Willem Qwoxilstra", "person"),
        ("Zymbrex Universiteit", "organisation"),
    }


def test_what_the_model_said_stays(linker: Linker) -> None:
    known: tuple[tuple[str, EntityType], ...] = ("Qwoxilstra", "other"), ("Zymbrex", "place")
    assert found(linker, TEXT, "nl", *known) == set()


def test_a_script_without_capitals_is_left_to_the_model(linker: Linker) -> None:
    assert found(linker, "昨天王小明在清华大学讲话。", "zh") == set()


class Silent:
    """An engine that finds nothing."""

    languages = frozenset({"nl"})
    grammar = Grammar()
    method = "silent"
    confidence: Mapping[EntityType, float] = MappingProxyType({})

    def find(self, text: str) -> list[Span]:
        return []


def test_the_stage_adds_them_and_says_that_lists_found_them() -> None:
    outcome = TagEntities(engines=(Silent(),))(Article(id="a", text=TEXT, language="nl"))
    assert isinstance(outcome, Passed)
    assert outcome.article.entities
    methods = {entity.name: entity.method for entity in outcome.article.entities}
    assert methods["Willem Qwoxilstra"] == methods["Zymbrex Universiteit"] == GAZETTEER
