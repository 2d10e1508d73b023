"""Decides which place in the world a name means, by the places that the article names.

The score of a candidate is the logarithm of its population, plus what its own name, the state or
country behind a comma, and the countries and regions named elsewhere in the article add. The
weights were chosen on news with marked places.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from workers.stages.tag_entities.gazetteer import Gazetteer, Place
from workers.stages.tag_entities.gazetteer_file import CITY, CONTINENT, COUNTRY, REGION

OWN_NAME = 0.4
OF_COUNTRY = 3.0
OF_REGION = 1.0
SAME_COUNTRY = 2.0
SAME_REGION = 2.0
COUNTRY_BEHIND = 4.0
REGION_BEHIND = 5.0
ONLY_HERE = 0.7
"""What a name counts for its country if all places of that name lie there."""
MARGIN = 0.15
"""By how much the best candidate must beat one that lies elsewhere."""
NEAR_DEGREES = 1.0
"""Candidates this close are the same place to the margin: a town and its district."""

Shares = Mapping[str, float]

_BEHIND = re.compile(r"[^\S\n]*,[^\S\n]*([^\W\d_][\w.]*(?:[^\S\n][^\W\d_][\w.]*)?)")
_AREA = re.compile(r"^(?:the|city of|town of|port of|state of|province of) ", re.IGNORECASE)


class Name(NamedTuple):
    """A place's mention in the text."""

    start: int
    end: int


class Linker:
    """Links place names to the gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def candidates(self, name: str) -> tuple[Place, ...]:
        """Every place that this spelling may mean."""
        places = self._gazetteer.find(name) or self._gazetteer.find(_AREA.sub("", name))
        return tuple(place for place in places if _may_mean(name, place))

    def known(self, name: str, population: int) -> bool:
        """Whether this is the own name of a country, state or continent or of a large city."""
        return any(
            place.primary and (place.kind != CITY or place.population >= population)
            for place in self.candidates(name)
        )

    def link(self, text: str, names: Sequence[Name]) -> list[Place | None]:
        """The place that each name means; None where there is none or none clearly best."""
        found = [self.candidates(text[start:end]) for start, end in names]
        behind = [self._behind(text, end) for _, end in names]
        countries, regions = _context(found)
        senses = self._one_sense(text, names, behind)
        best: dict[tuple[str, tuple[Place, ...]], Place | None] = {}
        for (start, end), places, sense in zip(names, found, senses, strict=True):
            if (key := (text[start:end], sense)) not in best:
                best[key] = _best(places, sense, countries, regions)
        return [
            best[text[start:end], sense] for (start, end), sense in zip(names, senses, strict=True)
        ]

    def _behind(self, text: str, end: int) -> tuple[Place, ...]:
        """The countries and states that may stand behind a comma after a name."""
        match = _BEHIND.match(text, end, end + 40)
        if not match:
            return ()
        words = match[1]
        for name in (words, words.split()[0]):
            if name[0].isupper() and (
                places := [
                    place
                    for place in self._gazetteer.find(name)
                    if place.kind in (COUNTRY, REGION) and (place.primary or place.abbreviation)
                ]
            ):
                return tuple(places)
        return ()

    def _one_sense(
        self, text: str, names: Sequence[Name], behind: Sequence[tuple[Place, ...]]
    ) -> list[tuple[Place, ...]]:
        """A name without a state behind it means what it meant before, else what it will mean."""
        last: dict[str, tuple[Place, ...]] = {}
        for (start, end), places in zip(reversed(names), reversed(behind), strict=True):
            if places:
                last[text[start:end]] = places
        senses = []
        for (start, end), places in zip(names, behind, strict=True):
            if places:
                last[text[start:end]] = places
            senses.append(last.get(text[start:end], ()))
        return senses


def _may_mean(name: str, place: Place) -> bool:
    """Whether letters this few may stand for a place: "OR" may, "or" and "Or" may not."""
    if place.abbreviation and not place.primary:
        return (name.isupper() and len(name.replace(".", "")) == 2) or name.endswith(".")
    return len(name.replace(".", "")) > 3 or name.isupper() or not name.isascii()


def _context(found: Iterable[tuple[Place, ...]]) -> tuple[Shares, Shares]:
    """How often the names speak for each country and region, as shares of all that do."""
    countries: dict[str, float] = defaultdict(float)
    regions: dict[str, float] = defaultdict(float)
    for places in found:
        country = next((place for place in places if place.kind == COUNTRY), None)
        region = next((place for place in places if place.kind == REGION), None)
        if country:
            countries[country.country or ""] += 1
        elif region:
            countries[region.country or ""] += 1
            regions[region.region] += 1
        elif len({place.country for place in places}) == 1:
            countries[places[0].country or ""] += ONLY_HERE
    return _shares(countries), _shares(regions)


def _shares(counts: Shares) -> Shares:
    total = sum(counts.values()) or 1.0
    return {key: count / total for key, count in counts.items()}


def _best(
    places: Sequence[Place],
    behind: Sequence[Place],
    countries: Shares,
    regions: Shares,
) -> Place | None:
    scored = sorted(
        ((_score(place, behind, countries, regions), place) for place in places),
        key=lambda pair: (-pair[0], pair[1].geonames),
    )
    if not scored:
        return None
    score, best = scored[0]
    for other_score, other in scored[1:]:
        if score - other_score >= MARGIN:
            break
        if not _near(best, other):
            return None
    return best


def _near(one: Place, other: Place) -> bool:
    return (
        abs(one.latitude - other.latitude) < NEAR_DEGREES
        and abs(one.longitude - other.longitude) < NEAR_DEGREES
    )


def _score(
    place: Place,
    behind: Sequence[Place],
    countries: Shares,
    regions: Shares,
) -> float:
    score = math.log10(place.population + 10)
    score += OWN_NAME if place.primary or place.abbreviation else 0.0
    score += {COUNTRY: OF_COUNTRY, REGION: OF_REGION, CONTINENT: OF_COUNTRY}.get(place.kind, 0.0)
    score += SAME_COUNTRY * countries.get(place.country or "", 0.0)
    score += SAME_REGION * regions.get(place.region, 0.0)
    if place.kind == COUNTRY:
        return score
    if any(outer.kind == REGION and outer.region == place.region for outer in behind):
        return score + REGION_BEHIND
    if any(outer.kind == COUNTRY and outer.country == place.country for outer in behind):
        return score + COUNTRY_BEHIND
    return score
