"""How far the workers are: what their consumer groups have committed, and waiting for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from topics.catalog import Topic
from workers.runtime.connection import client_arguments
from workers.settings import Settings

POLL_SECONDS = 0.3


async def committed(
    settings: Settings, step: str, topic: Topic, partitions: Iterable[int]
) -> dict[int, int]:
    """Partition → the first offset that the workers of a step have not finished; absent: none yet.

    Read from outside the group, which does not notice. KafkaError if the broker does not tell.
    """
    wanted = [TopicPartition(settings.topic(topic.name), number) for number in partitions]
    async with _beside(settings, step) as consumer:
        return await committed_by(consumer, wanted)


async def until_passed(
    settings: Settings, step: str, topic: Topic, last: Mapping[int, int], deadline: float
) -> dict[int, int]:
    """Wait until a step has finished these offsets (partition → offset); those it has not in time.

    ``deadline`` is of ``time.monotonic()``.
    """
    if not last:
        return {}
    left = {TopicPartition(settings.topic(topic.name), number): last[number] for number in last}
    async with _beside(settings, step) as consumer:
        while True:
            known = await committed_by(consumer, left)
            left = {
                place: offset
                for place, offset in left.items()
                if known.get(place.partition, 0) <= offset
            }
            if not left or time.monotonic() >= deadline:
                return {place.partition: offset for place, offset in left.items()}
            await asyncio.sleep(POLL_SECONDS)


def beside(settings: Settings, step: str) -> AIOKafkaConsumer:
    """A consumer that asks for the offsets of a step's group without being of it.

    Not started. No partition is to be assigned to it, since it would fetch their records.
    """
    return AIOKafkaConsumer(
        **client_arguments(settings), group_id=settings.group(step), enable_auto_commit=False
    )


async def committed_by(
    consumer: AIOKafkaConsumer, wanted: Iterable[TopicPartition]
) -> dict[int, int]:
    """Partition number → what the consumer's group has committed of a topic; absent: nothing."""
    answers = [(place.partition, await consumer.committed(place)) for place in wanted]
    return {number: offset for number, offset in answers if offset is not None}


@asynccontextmanager
async def _beside(settings: Settings, step: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = beside(settings, step)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()
