from __future__ import annotations

import pytest

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
