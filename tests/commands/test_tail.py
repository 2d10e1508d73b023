"""``copydesk tail``: its filters, and following a topic."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.deployment import Deployment, copydesk
from tests.topics.ninjs_structure import STRUCTURE
from topics import catalog
from topics.asyncapi import EXAMPLES
from workers.commands.tail import Filter

RECORD: dict[str, Any] = {
    "language": "uk",
    "headline": "Вибори у місті: results",
    "version": 2,
    "language_confidence": 0.5,
    "source": None,
    "authors": ["Ann", "Bob"],
    "entities": [
        {"name": "Kyiv", "link": {"country": "UA"}, "mentions": [{"start": 3}]},
        {"name": "Lviv", "link": None, "mentions": []},
    ],
    "note": "a=b!=c~d",
    "header": {"dlq.reason": "timeout", "origin": "t/0/1@2"},
}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("language=uk", True),
        ("language=u", False),
        ("language!=en", True),
        ("language!=uk", False),
        ("headline~ВИБОРИ", True),
        ("headline~results", True),
        ("headline~nothing", False),
        ("version=2", True),
        ("language_confidence=0.5", True),
        ("source=null", True),
        ("authors=Bob", True),
        ("authors!=Bob", False),
        ("entities.name=Kyiv", True),
        ("entities.name=Odesa", False),
        ("entities.name!=Odesa", True),
        ("entities.link.country=UA", True),
        ("entities.mentions.start=3", True),
        ("missing=x", False),
        ("missing!=x", True),
        ("language.deeper=x", False),
        ("header.dlq.reason=timeout", True),
        ("header.origin~/1@", True),
        ("header.absent=x", False),
        ("note=a=b!=c~d", True),
        ("note~!=c", True),
        ("language=", False),
    ],
)
def test_filters(text: str, matches: bool) -> None:
    assert Filter.parse(text).matches(RECORD) is matches


@pytest.mark.parametrize("text", ["", "language", "=uk", "!=uk", "~uk"])
def test_what_is_no_filter(text: str) -> None:
    with pytest.raises(ValueError, match="no f"):
        Filter.parse(text)


@pytest.mark.parametrize("record", [{}, {"language": []}, {"language": {"a": 1}}])
def test_any_record_can_be_asked(record: dict[str, Any]) -> None:
    assert not Filter.parse("language=uk").matches(record)


@pytest.mark.broker
def test_following_a_topic(deployment: Deployment) -> None:
    values: list[bytes | None] = [
        b'{"id": "a", "language": "uk"}',
        b'{"id": "b", "language": "en"}',
        b"not JSON \xff",
        None,
        b'{"id": "c", "language": "uk"}',
    ]
    deployment.produce(values, keys=[b"k", b"k", b"k", b"k", b"\xff"])
    settings = deployment.settings

    def tail(*arguments: str) -> list[dict[str, Any]]:
        done = copydesk(
            "tail",
            "raw",
            "--from-beginning",
            "--bootstrap",
            settings.bootstrap,
            *arguments,
            input=None,
            COPYDESK_TOPIC_PREFIX=settings.topic_prefix,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    everything = tail("--until-end")
    assert len(everything) == len(values)
    assert {record["topic"] for record in everything} == {settings.topic(catalog.RAW.name)}
    assert {record["key"] for record in everything} == {"k", "\ufffd"}
    assert sum(record["value"] in (None, "not JSON \ufffd") for record in everything) == 2
    matching = tail("--until-end", "--where", "language=uk", "--where", "id!=a")
    assert [record["value"]["id"] for record in matching] == ["c"]
    assert len(tail("--limit", "2")) == 2


@pytest.mark.broker
def test_enriched_articles_as_ninjs(deployment: Deployment) -> None:
    path = EXAMPLES / "articles.enriched" / "harbour-tunnel.json"
    values: list[bytes | None] = [path.read_bytes(), b"not JSON", None]
    deployment.produce(values, keys=[b"k", b"k", b"k"], topic=catalog.ENRICHED)
    told = ("--from-beginning", "--until-end", "--bootstrap", deployment.settings.bootstrap)
    prefix = {"COPYDESK_TOPIC_PREFIX": deployment.settings.topic_prefix}
    done = copydesk("tail", "--as", "ninjs", *told, input=None, **prefix)
    assert done.returncode == 0, done.stderr
    assert b"not JSON" in done.stderr
    shown = {item["pubStatus"]: item for item in map(json.loads, done.stdout.splitlines())}
    assert shown.keys() == {"usable", "canceled"}
    for item in shown.values():
        Draft202012Validator(STRUCTURE).validate(item)
    assert shown["usable"]["headlines"][0]["value"].startswith("Rotterdam")
    assert shown["canceled"]["uri"] == "urn:copydesk:article:k"


def test_ninjs_is_for_enriched_articles() -> None:
    done = copydesk("tail", "raw", "--as", "ninjs", input=None)
    assert done.returncode == 2
    assert b"shows enriched articles; articles.raw has none" in done.stderr
