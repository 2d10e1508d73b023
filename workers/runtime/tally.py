"""Count what became of every arrival, by origin, from the output topics."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from topics import catalog, headers
from topics.records import Origin
from workers.runtime.connection import client_arguments
from workers.settings import Settings

OUTPUTS = (catalog.ENRICHED, catalog.DUPLICATES, catalog.DEAD_LETTER)
Place = tuple[str, int, int]
"""An origin without its time: topic, partition, offset."""


@dataclass
class Tally:
    """Arrivals against outcomes."""

    arrived: dict[Place, str] = field(default_factory=dict)
    """Origin → where the producer found the article."""
    outcomes: dict[Place, str] = field(default_factory=dict)
    """Origin → topic (without prefix) in which it ended."""
    contradictions: list[str] = field(default_factory=list)
    reemitted: int = 0

    def arrive(self, origin: Origin, where: str) -> None:
        """Note one arrival."""
        self.arrived[origin[:3]] = where

    def end(self, origin: Origin, topic: str) -> bool:
        """Note one outcome; False if this origin had one already."""
        before = self.outcomes.get(origin[:3])
        if before is None:
            self.outcomes[origin[:3]] = topic
        elif before == topic:
            self.reemitted += 1
        else:
            self.contradictions.append(f"{origin} is in {before} and in {topic}")
        return before is None

    def missing(self) -> list[tuple[Place, str]]:
        """Arrivals without an outcome, with where they came from."""
        return [
            (place, where) for place, where in self.arrived.items() if place not in self.outcomes
        ]

    def count(self, topic: str) -> int:
        """Arrivals that ended in one topic."""
        return Counter(self.outcomes[place] for place in self.arrived if place in self.outcomes)[
            topic
        ]

    @property
    def done(self) -> bool:
        """Whether every arrival has come out."""
        return self.arrived.keys() <= self.outcomes.keys()


class OutputWatch:
    """Reads the output topics from where they end now, or from their beginning."""

    def __init__(
        self,
        settings: Settings,
        seen: Callable[[str, Origin, ConsumerRecord], None],
        *,
        from_beginning: bool,
    ) -> None:
        self._settings = settings
        self._seen = seen
        self._from_beginning = from_beginning
        self._consumer: AIOKafkaConsumer | None = None
        self._names = {settings.topic(topic.name): topic.name for topic in OUTPUTS}

    async def start(self) -> None:
        """Take the positions: what is produced after this is seen."""
        consumer = AIOKafkaConsumer(
            **client_arguments(self._settings),
            enable_auto_commit=False,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        await consumer.start()
        self._consumer = consumer
        partitions = [
            TopicPartition(name, partition)
            for name in self._names
            for partition in await _partitions(consumer, name)
        ]
        consumer.assign(partitions)
        positions = await (
            consumer.beginning_offsets(partitions)
            if self._from_beginning
            else consumer.end_offsets(partitions)
        )
        for partition, offset in positions.items():
            consumer.seek(partition, offset)

    async def stop(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            with contextlib.suppress(Exception):
                await self._consumer.stop()

    async def read(self) -> None:
        """Hand on what is there, waiting for it a moment."""
        assert self._consumer is not None, "start() comes first"
        batches = await self._consumer.getmany(timeout_ms=200)
        for partition, messages in batches.items():
            for message in messages:
                carried = headers.read(message.headers).get(headers.ORIGIN)
                if carried is not None and message.value is not None:
                    with contextlib.suppress(ValueError):
                        origin = Origin.parse(carried)
                        self._seen(self._names[partition.topic], origin, message)


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    for _ in range(50):
        found: set[int] | None = consumer.partitions_for_topic(topic)
        if found:
            return sorted(found)
        await consumer._client.force_metadata_update()
        await asyncio.sleep(0.1)
    raise LookupError(f"no topic {topic} on the broker; create it with: copydesk topics create")
