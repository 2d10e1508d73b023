"""Decides which place in the world a name means, by the places that the article names."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from workers.stages.tag_entities.context import (
    MARGIN,
    SURE,
    Best,
    Candidate,
    best,
    context,
)
from workers.stages.tag_entities.gazetteer import Gazetteer, Place
from workers.stages.tag_entities.gazetteer_file import (
    CITY,
    CONTINENT,
    COUNTRY,
    DISTRICT,
    DIVISION,
    REGION,
)
from workers.stages.tag_entities.inflection import inflects, nominatives
from workers.stages.tag_entities.origin import country_of

GUESSED_FROM = 1_000
"""Inhabitants of a city from which an undone ending may lead to it."""
NEIGHBOURS = 100
"""Places that others are measured from: more say no more, and a directory may name thousands."""
CONFIDENCE = ((0.6, 0.53), (1.0, 0.67), (2.0, 0.73), (3.0, 0.9), (float("inf"), 0.93))
"""Margin below which → share of links that were right on news with marked places."""

_BEHIND = re.compile(r"[^\S\n]*[,(][^\S\n]*([^\W\d_][\w.]*(?:[^\S\n][^\W\d_][\w.]*)?)")
_AREA = re.compile(r"^(?:the|city of|town of|port of|state of|province of) ", re.IGNORECASE)
_DIVISION = re.compile(
    r"(?:^(?:the )?(?:republic|state|province|region|governorate|oblast|canton|department)"
    r" of (.+)$)"
    r"|(?:^(.+) (?:oblast|krai|region|province|governorate|prefecture|department|canton|division"
    r"|voivodeship|emirate|state|republic)$)",
    re.IGNORECASE,
)


class Name(NamedTuple):
    """A place's mention in the text."""

    start: int
    end: int


class Linker:
    """Links place names in one language to the gazetteer."""

    def __init__(self, gazetteer: Gazetteer, language: str = "en") -> None:
        self._gazetteer = gazetteer
        self._language = language
        self._inflects = inflects(language)
        self._home = gazetteer.homes.get(language)
        self._candidates = lru_cache(maxsize=4096)(self._look_up)

    def candidates(self, name: str) -> tuple[Place, ...]:
        """Every place that this spelling may mean; none if it is a people's or language's name."""
        return tuple(candidate.place for candidate in self._candidates(name))

    def demonym(self, name: str) -> str | None:
        """The country whose people or language is called so."""
        countries = {
            place.country for place in self._gazetteer.find(name, self._language) if place.demonym
        }
        return countries.pop() if len(countries) == 1 else None

    def known(self, name: str, population: int) -> bool:
        """Whether this is the own name of a country, state or continent or of a large city."""
        return any(
            place.kind == COUNTRY
            if place.abbreviation
            else place.primary
            and (place.kind not in (CITY, DISTRICT) or place.population >= population)
            for place in self.candidates(name)
        )

    def source_country(self, *addresses: str | None) -> str | None:
        """The country of an article's address or source, by its top-level domain."""
        return country_of(self._gazetteer.domains, *addresses)

    def link(
        self, text: str, names: Sequence[Name], source: str | None = None
    ) -> list[Place | None]:
        """The place that each name means; None where there is none or none clearly best.

        A first look tells which places are surely meant; what lies near them gains in the second.
        """
        found = [self._candidates(text[start:end]) for start, end in names]
        behind = [self._behind(text, end) for _, end in names]
        senses = _one_sense(text, names, behind)
        given = context(found, source, self._home)
        cases = dict.fromkeys(zip(found, senses, strict=True))
        first = {case: best(*case, given) for case in cases}
        given = given._replace(sure=_sure(first.values()))
        second = {case: self._decided(best(*case, given)) for case in cases}
        return [second[case] for case in zip(found, senses, strict=True)]

    def _look_up(self, name: str) -> tuple[Candidate, ...]:
        """The exact places, and those that an undone ending leads to; of a demonym only areas.

        "Polski" is what Poles are called and a case of Poland's name, "polski" the former alone.
        """
        places = self._exact(name)
        demonym = any(place.demonym for place in places)
        if demonym:
            places = [place for place in places if _is_area(place)]
        found = {place.geonames: Candidate(place) for place in places}
        inflected = self._inflects and not any(map(_is_area, places))
        if inflected and not (demonym and name.islower()):
            for guess in nominatives(name, self._language):
                for place in self._exact(guess):
                    if _is_area(place) if demonym else _is_guessable(place):
                        found.setdefault(place.geonames, Candidate(place, inflected=True))
        return tuple(found.values())

    def _exact(self, name: str) -> list[Place]:
        """The places of this very name."""
        find, language = self._gazetteer.find, self._language
        places = find(name, language) or find(_AREA.sub("", name), language)
        if not places and (match := _DIVISION.match(name)):
            places = find(match[1] or match[2], DIVISION)
            places = tuple(place for place in places if place.kind == REGION)
        return [place for place in places if _may_mean(name, place)]

    def _decided(self, found: Best | None) -> Place | None:
        if found is None or found.margin < MARGIN:
            return None
        place = found.place
        region = self._gazetteer.regions[place.region]
        step = bisect_right(CONFIDENCE, (found.margin, 1.0))
        return place._replace(
            iso=region.iso,
            region_name=region.name,
            confidence=CONFIDENCE[min(step, len(CONFIDENCE) - 1)][1],
        )

    def _behind(self, text: str, end: int) -> tuple[Place, ...]:
        """The countries and regions that may stand behind a comma or bracket after a name."""
        match = _BEHIND.match(text, end, end + 40)
        if not match:
            return ()
        words = match[1]
        for name in (words, words.split()[0]):
            if (name[0].isupper() or not name.isascii()) and (
                places := [
                    place
                    for place in self._gazetteer.find(name, self._language)
                    if place.kind in (COUNTRY, REGION) and not place.demonym
                ]
            ):
                return tuple(places)
        return ()


def _one_sense(
    text: str, names: Sequence[Name], behind: Sequence[tuple[Place, ...]]
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


def _is_area(place: Place) -> bool:
    """Whether a name is a country's or continent's own."""
    return place.kind in (COUNTRY, CONTINENT) and (place.primary or place.abbreviation)


def _is_guessable(place: Place) -> bool:
    """Whether a place is large enough to be found by undoing an ending, and called so itself.

    A country may be called like its language: "Azərbaycan".
    """
    if place.demonym:
        return _is_area(place)
    return place.kind != CITY or place.population >= GUESSED_FROM


def _sure(found: Iterable[Best | None]) -> tuple[Place, ...]:
    """The first places that are meant for sure and small enough to lie near something."""
    sure = dict.fromkeys(
        one.place
        for one in found
        if one and one.margin >= SURE and one.place.kind not in (COUNTRY, CONTINENT)
    )
    return tuple(islice(sure, NEIGHBOURS))


def _may_mean(name: str, place: Place) -> bool:
    """Whether letters this few may stand for a place: "OR" may, "or" and "Or" may not."""
    letters = name.replace(".", "")
    if place.abbreviation and not place.primary:
        return (name.isupper() and len(letters) <= 3) or name.endswith(".")
    named = place.primary and place.kind == COUNTRY and name.istitle()
    return len(letters) > 3 or name.isupper() or not name.isascii() or named
