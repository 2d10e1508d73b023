from __future__ import annotations

import re

from topics.records import Entity, EntityType
from workers.stages.tag_entities.entities import Found, join
from workers.stages.tag_entities.gazetteer import Gazetteer, Place


def joined(
    text: str,
    names: dict[str, EntityType],
    *,
    places: dict[str, Place] | None = None,
    headline: str | None = None,
) -> list[Entity]:
    found: list[Found] = []
    for name, kind in sorted(names.items(), key=lambda item: -len(item[0])):
        for match in re.finditer(re.escape(name), text):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                place = (places or {}).get(name)
                found.append(Found(match.start(), match.end(), kind, "test/1", place))
    return join(text, found, headline)


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
    assert len(join("Fox Fox", found, None)) == 2


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
