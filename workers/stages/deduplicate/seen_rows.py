"""How a SeenStore keeps its claims: 141 bytes each, and the strings that they name.

An object for each of a million claims would take several times that, and every full garbage
collection would visit all of them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from sys import getsizeof
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from topics.records import Origin, VerdictKind
from workers.stages.deduplicate.hash_chains import Rows

KINDS: tuple[VerdictKind, ...] = ("original", "revision", "repeat", "same_content", "near_content")
ORIGINAL, REVISION, REPEAT, SAME_CONTENT, NEAR_CONTENT = range(len(KINDS))

SAME_HEADLINE = 1
PASSED = 2
"""It went on its way: an original, a revision, or a copy that is enriched all the same."""
THROUGH_COPY = 4
"""Linked to its original because it is a version of another copy."""
LINKED = 8
"""A version of its article that later arrivals may repeat or revise."""
WITHDRAWN = 16
SUPERSEDED = 32
"""Its origin names another article, or another claim, now."""
TOLD = 64
"""Known by what a repeat says of it; its own record has not been read."""

NOWHERE = 0xFFFFFFFF
"""The partition of an arrival that is not known."""

_FIELDS = {
    "topic": "I",
    "partition": "I",
    "offset": "q",
    "timestamp": "q",
    "of_topic": "I",
    "of_partition": "I",
    "of_offset": "q",
    "of_timestamp": "q",
    "sequence": "q",
    "content": "16s",
    "headline": "16s",
    "met": "Q",
    "version": "I",
    "of_version": "I",
    "shingles": "I",
    "shared": "I",
    "smaller": "I",
    "source": "I",
    "place": "I",
    "kept": "i",
    "kind": "B",
    "flags": "B",
    "algorithm": "H",
    "matches": "B",
    "lead_matches": "B",
    "numbers": "B",
    "shared_numbers": "B",
    "similarity": "H",
    "containment": "H",
    "method": "B",
}
_PACKED = struct.Struct("<" + "".join(_FIELDS.values()))
_PLACES = {
    name: (
        struct.Struct("<" + code),
        struct.calcsize("<" + "".join(list(_FIELDS.values())[:place])),
    )
    for place, (name, code) in enumerate(_FIELDS.items())
}
_SIZE = _PACKED.size
_FLAGS = _PLACES["flags"][1]
_PLACE, _PLACE_AT = _PLACES["place"]
_COLUMNS = np.dtype(
    [(name, "S16" if code == "16s" else "<" + np.dtype(code).str[1:])
     for name, code in _FIELDS.items()]
)  # fmt: skip


class Row(NamedTuple):
    """The numbers of one claim."""

    topic: int
    partition: int
    offset: int
    timestamp: int
    of_topic: int
    of_partition: int
    of_offset: int
    of_timestamp: int
    sequence: int
    """Its place in the order of all claims."""
    content: bytes
    headline: bytes
    met: int
    """Bit i: line i of the fingerprint was met on other articles of the source."""
    version: int
    of_version: int
    """0 for none."""
    shingles: int
    shared: int
    smaller: int
    source: int
    """A hash; 0 for an unknown source."""
    place: int
    """Of its signature, + 1; 0 for none."""
    kept: int
    """The day with which it is forgotten."""
    kind: int
    flags: int
    algorithm: int
    matches: int
    lead_matches: int
    numbers: int
    shared_numbers: int
    similarity: int
    """What the verdict says, in ten thousandths; as ``containment``."""
    containment: int
    method: int


class SeenRows:
    """Claims by their numbers 0, 1, 2, …"""

    def __init__(self) -> None:
        self._packed = bytearray()
        self.ids: list[str] = []
        self.clusters: list[str] = []
        self.targets: list[str | None] = []
        """The id of the earlier article that each repeats, copies or revises."""
        self._strings = 0
        """Bytes of the ids; clusters and targets are ids too."""
        self._topics = _Names(1 << 32, "topics")
        self._algorithms = _Names(1 << 16, "algorithms of fingerprints")
        self._methods = _Names(1 << 8, "methods of comparison")

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, row: int) -> Row:
        return Row._make(_PACKED.unpack_from(self._packed, row * _SIZE))

    @property
    def memory(self) -> int:
        """Memory of the claims with their strings."""
        return len(self._packed) + len(self.ids) * 3 * 8 + self._strings

    def add(self, packed: bytes, id: str, cluster: str, target: str | None) -> int:
        """Keep a claim; returns its number."""
        self._packed += packed
        self.ids.append(id)
        self.clusters.append(cluster)
        self.targets.append(target)
        if target is not id:
            self._strings += getsizeof(id)
        return len(self.ids) - 1

    def add_all(
        self,
        packed: Sequence[bytes],
        ids: Sequence[str],
        clusters: Sequence[str],
        targets: Sequence[str | None],
    ) -> None:
        """Keep several claims."""
        self._packed += b"".join(packed)
        self.ids += ids
        self.clusters += clusters
        self.targets += targets
        own = (id for id, of in zip(ids, targets, strict=True) if of is not id)
        self._strings += sum(map(getsizeof, own))

    def change(self, row: int, **changes: int) -> None:
        """Set some fields of a claim."""
        for name, value in changes.items():
            field, offset = _PLACES[name]
            field.pack_into(self._packed, row * _SIZE + offset, value)

    def flags(self, row: int) -> int:
        """The flags of a claim, which are asked for most."""
        return self._packed[row * _SIZE + _FLAGS]

    def set_flags(self, row: int, flags: int) -> None:
        """Other flags for a claim."""
        self._packed[row * _SIZE + _FLAGS] = flags

    def set_place(self, row: int, place: int) -> None:
        """Where the text of a claim is, which is set most."""
        _PLACE.pack_into(self._packed, row * _SIZE + _PLACE_AT, place)

    def set_places(self, rows: Sequence[int], first: int) -> None:
        """The texts of some claims are at places one after the other."""
        places = np.arange(first, first + len(rows), dtype=np.uint32)
        np.frombuffer(self._packed, _COLUMNS)["place"][rows] = places

    def link(self, rows: Sequence[int]) -> None:
        """Have later arrivals compared with some claims."""
        np.frombuffer(self._packed, _COLUMNS)["flags"][rows] |= LINKED

    def packed(self, row: Row) -> bytes:
        """The numbers as they are kept; ValueError if there is no room for one of them."""
        try:
            return _PACKED.pack(*row)
        except struct.error as error:
            raise ValueError(f"not a claim that can be kept: {error}") from None

    def put(self, number: int, row: Row, cluster: str, target: str | None) -> None:
        """Keep other numbers for a claim."""
        _PACKED.pack_into(self._packed, number * _SIZE, *row)
        self.clusters[number], self.targets[number] = cluster, target

    def column(self, name: str) -> npt.NDArray[Any]:
        """A copy of one field of all claims."""
        return np.frombuffer(self._packed, _COLUMNS)[name].copy()

    def take(self, rows: Rows, places: npt.NDArray[np.uint32]) -> None:
        """Keep these claims of all, numbered anew in this order, with their new places."""
        kept = np.frombuffer(self._packed, _COLUMNS)[rows]
        kept["place"] = places
        self._packed = bytearray(kept.tobytes())
        chosen = rows.tolist()
        self.ids = [self.ids[row] for row in chosen]
        self.clusters = [self.clusters[row] for row in chosen]
        self.targets = [self.targets[row] for row in chosen]
        own = (id for id, of in zip(self.ids, self.targets, strict=True) if of is not id)
        self._strings = sum(map(getsizeof, own))

    def of_article(self, id: str) -> list[int]:
        """All claims of an article that are not superseded: a look at every id there is."""
        found = (number for number, known in enumerate(self.ids) if known == id)
        return [number for number in found if not self.flags(number) & SUPERSEDED]

    def topic(self, name: str) -> int:
        """The number of a topic, which is known from then on."""
        return self._topics[name]

    def place_of(self, origin: Origin) -> tuple[int, int, int, int] | None:
        """How an origin is kept, the first four fields of a row; None if its topic is unknown."""
        topic = self._topics.get(origin.topic)
        return None if topic is None else (topic, *origin[1:])

    def algorithm(self, name: str) -> int:
        """The number of a fingerprint's algorithm; ValueError if there are too many."""
        return self._algorithms[name]

    def algorithm_name(self, number: int) -> str:
        """The algorithm with a number."""
        return self._algorithms.names[number]

    def method(self, name: str) -> int:
        """The number of a method of comparison; ValueError if there are too many."""
        return self._methods[name]

    def method_name(self, number: int) -> str:
        """The method with a number."""
        return self._methods.names[number]

    def origin(self, row: Row) -> Origin:
        """Where the claimed arrival lies."""
        return Origin(self._topics.names[row.topic], row.partition, row.offset, row.timestamp)

    def target_origin(self, row: Row) -> Origin:
        """Where the arrival lies that it repeats, copies or revises."""
        topic = self._topics.names[row.of_topic]
        return Origin(topic, row.of_partition, row.of_offset, row.of_timestamp)


class _Names(dict[str, int]):
    """So many names at most by the numbers 0, 1, 2, …, and back."""

    def __init__(self, most: int, what: str) -> None:
        self._most = most
        self._what = what
        self.names: list[str] = []

    def __missing__(self, name: str) -> int:
        if len(self.names) >= self._most:
            raise ValueError(f"more than {self._most:,} {self._what}")
        number = self[name] = len(self.names)
        self.names.append(name)
        return number
