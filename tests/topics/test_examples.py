"""Every committed example is a real record of its topic, with offsets that give their text."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

import topics
from topics import records
from topics.catalog import BY_NAME, TOPICS
from topics.codec import decode, decode_fingerprinted, encode
from topics.records import Origin
from topics.schema import DEAD_LETTER_HEADERS, schema

EXAMPLES = Path(topics.__file__).with_name("examples")
FILES = sorted(EXAMPLES.glob("*/*.json"))
EVERY_EXAMPLE = pytest.mark.parametrize(
    "path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)
RECORDS = [path for path in FILES if BY_NAME[path.parent.name].records]
EVERY_RECORD = pytest.mark.parametrize(
    "path", RECORDS, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


def read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return value


def decoded(path: Path) -> msgspec.Struct:
    kinds = BY_NAME[path.parent.name].records
    if records.Fingerprinted in kinds:
        return decode_fingerprinted(path.read_bytes())
    return decode(kinds[0], path.read_bytes())


def test_every_topic_has_two_to_four_examples_and_no_folder_is_left_over() -> None:
    counts = {topic.name: len(list((EXAMPLES / topic.name).glob("*.json"))) for topic in TOPICS}
    assert all(2 <= count <= 4 for count in counts.values()), counts
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(counts)


@EVERY_EXAMPLE
def test_it_validates_against_the_schema_of_its_topic(path: Path) -> None:
    checker = Draft202012Validator.FORMAT_CHECKER
    validator = Draft202012Validator(schema(BY_NAME[path.parent.name]), format_checker=checker)
    assert [error.message for error in validator.iter_errors(read(path))] == []


@EVERY_RECORD
def test_it_is_read_and_written_again_as_it_was(path: Path) -> None:
    record = decoded(path)
    written = json.loads(encode(record))
    example = read(path)
    assert {name: written[name] for name in example} == example
    properties = schema(BY_NAME[path.parent.name])["$defs"][type(record).__name__]["properties"]
    added = written.keys() - example.keys()
    assert {name: written[name] for name in added} == {
        name: properties[name]["default"] for name in added
    }


@EVERY_RECORD
def test_offsets_of_mentions_give_their_text(path: Path) -> None:
    record = read(path)
    for entity in record.get("entities", []):
        assert entity["mentions"], entity["id"]
        for mention in entity["mentions"]:
            assert record["text"][mention["start"] : mention["end"]] == mention["text"]


@EVERY_RECORD
def test_removed_spans_give_their_text_and_leave_the_kept_text(path: Path) -> None:
    record = read(path)
    if not record.get("removed"):
        return
    content = read(EXAMPLES / "articles.raw" / path.name)["content"]
    kept, at = [], 0
    for removal in record["removed"]:
        assert content[removal["start"] : removal["end"]] == removal["text"]
        kept.append(content[at : removal["start"]])
        at = removal["end"]
    kept.append(content[at:])
    lines = [line for line in "".join(kept).split("\n") if line]
    assert "\n".join(lines) == record["text"]


@EVERY_RECORD
def test_the_summary_counts_what_was_removed(path: Path) -> None:
    record = read(path)
    if not record.get("removed"):
        return
    totals: dict[str, dict[str, int]] = {}
    for removal in record["removed"]:
        total = totals.setdefault(removal["reason"], {"count": 0, "characters": 0})
        total["count"] += 1
        total["characters"] += len(removal["text"])
    assert totals == record["removed_summary"]


@EVERY_RECORD
def test_a_partial_record_names_the_stage_that_failed(path: Path) -> None:
    record = read(path)
    if "status" in record:
        failed = [run for run in record["stages"] if run["status"] == "failed"]
        assert record["status"] == ("partial" if failed else "complete")
        assert all(run["reason"] for run in record["stages"] if run["status"] != "ok")


@pytest.mark.parametrize(
    "path", sorted((EXAMPLES / "articles.dead-letter").glob("*.json")), ids=lambda path: path.stem
)
def test_a_dead_letter_has_known_headers_that_agree(path: Path) -> None:
    headers = read(path)["headers"]
    assert headers.keys() <= DEAD_LETTER_HEADERS.keys()
    origin = Origin.parse(headers["origin"])
    assert headers["dlq.reason"] in records.REASONS
    assert headers["dlq.timestamp"] == str(origin.timestamp)


def test_the_examples_show_what_the_product_does() -> None:
    enriched = [read(path) for path in sorted((EXAMPLES / "articles.enriched").glob("*.json"))]
    assert len({record["language"] for record in enriched}) >= 3
    assert {record["status"] for record in enriched} == {"complete", "partial"}
    assert any(record["duplicates"]["role"] == "revision" for record in enriched)
    assert any(entity["link"] for record in enriched for entity in record.get("entities", []))
    assert any("<html" in read(path)["content"] for path in (EXAMPLES / "articles.raw").iterdir())
