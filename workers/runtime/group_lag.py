"""How far the consumer groups are behind, by what Kafka holds: also of workers that are gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from topics import catalog
from topics.catalog import Topic
from workers import pipeline
from workers.runtime.passing import beside, committed_by
from workers.runtime.topic_admin import admin, partition_counts
from workers.settings import Settings

ANSWER_SECONDS = 15.0


@dataclass(frozen=True)
class PartitionLag:
    """One partition of a step's input topic."""

    step: str
    topic: str
    partition: int
    committed: int | None
    """The group's committed offset; None if it has never committed one."""
    beginning: int
    end: int

    @property
    def lag(self) -> int:
        """Records that are still there and not committed."""
        return max(self.end - max(self.committed or 0, self.beginning), 0)


class GroupLag:
    """Asks Kafka for the offsets of every step's consumer group, without joining any."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._consumers: dict[str, AIOKafkaConsumer] = {}
        self._partitions: dict[str, list[TopicPartition]] = {}
        """By step."""

    async def start(self) -> None:
        """Connect; UnreachableError if no broker lets us in, LookupError for a missing topic."""
        settings = self._settings
        async with admin(settings) as client:
            existing = await partition_counts(client)
        for step, topic in inputs().items():
            name = settings.topic(topic.name)
            if name not in existing:
                raise LookupError(
                    f"no topic {name} on the broker; create it with: copydesk topics create"
                )
            self._consumers[step] = consumer = beside(settings, step)
            self._partitions[step] = [TopicPartition(name, i) for i in range(existing[name])]
            await consumer.start()

    async def stop(self) -> None:
        """Disconnect."""
        for consumer in self._consumers.values():
            with contextlib.suppress(Exception):
                await consumer.stop()
        self._consumers.clear()

    async def measure(self) -> list[PartitionLag]:
        """All partitions of all steps, in the order of the pipeline.

        KafkaError or TimeoutError if Kafka does not answer.
        """
        async with asyncio.timeout(ANSWER_SECONDS):
            found = await asyncio.gather(
                *(self._of(step, consumer) for step, consumer in self._consumers.items())
            )
        return [one for each in found for one in each]

    async def _of(self, step: str, consumer: AIOKafkaConsumer) -> list[PartitionLag]:
        partitions = self._partitions[step]
        beginnings = await consumer.beginning_offsets(partitions)
        # Committed before ends: what is finished in between shows as waiting, never as ahead.
        done = await committed_by(consumer, partitions)
        ends = await consumer.end_offsets(partitions)
        return [
            PartitionLag(
                step, at.topic, at.partition, done.get(at.partition), beginnings[at], ends[at]
            )
            for at in partitions
        ]


def inputs() -> Mapping[str, Topic]:
    """Every step → the topic that its workers consume unless they are fused with the one before."""
    return {
        pipeline.FINGERPRINT: catalog.RAW,
        pipeline.CLAIM: catalog.FINGERPRINTED,
        **{stage.name: stage.consumes for stage in pipeline.ENRICHMENTS},
    }
