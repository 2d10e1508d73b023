"""JSON Schema (2020-12) of every topic, generated from the record types.

``python -m topics.schema`` writes ``topics/schemas/<topic>.json``; a test fails when a committed
file differs from what is generated here. The texts are the docstrings of the records.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from topics import entities, records
from topics.catalog import TOPICS, Topic

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMAS = Path(__file__).with_name("schemas")

_MAJOR = records.SCHEMA_VERSION.partition(".")[0]
_PRODUCED_DATES = {"published_at", "fetched_at"}

DEAD_LETTER_HEADERS: Mapping[str, str] = {
    "origin": "The arrival, as topic/partition/offset@timestamp.",
    "dlq.topic": "Topic of the record that failed.",
    "dlq.partition": "Its partition.",
    "dlq.offset": "Its offset.",
    "dlq.timestamp": "Its timestamp in milliseconds since the epoch.",
    "dlq.stage": "The stage that gave up.",
    "dlq.reason": "Why, from a closed set.",
    "dlq.exception": "The exception's class name; empty where there was none.",
    "dlq.message": "What was wrong and where, for people.",
    "dlq.attempts": "How often the stage was tried.",
    "dlq.first_failed_at": "When it failed first (RFC 3339).",
    "dlq.replay_count": "How often the record was replayed since.",
    "dlq.worker_version": "Version of the worker that gave up.",
    "dlq.truncated": "`true` where the value was cut to fit the broker's limit.",
    "dlq.sha256": "SHA-256 (hex) of the whole value, where it was cut.",
}
"""Headers of a dead letter with what they say; all values are text."""

_ONLY_WHERE_CUT = ("dlq.truncated", "dlq.sha256")


def schema(topic: Topic) -> dict[str, Any]:
    """The schema of one topic's value.

    The value of a dead letter is whatever bytes were consumed, so that its schema describes an
    object of ``headers`` and ``value`` instead, as in its examples.
    """
    about = {
        "$schema": DIALECT,
        "$id": f"urn:copydesk:schema:{topic.name}:{_MAJOR}",
        "title": topic.name,
        "description": topic.description,
    }
    if not topic.records:
        return about | _dead_letter()
    kinds = [*topic.records, *([records.RawArticle] if _carries_raw(topic) else [])]
    _, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    definitions = {name: _define(name, part) for name, part in sorted(components.items())}
    refs = [{"$ref": f"#/$defs/{kind.__name__}"} for kind in topic.records]
    root = refs[0] if len(refs) == 1 else {"oneOf": refs}
    return about | root | {"$defs": definitions}


def render(topic: Topic) -> str:
    """The schema file of one topic."""
    return json.dumps(schema(topic), ensure_ascii=False, indent=2) + "\n"


def _define(name: str, part: dict[str, Any]) -> dict[str, Any]:
    kind = getattr(records, name)
    definition = {**part, "description": _prose(part["description"])}
    properties: dict[str, Any] = {}
    for field, shape in part["properties"].items():
        if field == "unknown":
            continue
        shape = _sharpen(kind, field, shape)
        text = field_texts().get((name, field))
        properties[field] = shape | ({"description": text} if text else {})
    definition["properties"] = properties
    if "unknown" in part["properties"]:
        definition["additionalProperties"] = True
    return definition


def _sharpen(kind: type[msgspec.Struct], field: str, shape: dict[str, Any]) -> dict[str, Any]:
    """What the record's rules say beyond its Python types."""
    if kind is records.Fingerprinted and field == "raw":
        return {"$ref": "#/$defs/RawArticle"}
    if field == "schema_version":
        return {**shape, "pattern": rf"^{_MAJOR}(\.|$)"}
    if field.endswith("_at"):
        if kind is records.RawArticle and field in _PRODUCED_DATES:
            return {
                **shape,
                "description": "RFC 3339; other ISO 8601 forms and RFC 5322 are read as well.",
            }
        return {**shape, "anyOf": [_dated(option) for option in shape["anyOf"]]}
    return shape


def _dated(option: dict[str, Any]) -> dict[str, Any]:
    return {**option, "format": "date-time"} if option["type"] == "string" else option


def _carries_raw(topic: Topic) -> bool:
    return records.Fingerprinted in topic.records


def _dead_letter() -> dict[str, Any]:
    reasons = {"enum": list(records.REASONS)}
    return {
        "type": "object",
        "properties": {
            "headers": {
                "type": "object",
                "properties": {
                    name: {"type": "string", "description": text}
                    | (reasons if name == "dlq.reason" else {})
                    for name, text in DEAD_LETTER_HEADERS.items()
                },
                "required": [name for name in DEAD_LETTER_HEADERS if name not in _ONLY_WHERE_CUT],
                "additionalProperties": {"type": "string"},
            },
            "value": {
                "type": "string",
                "description": "The consumed bytes as text; what is not UTF-8 is U+FFFD here.",
            },
        },
        "required": ["headers", "value"],
    }


@cache
def field_texts() -> Mapping[tuple[str, str], str]:
    """(record, field) → the docstring under the field where it is declared."""
    texts: dict[tuple[str, str], str] = {}
    sources = "\n".join(map(inspect.getsource, (entities, records)))
    for kind in ast.parse(sources.replace("from __future__ import annotations", "")).body:
        if not isinstance(kind, ast.ClassDef):
            continue
        for field, after in zip(kind.body, kind.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
                and isinstance(after.value.value, str)
            ):
                texts[kind.name, field.target.id] = _prose(after.value.value)
    return texts


def _prose(docstring: str) -> str:
    """A docstring as running text with Markdown code marks, one line per paragraph."""
    paragraphs = inspect.cleandoc(docstring).replace("``", "`").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def write(folder: Path = SCHEMAS) -> list[Path]:
    """Write every topic's schema file into ``folder``; the files' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for topic in TOPICS:
        path = folder / f"{topic.name}.json"
        path.write_text(render(topic), "utf-8")
        paths.append(path)
    return paths


if __name__ == "__main__":
    for path in write():
        print(path.name)
