from __future__ import annotations

import re

import pytest

from workers.stages.tag_entities.gazetteer import Gazetteer, Place
from workers.stages.tag_entities.link import Linker, Name


def linked(linker: Linker, text: str, *names: str) -> list[Place | None]:
    spans = sorted(
        Name(match.start(), match.end())
        for name in dict.fromkeys(names)
        for match in re.finditer(rf"\b{re.escape(name)}", text)
    )
    return linker.link(text, spans)


def country(place: Place | None) -> str | None:
    return place and place.country


def test_without_context_the_largest_town_is_meant(linker: Linker) -> None:
    assert country(linked(linker, "A fair in Paris", "Paris")[0]) == "FR"


def test_a_state_behind_a_comma_decides(linker: Linker) -> None:
    place = linked(linker, "A fair in Paris, Ky., drew crowds", "Paris")[0]
    assert place
    assert place.region == "US.KY"


def test_a_country_behind_a_comma_decides(linker: Linker) -> None:
    place = linked(linker, "A fair in Cambridge, New Zealand", "Cambridge")[0]
    assert country(place) == "NZ"


def test_a_name_keeps_the_sense_that_its_state_gave_it(linker: Linker) -> None:
    text = "Springfield, Ore., voted. In Springfield all went well. Springfield, Mo., votes later."
    places = linked(linker, text, "Springfield")
    assert [place and place.region for place in places] == ["US.OR", "US.OR", "US.MO"]


def test_countries_named_in_the_article_count(linker: Linker) -> None:
    names = ("Ontario", "Toronto", "Ottawa", "Canada", "London")
    text = "Ontario, Toronto, Ottawa and other towns of Canada. Trams of London"
    assert country(linked(linker, text, *names)[-1]) in ("CA", None)


def test_equals_in_different_places_are_left_unlinked(linker: Linker) -> None:
    assert linked(linker, "The fair of Greenville", "Greenville")[0] is None


@pytest.mark.parametrize("name", ["us", "Us", "or", "in", "Zzyzzq", "me"])
def test_ordinary_words_are_no_places(linker: Linker, name: str) -> None:
    assert linker.candidates(name) == ()


def test_a_country_is_linked_as_a_country(linker: Linker) -> None:
    place = linked(linker, "Ships from the UK", "UK")[0]
    assert place
    assert place.label == "United Kingdom"
    assert place.region == ""


def test_a_continent_has_no_country(linker: Linker) -> None:
    place = linked(linker, "Ships from Africa", "Africa")[0]
    assert place
    assert place.country is None


def test_a_name_of_a_country_and_of_a_state_does_not_vouch_for_itself(linker: Linker) -> None:
    names = ("Georgia", "Atlanta", "Savannah", "Tbilisi")
    state = linked(linker, "Georgia votes. In Atlanta and Savannah, Georgia wins. Georgia", *names)
    assert {country(place) for place in state} == {"US"}
    land = linked(linker, "Georgia votes. In Tbilisi, Georgia’s capital, many came.", *names)
    assert {country(place) for place in land} == {"GE"}


def test_a_city_keeps_its_own_name_from_a_country_that_others_call_so(
    gazetteer: Gazetteer,
) -> None:
    portuguese = Linker(gazetteer, "pt")
    names = ("Salvador", "Bahia", "Brasil")
    found = linked(portuguese, "Em Salvador, na Bahia, chove. O Brasil espera.", *names)
    assert [country(place) for place in found] == ["BR", "BR", "BR"]
    assert country(linked(portuguese, "Ele viajou para El Salvador", "El Salvador")[0]) == "SV"
    assert country(linked(Linker(gazetteer, "en"), "Made in Kroatien", "Kroatien")[0]) == "HR"
