"""Decides which place in the world a name means, by the places that the article names."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from workers.stages.tag_entities.and_word import and_word
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
from workers.stages.tag_entities.names import normalise
from workers.stages.tag_entities.origin import country_of

GUESSED_FROM = 1_000
"""Inhabitants of a city from which an undone ending may lead to it."""
GEONAMES_LANGUAGE = "en"
KNOWN_ABROAD = 1_000_000
"""Inhabitants from which a city has a name in most languages."""
LEAST_HERE = 4
"""Letters of such a name in capitals; shorter ones are abbreviations of something else."""
LISTED_FROM = 100_000
"""Inhabitants from which a city is named in one list with others."""
NEIGHBOURS = 100
"""Places that others are measured from: more say no more, and a directory may name thousands."""
CONFIDENCE = ((0.6, 0.53), (1.0, 0.67), (2.0, 0.73), (3.0, 0.9), (float("inf"), 0.93))
"""Margin below which → share of links that were right on news with marked places."""

_WORD = r"[^\W\d_][\w.’'-]*"
_BEHIND = re.compile(rf"[^\S\n]*[,(][^\S\n]*({_WORD}(?:[^\S\n]{_WORD}){{0,2}})")
_LIST_BEFORE = re.compile(r"(?<!\w)([^\W\d_])[\w.’'-]*,[^\S\n]$")
_AREA = re.compile(r"^(?:the|city of|town of|port of|state of|province of) ", re.IGNORECASE)
_DIVISION = re.compile(
    r"(?:^(?:the )?(?:republic|state|province|region|governorate|oblast|canton|department)"
    r" of (.+)$)"
    r"|(?:^(.+) (?:oblast|krai|region|province|governorate|prefecture|department|canton|division"
    r"|voivodeship|emirate|state|republic)$)",
    re.IGNORECASE,
)


Candidates = tuple[Candidate, ...]
Behind = tuple[int, tuple[Place, ...]]
"""Where the name behind another one begins, and the countries and regions that it may mean."""
NOTHING_BEHIND: Behind = (-1, ())


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
        self._list_goes_on = _list_goes_on(and_word(language))
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

    def known_here(self, name: str, population: int) -> bool:
        """Whether a large city is called so in this language: "Milano", "Москва".

        GeoNames gives names in English first and does not say what language others are in; those of
        cities at home and of very large ones seldom mean anything else, but for short ones ("PAP").
        """
        if self._language == GEONAMES_LANGUAGE or (name.isupper() and len(name) < LEAST_HERE):
            return False
        return any(
            place.kind == CITY
            and place.population >= (population if place.country == self._home else KNOWN_ABROAD)
            for place in self.candidates(name)
        )

    def is_area(self, name: str) -> bool:
        """Whether this very spelling is the own name of a country, region or continent."""
        return any(
            place.primary and place.kind not in (CITY, DISTRICT)
            for place in self._gazetteer.find(name, self._language)
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
        behind = [self._behind(text, *pair) for pair in zip(names, found, strict=True)]
        found = _outer(names, found, behind)
        senses = _one_sense(text, names, [places for _, places in behind])
        given = context(found, source, self._home)
        cases = dict.fromkeys(zip(found, senses, strict=True))
        first = {case: best(*case, given) for case in cases}
        given = given._replace(sure=_sure(first.values()))
        second = {case: self._decided(best(*case, given)) for case in cases}
        return [second[case] for case in zip(found, senses, strict=True)]

    def _look_up(self, name: str) -> Candidates:
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

    def _behind(self, text: str, name: Name, found: Candidates) -> Behind:
        """The countries and regions that stand behind a comma or bracket and may hold the place."""
        match = _BEHIND.match(text, name.end, name.end + 40)
        if not match:
            return NOTHING_BEHIND
        words = match[1].split()
        if words[0].isascii() and not words[0][0].isupper():
            return NOTHING_BEHIND
        for count in range(len(words), 0, -1):
            outer = " ".join(words[:count])
            places = self._outer_places(outer)
            holding = tuple(place for place in places if _holds(place, found))
            if holding:
                stretch = Name(match.start(1), match.start(1) + len(outer))
                listed = "," in match[0] and self._in_a_list(text, name, stretch, places)
                return NOTHING_BEHIND if listed else (stretch.start, holding)
        return NOTHING_BEHIND

    def _outer_places(self, name: str) -> list[Place]:
        """The countries and regions of this name; a region may also go by its largest town's."""
        find = self._gazetteer.find
        return [
            place
            for place in find(name, self._language)
            if place.kind in (COUNTRY, REGION) and not place.demonym
        ] or [place for place in find(name, DIVISION) if place.kind == REGION]

    def _in_a_list(self, text: str, name: Name, outer: Name, places: Sequence[Place]) -> bool:
        """Whether the comma between two names stands between equals.

        "Boston, New York and Chicago" are three cities, "Niger, Nigeria and Cameroon" countries.
        """
        own = self.candidates(text[name.start : name.end])
        if not (
            any(place.kind == COUNTRY for place in places) and any(map(_is_area, own))
        ) and not any(
            place.kind == CITY and place.population >= LISTED_FROM
            for place in self.candidates(text[outer.start : outer.end])
        ):
            return False
        before = _LIST_BEFORE.search(text, max(0, name.start - 40), name.start)
        after = self._list_goes_on.match(text, outer.end)
        beginnings = (*(before.groups() if before else ()), *(after.groups() if after else ()))
        return any(letter and not letter.islower() for letter in beginnings)


def _list_goes_on(word: str | None) -> re.Pattern[str]:
    """What begins the next name of a list: behind a comma, or a word for "and" and an article."""
    gap, letter = r"[^\S\n]", r"([^\W\d_])"
    behind_word = (
        rf"|,?{gap}{re.escape(word)}{gap}{letter}(?:\w{{0,3}}{gap}{letter})?" if word else ""
    )
    return re.compile(rf",{gap}{letter}{behind_word}")


def _holds(outer: Place, found: Iterable[Candidate]) -> bool:
    """Whether a country or region holds one of these, itself aside."""
    return any(
        place.geonames != outer.geonames
        and (
            place.region == outer.region if outer.kind == REGION else place.country == outer.country
        )
        for place, _ in found
    )


def _outer(
    names: Sequence[Name], found: Sequence[Candidates], behind: Sequence[Behind]
) -> list[Candidates]:
    """The candidates, but of a name that says where the one before lies only those that hold it."""
    outer = {start: places for start, places in behind if places}
    return [
        tuple(map(Candidate, outer[name.start])) if name.start in outer else candidates
        for name, candidates in zip(names, found, strict=True)
    ]


def _one_sense(
    text: str, names: Sequence[Name], behind: Sequence[tuple[Place, ...]]
) -> list[tuple[Place, ...]]:
    """A name without a state behind it means what it meant before, else what it will mean."""
    last: dict[str, tuple[Place, ...]] = {}
    for (start, end), places in zip(reversed(names), reversed(behind), strict=True):
        if places:
            last[normalise(text[start:end])] = places
    senses = []
    for (start, end), places in zip(names, behind, strict=True):
        key = normalise(text[start:end])
        if places:
            last[key] = places
        senses.append(last.get(key, ()))
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
