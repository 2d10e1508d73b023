"""Each invariant holds on a sound history, and fails on the smallest one that breaks it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.deployment import Record
from tests.faults.invariants import Observed, account, passed_unfinished, violations
from topics import catalog
from topics.records import Origin

HOPS = (("fingerprint",), ("claim",), ("detect_language", "strip_boilerplate"))
FEED = 6
HASH = hashlib.sha256(b'{"id": "5", "version": 1}').hexdigest()
COPY, BAD = 4, 5
"""Of the arrivals 0 to 5, number 4 is a copy of number 1 and number 5 is no article."""


def origin(number: int) -> Origin:
    return Origin("articles.raw", number % 2, number // 2, 1000 + number)


def record(topic: str, offset: int, number: int, *, value: object = None, **told: str) -> Record:
    """A record of arrival ``number``; on one partition but for ``articles.raw``."""
    of = origin(number)
    raw = topic == catalog.RAW.name
    return Record(
        topic,
        of.partition if raw else 0,
        of.offset if raw else offset,
        b"key",
        json.dumps({"id": str(number), "version": 1} if value is None else value).encode(),
        {name.replace("_", ".", 1): text for name, text in told.items()}
        | ({} if raw else {"origin": str(of), "ce_time": f"{topic}{offset}"}),
        of.timestamp if raw else 5000,
    )


def letter(offset: int, number: int, *, replays: int = 0, topic: str = "articles.raw") -> Record:
    failed = record(topic, 4, number)
    return record(
        "articles.dead-letter",
        offset,
        number,
        dlq_stage="fingerprint",
        dlq_topic=topic,
        dlq_partition=str(failed.partition),
        dlq_offset=str(failed.offset),
        dlq_replay_count=str(replays),
    )


def duplicate(offset: int, number: int, of: int, **changed: object) -> Record:
    told = {
        "origin": str(origin(number)),
        "duplicate_of_origin": str(origin(of)),
        "duplicate_of": str(of),
        "duplicate_of_version": 1,
    }
    return record("articles.duplicates", offset, number, value=told | changed)


def sound() -> Observed:
    """Six arrivals: four enriched, one copy, one dead letter; all committed and counted."""
    good = [number for number in range(FEED) if number not in (COPY, BAD)]
    articles = [number for number in range(FEED) if number != BAD]
    topics: dict[str, list[Record]] = {topic.name: [] for topic in catalog.TOPICS}
    topics |= {
        "articles.raw": [record("articles.raw", 0, number) for number in range(FEED)],
        "articles.fingerprinted": [
            record("articles.fingerprinted", place, number) for place, number in enumerate(articles)
        ],
        "articles.unique": [record("articles.unique", p, n) for p, n in enumerate(good)],
        "articles.cleaned": [record("articles.cleaned", p, n) for p, n in enumerate(good)],
        "articles.duplicates": [duplicate(0, COPY, 1)],
        "articles.dead-letter": [letter(0, BAD)],
    }
    ends = {
        ("articles.raw", 0): 3,
        ("articles.raw", 1): 3,
        ("articles.fingerprinted", 0): 5,
        ("articles.unique", 0): 4,
    }
    counted = {
        ("fingerprint", "ok"): 5,
        ("fingerprint", "dead_letter"): 1,
        ("claim", "ok"): 4,
        ("claim", "duplicate"): 1,
        ("detect_language", "ok"): 4,
        ("strip_boilerplate", "error"): 1,
        ("strip_boilerplate", "ok"): 3,
    }
    return Observed(topics, ends, ends, HOPS, counted, all_counted=True)


def changed(topic: str, change: Callable[[list[Record]], object]) -> Observed:
    """The sound history with one topic's records changed in place, and nobody's counters."""
    history = sound()
    records = list(history.topics[topic])
    change(records)
    topics = dict(history.topics) | {topic: records}
    return replace(history, topics=topics, counted={}, all_counted=False)


def broken(observed: Observed) -> set[str]:
    return {violation.invariant for violation in violations(observed)}


def test_a_sound_history_violates_nothing() -> None:
    assert violations(sound()) == []
    told = account(sound())
    assert (told.arrivals, told.enriched, told.duplicates, told.dead_letters) == (6, 4, 1, 1)
    assert (told.lost, told.re_emitted, told.repeated, told.self_duplicates) == (0, 0, 0, 0)


def test_an_arrival_that_never_came_out_is_lost_and_was_passed_by_a_commit() -> None:
    history = changed("articles.cleaned", lambda records: records.pop())
    assert broken(history) == {"I1", "I4"}
    assert account(history).lost == 1


def test_an_outcome_without_an_arrival_is_invented() -> None:
    history = changed("articles.cleaned", lambda r: r.append(record("articles.cleaned", 9, 77)))
    assert broken(history) == {"I1"}


@pytest.mark.parametrize(
    ("topic", "extra"),
    [
        ("articles.duplicates", duplicate(1, 2, 1)),
        ("articles.dead-letter", letter(1, 2)),
        ("articles.dead-letter", letter(1, COPY)),
    ],
)
def test_an_arrival_with_two_outcomes_is_found(topic: str, extra: Record) -> None:
    assert broken(changed(topic, lambda records: records.append(extra))) == {"I2"}


def test_two_arrivals_under_one_name_are_found() -> None:
    other = record("articles.cleaned", 0, 0, value={"id": "3", "version": 1})
    history = changed("articles.cleaned", lambda records: records.__setitem__(0, other))
    (violation,) = violations(history)
    assert violation.invariant == "I2"
    assert violation.what.endswith("are both enriched as ('3', 1)")
    revised = record("articles.cleaned", 0, 0, value={"id": "3", "version": 2})
    history = changed("articles.cleaned", lambda records: records.__setitem__(0, revised))
    assert broken(history) == set()


def test_a_re_emission_that_is_the_same_but_for_times_is_no_violation() -> None:
    again = record("articles.cleaned", 4, 0)
    history = changed("articles.cleaned", lambda records: records.append(again))
    assert broken(history) == set()
    assert account(history).re_emitted == account(history).repeated == 1


@pytest.mark.parametrize(
    "again",
    [
        record("articles.cleaned", 4, 0, value={"id": 0, "language": "fr"}),
        record("articles.cleaned", 4, 0, ce_id="another"),
        replace(record("articles.cleaned", 4, 0), key=b"another"),
    ],
)
def test_a_re_emission_that_differs_is_found(again: Record) -> None:
    history = changed("articles.cleaned", lambda records: records.append(again))
    assert broken(history) == {"I3"}


def test_the_time_of_enrichment_may_differ() -> None:
    records = [
        record("articles.cleaned", place, 0, value={"id": 0, "enriched_at": f"2026-0{place}"})
        for place in (4, 5)
    ]
    compact = [replace(r, value=r.value.replace(b": ", b":")) for r in records]
    history = changed("articles.cleaned", lambda r: r.__setitem__(slice(0, 1), compact))
    assert broken(history) == set()


def test_a_commit_past_an_unfinished_record_is_found_while_work_goes_on() -> None:
    history = changed("articles.fingerprinted", lambda records: records.pop(0))
    (violation,) = passed_unfinished(history)
    assert str(violation) == (
        "I4: fingerprint has committed 3 in articles.raw/0, but 0 is not finished"
    )
    earlier = replace(history, committed=dict(history.committed) | {("articles.raw", 0): 0})
    assert list(passed_unfinished(earlier)) == []


def test_a_duplicate_of_what_was_never_fingerprinted_is_found() -> None:
    never = duplicate(0, COPY, BAD)  # a dead letter of the step before the claim
    history = changed("articles.duplicates", lambda records: records.__setitem__(0, never))
    (violation,) = violations(history)
    assert str(violation) == (
        f"I5: {origin(COPY)} points to {origin(BAD)}, which was never fingerprinted"
    )


@pytest.mark.parametrize(
    "lie",
    [{"duplicate_of": "2"}, {"duplicate_of_version": 2}, {"origin": str(origin(3))}],
    ids=["another name", "another version", "another origin"],
)
def test_a_duplicate_that_tells_something_else_than_the_topics_is_found(
    lie: dict[str, object],
) -> None:
    lying = duplicate(0, COPY, 1, **lie)
    history = changed("articles.duplicates", lambda records: records.__setitem__(0, lying))
    assert broken(history) == {"I5"}


@pytest.mark.parametrize("of", [COPY, BAD + 50, 3])
def test_a_duplicate_that_points_to_itself_to_nowhere_or_ahead_is_found(of: int) -> None:
    history = changed(
        "articles.duplicates", lambda records: records.__setitem__(0, duplicate(0, COPY, of))
    )
    if of == 3:  # let it be later: the copy is fingerprinted before it
        order = [record("articles.fingerprinted", p, n) for p, n in enumerate((0, 1, COPY, 2, 3))]
        topics = dict(history.topics) | {"articles.fingerprinted": order}
        history = replace(history, topics=topics)
    assert broken(history) == {"I5"}
    assert account(history).self_duplicates == (of == COPY)


def test_a_duplicate_of_a_duplicate_is_found() -> None:
    chain = duplicate(1, 3, COPY)

    def chained(records: list[Record]) -> None:
        records.append(chain)

    history = changed("articles.duplicates", chained)
    enriched = [r for r in history.topics["articles.cleaned"] if r.origin != origin(3)]
    unique = [r for r in history.topics["articles.unique"] if r.origin != origin(3)]
    topics = {"articles.cleaned": enriched, "articles.unique": unique}
    order = [record("articles.fingerprinted", p, n) for p, n in enumerate((0, 1, 2, COPY, 3))]
    history = replace(
        history, topics=dict(history.topics) | topics | {"articles.fingerprinted": order}
    )
    assert "I5" in broken(history)


def test_a_replayed_record_is_not_finished_by_what_it_failed_of_before() -> None:
    again = record("articles.raw", 3, BAD)
    told = {"origin": str(origin(BAD)), "dlq.replay_count": "1"}
    again = replace(again, offset=3, headers=told)
    history = changed("articles.raw", lambda records: records.append(again))
    past = dict(history.committed) | {("articles.raw", 1): 4}
    history = replace(history, committed=past, ends=past)
    assert broken(history) == {"I1", "I4"}
    anew = replace(letter(1, BAD, replays=1), value=again.value)
    letters = [*history.topics["articles.dead-letter"], anew]
    assert (
        broken(replace(history, topics=dict(history.topics) | {"articles.dead-letter": letters}))
        == set()
    )


def test_a_dead_letter_of_another_hop_finishes_nothing() -> None:
    history = changed("articles.unique", lambda records: records.pop(0))
    elsewhere = letter(1, 0, topic="articles.cleaned")
    letters = [*history.topics["articles.dead-letter"], elsewhere]
    topics = dict(history.topics) | {"articles.dead-letter": letters}
    assert "I4" in {v.invariant for v in passed_unfinished(replace(history, topics=topics))}


def test_a_commit_past_the_end_is_found() -> None:
    history = sound()
    past = dict(history.committed) | {("articles.unique", 0): 5}
    (violation,) = violations(replace(history, committed=past))
    assert str(violation) == "I4: 5 is committed in ('articles.unique', 0), which ends at 4"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"value": b"other bytes"}, "has other bytes than"),
        ({"key": b"another"}, "has other bytes than"),
        ({"dlq.offset": "77"}, "names a record that is not there"),
        ({"dlq.partition": "7"}, "names a record that is not there"),
        ({"dlq.truncated": "true", "dlq.sha256": "0"}, "is not the beginning of"),
        ({"dlq.truncated": "true", "dlq.sha256": HASH, "value": b"x"}, "is not the beginning of"),
        ({"dlq.truncated": "true", "dlq.sha256": HASH, "value": b""}, "is not the beginning of"),
        ({"dlq.truncated": "true", "dlq.sha256": HASH, "value": b'{"id'}, ""),
    ],
)
def test_a_dead_letter_that_keeps_something_else_is_found(
    change: dict[str, Any], what: str
) -> None:
    sound_letter = letter(0, BAD)
    headers = {name: told for name, told in change.items() if name.startswith("dlq")}
    parts = {name: told for name, told in change.items() if name not in headers}
    altered = replace(sound_letter, headers=sound_letter.headers | headers, **parts)
    history = changed("articles.dead-letter", lambda records: records.__setitem__(0, altered))
    found = [str(violation) for violation in violations(history)]
    assert [text for text in found if not (text.startswith("I3") and what in text)] == []
    assert len(found) == bool(what)


def test_an_outcome_that_names_no_arrival_is_found() -> None:
    nameless = replace(record("articles.cleaned", 4, 0), headers={})
    history = changed("articles.cleaned", lambda records: records.append(nameless))
    assert broken(history) == {"I1", "I2"}


@pytest.mark.parametrize(
    "place", [("fingerprint", "duplicate"), ("tag_entities", "ok"), ("claim", "lost")]
)
def test_a_count_of_what_no_topic_has_is_found(place: tuple[str, str]) -> None:
    history = sound()
    assert broken(replace(history, counted=dict(history.counted) | {place: 1})) == {"I7"}
    assert broken(replace(history, counted=dict(history.counted) | {place: 0})) == set()


def test_what_lies_behind_the_ends_that_were_told_is_left_to_consume() -> None:
    history = sound()
    less = {place: end for place, end in history.ends.items() if place != ("articles.unique", 0)}
    assert broken(replace(history, ends=less, committed=less)) == {"I6"}


def test_what_is_left_to_consume_is_found() -> None:
    history = sound()
    behind = dict(history.committed) | {("articles.unique", 0): 3}
    assert broken(replace(history, committed=behind)) == {"I6"}


@pytest.mark.parametrize("place", sorted(sound().counted))
@pytest.mark.parametrize("by", [-1, 1])
def test_a_counter_that_disagrees_with_the_topics_is_found(place: tuple[str, str], by: int) -> None:
    history = sound()
    counted = dict(history.counted) | {place: history.counted[place] + by}
    within_a_hop = place == ("detect_language", "ok")  # no topic tells of it
    assert broken(replace(history, counted=counted)) == (set() if within_a_hop else {"I7"})
    # Counters that a killed worker took along can only be missing.
    lost = replace(history, counted=counted, all_counted=False)
    assert broken(lost) == ({"I7"} if by > 0 and not within_a_hop else set())


def test_a_replayed_dead_letter_counts_by_its_last_outcome() -> None:
    history = sound()
    again = replace(
        record("articles.raw", 0, BAD),
        offset=3,
        headers={"origin": str(origin(BAD)), "dlq.replay_count": "1"},
    )
    passed = {
        "articles.raw": [*history.topics["articles.raw"], again],
        "articles.fingerprinted": [
            *history.topics["articles.fingerprinted"],
            record("articles.fingerprinted", 5, BAD),
        ],
        "articles.unique": [
            *history.topics["articles.unique"], record("articles.unique", 4, BAD)
        ],
        "articles.cleaned": [
            *history.topics["articles.cleaned"], record("articles.cleaned", 4, BAD)
        ],
    }  # fmt: skip
    ends = {
        **history.ends,
        ("articles.raw", 1): 4,
        ("articles.fingerprinted", 0): 6,
        ("articles.unique", 0): 5,
    }
    history = replace(history, committed=ends, ends=ends, counted={}, all_counted=False)
    history = replace(history, topics=dict(history.topics) | passed)
    assert broken(history) == set()
    assert account(history).arrivals == 6
    assert account(history).dead_letters == 0


def test_what_others_put_between_is_an_arrival_of_its_own() -> None:
    stranger = replace(record("articles.unique", 4, 0), headers={})
    history = changed("articles.unique", lambda records: records.append(stranger))
    assert broken(history) == {"I1", "I6"}
    past = dict(history.committed) | {("articles.unique", 0): 5}
    history = replace(history, committed=past, ends=past)
    assert broken(history) == {"I1", "I4"}
    told = letter(1, 0, topic="articles.unique")
    told = replace(told, headers=told.headers | {"origin": str(stranger.place)})
    letters = [*history.topics["articles.dead-letter"], told]
    topics = dict(history.topics) | {"articles.dead-letter": letters}
    assert broken(replace(history, topics=topics)) == set()
