"""The AsyncAPI document is valid, is what the catalog says, and its examples are true to it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.node.packages import NodeUnavailableError, installed
from topics import catalog, headers
from topics.asyncapi import DOCUMENT, DROPPED, EXAMPLES, TOMBSTONE, document, render, write
from topics.catalog import MAX_MESSAGE_BYTES, TOPICS, Topic
from topics.headers import REPROCESSED
from workers import pipeline
from workers.settings import Settings

MADE = document()
MESSAGES: dict[str, Any] = MADE["components"]["messages"]
PACKAGES = Path(__file__).parent.parent / "node"


@pytest.fixture(scope="module")
def standard() -> Draft7Validator:
    """AsyncAPI's own JSON Schema of its documents."""
    try:
        modules = installed(PACKAGES)
    except NodeUnavailableError as error:
        pytest.skip(f"no schema of AsyncAPI: {error}")
    path = modules / "@asyncapi" / "specs" / "schemas" / "3.0.0-without-$id.json"
    return Draft7Validator(json.loads(path.read_text("utf-8")))


def references(part: Any) -> Iterator[str]:
    """Every ``$ref``, but in examples, which are data."""
    if isinstance(part, list):
        for item in part:
            yield from references(item)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for name, value in part.items():
            if name != "examples":
                yield from references(value)


def resolve(reference: str) -> Any:
    """What a reference points to; KeyError if nothing is there."""
    part: Any = MADE
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part


def validator(schema: dict[str, Any]) -> Draft7Validator:
    return Draft7Validator({**schema, "components": MADE["components"]})


def test_the_committed_file_is_what_the_catalog_generates(tmp_path: Path) -> None:
    assert DOCUMENT.read_text("utf-8") == render(), "run: python -m topics.asyncapi"
    assert write(tmp_path / "made.json").read_text("utf-8") == render()


def test_it_is_valid_asyncapi(standard: Draft7Validator) -> None:
    assert [error.message for error in standard.iter_errors(MADE)] == []


@pytest.mark.parametrize(
    "path",
    [
        ("asyncapi",),
        ("info", "version"),
        ("operations", "sendEnriched", "action"),
        ("operations", "sendEnriched", "channel"),
    ],
)
def test_the_standard_notices_what_is_missing(
    standard: Draft7Validator, path: tuple[str, ...]
) -> None:
    broken = copy.deepcopy(MADE)
    part = broken
    for name in path[:-1]:
        part = part[name]
    del part[path[-1]]
    assert not standard.is_valid(broken)


def test_every_reference_leads_somewhere() -> None:
    found = set(references(MADE))
    assert len(found) > 40
    for reference in found:
        assert resolve(reference) is not None
    for operation in MADE["operations"].values():
        messages = f"{operation['channel']['$ref']}/messages/"
        assert all(item["$ref"].startswith(messages) for item in operation["messages"])


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_channel_is_laid_out_as_the_topic_is_created(topic: Topic) -> None:
    channel = MADE["channels"][topic.name]
    kafka = channel["bindings"]["kafka"]
    assert channel["address"] == topic.name
    assert kafka.get("partitions") == topic.partitions
    told = kafka["topicConfiguration"]
    flat = {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in told.items()
    }
    assert flat == topic.layout()
    assert told["max.message.bytes"] == MAX_MESSAGE_BYTES
    assert (TOMBSTONE in channel["messages"]) == topic.tombstones


def test_what_is_for_others_is_told_from_what_is_not() -> None:
    tagged = {name: channel["tags"][0]["name"] for name, channel in MADE["channels"].items()}
    assert {name for name, tag in tagged.items() if tag == "public"} == {
        "articles.raw",
        "articles.enriched",
        "articles.duplicates",
        "articles.dead-letter",
    }


def test_consumer_groups_are_those_of_the_workers() -> None:
    bindings = [item["bindings"] for item in MADE["operations"].values() if "bindings" in item]
    groups = {group for binding in bindings for group in binding["kafka"]["groupId"]["enum"]}
    assert groups == {Settings().group(step) for step in pipeline.STEPS}


@pytest.mark.parametrize("name", [name for name in MESSAGES if name not in (TOMBSTONE, DROPPED)])
def test_its_examples_are_valid(name: str) -> None:
    message = MESSAGES[name]
    assert message["examples"]
    for example in message["examples"]:
        errors = list(validator(message["payload"]).iter_errors(example["payload"]))
        if "headers" in message:
            errors += validator(message["headers"]).iter_errors(example["headers"])
        assert [error.message for error in errors] == []


def test_every_committed_example_is_in_it() -> None:
    told = sum(len(message.get("examples", [])) for message in MESSAGES.values())
    assert told == len(list(EXAMPLES.glob("*/*.json")))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("enriched", {headers.ORIGIN: None}),
        ("enriched", {headers.TRACEPARENT: "00-1-2-3"}),
        ("enriched", {"ce_type": "news.article.raw.v1"}),
        ("dead-letter", {"dlq.reason": "boredom"}),
        ("dead-letter", {"dlq.stage": None}),
    ],
)
def test_headers_that_no_worker_writes_are_invalid(
    name: str, change: dict[str, str | None]
) -> None:
    message = MESSAGES[name]
    good = message["examples"][0]["headers"]
    bad = {key: value for key, value in {**good, **change}.items() if value is not None}
    assert validator(message["headers"]).is_valid(good)
    assert not validator(message["headers"]).is_valid(bad)


def test_what_is_sent_once_more_and_what_is_taken_down_is_told() -> None:
    assert REPROCESSED in MADE["components"]["schemas"]["Headers"]["properties"]
    for topic in (catalog.ENRICHED, catalog.DUPLICATES, catalog.DEAD_LETTER):
        message = resolve(MADE["channels"][topic.name]["messages"][TOMBSTONE]["$ref"][2:])
        told = headers.tombstone(topic, id="a", time=datetime.now(UTC))
        assert validator(message["headers"]).is_valid(told)
        # A dead letter of a record without a value has none either.
        letter = MESSAGES["dead-letter"]["examples"][0]["headers"]
        assert not validator(message["headers"]).is_valid(letter)
    dropped = resolve(MADE["channels"][catalog.CLAIMS.name]["messages"][TOMBSTONE]["$ref"][2:])
    assert "headers" not in dropped  # the changelog has none


def test_a_service_may_write_a_raw_article_without_headers() -> None:
    assert validator(MESSAGES["raw"]["headers"]).is_valid({})
