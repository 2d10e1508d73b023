"""Which dead letters are replayed, and what is sent for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics import catalog, headers
from topics.records import Claim, Origin, Verdict
from workers.runtime.dead_letters import dead_letter
from workers.runtime.letters import Letter, is_tombstone
from workers.runtime.record import Consumed
from workers.runtime.replay_plan import (
    Decision,
    Known,
    Refuse,
    Rules,
    Send,
    Skip,
    decide,
    given_anew,
    message,
    target,
)
from workers.settings import load

SETTINGS = load({"COPYDESK_TOPIC_PREFIX": "p."})
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 12, tzinfo=UTC)
ORIGIN = Origin("p.articles.raw", 2, 9, 1_700_000_000_000)
PARTITIONS = {SETTINGS.topic(topic.name): 4 for topic in catalog.TOPICS}


def failed(
    topic: str = "p.articles.unique",
    told: dict[str, str] | None = None,
    *,
    value: bytes | None = b"{}",
    key: bytes | None = b"k",
    partition: int = 2,
    now: datetime = NOON,
    stage: str = "strip_boilerplate",
    at: int = 0,
) -> Consumed:
    """The dead letter of a record with these headers, as it is read back."""
    told = {"origin": str(ORIGIN)} | (told or {})
    letter = dead_letter(
        SETTINGS,
        Consumed(topic, partition, 5, 1_700_000_000_500, key, value, told),
        stage=stage,
        reason="timeout",
        detail="took too long",
        exception=None,
        attempts=1,
        now=now,
    )
    time = round(now.timestamp() * 1000)
    return Consumed(
        letter.topic, 0, at, time, letter.key, letter.value, headers.read(letter.headers)
    )


def decision(record: Consumed, rules: Rules | None = None, known: Known | None = None) -> Decision:
    known = known or Known()
    known.partitions = known.partitions or PARTITIONS
    return decide(SETTINGS, Letter.of(record), known, rules or Rules())


def test_a_letter_goes_back_to_where_its_record_lay() -> None:
    for topic in ("raw", "fingerprinted", "unique", "identified", "cleaned"):
        name = f"p.articles.{topic}"
        assert decision(failed(name)) == Send(name, 2, 1)


def test_a_partition_that_is_gone_is_left_to_the_key() -> None:
    assert decision(failed(partition=7)) == Send("p.articles.unique", None, 1)


@pytest.mark.parametrize(
    "topic",
    [
        *("articles.raw", "q.articles.raw", "p.articles.enriched", "p.articles.dead-letter"),
        *("p.articles.claims", "p.other", "produce", ""),
    ],
)
def test_only_topics_that_a_step_of_this_deployment_reads_are_written_to(topic: str) -> None:
    record = failed(topic)
    assert isinstance(decision(record), Refuse)
    assert isinstance(decision(record, Rules(force=True)), Refuse)


def test_a_topic_that_is_not_there_is_not_written_to() -> None:
    assert isinstance(decision(failed(), known=Known({"p.articles.raw": 1})), Refuse)


def test_what_the_producer_could_not_write_goes_to_the_raw_articles() -> None:
    record = failed("produce", stage="produce")
    assert target(SETTINGS, Letter.of(record)) is catalog.RAW
    assert decision(record) == Send("p.articles.raw", None, 1)


def test_what_was_forgotten_since_comes_back_only_if_told_so() -> None:
    told = headers.tombstone(catalog.DEAD_LETTER, id="a", time=LATER)
    mark = Consumed("p.articles.dead-letter", 1, 0, _ms(LATER), b"a", None, told)
    assert is_tombstone(mark)
    assert not is_tombstone(failed(value=None))
    known = Known()
    known.note_forgotten(Letter.of(mark))
    before = failed(told={"ce_subject": "a"})
    assert isinstance(decision(before, known=known), Refuse)
    assert isinstance(decision(before, Rules(force=True), known), Send)
    after = failed(told={"ce_subject": "a"}, now=LATER.replace(day=3))
    assert isinstance(decision(after, known=known), Send)
    assert isinstance(decision(failed(told={"ce_subject": "b"}), known=known), Send)


def test_what_was_forgotten_may_be_known_by_its_key_alone() -> None:
    """It failed before anybody knew its id, and is named by its place or its address."""
    told = headers.tombstone(catalog.DEAD_LETTER, id="url-1", time=LATER)
    key = b"https://bayside.example/ferry"
    known = Known()
    known.note_forgotten(
        Letter.of(Consumed("p.articles.dead-letter", 1, 0, _ms(LATER), key, None, told))
    )
    for place, of in ((key, Refuse), (b"another", Send), (None, Send)):
        assert isinstance(decision(replace(failed(), key=place), known=known), of)


def test_a_truncated_payload_is_never_sent() -> None:
    record = failed()
    cut = Consumed(
        *(record.topic, 0, 0, record.timestamp, record.key, record.value),
        {**record.headers, "dlq.truncated": "true"},
    )
    assert isinstance(decision(cut), Refuse)
    assert isinstance(decision(cut, Rules(force=True)), Refuse)


@pytest.mark.parametrize(("count", "most", "sent"), [(2, 3, True), (3, 3, False), (0, 0, False)])
def test_so_many_replays_and_no_more_unless_told(count: int, most: int, sent: bool) -> None:
    record = failed(told={"dlq.replay_count": str(count)})
    assert isinstance(decision(record, Rules(most)), Send if sent else Refuse)
    assert decision(record, Rules(most, force=True)) == Send("p.articles.unique", 2, count + 1)


def test_of_several_letters_of_one_arrival_the_last_is_replayed() -> None:
    first, last = failed(), failed("p.articles.raw", now=LATER, at=1)
    other = failed(told={"origin": "p.articles.raw/0/1@5"})
    for order in ([first, last], [last, first]):
        known = Known()
        for record in [*order, other]:
            known.note_letter(Letter.of(record))
        assert isinstance(decision(first, known=known), Skip)
        assert isinstance(decision(first, Rules(force=True), known), Send)
        assert isinstance(decision(last, known=known), Send)
        assert isinstance(decision(other, known=known), Send)


def test_what_lies_in_the_topic_again_is_not_sent_again() -> None:
    record = failed()
    known = Known()
    sent = decision(record)
    assert isinstance(sent, Send)
    letter = Letter.of(record)
    replayed = message(record, letter, catalog.UNIQUE, sent, now=LATER)
    told = headers.read(replayed.headers)
    known.note_record(Consumed(replayed.topic, 2, 77, 0, replayed.key, replayed.value, told))
    answer = decision(record, known=known)
    assert isinstance(answer, Skip)
    assert "p.articles.unique/2/77" in answer.why
    assert decision(record, Rules(force=True), known) == Send("p.articles.unique", 2, 2)
    # The next letter of the same record knows of that replay, and may be replayed.
    again = failed(told=told, now=LATER, at=1)
    assert decision(again, known=known) == Send("p.articles.unique", 2, 2)


def test_records_that_were_never_replayed_count_for_nothing() -> None:
    known = Known()
    for told in ({}, {"dlq.replay_count": "many"}, {"dlq.replay_count": "9" * 5000}):
        known.note_record(Consumed("p.articles.unique", 2, 1, 0, None, None, told))
    assert not known.replays


def claim(origin: str, version: int, *, withdrawn: bool = False, kind: Any = "original") -> Claim:
    return Claim(
        origin=origin,
        algorithm="x/1",
        id="a",
        content_hash="c",
        headline_hash="h",
        shingles=20,
        verdict=Verdict(kind=kind, version=version, cluster="a"),
        withdrawn=withdrawn,
    )


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        (claim("p.articles.raw/0/50@9", 1), True),
        (claim("p.articles.raw/0/50@9", 2, kind="revision"), False),
        (claim("p.articles.raw/0/50@9", 1, kind="repeat"), False),
        (claim("p.articles.raw/0/50@9", 1, withdrawn=True), False),
    ],
)
def test_a_version_that_was_given_anew_is_not_published_over(other: Claim, refused: bool) -> None:
    record = failed()
    letters = {ORIGIN: Letter.of(record)}
    claims = {claim.origin: claim for claim in (claim_of_own(withdrawn=True), other)}
    known = Known(given_anew=given_anew(letters, claims))
    assert isinstance(decision(record, known=known), Refuse if refused else Send)
    assert isinstance(decision(record, Rules(force=True), known), Send)
    assert not given_anew(letters, claims | {str(ORIGIN): claim_of_own(withdrawn=False)})


def claim_of_own(*, withdrawn: bool) -> Claim:
    return claim(str(ORIGIN), 1, withdrawn=withdrawn)


def test_payload_key_origin_trace_and_foreign_headers_are_kept() -> None:
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    told = {"tenant": "north", "traceparent": trace, "content-type": "text/csv"}
    for value, key in ((b"\xff\x00", b"\xfe"), (b"", b""), (None, None)):
        record = failed(told=told, value=value, key=key)
        sent = message(
            record, Letter.of(record), catalog.UNIQUE, Send("p.articles.unique", 2, 1), now=LATER
        )
        assert (sent.value, sent.key, sent.partition) == (value, key, 2)
        names = Counter(name for name, _ in sent.headers)
        assert max(names.values()) == 1
        after = headers.read(sent.headers)
        assert after["origin"] == str(ORIGIN)
        assert after["tenant"] == "north"
        assert after["content-type"] == "text/csv"
        assert after["traceparent"].split("-")[1] == "a" * 32
        assert after["ce_type"] == "news.article.unique.v1"
        assert after["ce_source"] == "copydesk/replay"
        assert {name for name in after if name.startswith("dlq.")} == {
            "dlq.replay_count",
            "dlq.first_failed_at",
        }


@given(st.integers(1, 5))
def test_replays_and_failures_in_turn_count_on_and_never_stack(times: int) -> None:
    record = failed(told={"tenant": "north"})
    first = Letter.of(record)
    sizes = set()
    for number in range(1, times + 1):
        letter = Letter.of(record)
        sent = decision(record, Rules(max_replays=times))
        assert sent == Send("p.articles.unique", 2, number)
        assert isinstance(sent, Send)
        replayed = headers.read(message(record, letter, catalog.UNIQUE, sent, now=LATER).headers)
        record = failed(told=replayed, now=LATER)
        sizes.add(len(record.headers))
        again = Letter.of(record)
        assert again.replay_count == number
        assert again.first_failed_at == first.first_failed_at
        assert again.origin == ORIGIN
    assert len(sizes) == 1
    assert isinstance(decision(record, Rules(max_replays=times)), Refuse)


def _ms(time: datetime) -> int:
    return round(time.timestamp() * 1000)
