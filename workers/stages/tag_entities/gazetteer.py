"""Looks names up in the compiled gazetteer."""

from __future__ import annotations

import mmap
import sys
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from workers.stages.tag_entities import gazetteer_file as layout
from workers.stages.tag_entities.names import in_language, name_hash, normalise

_FLAGS = (1 << layout.REFERENCE_SHIFT) - 1


class Place(NamedTuple):
    """One place of the gazetteer, under one of its names."""

    geonames: int
    label: str
    """Its own name."""
    latitude: float
    longitude: float
    country: str | None
    """ISO 3166-1 alpha-2; null for a continent."""
    region: str
    """First-level division such as ``US.TX``; empty for a country."""
    population: int
    kind: int
    """``CITY``, ``COUNTRY``, ``REGION``, ``CONTINENT`` or ``DISTRICT`` of ``gazetteer_file``."""
    primary: bool
    """Whether it was looked up by its own name or another."""
    abbreviation: bool
    """Whether it was looked up by an abbreviation such as "Va."."""
    demonym: bool = False
    """Whether it was looked up by what its people or language is called."""
    capital: bool = False
    """Whether it is its country's capital."""
    iso: str | None = None
    """ISO 3166-2 code of the region, set once the place is linked."""
    region_name: str | None = None
    confidence: float = 0.0


class Gazetteer:
    """A compiled gazetteer, mapped into memory. Lookups are pure; safe to share between threads.

    ValueError if the file is no gazetteer of this layout.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        view = memoryview(self._map)
        if bytes(view[:8]) != layout.MAGIC:
            raise ValueError(f"{path} is not a gazetteer of format {layout.FORMAT}")
        body = 16 + int.from_bytes(view[8:16], "big")
        header = msgspec.json.decode(bytes(view[16:body]), type=layout.Header)
        if header.format != layout.FORMAT or header.byte_order != sys.byteorder:
            raise ValueError(f"{path} is a gazetteer of another format or byte order")
        columns: dict[str, memoryview] = {}
        for name, section in header.sections.items():
            start = body + section.offset
            size = section.items * memoryview(b"").cast(section.code).itemsize  # type: ignore[call-overload]
            columns[name] = view[start : start + size].cast(section.code)  # type: ignore[call-overload]
        self.source = header.source
        self.regions = {region.code: region for region in header.regions}
        self.domains = header.domains
        self.homes = header.homes
        self._capitals = frozenset(header.capitals)
        self._regions = [region.code for region in header.regions]
        self._hashes = columns["hash"]
        self._buckets = columns["bucket"]
        self._references = columns["reference"]
        self._places = columns["place"]
        self._labels = columns["labels"]
        self._codes = lru_cache(maxsize=None)(_code)  # there are some 250
        self.find = lru_cache(maxsize=4096)(self._find)

    def _find(self, name: str, language: str = "") -> tuple[Place, ...]:
        """Every place of this name, in any spelling of ``normalise``: larger ones first.

        A language adds what it alone calls so.
        """
        normalised = normalise(name)
        if len(normalised) < 2 and (normalised.isascii() or not language):
            return ()
        numbers: dict[int, int] = {}
        if language:
            self._gather(numbers, in_language(normalised, language))
        self._gather(numbers, normalised)
        return tuple(self._place(number, numbers[number]) for number in sorted(numbers))

    def _gather(self, numbers: dict[int, int], key: str) -> None:
        """Add the numbers of the places under this key, with their flags."""
        digest = name_hash(key)
        hashes, buckets = self._hashes, self._buckets
        bucket = digest >> (64 - layout.BUCKET)
        begin, end = buckets[bucket], buckets[bucket + 1]
        for index in range(bisect_left(hashes, digest, begin, end), end):
            if hashes[index] != digest:
                break
            reference = self._references[index]
            number = reference >> layout.REFERENCE_SHIFT
            numbers[number] = numbers.get(number, 0) | (reference & _FLAGS)

    def _place(self, number: int, flags: int) -> Place:
        geonames, latitude, longitude, population, start, size, region, country, kind = (
            layout.PLACE.unpack_from(self._places, number * layout.PLACE.size)
        )
        return Place(
            geonames,
            str(self._labels[start : start + size], "utf-8"),
            latitude / layout.SCALE,
            longitude / layout.SCALE,
            self._codes(country),
            self._regions[region],
            population,
            kind,
            flags & layout.PRIMARY != 0,
            flags & layout.ABBREVIATION != 0,
            flags & layout.DEMONYM != 0,
            geonames in self._capitals,
        )


def _code(letters: bytes) -> str | None:
    return letters.decode() if letters.strip(b"\0") else None


def default_path() -> Path:
    """The compiled gazetteer that exists, else where one can be written.

    OSError if there is none and neither the package's folder nor the user's cache can be written.
    """
    candidates = [folder / layout.file_name() for folder in layout.folders()]
    for path in candidates:
        if path.is_file():
            return path
    for path in candidates:
        if _writable(path.parent):
            return path
    places = " or ".join(str(path.parent) for path in candidates)
    raise OSError(f"no compiled gazetteer, and no right to write one to {places}")


def _writable(folder: Path) -> bool:
    probe = folder / f".writable-{id(folder)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def open_gazetteer(path: Path | None = None) -> Gazetteer:
    """Open the gazetteer, after compiling it if it does not exist yet.

    Of several processes that come at once one compiles, and the others wait for it.
    """
    path = path or default_path()
    if not path.is_file():
        import fcntl

        from workers.stages.tag_entities.compile_gazetteer import compile_gazetteer

        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.is_file():
                compile_gazetteer(path)
    return Gazetteer(path)
