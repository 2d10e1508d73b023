"""The pipeline on the embedded broker, kept running between rounds: true workers, warm."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import psutil

from tests.benchmarks.processes import Usage, cpu_seconds, tree
from tests.deployment import OUTPUTS, Deployment, RunningWorker
from topics import catalog
from workers.runtime import broker
from workers.runtime.delivery import Delivery, Message
from workers.runtime.produce import TOGETHER
from workers.runtime.reader import TopicReader
from workers.settings import Settings, embedded, load
from workers.sources import key_of

SILENCE = 60.0
"""Seconds without an outcome after which a round has failed."""


@dataclass(frozen=True)
class Spent:
    """CPU seconds of one worker during a round."""

    hop: str
    own: float
    """The worker's own process: consuming, decoding, scheduling, producing, committing."""
    pool: float
    """Its pool's processes: the stages."""


@dataclass(frozen=True)
class Round:
    """One round: wall seconds from the first record sent to the last outcome, and CPU seconds."""

    articles: int
    seconds: float
    workers: tuple[Spent, ...]
    broker: float

    @property
    def cpu(self) -> float:
        """CPU seconds of all workers, broker apart."""
        return sum(worker.own + worker.pool for worker in self.workers)


class Pipeline:
    """One topology on a broker of its own; a context manager that ends both."""

    def __init__(self, name: str, groups: Sequence[tuple[str, ...]]) -> None:
        self.name = name
        self._groups = groups
        self._stack = contextlib.ExitStack()
        self._workers: list[RunningWorker] = []

    def __enter__(self) -> Pipeline:
        known = {child.pid for child in psutil.Process().children()}
        address = self._stack.enter_context(broker.embedded())
        (self._broker,) = (
            child.pid for child in psutil.Process().children() if child.pid not in known
        )
        settings = embedded(load({}), address)
        if len(self._groups) > 1:  # as ``copydesk run`` shares the machine out
            settings = dataclasses.replace(settings, processes=1)
        self.settings: Settings = settings
        deployment = self._stack.enter_context(Deployment(settings))
        began = time.perf_counter()
        self._workers = [deployment.start(*steps, wait=False) for steps in self._groups]
        deployment.until_ready(*self._workers)
        self.start_up = time.perf_counter() - began
        """Seconds until every worker was ready, all started together."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.stop()
        self._stack.close()

    def run(self, articles: Sequence[bytes]) -> Round:
        """Produce the articles at once and wait for every outcome."""
        before = self.usage()
        seconds = asyncio.run(self._run([articles]))
        after = self.usage()
        spent = [
            Spent(
                hop,
                cpu_seconds(after[hop], "worker") - cpu_seconds(before[hop], "worker"),
                cpu_seconds(after[hop], "pool") - cpu_seconds(before[hop], "pool"),
            )
            for hop in (name_of(worker) for worker in self._workers)
        ]
        kafka = cpu_seconds(after["broker"]) - cpu_seconds(before["broker"])
        return Round(len(articles), sum(seconds), tuple(spent), kafka)

    def one_by_one(self, articles: Sequence[bytes]) -> list[float]:
        """Seconds from sending to outcome of each article, alone in the pipeline."""
        return asyncio.run(self._run([[article] for article in articles]))

    def usage(self) -> dict[str, list[Usage]]:
        """CPU and memory of every process, by hop, and of the broker."""
        found = {name_of(w): tree(w.process.pid, "worker") for w in self._workers}
        return found | {"broker": tree(self._broker, "broker")}

    async def _run(self, groups: Sequence[Sequence[bytes]]) -> list[float]:
        delivery = Delivery(self.settings)
        reader = TopicReader(self.settings, OUTPUTS, from_beginning=False)
        await delivery.start()
        await reader.start()
        try:
            return [await self._through(delivery, reader, group) for group in groups]
        finally:
            await reader.stop()
            await delivery.stop()

    async def _through(
        self, delivery: Delivery, reader: TopicReader, articles: Sequence[bytes]
    ) -> float:
        topic = self.settings.topic(catalog.RAW.name)
        messages = [Message(topic, key_of(value), value) for value in articles]
        began = time.perf_counter()
        for start in range(0, len(messages), TOGETHER):
            await delivery.send(messages[start : start + TOGETHER])
        wanted, moved = {message.key for message in messages}, time.perf_counter()
        while wanted:
            for message in await reader.read():
                # By key: the embedded broker's end offsets may lie before the end of a batch.
                if message.key not in wanted:
                    continue
                if reader.names[message.topic] != catalog.ENRICHED.name:
                    raise RuntimeError(f"not enriched: {message.topic}: {message.value!r:.300}")
                wanted.remove(message.key)
                moved = time.perf_counter()
            if time.perf_counter() - moved > SILENCE:
                raise RuntimeError(f"{len(wanted)} articles did not come out: {self._said()}")
        return moved - began

    def _said(self) -> str:
        return "\n".join(worker.said()[-1000:] for worker in self._workers)


def name_of(worker: RunningWorker) -> str:
    """The worker's name in the figures."""
    return worker.steps[0] if len(worker.steps) == 1 else "all steps"
