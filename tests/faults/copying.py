"""Workers that copy one topic to another, for the experiment with transactions.

``python -m tests.faults.copying VARIANT BOOTSTRAP GROUP SOURCE TARGET NAME``. The variants:

- ``faust-exactly-once``: a Faust app with ``processing_guarantee="exactly_once"``;
- ``faust-at-least-once``: the same app without it;
- ``aiokafka-transactions``: no Faust; each batch and its offsets are one transaction.

NAME tells the processes of a group apart, and stays when one is started again.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
from collections.abc import Coroutine
from typing import Any

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition

VARIANTS = ("faust-exactly-once", "faust-at-least-once", "aiokafka-transactions")
SESSION_SECONDS = 6.0
PACE = 0.01
"""Seconds of work for one record."""
BATCH = 50


def faust_app(variant: str, bootstrap: str, group: str, source: str, target: str) -> faust.App:
    """As small as an app with one agent can be; topics keep keys, and have equal partitions."""
    app = faust.App(
        group,
        broker=f"kafka://{bootstrap}",
        processing_guarantee=(
            "exactly_once" if variant == "faust-exactly-once" else "at_least_once"
        ),
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=1.0,
        broker_commit_interval=1.0,
        consumer_auto_offset_reset="earliest",
        store="memory://",
        datadir=tempfile.mkdtemp(prefix="copydesk-copying-"),
        key_serializer="raw",
        value_serializer="raw",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )
    incoming, outgoing = (
        app.topic(name, key_type=bytes, value_type=bytes) for name in (source, target)
    )

    @app.agent(incoming)
    async def copy(stream: Any) -> None:
        async for event in stream.events():
            await asyncio.sleep(PACE)
            await (await outgoing.send(key=event.key, value=event.value))

    return app


class Settled(ConsumerRebalanceListener):  # type: ignore[misc]
    """Lets no partition go while a transaction holds records of it."""

    def __init__(self) -> None:
        self.busy = asyncio.Lock()

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Wait for the end of the transaction."""
        async with self.busy:
            pass

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Nothing to do."""


async def copy_in_transactions(
    bootstrap: str, group: str, source: str, target: str, name: str
) -> None:
    """Copy until cancelled."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=int(SESSION_SECONDS * 1000),
        heartbeat_interval_ms=1000,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, transactional_id=f"{group}-{name}", acks="all"
    )
    settled = Settled()
    await producer.start()
    await consumer.start()
    consumer.subscribe([source], listener=settled)
    try:
        while True:
            batches = await consumer.getmany(timeout_ms=500, max_records=BATCH)
            async with settled.busy:
                ours = consumer.assignment()
                batches = {tp: records for tp, records in batches.items() if tp in ours}
                if batches:
                    await one_transaction(producer, group, target, batches)
    finally:
        await consumer.stop()
        await producer.stop()


async def one_transaction(
    producer: AIOKafkaProducer, group: str, target: str, batches: dict[TopicPartition, list[Any]]
) -> None:
    """The outputs of one batch and its offsets, both or neither."""
    offsets = {tp: records[-1].offset + 1 for tp, records in batches.items()}
    async with producer.transaction():
        for record in (record for records in batches.values() for record in records):
            await asyncio.sleep(PACE)
            await producer.send(target, key=record.key, value=record.value)
        await producer.send_offsets_to_transaction(offsets, group)


async def until_stopped(copying: Coroutine[Any, Any, None]) -> None:
    """Copy until SIGTERM; an error ends it."""
    task = asyncio.ensure_future(copying)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main(variant: str, *arguments: str) -> None:
    """Run a worker of one of the variants."""
    if variant == "aiokafka-transactions":
        asyncio.run(until_stopped(copy_in_transactions(*arguments)))
    else:
        # As Faust's own command line does it; only then does Faust use transactions.
        faust.Worker(faust_app(variant, *arguments[:4]), loglevel="INFO").execute_from_commandline()


if __name__ == "__main__":
    main(*sys.argv[1:])
