"""Read topics from outside the consumer groups: for tallies, tails and checks."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from topics.catalog import Topic
from workers.runtime.connection import client_arguments
from workers.runtime.topic_admin import admin, partition_counts
from workers.settings import Settings


class TopicReader:
    """Reads topics from their beginning, or from where they end at the start."""

    def __init__(
        self, settings: Settings, wanted: Sequence[Topic], *, from_beginning: bool
    ) -> None:
        self._settings = settings
        self._from_beginning = from_beginning
        self._consumer: AIOKafkaConsumer | None = None
        self._partitions: list[TopicPartition] = []
        self.names = {settings.topic(topic.name): topic.name for topic in wanted}
        """Full name → name in the catalog."""

    async def start(self) -> None:
        """Take the positions; LookupError for a topic that is not there."""
        # A consumer without a subscription knows no partitions: Kafka tells it of no other topics.
        async with admin(self._settings) as client:
            existing = await partition_counts(client)
        for name in self.names:
            if name not in existing:
                raise LookupError(
                    f"no topic {name} on the broker; create it with: copydesk topics create"
                )
            self._partitions += [TopicPartition(name, number) for number in range(existing[name])]
        consumer = AIOKafkaConsumer(
            **client_arguments(self._settings),
            enable_auto_commit=False,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        try:
            await consumer.start()
            consumer.assign(self._partitions)
            positions = await (
                consumer.beginning_offsets(self._partitions)
                if self._from_beginning
                else consumer.end_offsets(self._partitions)
            )
            for partition, offset in positions.items():
                consumer.seek(partition, offset)
        except BaseException:
            await consumer.stop()
            raise
        self._consumer = consumer

    async def stop(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            with contextlib.suppress(Exception):
                await self._consumer.stop()

    async def read(self) -> list[ConsumerRecord]:
        """What is there, waiting for it a moment."""
        assert self._consumer is not None, "start() comes first"
        batches = await self._consumer.getmany(timeout_ms=200)
        return [message for messages in batches.values() for message in messages]

    async def at_end(self) -> bool:
        """Whether everything that the topics hold now has been read."""
        assert self._consumer is not None, "start() comes first"
        for partition, end in (await self.ends()).items():
            if await self._consumer.position(TopicPartition(*partition)) < end:
                return False
        return True

    async def ends(self) -> dict[tuple[str, int], int]:
        """The end offset of every partition, by full topic name."""
        assert self._consumer is not None, "start() comes first"
        ends = await self._consumer.end_offsets(self._partitions)
        return {(partition.topic, partition.partition): end for partition, end in ends.items()}
