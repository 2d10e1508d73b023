from __future__ import annotations

import re

import pytest

from topics.records import EntityType
from workers.stages.tag_entities.articles import without_articles
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.gazetteer import Gazetteer
from workers.stages.tag_entities.link import Linker


@pytest.mark.parametrize(
    ("language", "text", "given", "kind", "bare"),
    [
        ("fr", "Il a visité l'Ukraine.", "l'Ukraine", "organisation", "Ukraine"),
        ("fr", "L'Iran répond.", "L'Iran", "person", "Iran"),
        ("fr", "La Russie et la Chine", "La Russie", "person", "Russie"),
        ("it", "Il capo dell’Ucraina", "dell’Ucraina", "place", "Ucraina"),
        ("fr", "Selon l’Agence fluviale", "l’Agence fluviale", "organisation", "Agence fluviale"),
        ("es", "La India y la China", "La India", "place", "India"),
    ],
)
def test_an_article_goes(
    gazetteer: Gazetteer, language: str, text: str, given: str, kind: EntityType, bare: str
) -> None:
    span = Span(text.index(given), text.index(given) + len(given), kind)
    (found,) = without_articles(text, [span], Linker(gazetteer, language))
    assert (text[found.start : found.end], found.type) == (bare, kind)


@pytest.mark.parametrize(
    ("language", "text", "given", "kind"),
    [
        ("fr", "Ainsi parla d'Artagnan.", "d'Artagnan", "person"),
        ("fr", "L'Oréal et L'Équipe", "L'Oréal", "organisation"),
        ("fr", "Air France vole.", "Air France", "organisation"),
        ("it", "L'Aquila e l'aria", "L'Aquila", "place"),
        ("es", "La Paz y la guerra", "La Paz", "place"),
        ("es", "El Salvador y el mar", "El Salvador", "place"),
        ("en", "North Korea waits.", "North Korea", "place"),
        ("en", "Don O'Brien waits.", "Don O'Brien", "person"),
    ],
)
def test_what_belongs_to_a_name_stays(
    gazetteer: Gazetteer, language: str, text: str, given: str, kind: EntityType
) -> None:
    assert re.search(re.escape(given), text)
    span = Span(text.index(given), text.index(given) + len(given), kind)
    assert without_articles(text, [span], Linker(gazetteer, language)) == [span]
