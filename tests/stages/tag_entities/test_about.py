from __future__ import annotations

from topics.records import CountryShare, Entity, EntityType, Link
from workers.stages.tag_entities.about import countries


def entity(
    salience: float, country: str | None = None, kind: EntityType = "place", name: str = "A"
) -> Entity:
    link = country and Link(geonames=1, latitude=0.0, longitude=0.0, country=country)
    return Entity(
        id="e1",
        type=kind,
        name=name,
        mentions=[],
        salience=salience,
        confidence=0.5,
        method="gazetteer",
        link=link or None,
    )


def nobody(name: str) -> None:
    return None


def test_countries_share_the_salience_of_their_places() -> None:
    given = [entity(0.2, "UA"), entity(0.3), entity(0.1, "UA"), entity(0.1, "DE")]
    assert countries(given, nobody) == [
        CountryShare(country="UA", share=0.75),
        CountryShare(country="DE", share=0.25),
    ]


def test_a_demonym_counts_less_than_a_place() -> None:
    given = [entity(0.3, "DE"), entity(0.3, kind="other", name="Ukrainian")]
    found = countries(given, lambda name: "UA" if name == "Ukrainian" else None)
    assert [share.country for share in found] == ["DE", "UA"]
    assert found[1].share < 0.25


def test_without_places_there_is_no_country() -> None:
    assert countries([entity(0.5), entity(0.5, kind="person")], nobody) == []
