"""The whole of ``copydesk enrich`` beside a plain loop, and how soon a worker is ready.

The loop is ``plain_loop.py``. Both are processes that take the same made-up pages (JSON in, JSON
out), in turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.console import Console

from tests.benchmarks import report
from tests.benchmarks.articles import Kind, articles
from tests.benchmarks.enriching import EnrichProcess
from tests.benchmarks.processes import MB, cpu_seconds, one_thread_each, tree
from tests.deployment import Deployment
from workers.pipeline import STEPS
from workers.runtime import broker
from workers.settings import Settings, embedded, load

PAGES: tuple[tuple[Kind, str], ...] = (
    ("page", "en"), ("page", "en"), ("page", "de"), ("page", "en"), ("page", "en"),
    ("page", "fr"), ("page", "en"), ("page", "en"), ("page", "uk"), ("page", "en"),
)  # fmt: skip
COUNT, ROUNDS = 60, 5


def rounds(count: int, times: int) -> Iterator[tuple[float, float, float, float]]:
    """Of each round the seconds of ours and of the loop, on the clock and of CPU."""
    command = ("tests.benchmarks.plain_loop",)
    with EnrichProcess() as ours, EnrichProcess(command=command) as theirs:
        for process in (ours, theirs):
            process.warm_up(articles(90, 1, PAGES)[0], articles(91, count, PAGES))
        for number in range(times):
            given = articles(number, count, PAGES)
            seconds, cpu = [], []
            for process in (ours, theirs):
                before = cpu_seconds(process.usage())
                seconds.append(process.run(given))
                cpu.append(cpu_seconds(process.usage()) - before)
            yield seconds[0], seconds[1], cpu[0], cpu[1]


def beside_a_loop(console: Console, count: int, times: int) -> None:
    """Print how much faster ours is."""
    measured = list(rounds(count, times))
    clock = statistics.median(theirs / ours for ours, theirs, _, _ in measured)
    cpu = statistics.median(theirs / ours for _, _, ours, theirs in measured)
    ours = statistics.median(seconds for seconds, _, _, _ in measured)
    theirs = statistics.median(seconds for _, seconds, _, _ in measured)
    console.print(
        f"{count} pages, {times} rounds: copydesk enrich {count / ours:.1f} a second, the plain "
        f"loop {count / theirs:.1f}; {clock:.1f} times as many, {cpu:.1f} times as many by CPU",
        highlight=False,
    )


def start_of_a_worker(console: Console, settings: Settings) -> None:
    """Print how soon a worker with all stages is ready, and what it holds then."""
    with Deployment(settings) as deployment:
        began = time.perf_counter()
        worker = deployment.start(*STEPS, variables=one_thread_each())
        seconds = time.perf_counter() - began
        used = tree(worker.process.pid, "worker")
        own = sum(one.own for one in used) / MB
        console.print(
            f"a worker with all stages and two processes: ready after {seconds:.1f} s, "
            f"{own:.0f} MB in all (proportional)",
            highlight=False,
        )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.whole", description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="pages in a round")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "--bootstrap",
        metavar="HOST:PORT",
        help="only start a worker, on this Kafka (see make kafka), with topics of its own",
    )
    given = parser.parse_args(arguments)
    console = report.console(100)
    settings = load({"COPYDESK_PROCESSES": "2"})
    if given.bootstrap:
        prefix = f"bench{os.getpid()}."
        start_of_a_worker(
            console, replace(settings, bootstrap=given.bootstrap, topic_prefix=prefix)
        )
        return
    with broker.embedded() as address:
        start_of_a_worker(console, embedded(settings, address))
    beside_a_loop(console, given.count, given.rounds)


if __name__ == "__main__":
    main()
