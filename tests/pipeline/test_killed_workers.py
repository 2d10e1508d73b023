"""Workers are killed and restarted under load; every arrival still comes out, exactly somewhere."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

import pytest

from tests.deployment import Deployment, Record, RunningWorker, wait_for
from tests.faults.feed import feed
from topics import catalog
from topics.records import Origin
from workers import pipeline

ARTICLES = int(os.environ.get("TEST_KILL_ARTICLES", "3000"))


def check(
    arrivals: Sequence[Origin], out: dict[str, list[Record]], fingerprinted: Sequence[Record]
) -> None:
    """Arrivals are the disjoint union of the outcomes; duplicates point to earlier articles."""
    places = {topic: {record.origin[:3] for record in records} for topic, records in out.items()}
    enriched, duplicates, dead = (places[topic.name] for topic in OUTPUTS)
    assert enriched | duplicates | dead == {origin[:3] for origin in arrivals}
    assert not enriched & duplicates
    assert not enriched & dead
    assert not duplicates & dead

    order: dict[str, int] = {}
    for record in fingerprinted:
        order.setdefault(str(record.origin), record.offset)
    seen: dict[str, dict[str, object]] = {}
    for record in out["articles.duplicates"]:
        told = record.json
        origin, of = told["origin"], told["duplicate_of_origin"]
        assert order[of] < order[origin], f"{origin} points to {of}, which is not earlier"
        assert Origin.parse(of)[:3] in enriched, f"{origin} points to {of}, which did not come out"
        assert seen.setdefault(origin, told) == told, "a re-emission differs"


OUTPUTS = (catalog.ENRICHED, catalog.DUPLICATES, catalog.DEAD_LETTER)


@pytest.mark.broker
def test_nothing_is_lost_when_workers_are_killed_and_restarted(deployment: Deployment) -> None:
    seed = int(os.environ.get("TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"seed {seed}: set TEST_SEED={seed} to repeat")
    rng = random.Random(seed)
    workers: dict[str, list[RunningWorker]] = {
        step: [deployment.start(step, wait=False) for _ in range(2)] for step in pipeline.STEPS
    }
    deployment.until_ready(*(worker for pair in workers.values() for worker in pair))
    killed_step, restarted_step = rng.sample(pipeline.STEPS, 2)
    first, second = sorted(rng.sample(range(ARTICLES // 20, ARTICLES // 2), 2))
    print(f"kill {killed_step} after {first} outcomes, restart {restarted_step} after {second}")

    arrivals = deployment.produce(feed(rng, ARTICLES))

    def outcomes() -> int:
        return sum(len(records) for records in deployment.read().values())

    wait_for(lambda: outcomes() >= first, 240)
    rng.choice(workers[killed_step]).kill()
    wait_for(lambda: outcomes() >= second, 240)
    assert rng.choice(workers[restarted_step]).stop() == 0
    deployment.start(restarted_step, wait=False)

    out = deployment.until_out(arrivals, seconds=420)
    fingerprinted = deployment.read(catalog.FINGERPRINTED)["articles.fingerprinted"]
    check(arrivals, out, fingerprinted)
    for topic in OUTPUTS:
        print(f"{topic.name}: {len(out[topic.name])} records")
