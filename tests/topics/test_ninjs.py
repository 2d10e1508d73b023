"""The ninjs view: its structure, and where each thing of an enriched record goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.topics.ninjs_structure import STRUCTURE
from topics import ninjs
from topics.asyncapi import EXAMPLES
from topics.codec import decode
from topics.records import Duplicates, EnrichedArticle, Entity, Feed, Link, Mention, StageRun

FILES = sorted((EXAMPLES / "articles.enriched").glob("*.json"))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALIDATOR = Draft202012Validator(STRUCTURE)


def example(name: str) -> EnrichedArticle:
    return decode(EnrichedArticle, (EXAMPLES / "articles.enriched" / name).read_bytes())


def checked(article: EnrichedArticle, **options: Any) -> dict[str, Any]:
    """The view, which must be ninjs and JSON."""
    made = ninjs.view(article, **options)
    assert [error.message for error in VALIDATOR.iter_errors(made)] == []
    assert json.loads(json.dumps(made)) == made
    return made


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_example_is_ninjs(path: Path) -> None:
    made = checked(example(path.name))
    assert made["standard"] == {"name": "ninjs", "version": "3.1", "schema": ninjs.SCHEMA}


def test_everything_has_its_place() -> None:
    made = checked(example("harbour-tunnel.json"))
    assert made["uri"] == "urn:copydesk:article:havenbode:88121"
    assert made["type"] == "text"
    assert made["representationType"] == "full"
    assert (made["version"], made["language"]) == ("1", "en")
    assert made["firstCreated"] == made["versionCreated"] == "2026-02-10T06:40:00.000Z"
    assert made["by"] == "Joris de Lange"
    assert [item["value"] for item in made["headlines"]] == [
        "Rotterdam opens its third harbour tunnel"
    ]
    (body,) = made["bodies"]
    assert body["role"] == "main"
    assert body["contentType"] == "text/plain"
    assert body["charCount"] == len(body["value"])
    assert made["infoSources"] == [{"name": "Havenbode"}]
    assert {"role": "guid", "value": "hb-88121"} in made["altIds"]
    assert [item["name"] for item in made["people"]] == ["Annelies Vermeer", "Ahmed el-Khatib"]
    assert [item["name"] for item in made["organisations"]] == ["Port of Rotterdam Authority"]
    assert made["places"][0] == {
        "name": "Rotterdam",
        "rel": "mentions",
        "uri": "https://sws.geonames.org/2747891/",
        "geoJSON": {"type": "Point", "coordinates": [4.47917, 51.9225]},
    }
    assert made["subjects"][0]["literal"] == "NL"
    assert made["subjects"][0]["relevance"] == 77
    assert made["renditions"][0]["href"] == "https://havenbode.example/harbour/third-tunnel"


def entity(kind: Any, name: str, link: Link | None = None) -> Entity:
    return Entity(
        id="e1",
        type=kind,
        name=name,
        mentions=[Mention(start=0, end=1, text="x")],
        salience=0.256,
        confidence=0.5,
        method="gazetteer",
        link=link,
    )


def test_what_is_not_complete_says_so() -> None:
    failed = StageRun(name="tag_entities", version="3", status="failed", reason="timeout")
    article = EnrichedArticle(id="a", status="partial", text="A.", stages=[failed])
    made = checked(article)
    assert made["representationType"] == "partial"
    assert made["edNote"] == "tag_entities failed: timeout"
    behind = checked(EnrichedArticle(id="a", status="complete", text="A.", quality="paywall"))
    assert behind["representationType"] == "partial"
    assert "paywall" in behind["edNote"]
    assert checked(EnrichedArticle(id="a", status="complete"))["representationType"] == "partial"


def test_nothing_is_made_up() -> None:
    made = checked(EnrichedArticle(id="a", status="complete", text="A."))
    assert set(made) == {
        *("uri", "type", "representationType", "version", "pubStatus", "bodies", "altIds"),
        "standard",
    }


def test_a_copy_and_a_picture_are_associated() -> None:
    copy = Duplicates(role="copy", of="agency/7 ü", cluster="c")
    picture = "https://a.example/bild ä.jpg?w=10%&q=%C3%A4"
    made = checked(EnrichedArticle(id="a", status="complete", image=picture, duplicates=copy))
    main, original = made["associations"]
    assert main["uri"] == "https://a.example/bild%20%C3%A4.jpg?w=10%25&q=%C3%A4"
    assert original["rel"] == "copyOf"
    assert original["uri"] == checked(EnrichedArticle(id="agency/7 ü", status="complete"))["uri"]
    revised = EnrichedArticle(
        id="a", status="complete", duplicates=Duplicates(role="revision", of="a", cluster="a")
    )
    assert "associations" not in checked(revised)


@pytest.mark.parametrize(
    ("version", "times", "created"),
    [
        (1, ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", None), "2026-01-02T00:00:00Z"),
        (1, ("2026-01-01T00:00:00Z", None, "2026-01-03T00:00:00Z"), "2026-01-01T00:00:00Z"),
        (2, ("2026-01-01T00:00:00Z", None, "2026-01-03T00:00:00Z"), "2026-01-03T00:00:00Z"),
        (1, ("last week", None, "2026-01-03T00:00:00+02:00"), "2026-01-03T00:00:00+02:00"),
        (1, (None, None, None), None),
    ],
)
def test_when_a_version_was_made(
    version: int, times: tuple[str | None, ...], created: str | None
) -> None:
    published, modified, fetched = times
    article = EnrichedArticle(
        id="a",
        status="complete",
        version=version,
        published_at=published,
        modified_at=modified,
        fetched_at=fetched,
    )
    assert checked(article).get("versionCreated") == created


def test_kinds_that_ninjs_does_not_know_are_subjects_or_left_out() -> None:
    found = [entity("event", "Expo"), entity("other", "Esperanto"), entity("date", "2 May")]
    made = checked(EnrichedArticle(id="a", status="complete", entities=found))
    assert made["events"] == [{"name": "Expo", "rel": "mentions"}]
    (subject,) = made["subjects"]
    assert (subject["name"], subject["relevance"], subject["confidence"]) == ("Esperanto", 26, 50)
    assert "2 May" not in json.dumps(made)


def test_a_tombstone_is_a_canceled_item() -> None:
    made = ninjs.withdrawn("a b")
    assert VALIDATOR.is_valid(made)
    assert made["pubStatus"] == "canceled"
    assert made["uri"] == checked(EnrichedArticle(id="a b", status="complete"))["uri"]


def test_names_may_have_a_base_of_ones_own() -> None:
    made = checked(EnrichedArticle(id="a#1", status="complete"), base="https://news.example/a/")
    assert made["uri"] == "https://news.example/a/a%231"


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.integers(1, 9), st.sampled_from(["person", "place", "other"]))
def test_any_article_is_ninjs(a: str, b: str, c: str, version: int, kind: str) -> None:
    checked(
        EnrichedArticle(
            id=a or "-",
            status="complete",
            version=version,
            url=b,
            canonical_url=f"https://{a}/{b}?{c}#{a}",
            image=f"http://[{c}",
            headline=c,
            source=a,
            authors=[b] if b else [],
            published_at=c,
            modified_at=b,
            feed=Feed(guid=c),
            language=a or "und",
            text=b,
            entities=[entity(kind, c)],
        )
    )


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_different_articles_have_different_names(one: str, other: str) -> None:
    same = ninjs.withdrawn(one)["uri"] == ninjs.withdrawn(other)["uri"]
    assert same == (one == other)


@pytest.mark.parametrize(
    "change",
    [
        {"uri": "not a uri"},
        {"mood": "calm"},
        {"urgency": 0},
        {"bodies": [{"role": "main"}]},
        {"places": [{"name": "x", "country": "NL"}]},
        {"versionCreated": "2026-01-01"},
        {"associations": [{"uri": "urn:a"}]},
        {"pubStatus": "gone"},
    ],
)
def test_the_structure_refuses_what_is_no_ninjs(change: dict[str, Any]) -> None:
    made = ninjs.view(example("harbour-tunnel.json"))
    assert VALIDATOR.is_valid(made)
    assert not VALIDATOR.is_valid(made | change)


def test_a_record_that_was_read_from_the_wire_can_be_shown() -> None:
    data = msgspec.json.encode({"id": "a", "status": "complete", "mood": "calm"})
    assert checked(decode(EnrichedArticle, data))["altIds"][0]["value"] == "a"
