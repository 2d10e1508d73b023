"""Two workers of a stage against one, on Apache Kafka: ``python -m tests.benchmarks.scaling``.

The records that each stage reads are made once, by the stages before it. Then one and two workers
of the stage in turns, each with one process for its work, warm and with their partitions, are given
the same records again; a round ends when as many have come out. The machine must have a core for
each, and nothing else to do: on a busy one the ratio is that of the two minutes, and only the one
by CPU holds.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.structs import ConsumerRecord
from rich.console import Console
from rich.table import Table

from tests.benchmarks.articles import articles
from tests.benchmarks.processes import cpu_seconds, tree
from tests.deployment import Deployment, RunningWorker, wait_for
from tests.kafka.node import Node
from topics import catalog
from topics.catalog import Topic
from workers import pipeline
from workers.runtime.connection import client_arguments
from workers.runtime.reader import TopicReader
from workers.settings import Settings, load
from workers.sources import key_of

SILENCE_SECONDS = 180.0
WARM_UP = 60
PARTITIONS = 4


@dataclass(frozen=True)
class Scaled:
    """A stage that may have many workers, between its topics."""

    step: str
    consumes: Topic
    produces: Topic


STAGES: tuple[Scaled, ...] = (
    Scaled(pipeline.FINGERPRINT, catalog.RAW, catalog.FINGERPRINTED),
    *(Scaled(stage.name, stage.consumes, stage.produces) for stage in pipeline.ENRICHMENTS),
)


@dataclass
class Result:
    """Articles per second, and CPU seconds per article, of one and of two workers, by round."""

    rates: dict[int, list[float]] = field(default_factory=lambda: {1: [], 2: []})
    cpu: dict[int, list[float]] = field(default_factory=lambda: {1: [], 2: []})

    @property
    def ratios(self) -> list[float]:
        """How many times as many two workers do, by round, in order of size."""
        return sorted(two / one for two, one in zip(self.rates[2], self.rates[1], strict=True))

    @property
    def by_cpu(self) -> float:
        """The same for each CPU second that they were given, twice: 2 if nothing is lost."""
        pairs = zip(self.cpu[1], self.cpu[2], strict=True)
        return 2 * statistics.median(one / two for one, two in pairs)

    @property
    def milliseconds(self) -> float:
        """CPU milliseconds of an article, worker and process, with one worker: the median."""
        return 1000 * statistics.median(self.cpu[1])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=600, help="per round")
    parser.add_argument("--rounds", type=int, default=3)
    names = [stage.step for stage in STAGES]
    parser.add_argument("--stage", action="append", choices=names, help="default: all")
    arguments = parser.parse_args()
    console = Console()
    results: dict[str, Result] = {}
    with Node() as node:
        settings = load(
            {
                "COPYDESK_BOOTSTRAP": node.address,
                "COPYDESK_SESSION_TIMEOUT": "6",
                "COPYDESK_PROCESSES": "1",
                "COPYDESK_PARTITIONS": str(PARTITIONS),
                "COPYDESK_LOG_FORMAT": "json",
            }
        )
        with Deployment(settings) as deployment:
            console.print("making what each stage reads", style="dim")
            records = made(deployment, arguments.articles)
        chosen = [stage for stage in STAGES if stage.step in (arguments.stage or names)]
        for stage in chosen:
            results[stage.step] = Result()
            for number in (1, 2) * arguments.rounds:
                console.print(f"{stage.step}, {number} workers", style="dim")
                with Deployment(settings) as deployment:
                    workers = [deployment.start(stage.step, wait=False) for _ in range(number)]
                    deployment.until_ready(*workers)
                    warm(settings, stage, workers, records[stage.step][:WARM_UP])
                    measure(settings, stage, workers, records[stage.step], results[stage.step])
                    for worker in workers:
                        worker.stop()
    console.print(table(results))
    return 0


def made(deployment: Deployment, count: int) -> dict[str, list[ConsumerRecord]]:
    """Step → the records that it reads, of so many made-up articles."""
    workers = [deployment.start(*steps, wait=False) for steps in pipeline.SPLIT]
    deployment.until_ready(*workers)
    values = articles(1, count)
    deployment.produce(values, keys=[key_of(value) for value in values])
    reading = _read(deployment.settings, [stage.consumes for stage in STAGES], count)
    found = asyncio.run(reading)
    for worker in workers:
        worker.stop()
    return {stage.step: found[stage.consumes.name] for stage in STAGES}


def warm(
    settings: Settings,
    stage: Scaled,
    workers: Sequence[RunningWorker],
    records: Sequence[ConsumerRecord],
) -> None:
    """Send some records until every worker has finished one, and all have come out."""

    def finished(worker: RunningWorker) -> float:
        samples = worker.samples("news_messages_processed_total")
        return sum(sample.value for sample in samples)

    for times in range(1, 20):
        asyncio.run(_send(settings, stage.consumes, records))
        wanted = times * len(records)
        wait_for(
            lambda wanted=wanted: sum(map(finished, workers)) >= wanted,  # type: ignore[misc]
            SILENCE_SECONDS,
        )
        if all(finished(worker) > 0 for worker in workers):
            return
    raise RuntimeError(f"{stage.step}: a worker has no partition")


def measure(
    settings: Settings,
    stage: Scaled,
    workers: Sequence[RunningWorker],
    records: Sequence[ConsumerRecord],
    result: Result,
) -> None:
    """One round: all records, from the first sent to the last that came out."""
    before = sum(cpu_seconds(tree(worker.process.pid, "worker")) for worker in workers)
    seconds = asyncio.run(_through(settings, stage, records))
    after = sum(cpu_seconds(tree(worker.process.pid, "worker")) for worker in workers)
    result.rates[len(workers)].append(len(records) / seconds)
    result.cpu[len(workers)].append((after - before) / len(records))


async def _through(settings: Settings, stage: Scaled, records: Sequence[ConsumerRecord]) -> float:
    reader = TopicReader(settings, [stage.produces], from_beginning=False)
    await reader.start()
    try:
        began = moved = time.perf_counter()
        await _send(settings, stage.consumes, records)
        out = 0
        while out < len(records):
            found = len(list(await reader.read()))
            out += found
            now = time.perf_counter()
            moved = now if found else moved
            if now - moved > SILENCE_SECONDS:
                raise RuntimeError(f"{stage.step}: {len(records) - out} did not come out")
        return moved - began
    finally:
        await reader.stop()


async def _send(settings: Settings, topic: Topic, records: Sequence[ConsumerRecord]) -> None:
    producer = AIOKafkaProducer(
        **client_arguments(settings), acks="all", max_request_size=32 * 1024 * 1024
    )
    await producer.start()
    try:
        # In turns, so that partitions, and with them the workers, have equally many.
        futures = [
            await producer.send(
                settings.topic(topic.name),
                value=record.value,
                key=record.key,
                headers=list(record.headers),
                partition=number % PARTITIONS,
            )
            for number, record in enumerate(records)
        ]
        await asyncio.gather(*futures)
    finally:
        await producer.stop()


async def _read(
    settings: Settings, topics: Sequence[Topic], count: int
) -> dict[str, list[ConsumerRecord]]:
    reader = TopicReader(settings, topics, from_beginning=True)
    found: dict[str, list[ConsumerRecord]] = {topic.name: [] for topic in topics}
    await reader.start()
    deadline = time.monotonic() + 10 * SILENCE_SECONDS
    try:
        while any(len(records) < count for records in found.values()):
            for message in await reader.read():
                found[reader.names[message.topic]].append(message)
            if time.monotonic() > deadline:
                raise RuntimeError(f"{ {name: len(r) for name, r in found.items()} } of {count}")
    finally:
        await reader.stop()
    return found


def table(results: dict[str, Result]) -> Table:
    """What the README quotes."""
    shown = Table(
        "stage",
        "two workers : one",
        "worst, best",
        "by CPU",
        "CPU ms an article",
        "articles/s of a core",
    )
    for step, result in results.items():
        ratios, cost = result.ratios, result.milliseconds
        shown.add_row(
            step,
            f"{statistics.median(ratios):.2f}",
            f"{ratios[0]:.2f}, {ratios[-1]:.2f}",
            f"{result.by_cpu:.2f}",
            f"{cost:.1f}",
            f"{1000 / cost:.0f}",
        )
    total = sum(result.milliseconds for result in results.values())
    shown.add_row("all of these", "", "", "", f"{total:.1f}", f"{1000 / total:.0f}")
    return shown


if __name__ == "__main__":
    sys.exit(main())
