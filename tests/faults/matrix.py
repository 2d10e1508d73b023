"""All faults by name: what happens, on which brokers, how often, and whether CI runs it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from tests.faults import brokers, clock, cluster, disk, kills, network, records, schema
from tests.faults.lab import Lab, Recovered
from tests.kafka.cluster import Cluster
from tests.kafka.node import Node


class Ground(Protocol):
    """The brokers of a fault, with whatever stands before or below them."""

    address: str
    """Where to reach Kafka whatever the fault does; bootstrap servers."""


@dataclass(frozen=True)
class Fault:
    """One line of the table."""

    name: str
    run: Callable[[Lab, Any], Recovered]
    """With the lab and its ground."""
    ground: Callable[[], AbstractContextManager[Ground]] | None = None
    """None: the node that the faults share, which is whole and running before and after."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What the fault needs of the lab's settings."""
    kills: bool = False
    """Whether it depends on the moment of a kill, so that many seeds are worth their time."""
    core: bool = False
    """Whether the ordinary tests run it, with one seed."""

    @contextlib.contextmanager
    def on(self, shared: Node) -> Iterator[Ground]:
        """Its ground, while it lasts; FaultUnavailableError where this machine cannot have it."""
        if self.ground is None:
            yield shared
        else:
            with self.ground() as own:
                yield own


def _plain(fault: Callable[[Lab], Recovered]) -> Callable[[Lab, Ground], Recovered]:
    return lambda lab, ground: fault(lab)


_KILLS = {
    "outputs delivered, not committed": "produced",
    "half of a batch delivered": "half",
    "a batch in hand": "taken",
    "claims saved, no output yet": "claimed",
}
_CORE: Mapping[str, Callable[[Lab, Any], Recovered]] = {
    "SIGTERM under load": _plain(kills.drained),
    "rebalance storm": _plain(kills.storm),
    "zombie: SIGSTOP past the session, SIGCONT": _plain(kills.zombie),
    "broker stopped and started": partial(brokers.away, how="stop"),
    "broker killed and started": partial(brokers.away, how="kill"),
    "dead-letter topic gone": _plain(brokers.no_dead_letters),
    "poison on every topic": _plain(records.poison),
    "oversized in and out": _plain(records.oversized),
    "all sent again, shuffled": _plain(records.redelivered),
    "offsets set back to 0": _plain(records.replayed),
    "a stage hangs": _plain(partial(records.misbehaving, how="hang")),
    "a stage's process over its memory": _plain(partial(records.misbehaving, how="grow")),
    "a stage's process crashes": _plain(partial(records.misbehaving, how="crash")),
    "topics deleted and created anew": _plain(records.topics_made_anew),
}
_NETWORK: Mapping[str, Callable[[Lab, Any], Recovered]] = {
    "slow, narrow line to the broker": network.slow,
    "line silent past the session": network.silent,
    "connections reset": network.reset,
    "one worker cut off": network.parted,
}
_THREE_NODES: Mapping[str, Callable[[Lab, Any], Recovered]] = {
    "leader of a partition killed": partial(cluster.leader, whose="partition"),
    "coordinator of a group killed": partial(cluster.leader, whose="group"),
    "two of three nodes killed": cluster.no_quorum,
    "too few replicas in sync": cluster.too_few_in_sync,
}
_CLOCKS: Mapping[str, Callable[[Lab, Any], Recovered]] = {
    "workers' clocks ±2 h": clock.workers,
    "broker's clock ±2 h": clock.broker,
}
_SCHEMAS: Mapping[str, Callable[[Lab, Any], Recovered]] = {
    "newer schema versions arrive": _plain(schema.arriving),
    "rolling upgrade, newer workers in front": _plain(schema.rolling),
    "newer workers behind older ones": _plain(schema.overtaken),
}

FAULTS: tuple[Fault, ...] = (
    *(
        Fault(f"SIGKILL, {when}", _plain(partial(kills.killed, point=point)), kills=True, core=True)
        for when, point in _KILLS.items()
    ),
    *(Fault(name, run, core=True) for name, run in _CORE.items()),
    *(Fault(name, run, network.line) for name, run in _NETWORK.items()),
    *(Fault(name, run, Cluster, cluster.SETTINGS) for name, run in _THREE_NODES.items()),
    *(Fault(name, run, clock.clocked) for name, run in _CLOCKS.items()),
    Fault("disk full under the broker", disk.full, disk.small),
    *(Fault(name, run) for name, run in _SCHEMAS.items()),
)
