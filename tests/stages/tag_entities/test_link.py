from __future__ import annotations

import re

import pytest

from workers.stages.tag_entities.gazetteer import Gazetteer, Place
from workers.stages.tag_entities.gazetteer_file import CITY, COUNTRY, REGION
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


@pytest.mark.parametrize(
    ("text", "names", "regions"),
    [
        ("Trams in Boston, New York and Chicago", ("Boston", "Chicago"), ["US.MA", "US.IL"]),
        ("Trams in Dallas, Boston, New York", ("Boston",), ["US.MA"]),
        ("A fair in Rochester, New York, drew few", ("Rochester",), ["US.NY"]),
        ("A fair in Rochester, New York", ("Rochester", "New York"), ["US.NY", "US.NY"]),
        ("A fair in Newcastle, New South Wales", ("Newcastle",), ["AU.02"]),
        ("Envoys of Armenia, Colombia and Peru", ("Armenia", "Colombia"), ["", ""]),
        ("Envoys of Armenia, Colombia and the Gambia", ("Armenia", "Colombia"), ["", ""]),
    ],
)
def test_a_comma_in_a_list_says_nothing(
    linker: Linker, text: str, names: tuple[str, ...], regions: list[str]
) -> None:
    assert [place and place.region for place in linked(linker, text, *names)] == regions


def test_the_name_behind_a_town_is_the_region_or_country_that_holds_it(linker: Linker) -> None:
    towns = "Cambridge, Mass.; Albany, New York; Tbilisi, Georgia, and Atlanta, Georgia"
    found = [linked(linker, towns, name) for name in ("Mass", "New York")]
    assert [place.kind for (place,) in found if place] == [CITY]  # alone they mean other places
    names = ("Cambridge", "Mass", "Albany", "New York", "Tbilisi", "Atlanta", "Georgia")
    places = linked(linker, towns, *names)
    assert [place and (place.kind, place.region) for place in places[1::2]] == [
        (REGION, "US.MA"), (REGION, "US.NY"), (COUNTRY, ""), (REGION, "US.GA")
    ]  # fmt: skip


def test_a_name_in_capitals_has_the_sense_of_the_same_in_small_letters(linker: Linker) -> None:
    places = linked(linker, "ATHENS, Ohio — Trams for Athens", "ATHENS", "Athens")
    assert [place and place.region for place in places] == ["US.OH", "US.OH"]
