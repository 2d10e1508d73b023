"""What must be true of the outcome of any line."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import orjson
from jsonschema import Draft202012Validator, FormatChecker

from topics import catalog, codec, schema
from topics.records import DeadLetter, Duplicate, EnrichedArticle

KINDS: dict[str, type[msgspec.Struct]] = {
    catalog.ENRICHED.name: EnrichedArticle,
    catalog.DUPLICATES.name: Duplicate,
    catalog.DEAD_LETTER.name: DeadLetter,
}
EXPECTED = ("undecodable", "invalid", "too_large", "no_text")
"""Reasons of dead letters that are the line's own doing; any other is a bug of ours."""

NO_JSON = object()


def complaint(number: int, line: bytes, written: bytes, *, thorough: bool = True) -> str | None:
    """What is wrong with the outcome that was written for a line; ``thorough``: by its schema."""
    try:
        outcome = orjson.loads(written)
        topic, key, value = outcome["topic"], outcome["key"], outcome["value"]
        kind = KINDS[topic]
    except (ValueError, KeyError, TypeError) as error:
        return f"no outcome: {error!r}: {written[:200]!r}"
    try:
        codec.decode(kind, orjson.dumps(value))
    except (codec.DecodeError, TypeError) as error:
        return f"not a {kind.__name__}: {error}"
    if key != (value["id"] or value.get("origin")):
        return f"key {key!r:.200} but id {value['id']!r:.200}"
    if kind is DeadLetter:
        return _of_dead_letter(number, line, value)
    if thorough and (errors := [error.message for error in _validator(topic).iter_errors(value)]):
        return f"against the schema of {topic}: {errors[0]:.300}"
    return _of_record(number, line, value, copy=kind is Duplicate)


def _is_time(text: object) -> bool:
    """RFC 3339, which jsonschema itself leaves unchecked without a further package."""
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


FORMATS = FormatChecker(formats=())
FORMATS.checkers = {"date-time": (_is_time, ValueError)}


@cache
def _validator(topic: str) -> Draft202012Validator:
    path = schema.SCHEMAS / f"{topic}.json"
    return Draft202012Validator(json.loads(path.read_text("utf-8")), format_checker=FORMATS)


def _of_dead_letter(number: int, line: bytes, letter: dict[str, Any]) -> str | None:
    if letter["origin"] != f"stdin/0/{number}@0":
        return f"line {number} was answered as {letter['origin']}"
    if letter["payload"] != _shown(line):
        return "the dead letter holds another payload"
    if letter["reason"] not in EXPECTED:
        return f"{letter['stage']}: {letter['reason']}: {letter['message']}"
    if (letter["reason"] == "undecodable") != (_read(line) is NO_JSON):
        return f"JSON or not, but {letter['reason']}: {letter['message']}"
    return None


def _of_record(number: int, line: bytes, value: dict[str, Any], *, copy: bool) -> str | None:
    raw = _read(line)
    if not isinstance(raw, dict):
        return "made of a line that is no article"
    if copy and value["origin"] != f"stdin/0/{number}@0":
        return f"line {number} was answered as {value['origin']}"
    if value.get("line") != raw.get("line"):
        return f"answer to line {value.get('line')!r} for line {raw.get('line')!r}"
    if raw.get("id") and raw["id"].strip() and value["id"] != raw["id"]:
        return f"id {raw['id']!r:.200} came out as {value['id']!r:.200}"
    if copy:
        return None
    for run in value["stages"]:
        if run["status"] == "failed":
            return f"{run['name']} failed: {run['reason']}"
    return _of_offsets(raw["content"], value)


def _of_offsets(content: str, value: dict[str, Any]) -> str | None:
    text = value.get("text", "")
    for removal in value.get("removed", ()):
        if content[removal["start"] : removal["end"]] != removal["text"]:
            return f"removed {removal!r:.300} is not what the content has there"
    for entity in value.get("entities", ()):
        for mention in entity["mentions"]:
            if text[mention["start"] : mention["end"]] != mention["text"] or not mention["text"]:
                return f"mention {mention!r:.300} is not what the text has there"
    return None


def _read(line: bytes) -> Any:
    try:
        return orjson.loads(line.strip(b" \t\r\n"))
    except orjson.JSONDecodeError:
        return NO_JSON


def _shown(line: bytes) -> str:
    return line.strip(b" \t\r\n").decode("utf-8", "replace")
