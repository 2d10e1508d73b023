"""Dead letters as they are read back and filtered; anything may stand in their headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.runtime.letters import UNKNOWN, Letter, Wanted
from workers.runtime.record import Consumed

TOLD = {
    **{"origin": "articles.raw/1/7@500", "ce_subject": "tram"},
    **{"dlq.topic": "articles.unique", "dlq.partition": "3", "dlq.offset": "12"},
    **{"dlq.timestamp": "600", "dlq.stage": "strip_boilerplate", "dlq.reason": "timeout"},
    **{"dlq.message": "m", "dlq.attempts": "2", "dlq.replay_count": "1"},
}


def letter(told: dict[str, str] | None = None, timestamp: int = 1000) -> Letter:
    headers = TOLD if told is None else told
    return Letter.of(Consumed("articles.dead-letter", 0, 5, timestamp, b"K", b"{}", headers))


def test_the_headers_are_read() -> None:
    told = letter()
    assert told.place == "articles.dead-letter/0/5"
    assert told.failed_place == "articles.unique/3/12"
    assert (told.stage, told.reason, told.attempts) == ("strip_boilerplate", "timeout", 2)
    assert (told.replay_count, told.truncated, told.size) == (1, False, 2)


@given(st.dictionaries(st.sampled_from([*TOLD, "dlq.truncated"]), st.text(max_size=30)))
def test_no_header_makes_reading_fail(headers: dict[str, str]) -> None:
    told = letter(headers)
    assert told.attempts >= 0
    assert told.replay_count >= 0
    assert told.truncated == ("dlq.truncated" in headers)
    told.described()


def test_a_record_that_is_no_dead_letter_is_unknown() -> None:
    told = letter({})
    assert (told.stage, told.reason, told.failed_place) == (UNKNOWN,) * 3


@pytest.mark.parametrize(
    "word",
    [
        *("articles.dead-letter/0/5", "0/5", "articles.raw/1/7@500", "articles.raw/1/7"),
        *("tram", "K"),
    ],
)
def test_a_letter_is_named_by_place_origin_id_or_key(word: str) -> None:
    assert letter().named(word)


@pytest.mark.parametrize("word", ["0/6", "articles.raw/1/8", "articles.raw/1", "tra", "", "/0/5"])
def test_nothing_else_names_it(word: str) -> None:
    assert not letter().named(word)


def test_an_id_that_was_cut_is_found_by_the_whole() -> None:
    assert letter({**TOLD, "ce_subject": "x" * 512}).named("x" * 600)


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (Wanted(), True),
        (Wanted(reasons=frozenset({"timeout", "invalid"})), True),
        (Wanted(reasons=frozenset({"invalid"})), False),
        (Wanted(stages=frozenset({"strip_boilerplate"})), True),
        (Wanted(stages=frozenset({"fingerprint"})), False),
        (Wanted(ids=frozenset({"tram"})), True),
        (Wanted(ids=frozenset({"pier"})), False),
        (Wanted(origins=frozenset({"articles.raw/1/7"})), True),
        (Wanted(origins=frozenset({"articles.raw/1/8"})), False),
        (Wanted(since=1000), True),
        (Wanted(since=1001), False),
        (Wanted(until=1001), True),
        (Wanted(until=1000), False),
        (Wanted(place="tram", reasons=frozenset({"invalid"})), False),
        (Wanted(place="tram", reasons=frozenset({"timeout"}), since=1), True),
    ],
)
def test_all_filters_must_hold(wanted: Wanted, matches: bool) -> None:
    assert wanted.matches(letter()) is matches
