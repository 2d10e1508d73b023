"""Which records belong to an article, and what is told of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from topics import catalog, headers
from topics.catalog import Topic
from topics.records import Origin
from workers.canonical_url import url_id
from workers.runtime.published import choose
from workers.runtime.record import Consumed
from workers.runtime.trace import MOST, Search, Sighting, in_order
from workers.settings import load

SETTINGS = load({"COPYDESK_TOPIC_PREFIX": "p."})
FIRST = "p.articles.raw/0/4@100"


def record(
    topic: Topic,
    value: Any = None,
    *,
    key: bytes | None = None,
    origin: str | None = FIRST,
    time: int = 100,
    offset: int = 0,
    told: dict[str, str] | None = None,
) -> Consumed:
    headers = dict(told or {}) | ({} if origin is None else {"origin": origin})
    data = None if value is None else json.dumps(value, ensure_ascii=False).encode()
    return Consumed(SETTINGS.topic(topic.name), 0, offset, time, key, data, headers)


def found(word: str, *records: Consumed) -> list[Sighting]:
    search = Search(SETTINGS, word)
    for item in records:
        search.note(item)
    return search.found


def test_the_arrival_is_found_though_its_key_is_not_the_id() -> None:
    unique = record(catalog.UNIQUE, {"id": "a", "version": 2}, key=b"a")
    arrival = record(catalog.RAW, {"content": "x"}, key=None, origin=None, offset=4)
    topics = [seen.topic for seen in found("a", unique, arrival)]
    assert topics == ["articles.unique", "articles.raw"]
    assert found("a", unique)[0].version == 2


def test_an_arrival_that_waits_is_known_by_its_address() -> None:
    id = url_id("https://bayside.example/ferry")
    page = {"content": "x", "url": "https://bayside.example/ferry/?utm_source=x"}
    waiting = record(catalog.RAW, page, origin=None)
    assert len(found(id, waiting)) == 1
    named = record(catalog.RAW, {**page, "id": "own"}, origin=None)
    assert not found(id, named)
    keyed = record(catalog.RAW, {"content": "x"}, key=b"https://a.example/", origin=None)
    search = Search(SETTINGS, id, key="https://a.example/")
    search.note(keyed)
    assert len(search.found) == 1


def test_tombstones_and_takedowns_are_told() -> None:
    told = headers.tombstone(catalog.ENRICHED, id="a", time=datetime.now(UTC))
    records = [
        record(catalog.FINGERPRINTED, {"record": "takedown", "id": "a"}, key=b"a", origin=None),
        record(catalog.ENRICHED, None, key=b"a", origin=None, told=told),
        record(catalog.CLAIMS, {"id": "a", "verdict": {}}, key=FIRST.encode(), origin=None),
        record(catalog.CLAIMS, None, key=FIRST.encode(), origin=None),
    ]
    assert [(seen.topic, seen.outcome) for seen in found("a", *records)] == [
        ("articles.fingerprinted", "takedown"),
        ("articles.enriched", "forgotten"),
        ("articles.claims", "claimed"),
        ("articles.claims", "forgotten"),
    ]


def test_what_was_before_it_was_forgotten_is_not_explained() -> None:
    told = headers.tombstone(catalog.ENRICHED, id="a", time=datetime.now(UTC))
    sightings = found(
        "a",
        record(catalog.ENRICHED, {"id": "a", "version": 1}, key=b"a"),
        record(catalog.ENRICHED, None, key=b"a", origin=None, told=told),
    )
    assert choose(sightings) == (None, ())
    anew = record(catalog.ENRICHED, {"id": "a", "version": 1}, key=b"a", offset=7)
    sightings += found("a", anew)
    chosen, others = choose(sightings)
    assert chosen is not None
    assert (chosen.place.rpartition("/")[2], others) == ("7", ())


def test_an_origin_finds_that_arrival_alone() -> None:
    mine = record(catalog.UNIQUE, {"id": "a"}, key=b"a")
    other = record(catalog.UNIQUE, {"id": "a"}, key=b"a", origin="p.articles.raw/0/5@100")
    for word in (FIRST, "p.articles.raw/0/4"):
        assert len(found(word, mine, other)) == 1
    assert not found("p.articles.raw/0", mine, other)


def test_a_claim_is_found_by_its_id_or_origin() -> None:
    value = {"id": "a", "origin": FIRST, "verdict": {"kind": "revision", "of": "a", "version": 3}}
    claim = record(catalog.CLAIMS, value, key=FIRST.encode(), origin=None)
    for word in ("a", FIRST):
        (seen,) = found(word, claim)
        assert (seen.stage, seen.outcome, seen.version) == ("claim", "claimed", 3)
        assert str(seen.origin) == FIRST
    assert found("a", record(catalog.CLAIMS, value | {"withdrawn": True}, key=b"?"))[0].outcome == (
        "withdrawn"
    )


def test_a_copy_is_told_with_what_it_repeats_but_not_followed() -> None:
    other = "p.articles.raw/0/9@300"
    value = {
        **{"id": "b", "reason": "same_content", "duplicate_of": "a — ä"},
        **{"duplicate_of_version": 1, "duplicate_of_origin": FIRST},
    }
    copy = record(catalog.DUPLICATES, value, key=b"b", origin=other)
    arrival = record(catalog.RAW, {"content": "x"}, origin=None, offset=9, time=300)
    (seen,) = found("a — ä", copy, arrival)
    assert seen.detail == f"same_content of a — ä v1 ({FIRST})"


def test_withdrawals_replays_and_weak_stages_are_told() -> None:
    withdrawal = record(catalog.FINGERPRINTED, {"record": "withdrawal", "id": "a"}, key=b"a")
    replay = record(
        catalog.UNIQUE,
        {"id": "a"},
        key=b"a",
        told={"dlq.replay_count": "2", "ce_source": "copydesk/replay"},
    )
    runs = [{"name": "tag_entities", "status": "failed", "reason": "timeout"}, {"name": "x"}]
    partial = record(catalog.ENRICHED, {"id": "a", "stages": runs}, key=b"a")
    told = found("a", withdrawal, replay, partial)
    assert [(seen.outcome, seen.stage, seen.detail) for seen in told] == [
        ("withdrawal", "", "gives its claim back"),
        ("unique", "replay", "replay 2"),
        ("enriched", "", "tag_entities failed: timeout"),
    ]


def test_a_dead_letter_tells_its_reason_and_counts_no_replay_of_its_own() -> None:
    told = {
        **{"ce_subject": "a", "dlq.reason": "timeout", "dlq.stage": "s", "dlq.message": "m"},
        **{"dlq.replay_count": "0"},
    }
    letter = record(catalog.DEAD_LETTER, told=told)
    assert found("a", letter)[0].detail == "timeout in s: m"


def test_broken_values_are_told_as_far_as_they_go() -> None:
    values: list[Any] = [[], "text", {"verdict": 5, "id": "a"}, {"stages": 7}, {"version": "x"}]
    for value in values:
        for topic in catalog.TOPICS:
            for seen in found(FIRST, record(topic, value, key=FIRST.encode())):
                assert seen.version is None


def test_waiting_is_counted_within_an_arrival() -> None:
    def at(time: int, origin: int) -> Sighting:
        return Sighting(
            *("articles.raw", f"p/0/{time}", time, Origin("p", 0, origin, 0), "", "raw", None, "")
        )

    told = in_order([at(300, 1), at(100, 1), at(250, 2)])
    assert [(seen.timestamp, seen.waited) for seen in told] == [
        (100, None),
        (250, None),
        (300, 200),
    ]


def test_waiting_ends_where_a_worker_takes_the_record_and_working_begins() -> None:
    def of(topic: Topic, time: int, taken: int | None = None) -> Consumed:
        told = {} if taken is None else {"ce_takenat": f"1970-01-01T00:00:00.{taken:03}Z"}
        key = FIRST.encode() if topic is catalog.CLAIMS else b"a"
        origin = None if topic is catalog.RAW else FIRST
        return record(topic, {"id": "a"}, key=key, time=time, told=told, origin=origin, offset=4)

    records = [
        of(catalog.RAW, 100, 7),  # whoever forwards our headers tells nothing of its own work
        of(catalog.FINGERPRINTED, 180, 130),
        of(catalog.CLAIMS, 240),
        of(catalog.UNIQUE, 250, 200),
        of(catalog.ENRICHED, 300, 245),  # a worker whose clock is behind
        of(catalog.DEAD_LETTER, 320, 330),
    ]
    seen = in_order(found("a", *records[1:], records[0]))
    assert [(one.topic.removeprefix("articles."), one.waited, one.worked) for one in seen] == [
        ("raw", None, None),
        ("fingerprinted", 30, 50),
        ("claims", 60, None),
        ("unique", 20, 50),
        ("enriched", 5, 55),
        ("dead-letter", 30, 0),
    ]


@pytest.mark.parametrize("text", ["", "soon", "2026-01-31T08:15:00", "9" * 400, "\ud800"])
def test_what_is_no_time_tells_of_no_working(text: str) -> None:
    (seen,) = found("a", record(catalog.UNIQUE, {"id": "a"}, key=b"a", told={"ce_takenat": text}))
    assert seen.taken is None


def test_memory_is_bounded() -> None:
    search = Search(SETTINGS, "a")
    for offset in range(MOST + 5):
        search.note(record(catalog.UNIQUE, key=b"a", offset=offset))
    assert (len(search.found), search.more) == (MOST, 5)
