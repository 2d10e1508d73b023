"""Scores what a place's name may mean by the other places that the article names.

The score of a candidate is the logarithm of its population, plus what its own name, the state or
country named behind it, the countries and regions named elsewhere in the article, places nearby and
the article's own country add. The weights were chosen on news with marked places.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from workers.stages.tag_entities.gazetteer import Place
from workers.stages.tag_entities.gazetteer_file import CITY, CONTINENT, COUNTRY, DISTRICT, REGION

OWN_NAME = 0.4
OF_KIND = {COUNTRY: 3.0, CONTINENT: 3.0, REGION: 1.0}
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
MARGIN = 0.15
"""By how much the best candidate must beat one that lies elsewhere."""
NEAR_DEGREES = 1.0
"""Candidates this close are the same place to the margin: a town and its district."""
SURE = 1.0
"""Margin from which a place counts as a neighbour of others."""

Shares = Mapping[str, float]


class Candidate(NamedTuple):
    """A place that a name may mean."""

    place: Place
    inflected: bool = False
    """Whether an ending had to be undone to find it."""


class Context(NamedTuple):
    """What an article says of the places in it."""

    countries: Shares
    regions: Shares
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
    """By how much it beats the next that lies elsewhere; infinite without one."""


def context(
    found: Iterable[Sequence[Candidate]], source: str | None = None, home: str | None = None
) -> Context:
    """How often the names speak for each country and region, as shares of all that do."""
    countries: dict[str, float] = defaultdict(float)
    regions: dict[str, float] = defaultdict(float)
    for candidates in found:
        places = [candidate.place for candidate in candidates]
        country = next((place for place in places if place.kind == COUNTRY), None)
        if country and not _clear(country, places):
            continue
        region = next((place for place in places if _speaks(place, places)), None)
        if country:
            countries[country.country or ""] += 1
        elif region:
            countries[region.country or ""] += 1
            regions[region.region] += 1
        elif len({place.country for place in places}) == 1:
            countries[places[0].country or ""] += ONLY_HERE
            if len({place.region for place in places}) == 1:
                regions[places[0].region] += ONLY_HERE
    return Context(_shares(countries), _shares(regions), source, home)


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


def _shares(counts: Shares) -> Shares:
    total = sum(counts.values()) or 1.0
    return {key: count / total for key, count in counts.items()}


def best(candidates: Sequence[Candidate], behind: Sequence[Place], given: Context) -> Best | None:
    """The candidate with the highest score; of equals the one of the lower GeoNames number."""
    scored = sorted(
        ((_score(candidate, behind, given), candidate.place) for candidate in candidates),
        key=lambda pair: (-pair[0], pair[1].geonames),
    )
    if not scored:
        return None
    score, first = scored[0]
    rival = next((other for other, place in scored[1:] if not _near(first, place)), -math.inf)
    return Best(first, score - rival)


def _near(one: Place, other: Place) -> bool:
    return (
        abs(one.latitude - other.latitude) < NEAR_DEGREES
        and abs(one.longitude - other.longitude) < NEAR_DEGREES
    )


def _score(candidate: Candidate, behind: Sequence[Place], given: Context) -> float:
    place = candidate.place
    score = math.log10(place.population + 10)
    score += OWN_NAME if _is_called_so(place) else 0.0
    if place.kind == REGION or _is_called_so(place):
        score += OF_KIND.get(place.kind, 0.0)
    score += INFLECTED if candidate.inflected else 0.0
    score += SAME_COUNTRY * given.countries.get(place.country or "", 0.0)
    score += SAME_REGION * given.regions.get(place.region, 0.0)
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
    """Distance on the sphere, near enough for what is near; infinite for itself."""
    if one.geonames == other.geonames:
        return math.inf
    south = math.radians((one.latitude + other.latitude) / 2)
    east = (one.longitude - other.longitude + 180) % 360 - 180
    return 111.2 * math.hypot(one.latitude - other.latitude, east * math.cos(south))
