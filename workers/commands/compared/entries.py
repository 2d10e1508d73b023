"""One line of a file that is compared: which article it is about, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from topics import catalog
from topics.headers import DEAD_LETTER_PREFIX, FORGOTTEN, ORIGIN

Kind = Literal["enriched", "duplicate", "dead_letter", "forgotten"]
KINDS: Mapping[str, Kind] = {
    catalog.ENRICHED.name: "enriched",
    catalog.DUPLICATES.name: "duplicate",
    catalog.DEAD_LETTER.name: "dead_letter",
}
"""Topic → what its records are."""


class LineError(ValueError):
    """A line is no outcome; the message says what it is instead."""


@dataclass(frozen=True)
class Entry:
    """One outcome."""

    kind: Kind
    id: str
    version: int = 0
    """Of an enriched article; 0 for the others."""
    origin: str = ""
    """The arrival, where the line tells it."""
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """What became of the article, in words."""
        if self.kind == "duplicate":
            return f"duplicate ({self.record.get('reason')})"
        if self.kind == "dead_letter":
            return f"dead letter ({self.record.get('reason')} in {self.record.get('stage')})"
        return self.kind


def read(line: bytes) -> Entry:
    """Read a line as ``copydesk enrich``, ``tail`` or ``run --output`` wrote it, or a bare record.

    LineError if it is none of them.
    """
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise LineError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise LineError(f"a JSON {type(value).__name__}, not an object")
    if isinstance(value.get("topic"), str) and "value" in value:
        return _wrapped(value)
    return _bare(value, "")


def _wrapped(line: dict[str, Any]) -> Entry:
    """``{"topic", "key", "value"}``, from ``tail`` with ``headers``."""
    topic = line["topic"]
    kind = next((kind for name, kind in KINDS.items() if topic.endswith(name)), None)
    if kind is None:
        raise LineError(f"of topic {topic}; compared are {', '.join(KINDS)}")
    told, value, key = line.get("headers"), line["value"], line.get("key")
    told = told if isinstance(told, dict) else {}
    key = key if isinstance(key, str) else ""
    if value is None and told.get("ce_type") == FORGOTTEN:
        return Entry("forgotten", str(told.get("ce_subject") or key))
    if kind == "dead_letter" and told:  # its value is whatever had been consumed
        record = {
            name.removeprefix(DEAD_LETTER_PREFIX): text
            for name, text in told.items()
            if name.startswith(DEAD_LETTER_PREFIX)
        }
        id = told.get("ce_subject") or key or told.get(ORIGIN, "")
        return Entry(kind, str(id), 0, str(told.get(ORIGIN, "")), record)
    if value is None:
        return Entry("forgotten", key)
    if not isinstance(value, dict):
        raise LineError(f"its value is a JSON {type(value).__name__}, not an object")
    entry = _bare(value, key)
    if entry.kind != kind:
        raise LineError(f"of topic {topic}, but its value looks like: {entry.kind}")
    origin = entry.origin or str(told.get(ORIGIN, ""))
    return Entry(kind, entry.id, entry.version, origin, value)


def _bare(value: dict[str, Any], key: str) -> Entry:
    id, origin = value.get("id"), value.get("origin")
    origin = origin if isinstance(origin, str) else ""
    id = id if isinstance(id, str) else key or origin
    if not id:
        raise LineError("no outcome of an article: it has no id")
    if "duplicate_of" in value:
        return Entry("duplicate", id, 0, origin, value)
    if "status" in value:
        version = value.get("version", 1)
        if not isinstance(version, int) or not 0 <= version < 1 << 63:
            raise LineError(f"version {version!r} is none")
        return Entry("enriched", id, version, "", value)
    if "stage" in value and "reason" in value:
        return Entry("dead_letter", id, 0, origin, value)
    raise LineError("no outcome of an article: it has neither status, duplicate_of nor reason")
