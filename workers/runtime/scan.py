"""Read topics once, from a time or an offset to the end that they had at the start."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from topics import headers
from topics.catalog import Topic
from workers.runtime.connection import client_arguments
from workers.runtime.record import Consumed
from workers.runtime.topic_admin import admin, partition_counts
from workers.settings import Settings

AT_ONCE = 500
"""Records in memory at a time."""
SILENT_SECONDS = 60.0
REPORT_SECONDS = 2.0


@dataclass(frozen=True)
class Stretch:
    """A partition from an offset on."""

    topic: str
    partition: int
    start: int = 0


@dataclass(frozen=True)
class Read:
    """How far a scan has come."""

    topics: str
    records: int
    of: int


class Scan:
    """One reading of topics from outside the consumer groups; memory stays bounded.

    Records that arrive while it reads are left out, so that it ends on a busy topic too.
    """

    def __init__(
        self,
        settings: Settings,
        topics: Sequence[Topic] = (),
        *,
        since: int | None = None,
        report: Callable[[Read], None] = lambda read: None,
    ) -> None:
        self._settings = settings
        self._topics = [settings.topic(topic.name) for topic in topics]
        self._since = since
        self._report = report
        self._reported = time.monotonic()
        self.missing: list[str] = []
        """Topics that are not on the broker, by full name."""
        self.deleted: dict[str, int] = {}
        """Topic → records that retention has deleted."""
        self.partitions: dict[str, int] = {}
        """Topic → its partitions, of every topic on the broker."""

    async def records(
        self, stretches: Iterable[Stretch] | None = None
    ) -> AsyncGenerator[Consumed, None]:
        """Every record not older than ``since`` (ms); in order within a partition only.

        ``stretches`` instead of the topics: what of them does not exist (any more) is left out.
        TimeoutError when the broker goes silent.
        """
        async with admin(self._settings) as client:
            self.partitions = await partition_counts(client)
        self.missing = [name for name in self._topics if name not in self.partitions]
        wanted = {
            TopicPartition(part.topic, part.partition): part
            for part in (self._whole() if stretches is None else stretches)
            if part.partition < self.partitions.get(part.topic, 0)
        }
        if not wanted:
            return
        consumer = AIOKafkaConsumer(
            **client_arguments(self._settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # where retention deletes while this reads
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        try:
            await consumer.start()
            consumer.assign(list(wanted))
            async for message in self._read(consumer, wanted):
                if self._since is None or message.timestamp >= self._since:
                    yield consumed(message)
        finally:
            with contextlib.suppress(Exception):
                await consumer.stop()

    def _whole(self) -> list[Stretch]:
        return [
            Stretch(name, number)
            for name in self._topics
            for number in range(self.partitions.get(name, 0))
        ]

    async def _read(
        self, consumer: AIOKafkaConsumer, wanted: Mapping[TopicPartition, Stretch]
    ) -> AsyncIterator[ConsumerRecord]:
        positions, ends = await self._bounds(consumer, wanted)
        left = {partition for partition in wanted if positions[partition] < ends[partition]}
        for partition in left:
            consumer.seek(partition, positions[partition])
        total = sum(ends[partition] - positions[partition] for partition in left)
        names = ", ".join(sorted({partition.topic for partition in left}))
        fresh, count, heard = set(left), 0, time.monotonic()
        while left:
            batches = await consumer.getmany(*left, timeout_ms=500, max_records=AT_ONCE)
            for partition, messages in batches.items():
                if partition in fresh:
                    fresh.discard(partition)
                    # The embedded broker's first answer falls short of the end of its last batch.
                    ends[partition] = max(ends[partition], consumer.highwater(partition) or 0)
                for message in messages:
                    count += 1
                    if wanted[partition].start <= message.offset < ends[partition]:
                        yield message
            for partition in list(left):
                # The position also passes what compaction left out.
                position = await consumer.position(partition)
                if position != positions[partition]:
                    positions[partition], heard = position, time.monotonic()
                if position >= ends[partition]:
                    left.discard(partition)
            if time.monotonic() - heard > SILENT_SECONDS:
                raise TimeoutError(f"no answer for {SILENT_SECONDS:.0f} s while reading {names}")
            if time.monotonic() - self._reported > REPORT_SECONDS:
                self._reported = time.monotonic()
                self._report(Read(names, count, max(total, count)))

    async def _bounds(
        self, consumer: AIOKafkaConsumer, wanted: Mapping[TopicPartition, Stretch]
    ) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
        partitions = list(wanted)
        beginnings = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        later: Mapping[TopicPartition, Any] = {}
        if self._since is not None:
            later = await consumer.offsets_for_times({p: max(self._since, 0) for p in partitions})
        positions = {}
        for partition, part in wanted.items():
            beginning, end = beginnings[partition], ends[partition]
            self.deleted[partition.topic] = self.deleted.get(partition.topic, 0) + beginning
            found = later.get(partition)
            start = max(part.start, found.offset if found is not None else 0)
            # The last record is read even where nothing is wanted: it tells the true end.
            positions[partition] = max(beginning, min(start, end - 1))
        return positions, dict(ends)


def consumed(message: ConsumerRecord) -> Consumed:
    """A record as the commands look at it."""
    return Consumed(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=message.timestamp,
        key=message.key,
        value=message.value,
        headers=headers.read(message.headers),
    )
