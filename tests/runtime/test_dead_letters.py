"""Dead letters: the bytes as consumed, and headers that are replaced, never stacked."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from topics import headers
from workers.runtime.dead_letters import TRUNCATED_BYTES, dead_letter, truncated
from workers.runtime.delivery import Message
from workers.runtime.record import Consumed
from workers.settings import load

SETTINGS = load({"COPYDESK_TOPIC_PREFIX": "p."})
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 2, 1, 12, tzinfo=UTC)


def letter(consumed: Consumed, *, now: datetime = NOON, **changed: Any) -> Message:
    told: dict[str, Any] = {
        "stage": "strip_boilerplate",
        "reason": "timeout",
        "detail": "took longer than 1 s",
        "exception": "TimeoutError",
        "attempts": 1,
    }
    return dead_letter(SETTINGS, consumed, now=now, **(told | changed))


def consumed(told: dict[str, str] | None = None, value: bytes | None = b"{}") -> Consumed:
    return Consumed("p.articles.identified", 1, 5, 1_700_000_000_000, b"key", value, told or {})


def test_value_and_key_are_the_consumed_bytes() -> None:
    for value in (b"\xff\x00", b"", None):
        message = letter(consumed(value=value))
        assert (message.topic, message.key, message.value) == (
            "p.articles.dead-letter",
            b"key",
            value,
        )


def test_the_headers_say_where_and_why() -> None:
    told = headers.read(letter(consumed({"origin": "p.articles.raw/0/9@7"})).headers)
    assert told["origin"] == "p.articles.raw/0/9@7"
    assert {name[4:]: value for name, value in told.items() if name.startswith("dlq.")} == {
        **{"topic": "p.articles.identified", "partition": "1", "offset": "5"},
        **{"timestamp": "1700000000000", "stage": "strip_boilerplate", "reason": "timeout"},
        **{"exception": "TimeoutError", "message": "took longer than 1 s", "attempts": "1"},
        **{"first_failed_at": "2026-01-01T12:00:00.000Z", "replay_count": "0"},
        "worker_version": told["dlq.worker_version"],
    }
    assert told["ce_type"] == "news.article.dead-letter.v1"


def test_a_replay_replaces_headers_and_keeps_when_it_first_failed() -> None:
    first = headers.read(letter(consumed({"tenant": "north", "ce_subject": "a"})).headers)
    first["dlq.replay_count"] = "2"
    again = letter(consumed(first), now=LATER, reason="stage_bug", stage="tag_entities")
    names = Counter(name for name, _ in again.headers)
    assert max(names.values()) == 1
    told = headers.read(again.headers)
    assert told["dlq.reason"] == "stage_bug"
    assert told["dlq.stage"] == "tag_entities"
    assert told["dlq.first_failed_at"] == "2026-01-01T12:00:00.000Z"
    assert told["dlq.replay_count"] == "2"
    assert told["ce_subject"] == "a"
    assert told["ce_time"] == "2026-02-01T12:00:00.000Z"


def test_foreign_headers_and_the_trace_go_along() -> None:
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    told = headers.read(
        letter(
            consumed({"tenant": "north", "traceparent": trace, "content-type": "text/csv"})
        ).headers
    )
    assert told["tenant"] == "north"
    assert told["content-type"] == "text/csv"
    assert told["traceparent"].split("-")[1] == "a" * 32


def test_a_message_is_cut_and_may_hold_anything() -> None:
    told = headers.read(letter(consumed(), detail="\ud800" + "x" * 5000).headers)
    assert told["dlq.message"] == "?" + "x" * 999


def test_a_truncated_letter_has_the_hash_of_all_of_it() -> None:
    payload = bytes(range(256)) * 8192
    whole = letter(consumed(value=payload))
    cut = truncated(whole)
    told = headers.read(cut.headers)
    assert cut.value == payload[:TRUNCATED_BYTES]
    assert told["dlq.truncated"] == "true"
    assert told["dlq.sha256"] == hashlib.sha256(payload).hexdigest()
    assert headers.read(whole.headers).items() <= told.items()


def test_what_is_truncated_is_small_whatever_came_with_it() -> None:
    told = {"tenant": "x" * 5_000_000, "ce_subject": "y" * 5_000_000, "origin": "t/0/1@2"}
    huge = Consumed("t", 0, 1, 2, b"k" * 5_000_000, None, told)
    cut = truncated(letter(huge, detail="z" * 5_000_000))
    size = len(cut.key or b"") + len(cut.value or b"") + sum(len(v) for _, v in cut.headers)
    assert size < 1_000_000
    assert headers.read(cut.headers)["origin"] == "t/0/1@2"
