"""Write tombstones once more behind what overtook them, and behind those what is new since."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass

from topics import headers
from workers.runtime.delivery import Delivered, Delivery, DeliveryError, Message
from workers.runtime.record import Consumed
from workers.runtime.scan import Stretch

Records = Callable[[Iterable[Stretch]], AsyncIterator[Consumed]]
"""Reads stretches of topics to their ends."""


@dataclass(frozen=True)
class Overtaken:
    """A tombstone behind which there is something of what it forgot."""

    tombstone: Message
    """What is to be written once more; it names its partition."""
    since: int
    """The offset of the one that was overtaken."""


async def put_behind(
    delivery: Delivery,
    records: Records,
    overtaken: Sequence[Overtaken],
    stays: Callable[[Consumed], bool],
) -> list[Delivered]:
    """Write the tombstones; and what ``stays`` of their keys since then once more behind them.

    ``stays`` is asked for the records of these keys in their order, for some of them twice. Where
    the new tombstones lie; DeliveryError if Kafka does not take something.
    """
    since = {
        (one.tombstone.topic, one.tombstone.partition, one.tombstone.key): one.since
        for one in overtaken
    }
    starts: dict[tuple[str, int], int] = {}
    for (topic, partition, _), offset in since.items():
        assert partition is not None, "a tombstone lies where what it forgets does"
        starts[topic, partition] = min(offset, starts.get((topic, partition), offset))
    read = dict(starts)
    anew = []
    async for record in records([Stretch(*place, start + 1) for place, start in starts.items()]):
        read[record.topic, record.partition] = record.offset
        start = since.get((record.topic, record.partition, record.key), record.offset)
        if record.offset > start and record.value is not None and stays(record):
            anew.append(once_more(record))
    # Together, so that an interruption does not leave the one without the other.
    written = await deliver(delivery, [*(one.tombstone for one in overtaken), *anew])
    written = written[: len(overtaken)]
    ends = dict(zip(since, (one.offset for one in written), strict=True))
    parts = {
        (topic, number): read[topic, number] + 1
        for (topic, number, _), end in ends.items()
        if number is not None and end > read[topic, number] + 1
    }
    late = [
        once_more(record)
        async for record in records([Stretch(*place, start) for place, start in parts.items()])
        if record.offset < ends.get((record.topic, record.partition, record.key), 0)
        and record.value is not None
        and stays(record)
    ]
    if late:
        await deliver(delivery, late)
    return written


def once_more(record: Consumed) -> Message:
    """The same record behind all that is in its partition."""
    told = headers.write(record.headers)
    return Message(record.topic, record.key, record.value, told, record.partition)


async def deliver(delivery: Delivery, messages: Sequence[Message]) -> list[Delivered]:
    """Deliver all, each to its place in order; DeliveryError if one is too large."""
    found = []
    for answer in await delivery.send(messages):
        if not isinstance(answer, Delivered):  # of an id as long as a record may be
            raise DeliveryError(answer.detail)
        found.append(answer)
    return found
