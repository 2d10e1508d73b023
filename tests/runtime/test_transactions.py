"""Articles that come in transactions, whose ends take offsets too."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from tests.deployment import Deployment, raw, wait_for
from topics import catalog
from workers.runtime.group_lag import GroupLag, PartitionLag
from workers.runtime.passing import beside
from workers.settings import Settings

STEP = "fingerprint"
SECONDS = 60.0


async def interleaved(settings: Settings, ids: list[str]) -> None:
    """A transaction for each article, all open at once: in every partition the ends come last."""
    async with AsyncExitStack() as opened:
        producers = [
            AIOKafkaProducer(
                bootstrap_servers=settings.bootstrap,
                transactional_id=f"{settings.topic_prefix}{id}",
            )
            for id in ids
        ]
        for producer in producers:
            await opened.enter_async_context(producer)
            await producer.begin_transaction()
        for number, (producer, id) in enumerate(zip(producers, ids, strict=True)):
            await producer.send_and_wait(
                settings.topic(catalog.RAW.name),
                raw(id, f"The ferry {id} ran aground."),
                partition=number % settings.partitions,
            )
        for producer in producers:
            await producer.commit_transaction()


async def lag(settings: Settings) -> list[PartitionLag]:
    """What the step's group has before it."""
    asked = GroupLag(settings)
    await asked.start()
    try:
        return [one for one in await asked.measure() if one.step == STEP]
    finally:
        await asked.stop()


async def step_back(settings: Settings) -> None:
    """Commit one offset less: behind the last record or between the ends, as Faust commits."""
    done = await lag(settings)
    consumer = beside(settings, STEP)
    await consumer.start()
    try:
        offsets = {TopicPartition(one.topic, one.partition): one.end - 1 for one in done}
        consumer.assign(list(offsets))
        await consumer.commit(offsets)
    finally:
        await consumer.stop()


def nothing_left(deployment: Deployment) -> None:
    """Wait until the group has committed all there is."""
    settings = deployment.settings
    wait_for(
        lambda: [one.lag for one in asyncio.run(lag(settings))] == [0] * settings.partitions,
        SECONDS,
        lambda: str(asyncio.run(lag(settings))),
    )


@pytest.mark.kafka
def test_a_partition_behind_a_transaction_is_read_to_its_end(kafka_deployment: Deployment) -> None:
    settings = kafka_deployment.settings
    ids = [f"t{number}" for number in range(2 * settings.partitions)]
    worker = kafka_deployment.start(STEP)
    asyncio.run(interleaved(settings, ids))
    nothing_left(kafka_deployment)
    assert worker.stop() == 0
    asyncio.run(step_back(settings))
    assert [one.lag for one in asyncio.run(lag(settings))] == [1] * settings.partitions
    kafka_deployment.start(STEP)
    nothing_left(kafka_deployment)
    later = [f"later-{id}" for id in ids]
    asyncio.run(interleaved(settings, later))
    nothing_left(kafka_deployment)
    fingerprinted = kafka_deployment.read(catalog.FINGERPRINTED)[catalog.FINGERPRINTED.name]
    came_out = sorted(str(record.key, "utf-8") for record in fingerprinted if record.key)
    assert came_out == sorted([*ids, *later])
