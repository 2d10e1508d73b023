"""What a long backlog costs: memory and pauses of workers that find 100,000 articles waiting.

True workers on Apache Kafka, without tag_entities: fingerprint, claim, and detect_language with
strip_boilerplate. All articles are there before the workers start. The same is done with a short
backlog first: bounded memory is memory that does not depend on the backlog. The claim's own memory
grows with what it remembers, not with what waits, and is told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client.samples import Sample
from rich.console import Console
from rich.table import Table

from tests.benchmarks import report
from tests.benchmarks.articles import Kind, articles
from tests.benchmarks.processes import MB, tree
from tests.deployment import Deployment, RunningWorker
from tests.kafka.node import Node
from topics import catalog, codec
from topics.catalog import Topic
from topics.records import RawArticle
from workers import pipeline
from workers.runtime.connection import client_arguments
from workers.runtime.delivery import Delivery, Message
from workers.runtime.reader import TopicReader
from workers.settings import Settings, load
from workers.sources import key_of

GROUPS: tuple[tuple[str, ...], ...] = (
    (pipeline.FINGERPRINT,),
    (pipeline.CLAIM,),
    ("detect_language", "strip_boilerplate"),
)
CONSUMED: Mapping[str, Topic] = {
    pipeline.FINGERPRINT: catalog.RAW,
    pipeline.CLAIM: catalog.FINGERPRINTED,
    "detect_language": catalog.UNIQUE,
}
ENDS = (catalog.CLEANED, catalog.DUPLICATES, catalog.DEAD_LETTER)
SHORT: tuple[tuple[Kind, str], ...] = (("short", "en"), ("short", "uk"), ("short", "es"))
SESSION_SECONDS = 6.0
SAMPLE_SECONDS = 1.0
COMMITS_SECONDS = 0.2
UNSURE_EVERY = 100
UNSURE = "Ok la casa die taxi no sport {}"
"""Of no language: has every process of detect_language load its second engine, also where the
backlog is too short for that to happen by chance."""
TOGETHER = 1000
SILENCE_SECONDS = 120.0
ALLOWED_GROWTH = 1.25


@dataclass
class Watched:
    """What was seen of one worker while it worked off a backlog."""

    name: str
    resident: dict[str, int] = field(default_factory=dict)
    """Role → most resident bytes of one process of that role."""
    together: int = 0
    """Most bytes of all its processes (proportional set sizes)."""
    longest_lag: float = 0.0
    """Event loop: upper bound of the latest that anything ran, heartbeats included (seconds)."""
    rebalances: float = 0.0
    longest_commit: float = 0.0
    """Longest time that the committed offsets were seen to stand still before their end (seconds):
    it was so long, and up to two looks longer."""
    entries: float = 0.0
    """Verdicts in the claim's memory."""
    _committed: int = -1
    _moved: float = 0.0

    @property
    def finished(self) -> int:
        """How many records it has committed."""
        return self._committed

    def committed(self, offsets: int, now: float) -> None:
        """Take in the sum of the committed offsets, which moved since it was seen last or not."""
        if offsets != self._committed:
            self._committed, self._moved = offsets, now
        self.longest_commit = max(self.longest_commit, now - self._moved)


@dataclass(frozen=True)
class Backlog:
    """One backlog worked off."""

    articles: int
    seconds: float
    workers: tuple[Watched, ...]


def main() -> int:
    """Work off both backlogs and compare them; the status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.backpressure",
        description=(__doc__ or "").partition("\n")[0],
    )
    parser.add_argument("--articles", type=int, default=100_000, help="the long backlog")
    parser.add_argument("--short", type=int, default=1_000, help="the one to compare it with")
    arguments = parser.parse_args()
    console = report.console(110)
    with Node() as node:
        found = []
        for count in (arguments.short, arguments.articles):
            settings = load(
                {
                    "COPYDESK_BOOTSTRAP": node.address,
                    "COPYDESK_TOPIC_PREFIX": f"backlog-{count}.",
                    "COPYDESK_SESSION_TIMEOUT": f"{SESSION_SECONDS:g}",
                    "COPYDESK_PROCESSES": "1",
                    "COPYDESK_LOG_LEVEL": "warning",
                }
            )
            found.append(work_off(settings, count, console))
    return tell(console, *found)


def work_off(settings: Settings, count: int, console: Console) -> Backlog:
    """Produce the articles, then start the workers and watch them until nothing waits."""
    with Deployment(settings) as deployment:
        asyncio.run(_produce(settings, count))
        console.print(f"{count} articles are waiting", highlight=False)
        began = time.perf_counter()
        workers = [deployment.start(*steps, wait=False) for steps in GROUPS]
        deployment.until_ready(*workers)
        watched = asyncio.run(_watch(settings, workers, count, console))
        seconds = time.perf_counter() - began
        for worker in workers:
            worker.stop()
        return Backlog(count, seconds, tuple(watched))


async def _produce(settings: Settings, count: int) -> None:
    delivery = Delivery(settings)
    await delivery.start()
    try:
        for number, start in enumerate(range(0, count, TOGETHER)):
            made = articles(number, min(TOGETHER, count - start), SHORT)
            for place in range(0, len(made), UNSURE_EVERY):
                made[place] = _unsure(start + place)
            topic = settings.topic(catalog.RAW.name)
            await delivery.send([Message(topic, key_of(value), value) for value in made])
    finally:
        await delivery.stop()


def _unsure(number: int) -> bytes:
    return codec.encode(RawArticle(id=f"unsure-{number}", content=UNSURE.format(number)))


async def _watch(
    settings: Settings, workers: list[RunningWorker], count: int, console: Console
) -> list[Watched]:
    """Sample every worker until every article has come out and is committed."""
    watched = [Watched(worker.steps[0]) for worker in workers]
    admin = AIOKafkaAdminClient(**client_arguments(settings))
    reader = TopicReader(settings, ENDS, from_beginning=True)
    await admin.start()
    await reader.start()
    sampling = [
        asyncio.create_task(_watch_commits(admin, settings, watched, count)),
        asyncio.create_task(_watch_processes(workers, watched)),
    ]
    try:
        await _count(reader, workers, count, console)
        await asyncio.wait_for(sampling[0], SILENCE_SECONDS)
        return watched
    finally:
        for task in sampling:
            task.cancel()
        await asyncio.gather(*sampling, return_exceptions=True)
        await reader.stop()
        await admin.close()


async def _count(
    reader: TopicReader, workers: list[RunningWorker], count: int, console: Console
) -> None:
    """Wait until as many records have come out; RuntimeError if none does for too long."""
    out, moved = 0, time.monotonic()
    while out < count:
        for worker in workers:
            if worker.process.poll() is not None:
                raise RuntimeError(f"{worker.steps} ended: {worker.said()[-3000:]}")
        if came := len(await reader.read()):
            if (out + came) * 10 // count > out * 10 // count:
                console.print(f"{out + came} of {count} articles came out", highlight=False)
            out, moved = out + came, time.monotonic()
        elif time.monotonic() - moved > SILENCE_SECONDS:
            raise RuntimeError(f"only {out} of {count} came out")


async def _watch_commits(
    admin: AIOKafkaAdminClient, settings: Settings, watched: list[Watched], count: int
) -> None:
    """Look at every group's offsets until all are committed."""
    while unfinished := [seen for seen in watched if seen.finished < count]:
        for seen in unfinished:
            seen.committed(await _committed(admin, settings, seen.name), time.monotonic())
        await asyncio.sleep(COMMITS_SECONDS)


async def _watch_processes(workers: list[RunningWorker], watched: list[Watched]) -> None:
    """Look at memory and metrics of every worker until cancelled."""
    while True:
        for worker, seen in zip(workers, watched, strict=True):
            await asyncio.to_thread(_look, worker, seen)
        await asyncio.sleep(SAMPLE_SECONDS)


async def _committed(admin: AIOKafkaAdminClient, settings: Settings, step: str) -> int:
    """The sum of a group's committed offsets: how many records it has finished."""
    topic = settings.topic(CONSUMED[step].name)
    answer = await admin.list_consumer_group_offsets(settings.group(step))
    return sum(
        place.offset
        for partition, place in answer.items()
        if isinstance(partition, TopicPartition) and partition.topic == topic and place.offset > 0
    )


def _look(worker: RunningWorker, seen: Watched) -> None:
    usages = tree(worker.process.pid, "worker")
    for usage in usages:
        seen.resident[usage.role] = max(seen.resident.get(usage.role, 0), usage.peak)
    seen.together = max(seen.together, sum(usage.own for usage in usages))
    samples = worker.samples()
    for sample in samples:
        if sample.name == "news_rebalances_total" and sample.labels["stage"] == seen.name:
            seen.rebalances = sample.value
        elif sample.name == "news_state_entries":
            seen.entries = sample.value
    seen.longest_lag = latest(samples)


def latest(samples: Iterable[Sample]) -> float:
    """The upper bound of the fullest bucket of the event loop's lateness."""
    buckets = [
        (float(sample.labels["le"]), sample.value)
        for sample in samples
        if sample.name == "news_event_loop_lag_seconds_bucket"
    ]
    everything = max(value for _, value in buckets)
    return min(bound for bound, value in buckets if value == everything)


def tell(console: Console, short: Backlog, long: Backlog) -> int:
    """Print the figures; 1 if memory grew with the backlog or a pause was too long."""
    table = Table()
    for column, justify in (
        *(("worker", "left"), ("process", "left")),
        *((f"peak MB at {backlog.articles}", "right") for backlog in (short, long)),
        ("ratio", "right"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    wrong = []
    for before, after in zip(short.workers, long.workers, strict=True):
        for role in sorted(after.resident, reverse=True):
            sizes = before.resident.get(role, 0), after.resident[role]
            ratio = sizes[1] / max(sizes[0], 1)
            table.add_row(after.name, role, *(f"{size / MB:.0f}" for size in sizes), f"{ratio:.2f}")
            if after.name != pipeline.CLAIM and ratio > ALLOWED_GROWTH:
                wrong.append(f"{after.name}, {role}: {ratio:.2f} times the memory")
    console.print(table)
    for before, after in zip(short.workers, long.workers, strict=True):
        text = (
            f"{after.name}: {after.together / MB:.0f} MB together at most, "
            f"{after.rebalances:.0f} assignment, event loop never later than "
            f"{after.longest_lag:g} s, no commit seen for {after.longest_commit:.1f} s at most"
        )
        if after.entries:
            grown = after.resident["worker"] - before.resident["worker"]
            each = grown / max(after.entries - before.entries, 1)
            text += f", {each:.0f} bytes for each of {after.entries:.0f} claims"
        console.print(text, highlight=False)
        if after.rebalances != before.rebalances:
            wrong.append(f"{after.name}: {after.rebalances:.0f} assignments of partitions")
        if max(after.longest_lag, after.longest_commit) > SESSION_SECONDS:
            wrong.append(f"{after.name}: a pause longer than the session's {SESSION_SECONDS:g} s")
    for backlog in (short, long):
        rate = backlog.articles / backlog.seconds
        console.print(
            f"{backlog.articles} articles in {backlog.seconds:.0f} s with the start ({rate:.0f}/s)",
            highlight=False,
        )
    for text in wrong:
        console.print(text, style="red", highlight=False)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
