"""Lines of outcomes to compare."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def enriched(id: str, version: int = 1, **fields: Any) -> dict[str, Any]:
    record = {
        **{"schema_version": "1.0", "id": id, "version": version, "status": "complete"},
        **{"enriched_at": "2026-01-01T00:00:00.000Z", "language": "en", "text": f"Text of {id}."},
        **{"entities": [], "stages": [{"name": "tag_entities", "version": "3", "status": "ok"}]},
    }
    return record | fields


def duplicate(id: str, origin: str = "", **fields: Any) -> dict[str, Any]:
    record = {"id": id, "duplicate_of": "first", "reason": "repeat", **fields}
    return record | ({"origin": origin} if origin else {})


def dead(id: str, **fields: Any) -> dict[str, Any]:
    return {"id": id, "stage": "fingerprint", "reason": "no_text", "message": "no text", **fields}


def entity(name: str, type: str = "person", **fields: Any) -> dict[str, Any]:
    return {"id": "e1", "name": name, "type": type, "mentions": [], "link": None, **fields}


def write(path: Path, records: Iterable[Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return str(path)
