"""Scores what a place's name may mean by the other places that the article names.

The score of a candidate is the logarithm of its population, plus what its own name, the state or
country named behind it, the countries and regions named elsewhere in the article, places nearby and
the article's own country add. Only a country's name speaks for what it may mean itself too. The
weights were chosen on news with marked places.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from workers.stages.tag_entities.gazetteer import Place
from workers.stages.tag_entities.gazetteer_file import CITY, CONTINENT, COUNTRY, DISTRICT, REGION

OWN_NAME = 0.4
OF_KIND = {COUNTRY: 3.0, CONTINENT: 3.0}
CAPITAL = 1.5
SAME_COUNTRY = 2.0
SAME_REGION = 2.0
COUNTRY_BEHIND = 4.0
REGION_BEHIND = 5.0
NEARBY = 2.0
"""What places that are surely meant and lie within ``NEARBY_KM`` add, as a share of them all."""
NEARBY_KM = 150.0
SOURCE_COUNTRY = 1.0
"""What the country of the article's address adds."""
LANGUAGE_HOME = 0.1
"""What the country that the article's language is first thought of with adds."""
INFLECTED = -1.0
"""A name that was found only by undoing an ending must be ten times as large."""
ONLY_HERE = 0.7
"""What a name counts for its country if all places of that name lie there."""
NOWHERE = 4.0
"""What a place that no gazetteer knows would score: news names regions, seas and hamlets too."""
PART = 0.1
"""Share of a town's inhabitants from which a part of it keeps its own name for itself."""
MARGIN = 0.15
"""By how much the best candidate must beat one that lies elsewhere."""
NEAR_DEGREES = 1.0
"""Candidates this close are the same place to the margin: a town and its district."""
LEAST = 1e-6
"""Less than any name says; what stays of a sum of such numbers without them."""
SURE = 1.0
"""Margin from which a place counts as a neighbour of others."""

NOBODY = ("", "", 0.0)


class Candidate(NamedTuple):
    """A place that a name may mean."""

    place: Place
    inflected: bool = False
    """Whether an ending had to be undone to find it."""


class Voice(NamedTuple):
    """What a name says of the country and region that the article is about, and how loud."""

    country: str
    region: str
    weight: float


class Context(NamedTuple):
    """What an article says of the places in it."""

    countries: Mapping[str, float]
    """How loud all names speak for each country; under "" for all of them."""
    regions: Mapping[str, float]
    voices: Mapping[Sequence[Candidate], Voice]
    """What a name of these candidates says, wherever it stands; it is not told that itself."""
    source: str | None = None
    """The country that the article comes from."""
    home: str | None = None
    """The country of the article's language."""
    sure: tuple[Place, ...] = ()
    """Places that are meant for sure, countries and continents aside."""


class Best(NamedTuple):
    """The likeliest candidate."""

    place: Place
    margin: float
    """By how much it beats the next that lies elsewhere, be it ``NOWHERE``."""


def context(
    found: Iterable[Sequence[Candidate]], source: str | None = None, home: str | None = None
) -> Context:
    """How often the names speak for each country and region."""
    countries: dict[str, float] = defaultdict(float)
    regions: dict[str, float] = defaultdict(float)
    voices: dict[Sequence[Candidate], Voice] = {}
    for candidates, times in Counter(found).items():
        places = [candidate.place for candidate in candidates]
        country, region, weight = voice = _voice(places)
        if not any(place.kind == COUNTRY for place in places):
            voices[candidates] = voice._replace(weight=weight * times)
        for key in ("", country) if country else ():
            countries[key] += weight * times
        for key in ("", region) if region else ():
            regions[key] += weight * times
    return Context(countries, regions, voices, source, home)


def _voice(places: Sequence[Place]) -> Voice:
    country = next((place for place in places if place.kind == COUNTRY), None)
    if country:
        return Voice(country.country or "", "", 1.0) if _clear(country, places) else Voice(*NOBODY)
    region = next((place for place in places if _speaks(place, places)), None)
    if region:
        return Voice(region.country or "", region.region, 1.0)
    if len({place.country for place in places}) != 1:
        return Voice(*NOBODY)
    only = places[0].region if len({place.region for place in places}) == 1 else ""
    return Voice(places[0].country or "", only, ONLY_HERE)


def _clear(country: Place, places: Sequence[Place]) -> bool:
    """Whether a name that may mean a country says so by itself.

    It does not where it is also a foreign region's own name ("Georgia"): it would vouch for itself,
    however often it means the region. Nor where it is only another language's name for the country
    and a place's own name ("Salvador").
    """
    if _is_called_so(country):
        return not any(
            place.kind == REGION and place.primary and place.country != country.country
            for place in places
        )
    return not any(place.primary for place in places)


def _is_called_so(place: Place) -> bool:
    """Whether a name is a place's own, as the article's language has it."""
    return place.primary or place.abbreviation


def _speaks(place: Place, places: Sequence[Place]) -> bool:
    """Whether a name's region is what the name says: its own name, or nothing else has it."""
    return place.kind == REGION and (place.primary or len({other.region for other in places}) == 1)


def _share(counts: Mapping[str, float], key: str, own: str, weight: float) -> float:
    """The share of what other names say that speaks for a country or region."""
    weight = weight if own else 0.0
    rest = counts.get("", 0.0) - weight
    said = counts.get(key, 0.0) - (weight if key == own else 0.0)
    return said / rest if key and rest > LEAST else 0.0


def best(candidates: Sequence[Candidate], behind: Sequence[Place], given: Context) -> Best | None:
    """The candidate with the highest score; of equals the one of the lower GeoNames number."""
    own = {candidate.place.geonames for candidate in candidates}
    given = given._replace(sure=tuple(place for place in given.sure if place.geonames not in own))
    voice = given.voices.get(candidates, Voice(*NOBODY))
    scored = sorted(
        ((_score(candidate, behind, given, voice), candidate.place) for candidate in candidates),
        key=lambda pair: (-pair[0], pair[1].geonames),
    )
    if not scored:
        return None
    score, first = scored[0]
    rival = next((other for other, place in scored[1:] if not _near(first, place)), NOWHERE)
    if not _is_called_so(first):
        # "Manhattan" is also a name of New York, and a part of it.
        parts = (place for _, place in scored if place.primary and _near(first, place))
        first = next(
            (place for place in parts if place.population > PART * first.population), first
        )
    return Best(first, score - max(rival, NOWHERE))


def _near(one: Place, other: Place) -> bool:
    return (
        abs(one.latitude - other.latitude) < NEAR_DEGREES
        and abs(one.longitude - other.longitude) < NEAR_DEGREES
    )


def _score(candidate: Candidate, behind: Sequence[Place], given: Context, own: Voice) -> float:
    place = candidate.place
    score = math.log10(place.population + 10)
    score += OWN_NAME if _is_called_so(place) else 0.0
    if _is_called_so(place):
        score += OF_KIND.get(place.kind, CAPITAL if place.capital else 0.0)
    score += INFLECTED if candidate.inflected else 0.0
    country, region, weight = own
    score += SAME_COUNTRY * _share(given.countries, place.country or "", country, weight)
    score += SAME_REGION * _share(given.regions, place.region, region, weight)
    if place.kind == COUNTRY:
        return score
    score += SOURCE_COUNTRY if place.country == given.source else 0.0
    score += LANGUAGE_HOME if place.country == given.home else 0.0
    if given.sure and place.kind in (CITY, DISTRICT):
        close = sum(_kilometres(place, other) < NEARBY_KM for other in given.sure)
        score += NEARBY * close / len(given.sure)
    if any(outer.kind == REGION and outer.region == place.region for outer in behind):
        return score + REGION_BEHIND
    if any(outer.kind == COUNTRY and outer.country == place.country for outer in behind):
        return score + COUNTRY_BEHIND
    return score


def _kilometres(one: Place, other: Place) -> float:
    """Distance on the sphere, near enough for what is near."""
    south = math.radians((one.latitude + other.latitude) / 2)
    east = (one.longitude - other.longitude + 180) % 360 - 180
    return 111.2 * math.hypot(one.latitude - other.latitude, east * math.cos(south))
