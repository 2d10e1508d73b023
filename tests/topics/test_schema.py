"""The committed schema files are what the records generate, and say what the codec does."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from topics.catalog import BY_NAME, TOPICS, Topic
from topics.schema import SCHEMAS, field_texts, render, schema, write

EVERY_TOPIC = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)


@EVERY_TOPIC
def test_the_committed_file_is_what_the_records_generate(topic: Topic) -> None:
    committed = (SCHEMAS / f"{topic.name}.json").read_text("utf-8")
    assert committed == render(topic), "run: python -m topics.schema"


def test_there_is_a_file_for_every_topic_and_no_other() -> None:
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{topic.name}.json" for topic in TOPICS}


@EVERY_TOPIC
def test_it_is_a_valid_schema_with_its_own_name(topic: Topic) -> None:
    made = schema(topic)
    Draft202012Validator.check_schema(made)
    assert made["$id"] == f"urn:copydesk:schema:{topic.name}:1"


@EVERY_TOPIC
def test_unknown_is_no_field_of_the_wire(topic: Topic) -> None:
    for definition in schema(topic).get("$defs", {}).values():
        assert "unknown" not in definition["properties"]


def test_an_open_record_says_that_further_fields_are_kept() -> None:
    definitions = schema(BY_NAME["articles.enriched"])["$defs"]
    assert definitions["EnrichedArticle"]["additionalProperties"] is True
    assert "additionalProperties" not in definitions["Link"]


def test_what_a_stage_may_not_have_run_is_not_required() -> None:
    enriched = schema(BY_NAME["articles.enriched"])["$defs"]["EnrichedArticle"]
    assert enriched["required"] == ["id", "status"]


def test_docstrings_of_fields_become_descriptions() -> None:
    enriched = schema(BY_NAME["articles.enriched"])["$defs"]["EnrichedArticle"]
    assert enriched["properties"]["text"]["description"] == "Kept lines verbatim, joined by `\\n`."
    assert len(field_texts()) > 10


def test_a_withdrawal_is_told_from_a_fingerprinted_article() -> None:
    validator = Draft202012Validator(schema(BY_NAME["articles.fingerprinted"]))
    withdrawal = {"record": "withdrawal", "id": "a", "origin": "t/0/1@2"}
    assert validator.is_valid(withdrawal)
    assert not validator.is_valid({**withdrawal, "record": "other"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("articles.raw", {"id": "no content"}),
        ("articles.raw", {"content": ["a", "b"]}),
        ("articles.raw", {"content": "a", "schema_version": "2.0"}),
        ("articles.enriched", {"id": "a", "status": "done"}),
        ("articles.enriched", {"id": "a", "status": "complete", "entities": [{"id": "e1"}]}),
        ("articles.dead-letter", {"headers": {"origin": "t/0/1@2"}, "value": ""}),
    ],
)
def test_it_refuses_what_is_no_such_record(name: str, value: object) -> None:
    assert not Draft202012Validator(schema(BY_NAME[name])).is_valid(value)


def test_writing_gives_the_files_of_all_topics(tmp_path: Path) -> None:
    for path in write(tmp_path / "schemas"):
        assert json.loads(path.read_text("utf-8"))["title"] in BY_NAME
