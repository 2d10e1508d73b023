"""Bytes on Kafka: what the records hold, and what their batches take up as they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords

from topics.catalog import TOPICS, Topic
from workers.runtime.connection import client_arguments
from workers.settings import Settings

WAIT_MS, AT_MOST = 500, 32 * 1024 * 1024


@dataclass(frozen=True)
class Written:
    """What lies on one topic."""

    topic: str
    records: int
    plain: int
    """Bytes of keys, values and headers, uncompressed."""
    stored: int
    """Bytes of the record batches as the broker keeps them: compressed, with their frames."""


async def written(settings: Settings, topics: Sequence[Topic] = TOPICS) -> list[Written]:
    """Read the topics from their beginning to their end, as raw batches."""
    client = AIOKafkaClient(**client_arguments(settings))
    await client.bootstrap()
    try:
        names = [settings.topic(topic.name) for topic in topics]
        await client.set_topics(names)
        return [
            await _written(client, topic.name, name)
            for topic, name in zip(topics, names, strict=True)
        ]
    finally:
        await client.close()


async def _written(client: AIOKafkaClient, name: str, topic: str) -> Written:
    records = plain = stored = 0
    for partition in sorted(client.cluster.partitions_for_topic(topic) or ()):
        leader = client.cluster.leader_for_partition(TopicPartition(topic, partition))
        offset, end = 0, 1
        while offset < end:
            request = FetchRequest(
                WAIT_MS, 1, AT_MOST, 0, [(topic, [(partition, offset, AT_MOST)])], rack_id=""
            )
            response = await client.send(leader, request)
            ((_, ((_, error, end, *_, data),)),) = response.topics
            if error:
                raise RuntimeError(f"{topic}/{partition}: Kafka error {error}")
            batches = MemoryRecords(data)
            stored += batches.size_in_bytes()
            while batches.has_next():
                for record in batches.next_batch():
                    records += 1
                    offset = record.offset + 1
                    plain += len(record.key or b"") + len(record.value or b"")
                    plain += sum(len(k.encode()) + len(v or b"") for k, v in record.headers)
    return Written(name, records, plain, stored)
