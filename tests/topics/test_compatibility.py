"""The contract holds for those who rely on the last release, and a break of it is noticed."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from topics import asyncapi, codec, compatibility, records
from topics.catalog import BY_NAME
from topics.compatibility import RELEASED, compare, main, releases

ROOT = Path(__file__).parent.parent.parent
MADE = asyncapi.document()
LAST = json.loads(releases()[-1][1].read_text("utf-8"))
Change = Callable[[dict[str, Any]], Any]


def properties(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The fields of a record type."""
    found: dict[str, Any] = schema(document, name)["properties"]
    return found


def schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def setting(path: str, value: Any) -> Change:
    """A change that sets what is at a path of names; ``-`` takes it away."""

    def change(document: dict[str, Any]) -> None:
        part: Any = document
        *way, last = path.split("/")
        for name in way:
            part = part[int(name) if isinstance(part, list) else name]
        if value is None:
            del part[last]
        elif isinstance(part, list):
            part[int(last)] = value
        else:
            part[last] = value

    return change


def in_schema(path: str, value: Any) -> Change:
    return setting(f"components/schemas/{path}", value)


def in_channel(path: str, value: Any) -> Change:
    return setting(f"channels/{path}", value)


def require(record: str, field: str) -> Change:
    return lambda document: schema(document, record)["required"].append(field)


def relax(record: str, field: str) -> Change:
    return lambda document: schema(document, record)["required"].remove(field)


def value_added(record: str, field: str) -> Change:
    return lambda document: closed(document, record, field).append("novel")


def value_gone(record: str, field: str) -> Change:
    return lambda document: closed(document, record, field).pop()


def closed(document: dict[str, Any], record: str, field: str) -> list[str]:
    """The list of values that a field may have."""
    part = properties(document, record)[field]
    options = [part, *part.get("anyOf", ())]
    lists: list[list[str]] = [option["enum"] for option in options if "enum" in option]
    return lists[0]


def new_required(document: dict[str, Any]) -> None:
    properties(document, "EnrichedArticle")["mood"] = {"type": "string"}
    schema(document, "EnrichedArticle")["required"].append("mood")


TEXT = {"type": "string"}
BREAKS: dict[str, tuple[Change, str]] = {
    "a topic is gone": (in_channel("articles.duplicates", None), "articles.duplicates: the topic"),
    "a topic is renamed": (in_channel("articles.raw/address", "in"), "is called in now"),
    "a topic is hidden": (
        in_channel("articles.raw/tags", [{"name": "internal"}]),
        "no longer public",
    ),
    "partitions": (
        in_channel("articles.fingerprinted/bindings/kafka/partitions", 2),
        "fixed number of partitions went from 1 to 2",
    ),
    "clean-up": (
        in_channel(
            "articles.enriched/bindings/kafka/topicConfiguration/cleanup.policy", ["compact"]
        ),
        "cleanup.policy went",
    ),
    "a message is gone": (
        in_channel("articles.fingerprinted/messages/withdrawal", None),
        "message withdrawal is gone",
    ),
    "a message is new": (
        in_channel("articles.duplicates/messages/enriched", {}),
        "message enriched is new",
    ),
    "a field is gone": (in_schema("EnrichedArticle/properties/headline", None), "field is gone"),
    "a field inside is gone": (in_schema("Link/properties/country", None), "Link.country: the"),
    "a new field is required": (new_required, "EnrichedArticle.mood: is new and required"),
    "a field becomes required": (require("RawArticle", "url"), "RawArticle.url: is required now"),
    "a field may be absent": (relax("EnrichedArticle", "id"), "EnrichedArticle.id: may be absent"),
    "a type changes": (
        in_schema("EnrichedArticle/properties/version", {"type": "string", "default": 1}),
        "EnrichedArticle.version: its type changed from integer to string",
    ),
    "null becomes possible": (
        in_schema("Link/properties/latitude", {"anyOf": [{"type": "number"}, {"type": "null"}]}),
        "Link.latitude: its type changed from number to null or number",
    ),
    "null becomes impossible": (
        in_schema("RawArticle/properties/url", {"type": "string", "default": None}),
        "RawArticle.url: its type changed",
    ),
    "items change": (
        in_schema("EnrichedArticle/properties/authors/items", {"type": "object"}),
        "EnrichedArticle.authors[]: its type changed from string to object",
    ),
    "the values of a map change": (
        in_schema("RemovedTotal/properties/count", {"type": "number"}),
        "RemovedTotal.count: its type changed from integer to number",
    ),
    "a default changes": (
        in_schema("EnrichedArticle/properties/version/default", 0),
        "EnrichedArticle.version: what stands for an absent value went from 1 to 0",
    ),
    "a bound changes": (
        in_schema("LanguageShare/properties/share/maximum", 100),
        "LanguageShare.share: its maximum went from 1 to 100",
    ),
    "a format changes": (
        in_schema("EnrichedArticle/properties/enriched_at/anyOf/0", TEXT),
        "EnrichedArticle.enriched_at: its format went from date-time to None",
    ),
    "a value is new to readers": (
        value_added("EnrichedArticle", "status"),
        'EnrichedArticle.status: value "novel" is new',
    ),
    "a reason is new to operators": (
        value_added("DeadLetterHeaders", "dlq.reason"),
        'Headers.dlq.reason: value "novel" is new',
    ),
    "a value is read no longer": (
        value_gone("RawArticle", "media_type"),
        'RawArticle.media_type: value "text/plain" is no longer read',
    ),
    "a list is open": (in_schema("EnrichedArticle/properties/status", TEXT), "values are open"),
    "a list is closed": (
        in_schema("RawArticle/properties/content", {"type": "string", "enum": ["a"]}),
        "RawArticle.content: its values are a closed list",
    ),
    "a record is closed": (
        in_schema("RawArticle/additionalProperties", False),
        "RawArticle: further fields: anything became none",
    ),
    "a header is gone": (
        in_schema("Headers/properties/origin", None),
        "Headers.origin: the",
    ),
    "an event is called otherwise": (
        setting(
            "components/messages/enriched/headers/allOf/1/properties/ce_type/const",
            "news.article.enriched.v2",
        ),
        "ce_type: its const went",
    ),
    "a key is of another type": (
        setting("components/messages/enriched/bindings/kafka/key/type", "integer"),
        "enriched message key: its type changed",
    ),
}
KEEPS: dict[str, Change] = {
    "texts": setting("info/description", "All new."),
    "a description": in_schema("Link/properties/country/description", "Where."),
    "an optional field": in_schema(
        "EnrichedArticle/properties/mood", {"anyOf": [TEXT, {"type": "null"}], "default": None}
    ),
    "a header": in_schema("Headers/properties/tenant", TEXT),
    "a topic": in_channel("articles.corrected", {}),
    "retention": in_channel(
        "articles.enriched/bindings/kafka/topicConfiguration/retention.ms", 1000
    ),
    "the minor version's own default": in_schema(
        "EnrichedArticle/properties/schema_version/default", "1.1"
    ),
    "a value that copydesk no longer writes": value_gone("DeadLetterHeaders", "dlq.reason"),
}


def test_the_contract_holds_since_the_last_release(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_noticed(name: str) -> None:
    change, said = BREAKS[name]
    broken = copy.deepcopy(MADE)
    change(broken)
    found = [f"{item.where}: {item.what}" for item in compare(MADE, broken).breaks]
    assert [text for text in found if said in text], found
    assert len(found) <= 2, found


@pytest.mark.parametrize("name", KEEPS)
def test_what_breaks_nothing_is_allowed(name: str) -> None:
    changed = copy.deepcopy(MADE)
    KEEPS[name](changed)
    assert compare(MADE, changed).breaks == {}


def test_additions_are_named() -> None:
    changed = copy.deepcopy(MADE)
    KEEPS["an optional field"](changed)
    KEEPS["a topic"](changed)
    found = compare(MADE, changed).additions
    assert list(found) == ["EnrichedArticle.mood", "articles.corrected"]


def test_a_break_names_every_topic_that_it_concerns() -> None:
    broken = copy.deepcopy(MADE)
    del properties(broken, "Feed")["guid"]
    ((found, topics),) = compare(MADE, broken).breaks.items()
    assert found.where == "Feed.guid"
    assert {"articles.raw", "articles.cleaned", "articles.enriched", "articles.duplicates"} <= {
        *topics
    }


def test_a_new_major_version_may_break_what_it_likes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = copy.deepcopy(MADE)
    new_required(broken)
    path = tmp_path / "1.0.0.json"
    path.write_text(json.dumps(MADE), "utf-8")
    assert compatibility.check(path, broken) == 1
    assert "1 breaks" in capsys.readouterr().err
    broken["info"]["version"] = "2.0"
    assert compatibility.check(path, broken) == 0
    assert "EnrichedArticle.mood: is new and required" in capsys.readouterr().out


def test_releasing(tmp_path: Path) -> None:
    path = compatibility.release("0.2.0", tmp_path)
    assert json.loads(path.read_text("utf-8")) == MADE
    assert compatibility.release("0.2.0", tmp_path) == path
    path.write_text("{}", "utf-8")
    with pytest.raises(FileExistsError, match="release a higher version"):
        compatibility.release("0.2.0", tmp_path)
    (tmp_path / "0.10.0.json").write_text("{}", "utf-8")
    (tmp_path / "notes.json").write_text("{}", "utf-8")
    assert [version for version, _ in releases(tmp_path)] == ["0.2.0", "0.10.0"]


@pytest.mark.parametrize("arguments", [["--release", "1"], ["--against", "77.0"]])
def test_a_version_that_is_none_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)


def test_whatever_the_changelog_calls_released_is_kept() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[?v?(\d+\.\d+\.\d+)\]?(.*)$", text, re.MULTILINE)
    assert headings
    released = {version for version, rest in headings if "unreleased" not in rest.lower()}
    assert released <= {path.stem for path in RELEASED.glob("*.json")}


def examples(document: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Topic, message and value of every example in a document that is a record."""
    return [
        (topic, name, example["payload"])
        for topic, channel in document["channels"].items()
        if BY_NAME[topic].records
        for name in channel["messages"]
        for example in document["components"]["messages"][name].get("examples", ())
    ]


def test_records_of_the_last_release_are_read() -> None:
    for topic, _, value in examples(LAST):
        data = json.dumps(value).encode()
        if records.Fingerprinted in BY_NAME[topic].records:
            codec.decode_fingerprinted(data)
        else:
            codec.decode(BY_NAME[topic].records[0], data)


def test_readers_of_the_last_release_read_the_records_of_this_one() -> None:
    told = examples(MADE)
    assert len(told) > 20
    for _, name, value in told:
        payload = LAST["components"]["messages"][name]["payload"]
        validator = Draft7Validator({**payload, "components": LAST["components"]})
        assert [error.message for error in validator.iter_errors(value)] == []
