"""The file producer: raw records into ``articles.raw``, each confirmed and named by its origin."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from topics import catalog, headers
from topics.records import Origin
from workers.runtime.dead_letters import LONGEST_ID, dead_letter, truncated
from workers.runtime.delivery import Delivered, Delivery, DeliveryError, Message, TooLarge
from workers.runtime.read_ahead import read_ahead
from workers.runtime.record import PRODUCER, Consumed
from workers.settings import Settings
from workers.sources import Found

TOGETHER = 100
STAGE = PRODUCER


@dataclass(frozen=True)
class Produced:
    """A record that arrived: what it is called from now on."""

    where: str
    origin: Origin
    size: int
    dead: bool = False
    """Too large for Kafka: it went to the dead letters straight away."""


async def produce(
    settings: Settings, delivery: Delivery, found: Iterable[Found]
) -> AsyncIterator[Produced]:
    """Deliver records in order, a hundred at a time; DeliveryError if Kafka does not take them."""
    counted = itertools.count()
    async for group in read_ahead(found, TOGETHER):
        for produced in await deliver(settings, delivery, group, counted):
            yield produced


async def deliver(
    settings: Settings, delivery: Delivery, group: Sequence[Found], counted: Iterator[int]
) -> list[Produced]:
    """Deliver these records together, each to its answer in order; see ``produce``.

    ``counted`` numbers those that are too large, of which each needs an origin of its own.
    """
    topic = settings.topic(catalog.RAW.name)
    now = datetime.now(UTC)
    messages = [
        Message(
            topic,
            item.key,
            item.value,
            headers.write(
                headers.event(
                    catalog.RAW,
                    id=((item.key or b"").decode("utf-8", "replace") or item.where)[:LONGEST_ID],
                    origin=None,
                    stage=STAGE,
                    stages=(),
                    time=now,
                    trace=None,
                )
            ),
        )
        for item in group
    ]
    answers = await delivery.send(messages)
    produced = []
    for item, message, answer in zip(group, messages, answers, strict=True):
        number = next(counted)
        if isinstance(answer, Delivered):
            origin = Origin(topic, answer.partition, answer.offset, 0)
            produced.append(Produced(item.where, origin, len(item.value)))
        else:
            origin = Origin(STAGE, 0, number, int(time.time() * 1000))
            await _too_large(settings, delivery, message, origin, answer)
            produced.append(Produced(item.where, origin, len(item.value), dead=True))
    return produced


async def _too_large(
    settings: Settings, delivery: Delivery, message: Message, origin: Origin, answer: TooLarge
) -> None:
    """Kafka cannot hold the record, so that no worker will ever see it: write its dead letter."""
    consumed = Consumed(
        topic=origin.topic,
        partition=origin.partition,
        offset=origin.offset,
        timestamp=origin.timestamp,
        key=message.key,
        value=message.value,
        headers=headers.read(message.headers),
    )
    letter = dead_letter(
        settings,
        consumed,
        stage=STAGE,
        reason="too_large",
        detail=answer.detail,
        exception=None,
        attempts=1,
        now=datetime.now(UTC),
    )
    (refused,) = await delivery.send([truncated(letter)])
    if isinstance(refused, TooLarge):
        raise DeliveryError(f"not even a truncated dead letter fits: {refused.detail}")
