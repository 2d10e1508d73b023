"""What is fetched while partitions move from one worker to another."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from tests.deployment import Deployment
from topics import catalog
from workers.runtime.consume import Consumption
from workers.runtime.metrics import Metrics
from workers.runtime.prompt_consumer import TopicLostError
from workers.runtime.record import Consumed, Finished
from workers.settings import load

BATCH = 16
RECORDS = 40 * BATCH
MUST_POLL = 8.0
"""Seconds; far less than a setting may say, so that the test ends soon."""


class Hop:
    """Takes note of what it was given, as many batches as ``allowed``."""

    steps: tuple[str, ...] = ("fingerprint",)
    consumes = catalog.RAW
    batch = BATCH

    def __init__(self) -> None:
        self.handled: list[tuple[int, int]] = []
        self.allowed = asyncio.Semaphore(RECORDS)

    async def handle(self, batch: Sequence[Consumed]) -> list[Finished]:
        """Take note, when it is allowed."""
        await self.allowed.acquire()
        self.handled += [(record.partition, record.offset) for record in batch]
        return [Finished(record, "fingerprint", "ok", ()) for record in batch]

    def assigned(self) -> None:
        """Nothing to do."""


class Member:
    """A worker of the group whose fetches can be counted, held and replaced."""

    def __init__(self, deployment: Deployment) -> None:
        self.hop = Hop()
        self.failures: list[BaseException] = []
        self.consumption = Consumption(
            deployment.settings, self.hop, Metrics(), self.failures.append
        )
        consumer: Any = self.consumption.app.consumer
        self.rounds = 0
        """How often records were asked for; without partitions also."""
        self.fetched_early: list[Any] = []
        """What was fetched during a rebalance."""
        self.before: Callable[[], Awaitable[None]] | None = None
        """What a fetch waits for before it begins."""
        self._next, self._getmany = consumer._wait_next_records, consumer._getmany
        consumer._wait_next_records = self._round
        consumer._getmany = self._fetch

    async def _round(self, timeout: float) -> Any:
        self.rounds += 1
        return await self._next(timeout)

    async def _fetch(self, **asked: Any) -> Any:
        rebalancing = self.consumption.app.rebalancing
        if self.before is not None:
            await self.before()
        found = await self._getmany(**asked)
        if found and rebalancing:
            self.fetched_early.append(found)
        return found

    async def until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, (self.failures, len(self.hop.handled))
            assert self.consumption.crashed is None
            await asyncio.sleep(0.02)

    @property
    def settled(self) -> bool:
        """Whether it has partitions and no rebalance goes on."""
        return bool(self.consumption.assigned) and not self.consumption.app.rebalancing


@pytest.fixture
def one_partition(broker_address: str, deployment: Deployment) -> Iterator[Deployment]:
    """A second worker of a group has nothing to do."""
    settings = deployment.settings
    prefix = f"{settings.topic_prefix}one."
    with Deployment(dataclasses.replace(settings, topic_prefix=prefix, partitions=1)) as it:
        yield it


def with_short_polls(deployment: Deployment) -> Deployment:
    """The same topics for workers that must poll soon."""
    settings = dataclasses.replace(deployment.settings, max_poll_interval=MUST_POLL)
    return dataclasses.replace(deployment, settings=settings)


@pytest.mark.broker
def test_a_worker_that_takes_over_fetches_only_after_the_seek(one_partition: Deployment) -> None:
    async def run() -> None:
        first, second = Member(one_partition), Member(one_partition)
        app: Any = second.consumption.app
        subscribed = app.topics.maybe_wait_for_subscriptions

        async def slowly() -> None:
            """The moment between the assignment and the seek, long enough for some rounds."""
            rounds = second.rounds
            await second.until(lambda: second.rounds >= rounds + 3 or bool(second.fetched_early))
            await subscribed()

        await first.consumption.start()
        await first.until(lambda: first.settled)
        await second.consumption.start()
        await second.until(lambda: second.rounds > 0)
        first.hop.allowed = asyncio.Semaphore(2)
        await asyncio.to_thread(one_partition.produce, [b"a record"] * RECORDS)
        await first.until(first.hop.allowed.locked)
        app.topics.maybe_wait_for_subscriptions = slowly
        end = asyncio.create_task(first.consumption.drain())
        await asyncio.sleep(0)  # it has begun
        first.hop.allowed.release()
        await end
        try:
            await second.until(lambda: len({*first.hop.handled, *second.hop.handled}) == RECORDS)
        finally:
            await second.consumption.drain()
        assert second.failures == []
        assert second.fetched_early == []
        assert len(second.hop.handled) == len(set(second.hop.handled))

    asyncio.run(run())


@pytest.mark.broker
@pytest.mark.parametrize("committed", [False, True])
def test_what_a_fetch_across_a_rebalance_brings_is_fetched_again(
    one_partition: Deployment, committed: bool
) -> None:
    """It has moved the position of the new assignment, also where nothing was committed."""
    if committed:
        one_partition.produce([b"a record"] * BATCH)

    async def run() -> None:
        first, second = Member(one_partition), Member(one_partition)
        app = first.consumption.app
        held = asyncio.Event()

        async def hold() -> None:
            if len(first.hop.handled) == (BATCH if committed else 0) and not held.is_set():
                count = app.rebalancing_count
                held.set()
                await first.until(lambda: app.rebalancing_count > count and first.settled)
                await asyncio.to_thread(one_partition.produce, [b"a record"] * RECORDS)

        first.before = hold
        await first.consumption.start()
        await held.wait()
        await second.consumption.start()
        wanted = RECORDS + (BATCH if committed else 0)
        try:
            await first.until(lambda: len(set(first.hop.handled)) == wanted)
        finally:
            await second.consumption.drain()
            await first.consumption.drain()
        assert first.failures == second.failures == []

    asyncio.run(run())


@pytest.mark.broker
def test_who_stands_by_for_long_still_takes_over(one_partition: Deployment) -> None:
    patient = with_short_polls(one_partition)

    async def run() -> None:
        first, second = Member(patient), Member(patient)
        await first.consumption.start()
        await first.until(lambda: first.settled)
        await second.consumption.start()
        await second.until(lambda: second.rounds > 0)
        began = time.monotonic()
        await second.until(lambda: time.monotonic() > began + 2 * MUST_POLL)
        assert await second.consumption.bounds() == {}
        await first.consumption.drain()
        await asyncio.to_thread(one_partition.produce, [b"a record"] * BATCH)
        try:
            await second.until(lambda: len(second.hop.handled) == BATCH)
        finally:
            await second.consumption.drain()

    asyncio.run(run())


@pytest.mark.broker
def test_a_worker_comes_back_after_a_batch_that_took_too_long(one_partition: Deployment) -> None:
    impatient = with_short_polls(one_partition)
    one_partition.produce([b"a record"] * RECORDS)

    async def run() -> None:
        member = Member(impatient)
        member.hop.allowed = asyncio.Semaphore(1)
        await member.consumption.start()
        await member.until(lambda: bool(member.hop.handled))
        began = time.monotonic()
        await member.until(lambda: time.monotonic() > began + 2 * MUST_POLL)
        for _ in range(RECORDS):
            member.hop.allowed.release()
        try:
            await member.until(lambda: len(set(member.hop.handled)) == RECORDS)
        finally:
            await member.consumption.drain()

    asyncio.run(run())


def test_who_stands_by_has_heard_from_kafka_only_when_it_answers() -> None:
    async def run() -> None:
        consumption = Consumption(load({}), Hop(), Metrics(), lambda error: None)
        consumer: Any = consumption.app.consumer
        with pytest.raises(ConsumerNotStarted):
            await consumption.bounds()
        consumer._thread._consumer = object()
        asked: list[TP] = []

        async def answers(*tps: TP) -> dict[TP, int]:
            asked.extend(tps)
            return dict.fromkeys(tps, 7)

        async def is_away(*tps: TP) -> dict[TP, int]:
            raise KafkaConnectionError("away")

        consumer.highwaters = answers
        assert await consumption.bounds() == {}, "it has no partition of its own"
        assert asked == [TP(consumption.topic, 0)]
        consumer.highwaters = is_away
        with pytest.raises(KafkaConnectionError):
            await consumption.bounds()

    asyncio.run(run())


def test_a_seek_that_a_later_one_overtakes_does_not_unsettle_it() -> None:
    async def run() -> None:
        consumption = Consumption(load({}), Hop(), Metrics(), lambda error: None)
        consumer: Any = consumption.app.consumer
        ends = [asyncio.Event(), asyncio.Event()]
        begun = iter(ends)

        async def seek_to_committed() -> Any:
            await next(begun).wait()
            return {TP("news.articles.raw", 0): 5}

        consumer.seek_to_committed = seek_to_committed
        seeks = []
        for _ in ends:
            consumption.app.rebalancing_count += 1
            seeks.append(asyncio.create_task(consumer.perform_seek()))
            await asyncio.sleep(0)  # it has begun
        for end, seek in reversed(list(zip(ends, seeks, strict=True))):
            end.set()
            await seek
        assert consumer._settled == consumption.app.rebalancing_count

    asyncio.run(run())


@pytest.mark.parametrize(
    ("assigned", "committed", "sought"),
    [
        (True, 5, ["committed"]),
        (True, 0, ["committed", "beginning"]),
        (True, None, ["committed", "beginning"]),
        (False, None, []),
    ],
)
def test_where_nothing_is_committed_the_beginning_is_sought(
    assigned: bool, committed: int | None, sought: list[str]
) -> None:
    async def run() -> None:
        place, done = TP("news.articles.raw", 0), list[str]()
        consumption = Consumption(load({}), Hop(), Metrics(), lambda error: None)
        consumer: Any = consumption.app.consumer
        consumer._active_partitions = {place}
        consumer.assignment = lambda: {place} if assigned else set()

        async def across(**asked: Any) -> Any:
            consumption.app.rebalancing_count += 1
            if not assigned:
                consumer._active_partitions = set()
            consumer._settled = consumption.app.rebalancing_count
            return {place: [SimpleNamespace(offset=7)]}

        class Client:
            async def seek_to_committed(self) -> Any:
                done.append("committed")
                return {place: committed}

            def seek(self, partition: TP, offset: int) -> None:
                assert (partition, offset) == (place, 0)
                done.append("beginning")

        async def call_thread(function: Any, *arguments: Any) -> Any:
            return await function(*arguments)

        consumer._getmany = across
        consumer._thread = SimpleNamespace(call_thread=call_thread, _ensure_consumer=Client)
        assert await consumer._wait_next_records(1.0) == ({}, set())
        assert done == []
        if assigned:
            assert await consumer._wait_next_records(1.0) == ({}, set())
        assert done == sought

    asyncio.run(run())


def test_a_topic_that_goes_back_without_a_rebalance_was_made_anew() -> None:
    async def run() -> None:
        hop, place = Hop(), TP("news.articles.raw", 0)
        consumption = Consumption(load({}), hop, Metrics(), lambda error: None)
        consumer: Any = consumption.app.consumer
        consumer._active_partitions = {place}
        consumer._read_offset[place] = 7

        async def fetch(offset: int) -> Any:
            async def bring(**asked: Any) -> Any:
                return {place: [SimpleNamespace(offset=offset)]}

            consumer._getmany = bring
            return await consumer._wait_next_records(1.0)

        found, _ = await fetch(7)
        assert list(found) == [place]
        with pytest.raises(TopicLostError, match="goes back from offset 7 to 6"):
            await fetch(6)

    asyncio.run(run())
