"""The AsyncAPI 3 document of all topics, generated from the catalog and the record types.

``python -m topics.asyncapi`` writes ``topics/asyncapi.json``; a test fails when the committed file
differs from what is generated here. It is what consumers read, generate code from, and what
``topics.compatibility`` compares with the releases before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from topics import headers, records
from topics.catalog import DEAD_LETTER, MAX_MESSAGE_BYTES, OPERATORS, OTHERS, TOPICS, Topic
from topics.records import Origin
from topics.schema import schema

DOCUMENT = Path(__file__).with_name("asyncapi.json")
EXAMPLES = Path(__file__).with_name("examples")

TOMBSTONE = "tombstone"
DROPPED = "dropped"
"""A changelog's tombstone, which has no headers either; a tombstone in its channel."""
HEADERS_SCHEMA = "Headers"
LETTER_SCHEMA = "DeadLetterHeaders"
BINDING = "0.5.0"
"""Version of AsyncAPI's Kafka bindings."""

ENVELOPE: Mapping[str, str] = {
    "ce_specversion": "Version of CloudEvents.",
    "ce_id": "Names the event; a re-emission carries the same one.",
    "ce_source": "Who wrote the record: `copydesk/` and the step.",
    "ce_type": "What the record says of the article.",
    "ce_subject": "The article's id.",
    "ce_time": "When the record was written (RFC 3339, UTC).",
    headers.CONTENT_TYPE: "Media type of the value.",
    headers.TRACEPARENT: "W3C Trace Context: the arrival's trace, with a span for this record.",
    headers.TRACESTATE: "W3C Trace Context, as the arrival's producer gave it.",
    headers.ORIGIN: "The arrival that it comes of: topic/partition/offset@timestamp.",
    headers.TAKEN: "When the worker began with the batch of which this came (RFC 3339, UTC).",
    headers.REPROCESSED: "When the article, which had come out already, was sent through its "
    "stages once more (RFC 3339, UTC): it replaces what came out under its id and version.",
}
"""Headers of every event with what they say; all values are UTF-8 text."""

_ALWAYS = frozenset(ENVELOPE) - {headers.TRACESTATE, headers.TAKEN, headers.REPROCESSED}
_ORIGIN = Origin("articles.raw", 0, 41002, 1770706331480)
_TIME = datetime(2026, 2, 10, 6, 52, 12, 67_000, tzinfo=UTC)
_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

_ABOUT = """\
copydesk takes raw news articles from a Kafka topic, deduplicates them, detects their language, \
strips the boilerplate, tags the entities and publishes the result. Every arrival on \
`articles.raw` comes out on exactly one of `articles.enriched`, `articles.duplicates` and \
`articles.dead-letter`.

Operations are told from copydesk's side: what it receives, others send. Channels that are tagged \
`public` are for other programs; `internal` ones are documented for operators.

Delivery is at least once. What is re-emitted is the same but for its times and `traceparent`, \
under the same key and `ce_id`: write by `id` and `version`. A record without a value whose \
`ce_type` is `news.article.forgotten.v1` says that its article was taken down: delete what you \
have of it. A deployment may put a prefix before every topic and consumer group \
(`COPYDESK_TOPIC_PREFIX`).

Within a major version a field may be added that nobody needs to write, and nothing else changes: \
ignore fields that you do not know."""


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:copydesk:asyncapi",
        "info": {
            "title": "copydesk",
            "version": records.SCHEMA_VERSION,
            "description": _ABOUT,
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "The deployment's Kafka.",
                "variables": {"bootstrap": {"default": "127.0.0.1:9092"}},
            }
        },
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operation(*pair) for topic in TOPICS for pair in _actions(topic)),
        "components": {
            "messages": {
                name: message for topic in TOPICS for name, message in _messages(topic).items()
            },
            "schemas": _schemas(),
        },
    }


def render() -> str:
    """The document's file."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def _channel(topic: Topic) -> dict[str, Any]:
    layout = topic.layout()
    settings = {
        **layout,
        "cleanup.policy": layout["cleanup.policy"].split(","),
        "retention.ms": topic.retention_ms,
        "max.message.bytes": MAX_MESSAGE_BYTES,
    }
    kafka: dict[str, Any] = {"topicConfiguration": settings, "bindingVersion": BINDING}
    if topic.partitions is not None:
        kafka["partitions"] = topic.partitions
    many = "" if topic.partitions else " As many partitions as COPYDESK_PARTITIONS says."
    return {
        "address": topic.name,
        "title": topic.name,
        "description": f"{topic.description} Keyed by {topic.key}.{many}",
        "messages": {
            name: {"$ref": f"#/components/messages/{_component(topic, name)}"}
            for name in _names(topic)
        },
        "tags": [{"name": "public" if topic.public else "internal"}],
        "bindings": {"kafka": kafka},
    }


def _actions(topic: Topic) -> list[tuple[Topic, str, list[str]]]:
    """What copydesk itself does with a topic, and which of its steps do."""
    found = []
    for action, steps in (("receive", topic.consumers), ("send", topic.producers)):
        own = [step for step in steps if step not in (OTHERS, OPERATORS)]
        if own:
            found.append((topic, action, own))
    return found


def _operation(topic: Topic, action: str, steps: Sequence[str]) -> tuple[str, dict[str, Any]]:
    operation: dict[str, Any] = {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"By {', '.join(steps)}.",
        "messages": [
            {"$ref": f"#/channels/{topic.name}/messages/{name}"} for name in _names(topic)
        ],
    }
    if action == "receive" and not topic.compacted:  # a changelog is read without a group
        groups = [f"copydesk.{_step(step)}" for step in steps]
        operation["bindings"] = {
            "kafka": {"groupId": {"type": "string", "enum": groups}, "bindingVersion": BINDING}
        }
    name = "".join(word.capitalize() for word in topic.state.split("-"))
    return action + name, operation


def _step(name: str) -> str:
    """``deduplicate (claim)`` → ``claim``: the step, by which its consumer group is called."""
    return name.rpartition("(")[2].rstrip(")")


def _kinds(topic: Topic) -> Mapping[str, str]:
    """Message name → record type; the first is called like the topic's state."""
    kinds = [kind.__name__ for kind in topic.records]
    return {topic.state if n == 0 else kind.lower(): kind for n, kind in enumerate(kinds)}


def _names(topic: Topic) -> list[str]:
    return [*(_kinds(topic) or (topic.state,)), *([TOMBSTONE] if topic.tombstones else [])]


def _component(topic: Topic, name: str) -> str:
    """The name among the components of a message of the topic's channel."""
    return DROPPED if name == TOMBSTONE and topic.compacted else name


def _messages(topic: Topic) -> dict[str, dict[str, Any]]:
    made = {
        name: _message(topic, name, {"$ref": f"#/components/schemas/{kind}"})
        for name, kind in _kinds(topic).items()
    }
    if not topic.records:
        anything = {"description": "The bytes that were consumed, whatever they are."}
        letter = _message(topic, topic.state, anything)
        made = {topic.state: letter | {"contentType": "application/octet-stream"}}
    if topic.tombstones:
        made[_component(topic, TOMBSTONE)] = _tombstone(topic)
    return made


def _tombstone(topic: Topic) -> dict[str, Any]:
    message: dict[str, Any] = {
        "name": TOMBSTONE,
        "title": "Tombstone",
        "summary": "No value: what was told under this key no longer holds; delete it.",
        "payload": {"type": "null"},
        "bindings": _key("the key of what is withdrawn"),
    }
    if not topic.compacted:
        # Of no arrival; and a dead letter may have no value either, so that the type tells.
        own = _event(headers.FORGOTTEN, _ALWAYS - {headers.ORIGIN})
        parts = [{"$ref": f"#/components/schemas/{HEADERS_SCHEMA}"}, own]
        message["headers"] = {"type": "object", "allOf": parts}
    return message


def _message(topic: Topic, name: str, payload: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {
        "name": name,
        "title": _kinds(topic).get(name, "DeadLetter"),
        "summary": topic.description,
        "payload": payload,
        "bindings": _key(topic.key),
        "examples": _examples(topic, name),
    }
    if not topic.compacted:  # the changelog is no stream of events and has no headers
        message["headers"] = _headers(topic)
        message["correlationId"] = {
            "description": "The arrival, through every hop and replay; "
            "of a record of `articles.raw` without it, its own place.",
            "location": f"$message.header#/{headers.ORIGIN}",
        }
    return message


def _key(text: str) -> dict[str, Any]:
    return {
        "kafka": {"key": {"type": "string", "description": text}, "bindingVersion": BINDING},
    }


def _headers(topic: Topic) -> dict[str, Any]:
    """What holds for the headers of every topic, and what for this one's alone."""
    kind = headers.event_type(topic)
    own: dict[str, Any] = {"properties": {"ce_type": {"const": kind}}}
    if OTHERS not in topic.producers:  # who may write nothing but the value
        own = _event(kind, _ALWAYS)
    parts = [{"$ref": f"#/components/schemas/{HEADERS_SCHEMA}"}, own]
    if not topic.records:
        parts.append({"$ref": f"#/components/schemas/{LETTER_SCHEMA}"})
    return {"type": "object", "allOf": parts}


def _event(kind: str, needed: Set[str]) -> dict[str, Any]:
    """What holds for the headers of one type of event that copydesk itself writes."""
    told = {
        "ce_type": {"const": kind},
        headers.TRACEPARENT: {"pattern": headers.TRACEPARENT_PATTERN},
    }
    return {"properties": told, "required": [name for name in ENVELOPE if name in needed]}


def _examples(topic: Topic, name: str) -> list[dict[str, Any]]:
    found = []
    for path in sorted((EXAMPLES / topic.name).glob("*.json")):
        value = json.loads(path.read_text("utf-8"))
        if len(topic.records) > 1 and value["record"] != name:
            continue
        told: dict[str, str] = {}
        if not topic.records:
            told, value = value["headers"], value["value"]
        example = {"name": path.stem, "payload": value}
        if not topic.compacted:
            id = value.get("id") if isinstance(value, dict) else None
            example["headers"] = _envelope(topic, id or str(_ORIGIN)) | told
        found.append(example)
    return found


def _envelope(topic: Topic, id: str) -> dict[str, str]:
    """The headers of one example: made as a worker makes them, with a trace of its own."""
    step = _step(next((name for name in topic.producers if name != OTHERS), OTHERS))
    origin = None if OTHERS in topic.producers else _ORIGIN
    made = headers.event(
        topic,
        id=id,
        origin=origin,
        stage=step.removeprefix("copydesk "),
        stages=(),
        time=_TIME,
        trace=None,
    )
    return made | {headers.TRACEPARENT: _TRACE}


def _schemas() -> dict[str, Any]:
    """Every record type once; AsyncAPI's schemas are those of JSON Schema draft 7 and more."""
    found: dict[str, Any] = {
        HEADERS_SCHEMA: {
            "title": HEADERS_SCHEMA,
            "type": "object",
            "description": "Headers of every event; others may come with them.",
            "properties": {
                name: {"type": "string", "description": text} for name, text in ENVELOPE.items()
            },
            "additionalProperties": {"type": "string"},
        },
        LETTER_SCHEMA: {
            "description": "Headers that say why a record is a dead letter.",
            **schema(DEAD_LETTER)["properties"]["headers"],
        },
    }
    for topic in TOPICS:
        for name, definition in schema(topic).get("$defs", {}).items():
            found[name] = _relocated(definition)
    return dict(sorted(found.items()))


def _relocated(part: Any) -> Any:
    """References point into the document; in draft 7 nothing may stand beside one."""
    if isinstance(part, list):
        return [_relocated(item) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" not in part:
        return {name: _relocated(value) for name, value in part.items()}
    reference = {"$ref": part["$ref"].replace("#/$defs/", "#/components/schemas/")}
    beside = {name: value for name, value in part.items() if name != "$ref"}
    return {"allOf": [reference], **beside} if beside else reference


def write(path: Path = DOCUMENT) -> Path:
    """Write the document; its path."""
    path.write_text(render(), "utf-8")
    return path


if __name__ == "__main__":
    print(write().name)
