"""What ``dead-letters`` and ``trace`` print: complete, cut where told, safe on a terminal."""

from __future__ import annotations

import argparse
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.records import REASONS
from workers.commands import letter_views as views
from workers.commands.times import moment, span, told
from workers.runtime.letters import Letter
from workers.runtime.record import Consumed


def record(
    value: bytes | None = b'{"content": "x"}', told: dict[str, str] | None = None
) -> Consumed:
    headers = {
        **{"origin": "articles.raw/1/7@500", "ce_subject": "tram", "tenant": "north"},
        **{"dlq.topic": "articles.unique", "dlq.partition": "3", "dlq.offset": "12"},
        **{"dlq.stage": "strip_boilerplate", "dlq.reason": "timeout", "dlq.message": "took long"},
        **(told or {}),
    }
    return Consumed("articles.dead-letter", 0, 5, 1_700_000_000_000, b"k", value, headers)


def words(value: Consumed, *, full: bool = False) -> str:
    return "\n".join(views.in_words(Letter.of(value), value, full=full))


def test_everything_is_told() -> None:
    text = words(record(told={"dlq.exception": "Boom", "dlq.replay_count": "2"}))
    for part in (
        *("articles.dead-letter/0/5", "2023-11-14T22:13:20.000Z", "articles.raw/1/7@500", "tram"),
        *("strip_boilerplate", "COPYDESK_TASK_TIMEOUT", "took long", "Boom", "2 before"),
        *("articles.unique/3/12", "tenant", "north", '"content": "x"'),
    ):
        assert part in text


def test_every_reason_has_words() -> None:
    assert set(views.REASONS) == set(REASONS)


def test_a_truncated_letter_says_so() -> None:
    assert "abc" in words(record(told={"dlq.truncated": "true", "dlq.sha256": "abc"}))


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (None, "tombstone"),
        (b"", "no bytes"),
        (b"plain words", "plain words"),
        (b'{"a": [1]}', '{\n  "a": [\n'),
        (b"[" * 400 + b"]" * 400, "[[[["),
        (b"\x00\xff\x10ab", "00 ff 10 61 62"),
    ],
)
def test_any_payload_can_be_shown(value: bytes | None, part: str) -> None:
    assert part in "\n".join(views.payload(value, full=True))


@pytest.mark.parametrize("value", [b"word " * 5000, b"\xff" * 5000, b'"' + b"x" * 9000 + b'"'])
def test_a_long_payload_is_cut_and_says_how_much(value: bytes) -> None:
    short = "\n".join(views.payload(value, full=False))
    assert len(short) < len("\n".join(views.payload(value, full=True)))
    assert "more; --full shows all" in short


@given(st.text())
def test_nothing_that_is_printed_steers_a_terminal(text: str) -> None:
    assert all(char.isprintable() or ord(char) > 0x9F for char in views.safe(text))
    kept = views.safe(text, lines=True)
    assert all(char.isprintable() or char in "\n\t" or ord(char) > 0x9F for char in kept)


def test_control_characters_become_escapes() -> None:
    assert views.safe("a\x1b[2Jb\u202e\r") == r"a\x1b[2Jb\u202e\r"
    assert "\x1b" not in words(
        record(value="\x1b[2J\x9b1m".encode(), told={"tenant": "\x1b]0;x\x07"})
    )


@given(st.binary(max_size=300) | st.none())
def test_as_json_no_byte_is_lost(value: bytes | None) -> None:
    import base64

    item = record(value=value)
    shown = json.loads(json.dumps(views.as_object(Letter.of(item), item)))
    if shown.get("payload") is not None:
        assert shown["payload"].encode() == value
    elif value is None:
        assert shown["payload"] is None
    else:
        assert base64.b64decode(shown["payload_base64"]) == value


def test_counts_are_by_stage_and_reason() -> None:
    first, last = record(), record(told={"dlq.reason": "invalid"})
    letters = [Letter.of(item) for item in (first, last, first)]
    assert [(e["reason"], e["count"]) for e in views.counts(letters)] == [
        ("timeout", 2),
        ("invalid", 1),
    ]


def test_a_time_is_a_point_or_so_long_ago() -> None:
    assert moment("1970-01-01T00:00:01Z") == moment("1970-01-01T01:00:01+01:00") == 1000
    assert moment("1970-01-02") == 86_400_000
    assert abs(moment("2h") - (time.time() - 7200) * 1000) < 5000
    for wrong in ("", "2", "h", "-2h", "yesterday", "2 h", "1.5h", "2026-13-01"):
        with pytest.raises(argparse.ArgumentTypeError):
            moment(wrong)


@given(st.integers(-(2**63), 2**63))
def test_any_number_of_milliseconds_can_be_told(milliseconds: int) -> None:
    assert told(milliseconds)
    assert span(milliseconds)


def test_times_are_short() -> None:
    assert told(1_700_000_000_000) == "2023-11-14T22:13:20.000Z"
    assert [span(value) for value in (0, 999, 1500, -90_000, 7_200_000)] == [
        *("0 ms", "999 ms", "1.5 s", "-1.5 min", "2.0 h"),
    ]
