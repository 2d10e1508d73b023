"""How long a claim worker takes to know again what it has decided: ``articles.claims``, read back.

Writes the claims through the code that writes them in a worker, then measures a fresh memory that
catches up, in a process of its own, and a true worker from its start until it has recovered.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import psutil
import xxhash
from msgspec.structs import replace as replace_fields

from tests.benchmarks import report
from tests.benchmarks.synthetic import fingerprints
from tests.deployment import Deployment, RunningWorker, wait_for
from tests.kafka.node import Node
from topics import catalog, codec
from topics.records import Fingerprint, Fingerprinted, Origin, RawArticle
from workers.runtime import broker, logs
from workers.runtime.changelog import ClaimState
from workers.runtime.delivery import Delivery
from workers.runtime.metrics import Metrics
from workers.settings import Settings, embedded, load
from workers.stages.deduplicate import Fingerprinter, WindowedSeenStore

CLAIMS = 100_000
TOGETHER = 128
PARTITIONS = 4
REPEATED_EVERY, COPIED_EVERY = 10, 25
"""Every so many arrivals one that repeats an earlier article, or copies one."""
START_SECONDS = 120.0
NOW_MS = int(time.time() * 1000)
"""Claims of long ago would be forgotten as soon as the worker claims anything new."""


@dataclass(frozen=True)
class Recovery:
    """One recovery: seconds on the clock and of CPU, resident bytes that it added, verdicts."""

    seconds: float
    cpu: float
    grown: int
    entries: int


@dataclass(frozen=True)
class Start:
    """A worker's start: seconds until it answered, and until it was green with all claims."""

    answering: float
    recovered: float
    reading: float
    """What the worker itself says that reading back took."""


def main() -> None:
    """Write the claims, recover them as often as asked for, and print what it took."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.recovery", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--claims", type=int, default=CLAIMS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--broker", choices=("kafka", "embedded"), default="kafka")
    arguments = parser.parse_args()
    console = report.console(100)
    with settings_of(arguments.broker) as settings, Deployment(settings) as deployment:
        logs.configure(replace(settings, log_level="warning"), quiet=True)
        began = time.perf_counter()
        asyncio.run(fill(settings, arguments.claims))
        wrote = time.perf_counter() - began
        console.print(
            f"{arguments.claims} claims written to {arguments.broker} in {wrote:.1f} s "
            f"({1000 * wrote / arguments.claims:.2f} ms each, {TOGETHER} at once)",
            highlight=False,
        )
        for number in range(1, arguments.rounds + 1):
            found = apart(settings)
            assert found.entries == arguments.claims, found
            console.print(
                f"recovery {number}: {found.seconds:.2f} s, {found.cpu:.2f} s of CPU, "
                f"{found.grown / found.entries:.0f} bytes per claim "
                f"({found.grown / 1024 / 1024:.0f} MB)",
                highlight=False,
            )
        started = start(deployment, arguments.claims)
        console.print(
            f"copydesk worker claim: answers after {started.answering:.1f} s, is green with all "
            f"claims after {started.recovered:.1f} s, of which reading {started.reading:.1f} s",
            highlight=False,
        )


@contextlib.contextmanager
def settings_of(kind: str) -> Iterator[Settings]:
    """A broker of one kind, and the settings that reach it; both end with the context."""
    with contextlib.ExitStack() as stack:
        if kind == "embedded":
            yield embedded(load({}), stack.enter_context(broker.embedded()))
        else:
            node = stack.enter_context(Node())
            yield load({"COPYDESK_BOOTSTRAP": node.address, "COPYDESK_SESSION_TIMEOUT": "6"})


async def fill(settings: Settings, count: int) -> None:
    """Write claims as a worker does: decided, delivered, confirmed."""
    delivery = Delivery(settings)
    await delivery.start()
    try:
        state = _state(settings, delivery)
        await state.catch_up()
        arrivals = (
            (_one_of(number, one), _origin(number))
            for number, one in enumerate(fingerprints(0, count))
        )
        while some := list(itertools.islice(arrivals, TOGETHER)):
            state.prepare(one for one, _ in some)
            for arrival in some:
                state.claim(*arrival)
            await state.save()
    finally:
        await delivery.stop()


def apart(settings: Settings) -> Recovery:
    """One recovery in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_recover, settings).result()


def start(deployment: Deployment, claims: int) -> Start:
    """Start a claim worker that has one article to claim."""
    raw = RawArticle(id="after-all", content="A line that nobody has claimed before. " * 9)
    printed = Fingerprinter(limit=1024 * 1024)(codec.encode(raw))
    assert isinstance(printed, Fingerprinted)
    deployment.produce([codec.encode(printed)], topic=catalog.FINGERPRINTED)
    began = time.perf_counter()
    worker = deployment.start("claim", wait=False)
    wait_for(lambda: worker.health("live")[0] == 200, START_SECONDS, worker.said)
    answering = time.perf_counter() - began

    def recovered() -> bool:
        assert worker.process.poll() is None, worker.said()
        return worker.health()[0] == 200 and _value(worker, "state_entries") > claims

    wait_for(recovered, START_SECONDS, worker.said)
    seconds = time.perf_counter() - began
    reading = _value(worker, "state_recovery_seconds")
    worker.stop()
    return Start(answering, seconds, reading)


def _recover(settings: Settings) -> Recovery:
    logs.configure(replace(settings, log_level="warning"), quiet=True)
    process = psutil.Process()
    delivery = Delivery(settings)  # a reader needs none, and this one never connects
    state = _state(settings, delivery)
    resident, cpu, began = process.memory_info().rss, time.process_time(), time.perf_counter()
    asyncio.run(state.catch_up())
    return Recovery(
        time.perf_counter() - began,
        time.process_time() - cpu,
        process.memory_info().rss - resident,
        len(state),
    )


def _state(settings: Settings, delivery: Delivery) -> ClaimState:
    return ClaimState(
        settings,
        delivery,
        Metrics(("claim",)),
        lambda: WindowedSeenStore(window_ms=settings.claim_window_ms),
    )


def _one_of(number: int, one: Fingerprint) -> Fingerprint:
    """The fingerprint of an article; some repeat or copy an earlier one."""
    id = content = number
    if number % REPEATED_EVERY == REPEATED_EVERY - 1:
        id = content = number // 2 // REPEATED_EVERY * REPEATED_EVERY
    elif number % COPIED_EVERY == COPIED_EVERY - 1:
        content = number // 2 // REPEATED_EVERY * REPEATED_EVERY
    return replace_fields(
        one,
        id=f"url-{_hash(f'id {id}')}",
        content_hash=_hash(f"content {content}"),
        headline_hash=_hash(f"headline {content}"),
    )


def _origin(number: int) -> Origin:
    return Origin("articles.raw", number % PARTITIONS, number // PARTITIONS, NOW_MS - number)


def _hash(text: str) -> str:
    return xxhash.xxh3_128_hexdigest(text.encode())


def _value(worker: RunningWorker, name: str) -> float:
    """A worker's metric of the claim; 0 if it is not there."""
    return sum(s.value for s in worker.samples(f"news_{name}") if s.labels == {"stage": "claim"})


if __name__ == "__main__":
    main()
