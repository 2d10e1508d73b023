"""What a record says of the people, organisations and places in an article."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

EntityType = Literal["person", "organisation", "place", "event", "date", "other"]
ENTITY_TYPES: tuple[EntityType, ...] = get_args(EntityType)


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence of an entity; offsets into ``text``."""

    start: int
    end: int
    text: str


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """The place in the world that a place entity names."""

    geonames: int
    latitude: float
    longitude: float
    country: str | None
    """ISO 3166-1 alpha-2."""
    region: str | None = None
    """ISO 3166-2 code of the first-level division; null for a country, and where none is known."""
    region_name: str | None = None
    """GeoNames' name of the first-level division; null for a country."""
    confidence: float | None = None
    """How sure it is that this place and no other of its name is meant, 0 to 1."""
    wikidata: str | None = None


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A person, organisation, place and so on, with all its mentions in the text."""

    id: str
    """Unique within the article: ``e1``, ``e2``, … in order of first mention."""
    type: EntityType
    name: str
    mentions: list[Mention]
    salience: float
    """Share of this entity in what the article is about, 0 to 1."""
    confidence: float
    method: str
    """What found it, with its version: ``model`` names, ``gazetteer``, ``pattern``."""
    link: Link | None = None


class CountryShare(msgspec.Struct, frozen=True, kw_only=True):
    """A country that the article is about."""

    country: str
    """ISO 3166-1 alpha-2."""
    share: float
    """Its share among all countries of the article, 0 to 1."""
