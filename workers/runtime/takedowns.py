"""What sends published articles again and what forgets them know of each other.

Whoever sends again is the only member of a consumer group, and follows the tombstones of
``articles.enriched`` in it. An offset that it commits is a word given: what is forgotten up to
there it sends no more, and whatever it sent so far has been acknowledged. ``forget`` awaits that
word for its tombstones, and only then looks what is on its way: so nothing can be sent behind its
back. A run that is killed has left the group once its session has timed out.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from topics import catalog
from workers.runtime.connection import client_arguments
from workers.runtime.delivery import DeliveryError
from workers.runtime.passing import until_passed
from workers.runtime.record import Consumed
from workers.runtime.topic_admin import admin
from workers.settings import Settings

STEP = "reprocess"
"""Names the group, as the steps of workers name theirs."""
ENDED = 1 << 62
"""The offset of a run that has ended: it will send nothing that is forgotten, whenever."""
POLL_SECONDS = 0.3
PATIENCE_SECONDS = 60.0
"""How long a run waits for its place in the group, should Kafka deal it anew."""


class BusyError(Exception):
    """Another run is sending articles again."""


class Takedowns:
    """Follows what is forgotten, for as long as articles are sent again."""

    def __init__(self, settings: Settings, partitions: int) -> None:
        self._settings = settings
        self._partitions = partitions
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        """Whoever has it sends, or takes in what was forgotten: never both at once."""
        self._known: dict[TopicPartition, int] = {}
        """Up to where tombstones are known."""
        self._told: dict[TopicPartition, int] = {}
        """Up to where ``forget`` has been told so."""
        self._unsure = False
        """A sending has been broken off: nobody knows what of it is still going to arrive."""
        self._gone: dict[bytes, dict[int, int]] = {}
        """Key → partition → offset of its last tombstone."""
        self._own: set[tuple[int, int]] = set()

    async def start(self) -> None:
        """Join the group; what is read after this is either known or still to come here.

        BusyError if there is another run in it, LookupError if there is no such topic.
        """
        settings = self._settings
        name = settings.topic(catalog.ENRICHED.name)
        if not self._partitions:
            raise LookupError(
                f"no topic {name} on the broker; create it with: copydesk topics create"
            )
        consumer = AIOKafkaConsumer(
            name,
            **client_arguments(settings),
            group_id=settings.group(STEP),
            enable_auto_commit=False,
            auto_offset_reset="latest",
            session_timeout_ms=int(settings.session_timeout * 1000),
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        self._consumer = consumer
        await consumer.start()
        if not self._whole:
            raise BusyError
        places = [TopicPartition(name, number) for number in range(self._partitions)]
        self._known = dict(await consumer.end_offsets(places))
        for place, offset in self._known.items():
            consumer.seek(place, offset)
        await self._tell()
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Leave the group; all that was sent must have been acknowledged, or given up for good."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await self._task
        if self._consumer is not None:
            with contextlib.suppress(Exception):
                await self._consumer.commit(dict.fromkeys(self._known, ENDED))
            with contextlib.suppress(Exception):
                await self._consumer.stop()

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """A turn in which to send what is not ``forgotten``, to the last acknowledgement.

        BusyError or DeliveryError where nobody would wait for it any more.
        """
        async with self._turn:
            await self._until_awaited()
            try:
                yield
            except BaseException:
                self._unsure = True
                raise

    def forgotten(self, record: Consumed) -> bool:
        """Whether the article of an enriched record was forgotten after it."""
        # In another partition than the record's own there is nothing newer of its key.
        return any(
            number != record.partition or offset > record.offset
            for number, offset in self._gone.get(record.key or b"", {}).items()
        )

    def wrote(self, partition: int, offset: int) -> None:
        """Take no note of a tombstone, which only stands once more for one that is known."""
        self._own.add((partition, offset))

    @property
    def _whole(self) -> bool:
        """Whether the group is this run's alone."""
        assert self._consumer is not None, "start() comes first"
        return len(self._consumer.assignment()) >= self._partitions

    async def _follow(self) -> None:
        assert self._consumer is not None, "start() comes first"
        while True:
            try:
                batches = await self._consumer.getmany(timeout_ms=200)
            except KafkaError:  # of one partition, or for a moment; the word is not given meanwhile
                await asyncio.sleep(POLL_SECONDS)
                continue
            async with self._turn:
                for place, messages in batches.items():
                    for message in messages:
                        own = (message.partition, message.offset) in self._own
                        if message.value is None and not own:
                            self._gone.setdefault(message.key or b"", {})[message.partition] = (
                                message.offset
                            )
                    end = messages[-1].offset + 1 if messages else 0
                    self._known[place] = max(end, self._known.get(place, 0))
                if self._known != self._told and self._whole and not self._unsure:
                    with contextlib.suppress(KafkaError):  # told with what comes next
                        await self._tell()

    async def _tell(self) -> None:
        assert self._consumer is not None, "start() comes first"
        known = dict(self._known)
        await self._consumer.commit(known)
        self._told = known

    async def _until_awaited(self) -> None:
        """Give one's word anew: Kafka takes it of a member alone, for whom ``forget`` waits."""
        deadline, why = time.monotonic() + PATIENCE_SECONDS, "it answers nothing"
        while True:
            if self._task is None or self._task.done() or self._unsure:
                raise DeliveryError("what is forgotten meanwhile cannot be followed any more")
            whole = self._whole
            if whole:
                try:
                    return await self._tell()
                except KafkaError as error:
                    why = repr(error)
            if time.monotonic() >= deadline:
                if whole:
                    raise DeliveryError(f"{self._settings.group(STEP)}: {why}")
                raise BusyError
            await asyncio.sleep(POLL_SECONDS)


async def until_known(
    settings: Settings, last: Mapping[int, int], deadline: float
) -> dict[int, int]:
    """Wait until whoever sends articles again knows tombstones of ``articles.enriched``.

    They are given as partition → offset, the answer is those of which it does not know in time;
    ``deadline`` is of ``time.monotonic()``.
    """
    left = dict(last)
    async with admin(settings) as client:
        while left and await _running(client, settings):
            soon = min(deadline, time.monotonic() + POLL_SECONDS)
            left = await until_passed(settings, STEP, catalog.ENRICHED, left, soon)
            if time.monotonic() >= deadline:
                return left
    return {}


async def _running(client: AIOKafkaAdminClient, settings: Settings) -> bool:
    for answer in await client.describe_consumer_groups([settings.group(STEP)]):
        for group in answer.groups:
            # error code, id, state, protocol type, protocol, members
            if group[5]:
                return True
    return False
