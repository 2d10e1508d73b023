"""A producer's trace arrives wherever its article does: over all topics, dead letters included."""

from __future__ import annotations

import asyncio
import itertools
import re
from dataclasses import dataclass

import pytest
from aiokafka import AIOKafkaProducer

from tests.deployment import Deployment, Record, raw, wait_for
from topics import catalog, headers
from topics.catalog import Topic
from topics.records import Origin
from workers.runtime.connection import client_arguments
from workers.runtime.delivery import Delivery
from workers.runtime.produce import deliver
from workers.sources import Found

TEXT = "The ferry between the two islands will run again from Monday, said the harbour office."
STATE = "vendor=t61rcWkgMzE"
TOPICS = tuple(topic for topic in catalog.TOPICS if topic not in (catalog.RAW, catalog.CLAIMS))
"""All that workers write, but for the changelog, which is no stream of events."""
THROUGH = {
    "articles.fingerprinted",
    "articles.unique",
    "articles.identified",
    "articles.cleaned",
    "articles.enriched",
}


@dataclass(frozen=True)
class Sent:
    """A record that a service writes, and the topics on which its trace must be found."""

    value: bytes
    arrives: frozenset[str] | set[str]
    topic: Topic = catalog.RAW
    traced: bool = True


SENT = (
    Sent(raw("first", TEXT), THROUGH),
    Sent(raw("second", TEXT), {"articles.fingerprinted", "articles.duplicates"}),
    Sent(b"no JSON", {"articles.dead-letter"}),
    # It fails behind its claim, which is given back on the way.
    Sent(b'{"id": "hollow"}', {"articles.dead-letter", "articles.fingerprinted"}, catalog.UNIQUE),
    Sent(raw("untraced", f"{TEXT} Nobody traces it."), THROUGH, traced=False),
)


def trace(number: int) -> str:
    return f"{number + 1:032x}"


def span(record: Record) -> str:
    return record.headers["traceparent"].split("-")[2]


async def send(deployment: Deployment) -> list[str]:
    """Produce all of ``SENT``; the origins by which what comes of them is found."""
    settings = deployment.settings
    producer = AIOKafkaProducer(**client_arguments(settings), acks="all")
    await producer.start()
    origins = []
    try:
        for number, item in enumerate(SENT):
            told = {headers.TRACEPARENT: f"00-{trace(number)}-{number + 1:016x}-01"}
            told |= {headers.TRACESTATE: STATE}
            place = Origin(settings.topic("articles.raw"), 0, 9000 + number, 1)
            own = {headers.ORIGIN: str(place)} if item.topic is not catalog.RAW else {}
            placed = await producer.send_and_wait(
                settings.topic(item.topic.name),
                item.value,
                headers=headers.write((told if item.traced else {}) | own),
                partition=0,  # in this order
            )
            if item.topic is catalog.RAW:
                place = Origin(placed.topic, placed.partition, placed.offset, 0)
            origins.append(f"{place.topic}/{place.partition}/{place.offset}@")
    finally:
        await producer.stop()
    return origins


@pytest.mark.broker
@pytest.mark.parametrize(
    "broker", ["deployment", pytest.param("kafka_deployment", marks=pytest.mark.kafka)]
)
def test_a_trace_arrives_on_every_topic(broker: str, request: pytest.FixtureRequest) -> None:
    deployment: Deployment = request.getfixturevalue(broker)
    # No stage beside its neighbour, so that every topic between them is written to.
    deployment.until_ready(
        deployment.start("deduplicate", "strip_boilerplate", wait=False),
        deployment.start("detect_language", "tag_entities", wait=False),
    )
    origins = asyncio.run(send(deployment))

    found: list[list[Record]] = []

    def missing() -> list[str]:
        """Reads all topics; which of them lack something yet."""
        records = [record for part in deployment.read(*TOPICS).values() for record in part]
        found[:] = [
            [record for record in records if record.headers.get("origin", "").startswith(origin)]
            for origin in origins
        ]
        prefix = deployment.settings.topic_prefix
        return [
            f"{name} lacks {item.value!r}"
            for item, there in zip(SENT, found, strict=True)
            for name in item.arrives
            if prefix + name not in {record.topic for record in there}
        ]

    wait_for(lambda: not missing(), 180, lambda: "\n".join(missing()))
    for number, (item, records) in enumerate(zip(SENT, found, strict=True)):
        traces = {record.headers["traceparent"].split("-")[1] for record in records}
        states = {record.headers.get("tracestate") for record in records}
        assert len(traces) == 1, traces
        if item.traced:
            assert traces == {trace(number)}
            assert states == {STATE}
        else:
            assert states == {None}
        assert len({span(record) for record in records}) == len(records)


@pytest.mark.broker
def test_a_trace_begins_where_copydesk_itself_produces(deployment: Deployment) -> None:
    found = [Found(f"line {number}", raw(f"a{number}", TEXT), None) for number in range(3)]

    async def produce() -> None:
        delivery = Delivery(deployment.settings)
        await delivery.start()
        await deliver(deployment.settings, delivery, found, itertools.count())
        await delivery.stop()

    asyncio.run(produce())
    records = deployment.read(catalog.RAW)[catalog.RAW.name]
    told = [record.headers["traceparent"] for record in records]
    assert len({trace.split("-")[1] for trace in told}) == len(found)
    assert all(re.fullmatch(headers.TRACEPARENT_PATTERN, trace) for trace in told)
