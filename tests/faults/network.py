"""The network between the workers and Kafka is slow, silent or cut."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from tests.deployment import RunningWorker
from tests.faults.lab import BACK, FRONT, Lab, Recovered
from tests.faults.proxy import Proxy
from tests.kafka.node import Node

ARTICLES = 240
LATENCY = 0.1
RATE = 150_000
SLOW_SECONDS = 240.0
SILENT_SESSIONS = 2.0
"""For how many session timeouts nothing comes through."""
RESETS = 5


class Line:
    """A node that the workers reach through a proxy, and everybody else directly."""

    def __init__(self) -> None:
        self.proxy = Proxy()
        self.node = Node(advertised=self.proxy.address)
        self.proxy.target = self.node.port
        self.address = self.node.listeners.address("INTERNAL")
        """Where the node answers whatever becomes of the line."""

    def behind(self, lab: Lab) -> None:
        """Have the workers of a lab reach the node through the proxy."""
        lab.options["bootstrap"] = self.proxy.address


@contextlib.contextmanager
def line() -> Iterator[Line]:
    """A node behind a proxy."""
    it = Line()
    try:
        with it.node:
            yield it
    finally:
        it.proxy.close()


def slow(lab: Lab, line: Line) -> Recovered:
    """Every answer is late and the line is narrow: slower, and nobody loses a partition for it."""
    line.behind(lab)
    workers = lab.start()
    before = [_rebalances(worker) for worker in workers]
    line.proxy.latency, line.proxy.rate = LATENCY, RATE
    lab.produce(ARTICLES)
    lab.healed(SLOW_SECONDS)
    assert [_rebalances(worker) for worker in workers] == before, "partitions moved"
    line.proxy.latency, line.proxy.rate = 0.0, None
    lab.heal()
    lab.produce(ARTICLES // 4)
    recovered = lab.healed()
    assert recovered.account.repeated == 0, f"{recovered.account.repeated} came out twice"
    return recovered


def silent(lab: Lab, line: Line) -> Recovered:
    """Nothing comes through for longer than a session, and then what was under way does."""
    line.behind(lab)
    lab.under_load(ARTICLES)
    line.proxy.silence()
    time.sleep(SILENT_SESSIONS * lab.settings.session_timeout)
    lab.check_committed()
    line.proxy.speak()
    return _healed(lab)


def reset(lab: Lab, line: Line) -> Recovered:
    """Every connection is cut, again and again."""
    line.behind(lab)
    lab.under_load(ARTICLES)
    for _ in range(RESETS):
        line.proxy.reset()
        time.sleep(lab.rng.uniform(0.1, 2))
    return _healed(lab)


def parted(lab: Lab, line: Line) -> Recovered:
    """One worker is cut off, another takes over, and then all the first had sent comes through."""
    group = lab.rng.choice((FRONT, BACK))
    lab.start(*(other for other in (FRONT, BACK) if other != group))
    lab.start(group, bootstrap=line.proxy.address)
    lab.produce(ARTICLES)
    lab.until_some_come_out()
    line.proxy.silence()
    try:
        (heir,) = lab.start(group)
        lab.until_sole_owner(heir)
    finally:
        line.proxy.speak()
    return _healed(lab)


def _healed(lab: Lab) -> Recovered:
    lab.heal()
    # A worker that cannot deliver for too long ends, to be started again by its supervisor.
    lab.restarted_after = (2, 70)
    lab.produce(ARTICLES // 4)
    lab.check_committed()
    return lab.healed()


def _rebalances(worker: RunningWorker) -> float:
    return sum(sample.value for sample in worker.samples("news_rebalances_total"))
