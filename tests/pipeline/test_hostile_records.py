"""What any producer can set in a record: none of it stops a worker or spoils its neighbours."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from aiokafka import AIOKafkaProducer

from tests.deployment import Deployment, raw
from topics import catalog
from topics.catalog import Topic
from topics.records import Origin
from workers.runtime.connection import client_arguments

TEXT = "The ferry between the two islands will run again from Monday, said the harbour office."
ENRICHED = catalog.ENRICHED.name


@dataclass(frozen=True)
class Sent:
    """A record, and what is to become of it: enriched, or a dead letter for a reason."""

    value: bytes | None
    becomes: str = ENRICHED
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    timestamp: int | None = None
    topic: Topic = catalog.RAW


def article(number: int, **fields: object) -> bytes:
    return raw(f"a{number}", f"{TEXT} Number {number}.", **fields)


SENT: dict[str, Sent] = {
    "a time in microseconds": Sent(article(1), timestamp=1_700_000_000_000_000),
    "a time beyond all calendars": Sent(article(2), timestamp=2**62),
    "no time": Sent(article(3), timestamp=0),
    "an origin that is none": Sent(article(4), headers=[("origin", b"a feed")]),
    "an origin with a name without end": Sent(
        article(5), headers=[("origin", b"x" * 500_000 + b"/0/0@0")]
    ),
    "an origin outside of time": Sent(article(6), headers=[("origin", b"t/0/0@" + b"9" * 30)]),
    "an origin that is not UTF-8": Sent(article(7), headers=[("origin", b"\xff\xfe")]),
    "a trace that is none": Sent(article(8), headers=[("traceparent", b"zz")]),
    "a large header with a bad value": Sent(b"bad", "undecodable", [("h", b"x" * 3_000_000)]),
    "headers of a dead letter": Sent(
        b"bad", "undecodable", [("dlq.first_failed_at", b"\xff"), ("dlq.replay_count", b"x" * 999)]
    ),
    "deep unknown fields": Sent(
        article(9)[:-1] + b', "deep": ' + b"[" * 500 + b"]" * 500 + b"}", "invalid"
    ),
    "fields that stages find": Sent(
        article(10, text="forged", entities=[1], stages=[1], status="x", version="x")
    ),
    "dates that are none": Sent(article(11, published_at="9" * 5000, fetched_at="0000-00-00")),
    "a URL that is none": Sent(raw(None, f"{TEXT} 12", url="http://[::1")),
    "a URL without end": Sent(raw(None, f"{TEXT} 13", url="http://" + "a" * 300_000)),
    "an id without end": Sent(raw("i" * 600_000, TEXT), "invalid"),
    "a newer minor version": Sent(article(14, schema_version="1.999")),
    "everything large": Sent(article(15, language="x" * 99_999, authors=["a"] * 50_000)),
    "dates that are none, on a topic of ours": Sent(
        b'{"id":"u1","content":"A text.","fetched_at":"yesterday","published_at":"2026-01-01"}',
        topic=catalog.UNIQUE,
    ),
    "no content, on a topic of ours": Sent(b'{"id":"u2"}', "no_text", topic=catalog.UNIQUE),
    "a fingerprint of no article": Sent(
        b'{"record":"fingerprinted","fingerprint":{"algorithm":"a","id":"f","canonical_url":null,'
        b'"content_hash":"","headline_hash":"","shingles":-5,"characters":0},"raw":5,'
        b'"media_type":"text/plain"}',
        "invalid",
        topic=catalog.FINGERPRINTED,
    ),
    "no kind of record": Sent(b'{"record":"x"}', "invalid", topic=catalog.FINGERPRINTED),
    "no value, on a topic of ours": Sent(None, "undecodable", topic=catalog.FINGERPRINTED),
}
WITHDRAWAL_OF_NOTHING = b'{"record":"withdrawal","id":"q","origin":"nonsense"}'


async def send(deployment: Deployment) -> list[Origin]:
    settings = deployment.settings
    producer = AIOKafkaProducer(
        **client_arguments(settings), acks="all", max_request_size=32 * 1024 * 1024
    )
    await producer.start()
    try:
        claims = settings.topic(catalog.FINGERPRINTED.name)
        await producer.send_and_wait(claims, WITHDRAWAL_OF_NOTHING)
        placed = [
            await producer.send_and_wait(
                settings.topic(item.topic.name),
                item.value,
                key=b"k",
                headers=item.headers,
                timestamp_ms=item.timestamp,
            )
            for item in SENT.values()
        ]
    finally:
        await producer.stop()
    return [Origin(p.topic, p.partition, p.offset, p.timestamp or 0) for p in placed]


@pytest.mark.broker
def test_nothing_that_a_producer_can_set_stops_a_worker(deployment: Deployment) -> None:
    worker = deployment.start("deduplicate", "detect_language", "strip_boilerplate", wait=False)
    tagger = deployment.start("tag_entities", wait=False)
    deployment.until_ready(worker, tagger)
    arrivals = asyncio.run(send(deployment))
    out = deployment.until_out(arrivals, 60)
    became = {
        record.origin[:3]: record.headers.get("dlq.reason", name)
        for name, records in out.items()
        for record in records
    }
    expected = {
        (name, origin[:3]): item.becomes
        for (name, item), origin in zip(SENT.items(), arrivals, strict=True)
    }
    assert {(name, place): became[place] for name, place in expected} == expected
    assert sum(map(len, out.values())) == len(SENT)
    forged = next(record for record in out[ENRICHED] if record.json["id"] == "a10")
    assert forged.json["text"].startswith(TEXT)
    assert {worker.process.poll(), tagger.process.poll()} == {None}
