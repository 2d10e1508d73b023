"""All faults by name: what happens, how often it is repeated, and whether CI runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.faults import brokers, kills, records
from tests.faults.lab import Lab, Recovered
from tests.kafka.node import Node


class SkippedError(Exception):
    """This machine cannot make the fault; the message says what is missing."""


@dataclass(frozen=True)
class Fault:
    """One line of the table."""

    name: str
    run: Callable[[Lab, Node], Recovered]
    kills: bool = False
    """Whether it depends on the moment of a kill, so that many seeds are worth their time."""
    core: bool = True
    """Whether the ordinary tests run it, with one seed."""


def _plain(fault: Callable[[Lab], Recovered]) -> Callable[[Lab, Node], Recovered]:
    return lambda lab, node: fault(lab)


FAULTS: tuple[Fault, ...] = (
    *(
        Fault(f"SIGKILL, {when}", _plain(partial(kills.killed, point=point)), kills=True)
        for point, when in {
            "produced": "outputs delivered, not committed",
            "half": "half of a batch delivered",
            "taken": "a batch in hand",
            "claimed": "claims saved, no output yet",
        }.items()
    ),
    Fault("SIGTERM under load", _plain(kills.drained)),
    Fault("rebalance storm", _plain(kills.storm)),
    Fault("zombie: SIGSTOP past the session, SIGCONT", _plain(kills.zombie)),
    Fault("broker stopped and started", partial(brokers.away, how="stop")),
    Fault("broker killed and started", partial(brokers.away, how="kill")),
    Fault("dead-letter topic gone", _plain(brokers.no_dead_letters)),
    Fault("poison on every topic", _plain(records.poison)),
    Fault("oversized in and out", _plain(records.oversized)),
    Fault("all sent again, shuffled", _plain(records.redelivered)),
    Fault("offsets set back to 0", _plain(records.replayed)),
    Fault("a stage hangs", _plain(partial(records.misbehaving, how="hang"))),
    Fault("a stage's process over its memory", _plain(partial(records.misbehaving, how="grow"))),
    Fault("a stage's process crashes", _plain(partial(records.misbehaving, how="crash"))),
    Fault("topics deleted and created anew", _plain(records.topics_made_anew)),
)
