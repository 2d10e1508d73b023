"""Which articles go through a stage again, which of their records counts, and what is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from topics import catalog, codec, headers
from topics.records import Article, Claim, EnrichedArticle, Fingerprint, StageRun, Verdict
from workers import article as articles
from workers.runtime.desk import Desk
from workers.runtime.hops import withdrawal
from workers.runtime.metrics import Metrics
from workers.runtime.on_their_way import OnTheirWay, entry
from workers.runtime.outbox import Outbox
from workers.runtime.record import Consumed
from workers.runtime.reprocess_plan import (
    Latest,
    Rule,
    from_text,
    message,
    not_the_same,
    older,
    with_language,
)
from workers.settings import load

EXAMPLES = Path(__file__).parents[2] / "topics" / "examples"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def example(topic: str, name: str) -> bytes:
    return (EXAMPLES / topic / f"{name}.json").read_bytes()


@pytest.mark.parametrize(
    ("version", "than", "is_older"),
    [
        *(("2", "3", True), ("3", "3", False), ("4", "3", False), ("9", "10", True)),
        *(("1.2", "1.10", True), ("1", "1.1", True), ("a", "1", True), ("", "1", True)),
    ],
)
def test_versions_are_ordered_by_their_numbers(version: str, than: str, is_older: bool) -> None:
    assert older(version, than) is is_older


def record(version: str | None = "2", status: str = "ok", **fields: Any) -> dict[str, Any]:
    runs = [{"name": "detect_language", "version": "9", "status": "ok"}]
    if version is not None:
        runs.append({"name": "tag_entities", "version": version, "status": status})
    return {"id": "a", "language": "en", "stages": runs, **fields}


def test_wanted_is_what_an_older_version_made_or_never_saw() -> None:
    rule = Rule("tag_entities", "3")
    assert rule.wants(record("2"), 0)
    assert rule.wants(record(None), 0)
    assert rule.wants({"id": "a", "stages": "nonsense"}, 0)
    assert not rule.wants(record("3"), 0)
    assert not rule.wants(record("3", "failed"), 0)
    assert Rule("tag_entities", "3", failed=True).wants(record("3", "failed"), 0)


@pytest.mark.parametrize(
    "rule",
    [
        Rule("tag_entities", "3", languages=frozenset({"uk"})),
        Rule("tag_entities", "3", ids=frozenset({"b"})),
        Rule("tag_entities", "3", since=11),
        Rule("tag_entities", "3", until=10),
    ],
)
def test_a_filter_leaves_others_out(rule: Rule) -> None:
    assert not rule.wants(record("2"), 10)
    assert rule.wants(record("2", id="b", language="uk"), 11 if rule.until is None else 9)


def test_the_newest_version_counts_wherever_it_lies() -> None:
    latest = Latest()
    latest.note(b"a", 1, 0, wanted=True)
    latest.note(b"a", 2, 1, wanted=True)
    latest.note(b"b", 2, 2, wanted=False)
    latest.note(b"b", 1, 3, wanted=True)
    latest.note(b"c", 1, 4, wanted=True)
    latest.note(b"c", 1, 5, wanted=False)
    assert latest.wanted == {1}
    assert latest.overwritten == {2}


def test_a_tombstone_counts_until_the_article_arrives_anew() -> None:
    latest = Latest()
    for key in (b"gone", b"new", b"back"):
        latest.note(key, 3, 0, wanted=True)
        latest.forget(key, 1)
    latest.note(b"new", 1, 2, wanted=True)
    latest.note(b"back", 3, 3, wanted=True, told={headers.REPROCESSED: "now"})
    assert latest.wanted == {2}
    assert latest.overtaken == {1}
    assert latest.overwritten == set()


def test_what_was_forgotten_overtakes_its_tombstone_though_the_article_arrived_anew() -> None:
    old, new = ({headers.ORIGIN: f"articles.raw/0/{number}@5"} for number in (3, 7))
    again = {headers.REPROCESSED: "now"}
    latest = Latest()
    latest.note(b"a", 3, 0, wanted=False, told=old)
    latest.forget(b"a", 1)
    latest.note(b"a", 1, 2, wanted=False, told=new)
    latest.note(b"a", 1, 3, wanted=True, told=new | again)  # the new one may be reprocessed
    assert latest.overtaken == set()
    latest.note(b"a", 3, 4, wanted=True, told=old | again)
    latest.note(b"a", 2, 5, wanted=True, told=new)
    assert latest.overtaken == {1}
    assert (latest.wanted, latest.overwritten) == ({5}, set())
    latest.forget(b"a", 6)
    assert latest.overtaken == set()


def test_what_is_sent_is_the_article_that_the_stage_had() -> None:
    published = codec.decode(EnrichedArticle, example("articles.enriched", "harbour-tunnel"))
    cleaned = codec.decode(Article, example("articles.cleaned", "harbour-tunnel"))
    again = from_text(published, "tag_entities")
    assert again.entities is cleaned.entities
    assert [run.name for run in again.stages] == [run.name for run in cleaned.stages]
    for name in ("id", "version", "text", "language", "removed", "provenance", "duplicates"):
        assert getattr(again, name) == getattr(published, name), name
    assert again.unknown == published.unknown
    codec.decode(Article, codec.encode(again))


def test_a_page_gets_the_language_that_it_was_published_with() -> None:
    unique = codec.decode(Article, example("articles.unique", "harbour-tunnel"))
    published = codec.decode(EnrichedArticle, example("articles.enriched", "harbour-tunnel"))
    page = with_language(replace(unique, preview="p"), published)
    assert (page.language, page.content) == (published.language, unique.content)
    assert page.stages[-1].name == "detect_language"
    assert codec.encode(page).count(b"preview") == 0
    failed = StageRun(name="detect_language", version="2", status="failed", reason="timeout: …")
    none = with_language(unique, replace(published, stages=[failed]))
    assert b'"language":' not in codec.encode(none)
    assert none.stages[-1] == failed


def test_another_page_or_version_is_not_taken_for_it() -> None:
    published = EnrichedArticle(id="a", status="complete", version=1)
    printed = Fingerprint(
        algorithm="fp/2",
        id="a",
        canonical_url=None,
        content_hash="0" * 32,
        headline_hash="0" * 32,
        shingles=1,
        characters=1,
    )
    claim = Claim(
        origin="articles.raw/0/1@2",
        algorithm="fp/2",
        id="a",
        content_hash="0" * 32,
        headline_hash="0" * 32,
        shingles=1,
        verdict=Verdict(kind="original", version=1, cluster="a"),
    )
    assert not_the_same(published, printed, claim) is None
    assert "version" in (not_the_same(replace(published, version=2), printed, claim) or "")
    assert "given back" in (not_the_same(published, printed, replace(claim, withdrawn=True)) or "")
    assert "fp/1" in (not_the_same(published, printed, replace(claim, algorithm="fp/1")) or "")
    other = replace(printed, content_hash="1" * 32)
    assert "another page" in (not_the_same(published, other, claim) or "")


def test_it_enters_by_the_nearest_topic_that_is_read() -> None:
    split = {"detect_language", "strip_boilerplate", "tag_entities"}
    assert entry("tag_entities", split) is catalog.CLEANED
    assert entry("strip_boilerplate", split) is catalog.IDENTIFIED
    assert entry("detect_language", split) is catalog.UNIQUE
    assert entry("tag_entities", {"detect_language"}) is catalog.UNIQUE
    assert entry("detect_language", {"tag_entities"}) is None
    assert entry("tag_entities", set()) is None


def test_a_revision_that_is_on_its_way_and_what_was_sent_already_are_known() -> None:
    way = OnTheirWay(load({}), {})
    way.note(b"a", b'{"version": 2}', again=False)
    way.note(b"a", b'{"version": 1}', again=False)
    way.note(b"b", b'{"version": 3}', again=True)
    for value in (b"no JSON", b"[]", b'{"version": "x"}', None):
        way.note(b"c", value, again=False)
    assert way.newer(b"a", 1)
    assert not way.newer(b"a", 2)
    assert not way.newer(b"b", 1)
    assert not way.newer(b"c", 1)
    assert way.again(b"b", 3)
    assert not way.again(b"b", 2)
    assert not way.again(b"a", 2)


def test_its_mark_travels_on_and_a_failure_gives_no_claim_back() -> None:
    published = codec.decode(EnrichedArticle, example("articles.enriched", "harbour-tunnel"))
    origin = "articles.raw/3/7@5"
    like = Consumed("articles.enriched", 0, 0, 5, b"k", b"{}", {"origin": origin})
    article = from_text(published, "tag_entities")
    sent = message(catalog.CLEANED, "articles.cleaned", b"{}", article, like, NOW)
    told = headers.read(sent.headers)
    assert (sent.key, told["origin"]) == (published.id.encode(), origin)
    consumed = Consumed("articles.cleaned", 0, 0, 5, sent.key, b"{}", told)
    settings = load({})
    desk = Desk(settings, Outbox(settings, None, Metrics(), lambda: NOW), Metrics())  # type: ignore[arg-type]
    on = desk.message(catalog.ENRICHED, b"{}", id="k", consumed=consumed, stage="tag_entities")
    assert headers.read(on.headers)[headers.REPROCESSED] == told[headers.REPROCESSED]
    assert withdrawal(desk, "k", consumed, "tag_entities") is None
    first = Consumed("articles.cleaned", 0, 0, 5, sent.key, b"{}", {"origin": origin})
    before = desk.message(catalog.ENRICHED, b"{}", id="k", consumed=first, stage="tag_entities")
    again = desk.message(catalog.ENRICHED, b"{}", id="k", consumed=consumed, stage="tag_entities")
    ids = [headers.read(one.headers)["ce_id"] for one in (before, on, again)]
    assert ids[0] != ids[1] == ids[2]  # whoever knows events by their ids takes it for a new one
    assert withdrawal(desk, "k", first, "tag_entities") is not None
    arrived = Consumed("articles.raw", 0, 0, 5, None, b"{}", {headers.REPROCESSED: "now"})
    assert headers.REPROCESSED not in arrived.arrival().headers


def test_publishing_it_makes_the_record_that_it_was_made_of() -> None:
    data = example("articles.enriched", "harbour-tunnel")
    published = codec.decode(EnrichedArticle, data)
    article = from_text(published, "tag_entities")
    done = replace(
        article,
        entities=published.entities,
        countries=published.countries,
        stages=[*article.stages, published.stages[-1]],
    )
    told = json.loads(codec.encode(articles.publish(done, enriched_at=NOW)))
    known = json.loads(data)
    assert told | {"enriched_at": known["enriched_at"]} == json.loads(codec.encode(published))
