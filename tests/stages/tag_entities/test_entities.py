from __future__ import annotations

import re

import pytest

from topics.records import Entity, EntityType
from workers.stages.tag_entities.confidence import GAZETTEER, UNLINKED, Confidence
from workers.stages.tag_entities.entities import Found, join
from workers.stages.tag_entities.gazetteer import Gazetteer, Place
from workers.stages.tag_entities.same_name import persons

MEASURED = Confidence(
    model={"person": 0.8, "place": 0.9, UNLINKED: 0.2}, lists={"person": 0.6, "place": 0.7}
)


def joined(
    text: str,
    names: dict[str, EntityType],
    *,
    places: dict[str, Place] | None = None,
    headline: str | None = None,
    inflects: bool = False,
    method: str = "test/1",
) -> list[Entity]:
    found: list[Found] = []
    for name, kind in sorted(names.items(), key=lambda item: -len(item[0])):
        for match in re.finditer(re.escape(name), text):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                place = (places or {}).get(name)
                found.append(Found(match.start(), match.end(), kind, method, place))
    return join(text, found, headline, confidence=MEASURED, inflects=inflects)


def test_a_surname_joins_the_only_full_name() -> None:
    text = "Ms Orlova spoke. Vera Orlova left."
    (entity,) = joined(text, {"Vera Orlova": "person", "Orlova": "person"})
    assert entity.name == "Vera Orlova"
    assert [mention.text for mention in entity.mentions] == ["Orlova", "Vera Orlova"]


def test_a_surname_of_two_people_stays_apart() -> None:
    text = "Vera Orlova met Anna Orlova. Orlova spoke."
    names: dict[str, EntityType] = dict.fromkeys(("Vera Orlova", "Anna Orlova", "Orlova"), "person")
    assert [entity.name for entity in joined(text, names)] == [
        "Vera Orlova",
        "Anna Orlova",
        "Orlova",
    ]


def test_names_of_different_types_stay_apart() -> None:
    found = [Found(0, 3, "person", "m", None), Found(4, 7, "organisation", "m", None)]
    assert len(join("Fox Fox", found, None, confidence=MEASURED)) == 2


def test_names_of_one_place_join(gazetteer: Gazetteer) -> None:
    place = gazetteer.find("U.S.")[0]
    text = "The U.S. and the United States"
    (entity,) = joined(
        text,
        {"U.S.": "place", "United States": "place"},
        places={"U.S.": place, "United States": place},
    )
    assert len(entity.mentions) == 2
    assert entity.link
    assert (entity.link.country, entity.link.wikidata) == ("US", None)


def test_ids_follow_the_order_of_first_mention() -> None:
    text = "Bora, then Cela, then Bora, then Ada"
    entities = joined(text, {"Ada": "person", "Bora": "person", "Cela": "person"})
    assert [(entity.id, entity.name) for entity in entities] == [
        ("e1", "Bora"),
        ("e2", "Cela"),
        ("e3", "Ada"),
    ]


def test_salience_prefers_the_frequent_the_early_and_the_headline() -> None:
    text = "Bora, Cela, Ada, Bora"
    names: dict[str, EntityType] = dict.fromkeys(("Ada", "Bora", "Cela"), "person")
    share = {entity.name: entity.salience for entity in joined(text, names)}
    assert share["Bora"] > share["Cela"] > share["Ada"]
    assert abs(sum(share.values()) - 1) < 0.001
    headlined = {e.name: e.salience for e in joined(text, names, headline="Ada, the winner")}
    assert headlined["Ada"] > share["Ada"]


def test_a_date_has_no_share_in_what_the_article_is_about() -> None:
    (entity,) = joined("2014", {"2014": "date"})
    assert entity.salience == 0


def people(text: str, *names: str, inflects: bool = False) -> list[tuple[str, int]]:
    given: dict[str, EntityType] = dict.fromkeys(names, "person")
    return [(e.name, len(e.mentions)) for e in joined(text, given, inflects=inflects)]


def test_short_forms_of_one_person_join() -> None:
    text = "Vera Maria Orlova, V. Orlova, Vera Orlova, Vera and Orlova."
    names = ("Vera Maria Orlova", "V. Orlova", "Vera Orlova", "Vera", "Orlova")
    assert people(text, *names) == [("Vera Maria Orlova", 5)]


def test_a_form_that_two_people_bear_is_nobodys() -> None:
    text = "Vera Orlova, Viktor Orlova, V. Orlova, Orlova, Vera."
    names = ("Vera Orlova", "Viktor Orlova", "V. Orlova", "Orlova", "Vera")
    assert people(text, *names) == [
        ("Vera Orlova", 2),
        ("Viktor Orlova", 1),
        ("V. Orlova", 1),
        ("Orlova", 1),
    ]


def test_inflected_forms_join_where_the_language_has_them() -> None:
    text = "Donald Qwoxilski, Donalda Qwoxilskiego, z Donaldem Qwoxilskim, o Qwoxilskim"
    names = ("Donald Qwoxilski", "Donalda Qwoxilskiego", "Donaldem Qwoxilskim", "Qwoxilskim")
    assert len(people(text, *names, inflects=True)) == 1
    assert len(people(text, *names)) > 1
    text = "Petr Qwoxil, Petra Qwoxilová"
    assert len(people(text, "Petr Qwoxil", "Petra Qwoxilová", inflects=True)) == 2


def firms(text: str, *names: str) -> list[tuple[str, int]]:
    given: dict[str, EntityType] = dict.fromkeys(names, "organisation")
    return [(e.name, len(e.mentions)) for e in joined(text, given)]


def test_an_acronym_in_brackets_joins_what_it_stands_for() -> None:
    text = "Global Hazel Trust (GHT) met. GHT said."
    assert firms(text, "Global Hazel Trust", "GHT") == [("Global Hazel Trust", 3)]
    text = "OMZ (World Office of Wells) met. OMZ said."
    assert firms(text, "World Office of Wells", "OMZ") == [("World Office of Wells", 3)]
    assert len(firms("Hazel Trust and then OMZ", "Hazel Trust", "OMZ")) == 2


def test_initials_of_the_only_such_name_join_without_brackets() -> None:
    text = "Global Hazel Trust met. GHT said."
    assert firms(text, "Global Hazel Trust", "GHT") == [("Global Hazel Trust", 2)]
    text += " Grand Hill Tower, too."
    assert len(firms(text, "Global Hazel Trust", "GHT", "Grand Hill Tower")) == 3


def test_a_legal_form_makes_no_other_organisation() -> None:
    assert firms("Zymbrex Energy Ltd. Zymbrex Energy.", "Zymbrex Energy Ltd", "Zymbrex Energy") == [
        ("Zymbrex Energy Ltd", 2)
    ]


def test_confidence_grows_with_agreeing_mentions_and_never_falls() -> None:
    names: dict[str, EntityType] = {"Bora": "person"}
    values = [joined("Bora. " * count, names)[0].confidence for count in range(1, 8)]
    assert values == sorted(values)
    assert values[0] < values[1] < 1
    low = joined("Bora.", names, method=GAZETTEER)[0].confidence
    assert low < values[0]


def test_the_method_is_that_of_the_best_mention() -> None:
    found = [
        Found(0, 4, "person", GAZETTEER, None),
        Found(5, 9, "person", "model/1", None),
    ]
    assert join("Bora Bora", found, None, confidence=MEASURED)[0].method == "model/1"
    lists = Confidence(model={"person": 0.4}, lists={"person": 0.6})
    assert join("Bora Bora", found, None, confidence=lists)[0].method == GAZETTEER


def test_a_linked_place_is_more_certain_than_another(gazetteer: Gazetteer) -> None:
    def told(place: Place | None) -> float:
        found = [Found(0, 5, "place", "model/1", place)]
        return join("Paris", found, None, confidence=MEASURED)[0].confidence

    assert told(gazetteer.find("Paris")[0]) == 0.9
    assert told(None) == 0.2


def forms(*names: str) -> dict[str, str]:
    return persons([name.casefold().replace(".", "") for name in names], inflects=False)


def test_a_family_name_of_several_words_joins_the_full_name() -> None:
    assert forms("Lotte van Zanten", "Van Zanten", "Rosa María Vega Luna", "Vega Luna") == {
        "van zanten": "lotte van zanten",
        "vega luna": "rosa maría vega luna",
    }


def test_a_name_between_others_joins_where_nobody_else_is_called_so() -> None:
    assert forms("Ana Inês Lobo da Costa", "Lobo") == {"lobo": "ana inês lobo da costa"}
    assert forms("Ana Inês Lobo da Costa", "Rui Lobo", "Lobo") == {"lobo": "rui lobo"}
    assert forms("Ana Lobo da Costa", "Eva Lobo da Silva", "Lobo") == {}


def test_who_is_called_junior_is_another_with_the_same_family_name() -> None:
    assert forms("Max F. Orloff Jr.", "Orloff") == {"orloff": "max f orloff jr"}
    assert forms("Max F. Orloff Jr.", "Orloff Jr.", "Ada Orloff", "Orloff") == {
        "orloff jr": "max f orloff jr"
    }
    assert forms("Max Orloff", "Max Orloff Jr.") == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The United Rivers met. UR waits.", ("United Rivers", "UR")),
        ("L'Union fluviale siège. L'UF attend.", ("Union fluviale", "UF")),
        ("El Banco Central del Río calla. BCR dice.", ("Banco Central del Río", "BCR")),
    ],
)
def test_initials_stand_for_the_only_organisation_that_has_them(
    text: str, names: tuple[str, str]
) -> None:
    (entity,) = joined(text, dict.fromkeys(names, "organisation"))
    assert entity.name == names[0]


def test_initials_of_two_organisations_are_nobody_s() -> None:
    text = "The United Rivers and the Upper Region met. UR waits."
    names: dict[str, EntityType] = dict.fromkeys(
        ("United Rivers", "Upper Region", "UR"), "organisation"
    )
    assert len(joined(text, names)) == 3
