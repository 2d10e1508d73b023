"""Try what a worker needs to be allowed.

What is left behind is a tombstone in a compacted topic, until the broker compacts it.
"""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from topics import catalog
from workers import pipeline
from workers.runtime.connection import client_arguments
from workers.runtime.delivery import Delivery, DeliveryError, Message
from workers.runtime.unreachable import UnreachableError
from workers.settings import Settings

PROBE = b"copydesk-doctor"


class RefusedError(Exception):
    """The broker did not allow it, or did not answer; the message says what."""


async def may_read(settings: Settings) -> str:
    """Fetch from the first topic as the first step's group, committing nothing."""
    name = settings.topic(catalog.RAW.name)
    group = settings.group(pipeline.FINGERPRINT)
    consumer = AIOKafkaConsumer(
        **client_arguments(settings), group_id=group, enable_auto_commit=False
    )
    try:
        await consumer.start()
        partition = TopicPartition(name, 0)
        consumer.assign([partition])
        await consumer.committed(partition)
        await consumer.seek_to_beginning(partition)
        await consumer.getmany(timeout_ms=500, max_records=1)
    except (KafkaError, OSError) as error:
        raise RefusedError(f"{name} as group {group}: {error}") from error
    finally:
        await consumer.stop()
    return f"{name} as group {group}"


async def may_write(settings: Settings) -> str:
    """Write a tombstone into the compacted changelog: its key is no claim's."""
    name = settings.topic(catalog.CLAIMS.name)
    delivery = Delivery(settings)
    try:
        await delivery.start()
        await delivery.send([Message(name, PROBE, None)])
    except (KafkaError, DeliveryError, UnreachableError, OSError) as error:
        raise RefusedError(f"{name}: {error}") from error
    finally:
        await delivery.stop()
    return f"{name} takes records with acks=all"
