"""One deployment under one fault: its feed, its workers, and what the broker holds of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from tests.deployment import Deployment, Record, RunningWorker, wait_for
from tests.faults import invariants
from tests.faults.feed import feed
from tests.faults.invariants import Account, Observed, Place
from topics import catalog
from topics.catalog import Topic
from topics.records import Origin
from workers import pipeline
from workers.runtime.connection import client_arguments
from workers.runtime.topic_admin import admin
from workers.settings import Settings

FRONT = ("deduplicate",)
BACK = ("detect_language", "strip_boilerplate")
"""Without tag_entities, which costs most and of which the runtime knows nothing special."""
HEAL_SECONDS = 150.0
OFFSET_SECONDS = 60.0
FLOW_SECONDS = 60.0


class Lab:
    """Topics and workers of one fault; used as a context manager.

    ``healed()`` at the end waits until nothing is left to do, and checks every invariant.
    """

    def __init__(self, settings: Settings, seed: int, *groups: tuple[str, ...]) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.groups = groups or (FRONT, BACK)
        self.deployment = Deployment(settings)
        self.settings = settings
        self.arrivals: list[Origin] = []
        self.restarted_after: tuple[int, ...] = ()
        """Exit statuses after which a worker is started again, as its supervisor would do."""
        self.options: dict[str, Any] = {}
        """What every worker is started with, apart from the settings."""
        self._counted: dict[int, Mapping[tuple[str, str], int]] = {}
        self._made = 0
        self._replaced: list[RunningWorker] = []
        self._killed: list[RunningWorker] = []
        self._healing: float | None = None

    def __enter__(self) -> Lab:
        self.deployment.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.deployment.__exit__(*error)

    @property
    def hops(self) -> list[tuple[str, ...]]:
        """Every hop of the groups of workers, in the order of the pipeline."""
        return [hop for group in self.groups for hop in _hops(group)]

    def produce(self, articles: int) -> list[Origin]:
        """Put a seeded feed into ``articles.raw``."""
        self._made += articles
        return self.send(feed(self.rng, articles, first=self._made - articles))

    def send(self, values: Sequence[bytes]) -> list[Origin]:
        """Put these values into ``articles.raw``."""
        arrivals = self.deployment.produce(values)
        self.arrivals += arrivals
        return arrivals

    def forget(self) -> None:
        """The topics were emptied: what was sent and counted before is no arrival any more."""
        self.arrivals.clear()
        self._counted.clear()

    async def delete(self, *topics: Topic) -> None:
        """Delete topics, and wait until they are gone."""
        names = {self.settings.topic(topic.name) for topic in topics}
        async with admin(self.settings) as client:
            await client.delete_topics(list(names))
            while names & set(await client.list_topics()):  # noqa: ASYNC110 - Kafka tells nobody
                await asyncio.sleep(0.1)

    async def rewind(self) -> None:
        """Set the offsets of every hop back to the beginning; no worker may run."""
        for hop in self.hops:
            async with self._group(hop) as (consumer, partitions):
                await consumer.commit(dict.fromkeys(partitions, 0))

    def start(self, *groups: tuple[str, ...], **options: Any) -> list[RunningWorker]:
        """Start a worker of each group (all if none is named) and wait for them together."""
        chosen = self.options | options
        workers = [
            self.deployment.start(*group, wait=False, **chosen) for group in groups or self.groups
        ]
        self.deployment.until_ready(*workers)
        return workers

    def start_to_die(
        self, group: tuple[str, ...], point: str, step: str, count: int
    ) -> RunningWorker:
        """Start a worker that kills itself when a step's n-th article reaches a point."""
        through = ("tests.faults.crash", point, step, str(count))
        return self.deployment.start(*group, wait=False, through=through)

    def died(self, worker: RunningWorker, status: int = -9, seconds: float = 90) -> None:
        """Wait for a worker's end; no committed offset has passed what is unfinished then."""
        assert worker.process.wait(seconds) == status, worker.said()[-3000:]
        self._killed.append(worker)
        self.check_committed()

    def kill(self, worker: RunningWorker) -> None:
        """SIGKILL; no committed offset has passed what is unfinished then."""
        worker.kill()
        self._killed.append(worker)
        self.check_committed()

    def heal(self) -> None:
        """From here on recovery is measured."""
        self._healing = time.monotonic()

    def check_committed(self) -> None:
        """Check I4 now."""
        found = list(invariants.passed_unfinished(self.observe()))
        assert not found, "\n".join(map(str, found))

    def stop(self, worker: RunningWorker) -> None:
        """SIGTERM; its counters are read before."""
        self.count(worker)
        assert worker.stop() == 0, worker.said()[-3000:]

    def count(self, worker: RunningWorker) -> None:
        """Read a worker's counters."""
        self._counted[id(worker)] = {
            (sample.labels["stage"], sample.labels["outcome"]): int(sample.value)
            for sample in worker.samples("news_messages_processed_total")
            if sample.value
        }

    def owned(self, worker: RunningWorker) -> set[Place]:
        """The partitions that a worker was assigned last, as its log says."""
        latest: dict[str, list[int]] = {}
        for line in worker.said().splitlines():
            if '"partitions assigned"' in line:
                told = json.loads(line)
                latest[told["topic"].removeprefix(self.settings.topic_prefix)] = told["partitions"]
        return {(topic, number) for topic, numbers in latest.items() for number in numbers}

    def until_sole_owner(self, worker: RunningWorker) -> None:
        """Wait until a worker has all partitions of its hops."""
        everything = {
            (topic.name, number)
            for topic in map(invariants.consumes, _hops(worker.steps))
            for number in self._partitions(topic)
        }
        wait_for(lambda: self.owned(worker) == everything, 60, worker.said)

    def measured(self, worker: RunningWorker) -> set[Place]:
        """The partitions for which a worker shows a lag."""
        return {
            (
                sample.labels["topic"].removeprefix(self.settings.topic_prefix),
                int(sample.labels["partition"]),
            )
            for sample in worker.samples("news_consumer_lag_messages")
        }

    def observe(self) -> Observed:
        """Everything that the broker and the running workers say, committed offsets first."""
        committed, ends = asyncio.run(self._offsets())
        topics = self.deployment.read(*catalog.TOPICS)
        for worker in self.deployment.workers:
            if worker.process.poll() is None:
                self.count(worker)
        total: dict[tuple[str, str], int] = {}
        for counted in self._counted.values():
            for place, count in counted.items():
                total[place] = total.get(place, 0) + count
        # What a worker counted after the last look is gone with it.
        all_run = all(worker.process.poll() is None for worker in self.deployment.workers)
        return Observed(topics, committed, ends, self.hops, total, all_counted=all_run)

    def outcomes(self) -> int:
        """How many records lie in the last topic, the duplicates and the dead letters."""
        last = invariants.produces(self.hops[-1])
        found = self.deployment.read(last, catalog.DUPLICATES, catalog.DEAD_LETTER)
        return sum(map(len, found.values()))

    def letters(self) -> list[Record]:
        """All dead letters."""
        return self.deployment.read(catalog.DEAD_LETTER)[catalog.DEAD_LETTER.name]

    def until_some_come_out(self) -> None:
        """Wait until more has come out than before the call."""
        before = self.outcomes()
        wait_for(lambda: self.outcomes() > before, FLOW_SECONDS)

    def under_load(self, articles: int) -> None:
        """Start a worker of each group, produce articles, and wait until some come out."""
        self.start()
        self.produce(articles)
        self.until_some_come_out()

    def healed(self, seconds: float = HEAL_SECONDS) -> Recovered:
        """Wait until nothing is left to consume, then check every invariant."""
        began = self._healing if self._healing is not None else time.monotonic()
        left: dict[Place, int] = {}

        def done() -> bool:
            nonlocal left
            self._supervise()
            try:
                left = self._left()
            except (KafkaError, OSError):
                return False
            return not left

        wait_for(done, seconds, lambda: f"left to consume: {left}\n{self._said()}")
        took = time.monotonic() - began
        observed = self.observe()
        found = invariants.violations(observed)
        lie = {record.place[:3] for record in observed.topics[catalog.RAW.name]}
        assert {origin[:3] for origin in self.arrivals} <= lie, "Kafka has lost what it took"
        assert not found, "\n".join([f"seed {self.seed}", *map(str, found[:20])])
        return Recovered(invariants.account(observed), took)

    def _supervise(self) -> None:
        for worker in list(self.deployment.workers):
            status = worker.process.poll()
            if status in (None, 0) or worker in self._replaced or worker in self._killed:
                continue
            assert status in self.restarted_after, f"status {status}: {worker.said()[-3000:]}"
            self._replaced.append(worker)
            self.deployment.start(*worker.steps, wait=False, **self.options)

    def _left(self) -> dict[Place, int]:
        committed, ends = asyncio.run(self._offsets())
        sources = {invariants.consumes(hop).name for hop in self.hops}
        return {
            place: end - committed.get(place, 0)
            for place, end in ends.items()
            if place[0] in sources and committed.get(place, 0) < end
        }

    async def _offsets(self) -> tuple[dict[Place, int], dict[Place, int]]:
        committed: dict[Place, int] = {}
        for hop in self.hops:
            topic = invariants.consumes(hop)
            async with self._group(hop) as (consumer, partitions):
                for partition in partitions:
                    # Asks again while the coordinator loads; an admin client says "none" then.
                    offset = await asyncio.wait_for(consumer.committed(partition), OFFSET_SECONDS)
                    if offset is not None:
                        committed[topic.name, partition.partition] = offset
        return committed, await self.deployment.ends(*catalog.TOPICS)

    @contextlib.asynccontextmanager
    async def _group(
        self, hop: tuple[str, ...]
    ) -> AsyncIterator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
        """A consumer of a hop's group that takes no part in it, and the partitions of the hop."""
        topic = invariants.consumes(hop)
        partitions = [
            TopicPartition(self.settings.topic(topic.name), number)
            for number in self._partitions(topic)
        ]
        consumer = AIOKafkaConsumer(
            **client_arguments(self.settings),
            group_id=self.settings.group(hop[0]),
            enable_auto_commit=False,
        )
        try:
            await consumer.start()
            consumer.assign(partitions)
            yield consumer, partitions
        finally:
            await consumer.stop()

    def _partitions(self, topic: Topic) -> range:
        """The numbers of a topic's partitions."""
        return range(topic.partitions or self.settings.partitions)

    def _said(self) -> str:
        return "\n".join(worker.said()[-1500:] for worker in self.deployment.workers)


def _hops(names: Sequence[str]) -> list[tuple[str, ...]]:
    return pipeline.hops(pipeline.steps_of(names))


@dataclass(frozen=True)
class Recovered:
    """What a fault came to."""

    account: Account
    seconds: float
    """From the moment at which the fault was over until nothing was left to consume."""


def settings_for(settings: Settings, prefix: str, **changed: Any) -> Settings:
    """The settings of one lab: topics of its own, small batches, the shortest session."""
    return replace(
        settings,
        topic_prefix=prefix,
        session_timeout=6.0,
        processes=1,
        batch=16,
        log_format="json",
        **changed,
    )
