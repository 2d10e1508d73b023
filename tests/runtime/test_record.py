"""The origin of a consumed record: what its header says, if Kafka could have said it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.records import Origin
from workers.runtime.record import Consumed


def consumed(**headers: str) -> Consumed:
    return Consumed("articles.unique", 3, 44, 1_700_000_000_000, b"k", b"{}", headers)


OWN = Origin("articles.unique", 3, 44, 1_700_000_000_000)


def test_the_header_names_the_arrival() -> None:
    assert consumed(origin="articles.raw/2/7@9").origin == Origin("articles.raw", 2, 7, 9)
    assert consumed(origin="stdin/0/7@-1").origin == Origin("stdin", 0, 7, -1)


def test_without_a_header_the_record_is_the_arrival() -> None:
    assert consumed().origin == OWN


@pytest.mark.parametrize(
    "header",
    [
        "",
        "the feed of a city",
        "articles.raw/2/7",
        "/2/7@9",
        "articles.raw/two/7@9",
        "articles.raw/2/7@",
        "articles.raw/-1/7@9",
        "articles.raw/2/-7@9",
        f"articles.raw/2/{2**63}@9",
        f"articles.raw/2/7@{2**63}",
        "articles.raw/2/7@-2",
        "x" * 250 + "/2/7@9",
        "9" * 5000,
    ],
)
def test_a_header_that_is_no_origin_is_somebody_elses(header: str) -> None:
    assert consumed(origin=header).origin == OWN


@given(st.text())
def test_any_header_gives_an_origin_that_can_be_written_and_read(header: str) -> None:
    origin = consumed(origin=header).origin
    assert Origin.parse(str(origin)) == origin
    assert len(str(origin)) < 400


def test_the_trace_goes_on() -> None:
    assert consumed(traceparent="00-a-b-01").trace == "00-a-b-01"
    assert consumed().trace is None


RAW = Consumed("articles.raw", 3, 44, 1_700_000_000_000, b"k", b"{}")
FORWARDED = {
    "origin": "articles.raw/0/1@5",
    "dlq.first_failed_at": "2026-01-01T00:00:00.000Z",
    "theirs": "x",
}


def test_an_arrival_that_forwards_our_headers_is_named_by_its_own_record() -> None:
    arrival = replace(RAW, headers=FORWARDED).arrival()
    assert arrival.origin == Origin("articles.raw", 3, 44, 1_700_000_000_000)
    assert arrival.headers == {"theirs": "x"}


def test_a_replayed_arrival_keeps_its_name_and_history() -> None:
    replayed = replace(RAW, headers=FORWARDED | {"dlq.replay_count": "1"})
    assert replayed.arrival() is replayed
    assert replayed.arrival().origin == Origin("articles.raw", 0, 1, 5)


@pytest.mark.parametrize("count", ["0", "", "-1", "many", "9" * 5000])
def test_a_count_that_is_none_is_no_replay(count: str) -> None:
    arrival = replace(RAW, headers=FORWARDED | {"dlq.replay_count": count}).arrival()
    assert arrival.origin.offset == 44


def test_a_replay_from_another_topic_is_an_arrival_of_its_own() -> None:
    headers = {"origin": "others.raw/0/1@5", "dlq.replay_count": "1"}
    assert replace(RAW, headers=headers).arrival().origin.offset == 44
