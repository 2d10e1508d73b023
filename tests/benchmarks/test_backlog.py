"""The benchmarks on a backlog and on recovery: would they notice, do they still run?"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from prometheus_client.samples import Sample
from rich.console import Console

from tests.benchmarks import claims, recovery
from tests.benchmarks.backpressure import Backlog, Watched, latest, tell
from tests.benchmarks.processes import MB
from tests.deployment import Deployment
from workers.stages.deduplicate import WindowedSeenStore


def worker(name: str = "fingerprint", **changed: Any) -> Watched:
    seen = Watched(name, resident={"worker": 70 * MB}, rebalances=1, longest_lag=0.5)
    for field, value in changed.items():
        setattr(seen, field, value)
    return seen


def verdict(after: Watched) -> int:
    before = worker(after.name)
    backlogs = (Backlog(10, 1.0, (before,)), Backlog(1000, 9.0, (after,)))
    return tell(Console(quiet=True), *backlogs)


def test_what_is_bounded_passes() -> None:
    assert verdict(worker(resident={"worker": 75 * MB})) == 0
    assert verdict(worker("claim", resident={"worker": 200 * MB}, entries=1000)) == 0


@pytest.mark.parametrize(
    "after",
    [
        worker(resident={"worker": 100 * MB}),
        worker(resident={"worker": 70 * MB, "pool": 70 * MB}),
        worker(rebalances=2),
        worker(longest_lag=float("inf")),
        worker(longest_commit=6.5),
    ],
)
def test_growth_rebalances_and_pauses_are_faults(after: Watched) -> None:
    assert verdict(after) == 1


def test_the_longest_time_without_a_commit_is_kept() -> None:
    seen = Watched("claim")
    for offsets, now in ((0, 10.0), (5, 11.0), (5, 13.5), (9, 15.0), (10, 15.5)):
        seen.committed(offsets, now)
    assert (seen.finished, seen.longest_commit) == (10, 2.5)


def test_the_event_loops_lateness_is_the_bound_that_holds_for_all() -> None:
    name = "news_event_loop_lag_seconds_bucket"
    counts = {"0.1": 7, "1": 9, "+Inf": 9}
    samples = [Sample(name, {"le": bound}, count) for bound, count in counts.items()]
    assert latest(samples) == 1.0


@pytest.mark.broker
def test_claims_are_written_and_all_recovered_in_another_process(deployment: Deployment) -> None:
    asyncio.run(recovery.fill(deployment.settings, 700))
    found = recovery.apart(deployment.settings)
    assert found.entries == 700
    assert found.seconds > 0


def test_claims_in_a_window_are_measured_apart() -> None:
    told = claims.apart(10_000)
    assert told.entries == 10_000
    assert told.rewrites_found > 0.99
    tables = WindowedSeenStore().memory / told.entries
    assert 500 < told.counted_each - tables < 900
    assert told.turning_seconds > 0
