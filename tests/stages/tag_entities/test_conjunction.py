from __future__ import annotations

import pytest

from topics.records import EntityType
from workers.stages.tag_entities.conjunction import apart
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.gazetteer import Gazetteer
from workers.stages.tag_entities.link import Linker


@pytest.mark.parametrize(
    ("language", "name", "names"),
    [
        ("es", "Montevideo y Asunción", ["Montevideo", "Asunción"]),
        ("en", "Oslo and Bergen", ["Oslo", "Bergen"]),
        ("cs", "Brno a Ostrava", ["Brno", "Ostrava"]),
        ("en", "Trinidad and Tobago", ["Trinidad and Tobago"]),
        ("en", "Qworl and Bergen", ["Qworl and Bergen"]),
        ("xx", "Oslo and Bergen", ["Oslo and Bergen"]),
    ],
)
def test_two_known_places_are_two(
    gazetteer: Gazetteer, language: str, name: str, names: list[str]
) -> None:
    found = apart(name, [Span(0, len(name), "place")], language, Linker(gazetteer, language))
    assert [name[span.start : span.end] for span in found] == names
    assert {span.type for span in found} == {"place"}


@pytest.mark.parametrize(
    ("text", "name", "kind", "found"),
    [
        ("La Habana y El Salvador", "La Habana y El Salvador", "person", "place"),
        ("Ada Vega, Eva Luna. Vega y Luna", "Vega y Luna", "person", "person"),
        ("Ada Vega, Eva Luna. Vega y Luna", "Vega y Luna", "organisation", "person"),
        ("Ada Vega y Eva Luna", "Ada Vega y Eva Luna", "person", "person"),
        ("Vega y Luna", "Vega y Luna", "person", None),
        ("Ada Vega y Luna", "Ada Vega y Luna", "person", None),
        ("Bosnia y Herzegovina", "Bosnia y Herzegovina", "organisation", None),
        ("Banco Vega y Caja Luna", "Banco Vega y Caja Luna", "organisation", None),
    ],
)
def test_two_names_of_any_type_are_two_by_what_is_known_of_both(
    gazetteer: Gazetteer, text: str, name: str, kind: EntityType, found: EntityType | None
) -> None:
    people = [
        Span(at, at + len(person), "person")
        for person in ("Ada Vega", "Eva Luna")
        if 0 <= (at := text.find(person)) < text.find(name)
    ]
    whole = Span(text.rfind(name), text.rfind(name) + len(name), kind)
    parts = apart(text, [*people, whole], "es", Linker(gazetteer, "es"))[len(people) :]
    names = [name] if found is None else name.split(" y ")
    assert [text[span.start : span.end] for span in parts] == names
    assert {span.type for span in parts} == {found or kind}
