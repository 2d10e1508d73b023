"""What a record says of places: the link of each, and the countries of the whole article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from topics.records import CountryShare, Entity, Link
from workers.stages.tag_entities.gazetteer import Place

OF_DEMONYM = 0.3
"""What the name of a people or language counts for its country, beside a place in it."""
LEAST = 0.005
"""Share below which a country is left out: it would be rounded to nothing."""


def link_of(place: Place) -> Link:
    """What a record says of a linked place."""
    return Link(
        geonames=place.geonames,
        latitude=place.latitude,
        longitude=place.longitude,
        country=place.country,
        region=place.iso,
        region_name=place.region_name,
        confidence=place.confidence,
    )


def countries(
    entities: Iterable[Entity], demonym: Callable[[str], str | None]
) -> list[CountryShare]:
    """The countries that an article is about, by the salience of the places in them."""
    weights: dict[str, float] = defaultdict(float)
    for entity in entities:
        if entity.link and entity.link.country:
            weights[entity.link.country] += entity.salience
        elif entity.type == "other" and (country := demonym(entity.name)):
            weights[country] += entity.salience * OF_DEMONYM
    total = sum(weights.values()) or 1.0
    shares = {country: weight / total for country, weight in weights.items()}
    return [
        CountryShare(country=country, share=round(share, 4))
        for country, share in sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
        if share >= LEAST
    ]
