"""Clocks that are two hours off, and steps of running clocks."""

from __future__ import annotations

import contextlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.deployment import RunningWorker, raw
from tests.faults.feed import article
from tests.faults.lab import BACK, FRONT, Lab, Recovered
from tests.faults.unavailable import FaultUnavailableError
from tests.kafka.node import Node

ARTICLES = 120
HOURS = 2
WINDOW_DAYS = 1 / 24
"""Shorter than the shift: a claim's window that moved with a wrong clock would be empty."""
SHIFT = Path(__file__).with_name("clock_shift.c")


class Clock:
    """A wall clock for processes that are started with ``variables``."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if sys.platform != "linux" or compiler is None:
            raise FaultUnavailableError("shifting a clock needs Linux and a C compiler (cc)")
        library = folder / "clock_shift.so"
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SHIFT), "-ldl"]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode != 0:
            raise FaultUnavailableError(f"cc: {done.stderr.decode('utf-8', 'replace')[-500:]}")
        self._shift = folder / "shift"
        self.step(0)
        self.variables = {"LD_PRELOAD": str(library), "TEST_CLOCK_SHIFT": str(self._shift)}

    def step(self, hours: int) -> None:
        """Set the clock so many hours ahead of the true time; negative: behind."""
        with self._shift.open("r+b" if self._shift.exists() else "wb") as file:
            file.write(struct.pack("=q", hours * 3600))


class Clocked:
    """A node whose clock may be wrong, and another clock for workers."""

    def __init__(self, folder: Path) -> None:
        (folder / "node").mkdir()
        (folder / "worker").mkdir()
        self.node_clock = Clock(folder / "node")
        self.worker_clock = Clock(folder / "worker")
        self.node = Node(environment=self.node_clock.variables)
        self.address = self.node.address


@contextlib.contextmanager
def clocked() -> Iterator[Clocked]:
    """A node with a clock of its own; FaultUnavailableError where clocks cannot be shifted."""
    with tempfile.TemporaryDirectory(prefix="copydesk-clock-") as folder:
        it = Clocked(Path(folder))
        with it.node:
            yield it


def workers(lab: Lab, clocked: Clocked) -> Recovered:
    """The clock of one group of workers steps; producers' times are wrong as well."""
    lab.options["claim_window"] = WINDOW_DAYS
    group = lab.rng.choice((FRONT, BACK))
    (skewed,) = lab.start(group, variables=clocked.worker_clock.variables)
    lab.start(*(other for other in (FRONT, BACK) if other != group))
    recovered = _through_steps(lab, clocked.worker_clock)
    assert _negative_latencies(skewed) > 0
    return recovered


def broker(lab: Lab, clocked: Clocked) -> Recovered:
    """Kafka's own clock steps, by which arrivals are stamped."""
    workers = lab.start()
    recovered = _through_steps(lab, clocked.node_clock)
    assert sum(map(_negative_latencies, workers)) > 0
    return recovered


def _through_steps(lab: Lab, clock: Clock) -> Recovered:
    """The same feed at every step of the clock: repeats and nothing else; then new articles."""
    values = [raw(f"again{number}", article(lab.rng, number)) for number in range(ARTICLES)]
    recovered = _sent(lab, values, 0)
    for hours in (HOURS, -HOURS, 0):
        before = recovered.account
        clock.step(hours)
        lab.heal()
        after = _sent(lab, values, hours).account
        assert after.enriched == before.enriched, f"{hours} h: {before}, then {after}"
        assert after.duplicates == before.duplicates + ARTICLES
        lab.produce(ARTICLES // 4)
        recovered = lab.healed()
    for worker in lab.deployment.workers:
        below = [s for s in worker.samples() if s.name.endswith("_sum") and s.value < 0]
        assert not below, below
    return recovered


def _sent(lab: Lab, values: Sequence[bytes], hours: int) -> Recovered:
    """Send by a producer whose clock is off as well."""
    stamp = round((time.time() + hours * 3600) * 1000)
    lab.arrivals += lab.deployment.produce(values, timestamps=[stamp] * len(values))
    return lab.healed()


def _negative_latencies(worker: RunningWorker) -> float:
    return sum(sample.value for sample in worker.samples("news_negative_latencies_total"))
