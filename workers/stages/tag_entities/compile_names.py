"""Gathers what other packages and ``divisions/`` say of countries, regions and their names."""

from __future__ import annotations

import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from babel import Locale, localedata
from babel.core import UnknownLocaleError, get_global
from babel.languages import get_official_languages

from workers.stages.tag_entities.gazetteer_file import (
    DISTRICTS,
    REGION_NAMES,
    REGIONS,
    SHORT_NAMES,
)
from workers.stages.tag_entities.names import normalise

CONTINENTS = {"002": "AF", "003": "NA", "005": "SA", "009": "OC", "142": "AS", "150": "EU"}
"""UN M49 code, as CLDR names continents by → GeoNames' code."""
LONG_ENOUGH = 6
"""Letters of a country's foreign name from which it means the country in any language; shorter
ones are too often words or names elsewhere: Vietnamese calls a country "Anh"."""
COMMON = 3
"""Countries with a region of one name from which the name says too little: "Central"."""

_DESIGNATION = re.compile(
    r"(?<=[\u3000-\u9fff])(?:自治区|自治區|省|市|州|県|府|邦)$| (?:주|도|시|현)$"
)
"""What East Asian names of regions end in and news leaves out."""


class Spoken(NamedTuple):
    """A name in one language."""

    name: str
    language: str


class Region(NamedTuple):
    """A first-level division."""

    code: str
    geonames: int
    iso: str
    name: str


class District(NamedTuple):
    """A second-level division."""

    code: str
    geonames: int
    latitude: float
    longitude: float
    population: int
    name: str


def regions() -> list[Region]:
    """Every first-level division, with a name unless that is too common to name it."""
    rows = [line.split("\t") for line in REGIONS.read_text("utf-8").splitlines()]
    return [Region(code, int(geonames), iso, name) for code, geonames, iso, name in rows]


def too_common(own: Iterable[Region], spoken: Mapping[str, Iterable[Spoken]]) -> frozenset[str]:
    """Normalised names that regions of several countries bear."""
    bearers = defaultdict(set)
    for region in own:
        names = [region.name, *(name for name, _ in spoken.get(region.code, ()))]
        for name in names:
            bearers[normalise(name)].add(region.code[:2])
    return frozenset(name for name, countries in bearers.items() if len(countries) >= COMMON)


def region_names() -> dict[str, list[Spoken]]:
    """GeoNames' code of a first-level division → its names by language."""
    names: dict[str, list[Spoken]] = defaultdict(list)
    for line in _lines(REGION_NAMES):
        code, name, languages = line.split("\t")
        for language in languages.split():
            names[code].append(Spoken(name, language))
            short = _DESIGNATION.sub("", name)
            if short != name and len(short) > 1:
                names[code].append(Spoken(short, language))
    return names


def districts() -> Iterator[District]:
    """The second-level divisions, most populous first."""
    rows = (line.split("\t") for line in _lines(DISTRICTS))
    yield from sorted(
        (
            District(code, int(geonames), float(lat), float(lon), int(population), name)
            for code, geonames, lat, lon, population, name in rows
        ),
        key=lambda district: (-district.population, district.geonames),
    )


def country_names() -> dict[str, list[Spoken]]:
    """ISO 3166-1 code, or GeoNames' code of a continent → its names in all of CLDR's languages."""
    names: dict[str, list[Spoken]] = defaultdict(list)
    for locale in _locales():
        for code, name in locale.territories.items():
            if len(code) == 2 or code in CONTINENTS:
                key = f"continent {CONTINENTS[code]}" if code in CONTINENTS else code
                names[key].append(Spoken(name, locale.language))
    for line in SHORT_NAMES.read_text("utf-8").splitlines():
        code, name, languages = line.split("\t")
        names[code].extend(Spoken(name, language) for language in languages.split())
    return names


def language_names() -> dict[str, list[Spoken]]:
    """ISO 3166-1 code → what its official languages are called, in all of CLDR's languages.

    In most languages the word for a people's language is its adjective too.
    """
    official = {
        code: get_official_languages(code, regional=False, de_facto=True)
        for code in get_global("territory_languages")
    }
    homes = {
        language: _home(language, official) for codes in official.values() for language in codes
    }
    names: dict[str, list[Spoken]] = defaultdict(list)
    for locale in _locales():
        for language, home in homes.items():
            if home and (name := locale.languages.get(language)):
                names[home].append(Spoken(name, locale.language))
    return names


def homes() -> dict[str, str]:
    """Language → the country that it is first thought of with, by CLDR's likely subtags."""
    likely: dict[str, str] = {}
    for language, full in get_global("likely_subtags").items():
        country = full.rsplit("_", 1)[-1]
        if "_" not in language and len(language) <= 3 and len(country) == 2 and country.isupper():
            likely[language] = country
    return likely


def means_it_anywhere(name: str) -> bool:
    """Whether a country's foreign name is understood in texts of any language."""
    return len(name) >= (LONG_ENOUGH if name.isascii() or name < "\u0370" else 2)


def _home(language: str, official: Mapping[str, Iterable[str]]) -> str | None:
    """The likeliest country of a language; None if it is none of its official languages' homes."""
    country = homes().get(language)
    return country if country and language in official.get(country, ()) else None


def _locales() -> Iterator[Locale]:
    """One locale for every language and script."""
    for identifier in sorted(localedata.locale_identifiers()):
        parts = identifier.split("_")
        if identifier != "root" and all(len(part) == 4 for part in parts[1:]):
            try:
                yield Locale.parse(identifier)
            except UnknownLocaleError:  # pragma: no cover - every listed locale is known
                continue


def _lines(path: Any) -> list[str]:
    return lzma.decompress(path.read_bytes()).decode().splitlines()
