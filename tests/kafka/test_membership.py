"""COPYDESK_INSTANCE: one worker's restart does not stop the others, and a name has one bearer."""

from __future__ import annotations

import json
import signal
from typing import Any

import pytest

from tests.deployment import Deployment, RunningWorker, raw, wait_for
from topics import catalog
from workers.runtime.worker import BROKEN

pytestmark = pytest.mark.kafka

LONG = 120.0
"""A session that no restart outlasts, so that nothing depends on how fast this machine is."""
SHORT = 15.0
ARTICLES = 40


def rebalances(worker: RunningWorker, stage: str) -> float:
    """How often a stage of a worker was assigned partitions."""
    samples = worker.samples("news_rebalances_total")
    (value,) = [sample.value for sample in samples if sample.labels["stage"] == stage]
    return value


def assigned(worker: RunningWorker) -> list[int]:
    """The partitions that a worker was assigned last."""
    events = [json.loads(line) for line in worker.said().splitlines()]
    partitions: list[int] = [
        event["partitions"] for event in events if event["event"] == "partitions assigned"
    ][-1]
    return partitions


def pair(deployment: Deployment, stage: str, **changed: Any) -> tuple[RunningWorker, RunningWorker]:
    """Two workers of a stage, both with what the second one's coming has left them."""
    first, second = (
        deployment.start(stage, **{name: value[number] for name, value in changed.items()})
        for number in range(2)
    )
    wait_for(lambda: rebalances(first, stage) >= 2, 180, first.said)
    wait_for(lambda: rebalances(second, stage) >= 1, 180, second.said)
    return first, second


def fingerprinted(deployment: Deployment, prefix: str) -> None:
    """Have new articles go through the first step, on all partitions."""
    texts = (f"The ferry {prefix}{number} left on time." for number in range(ARTICLES))
    sent = deployment.produce([raw(f"{prefix}{n}", text) for n, text in enumerate(texts)])
    wanted = {origin[:3] for origin in sent}

    def done() -> bool:
        (records,) = deployment.read(catalog.FINGERPRINTED).values()
        return wanted <= {record.origin[:3] for record in records}

    wait_for(done, 180)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_others_do_not_notice_the_restart_of_a_named_worker(
    kafka_deployment: Deployment, how: str
) -> None:
    stays, goes = pair(
        kafka_deployment, "fingerprint", instance=("a", "b"), session_timeout=(LONG, LONG)
    )
    fingerprinted(kafka_deployment, "before")
    before = rebalances(stays, "fingerprint")
    if how == "stop":
        assert goes.stop() == 0
    else:
        goes.kill()
    returned = kafka_deployment.start("fingerprint", instance="b", session_timeout=LONG)
    fingerprinted(kafka_deployment, "after")
    assert rebalances(stays, "fingerprint") == before
    assert rebalances(returned, "fingerprint") == 1


def test_the_others_do_notice_the_restart_of_a_worker_without_a_name(
    kafka_deployment: Deployment,
) -> None:
    stays, goes = pair(kafka_deployment, "fingerprint")
    before = rebalances(stays, "fingerprint")
    assert goes.stop() == 0
    kafka_deployment.start("fingerprint")
    wait_for(lambda: rebalances(stays, "fingerprint") >= before + 2, 180, stays.said)


def test_the_earlier_of_two_workers_with_one_name_ends_and_says_why(
    kafka_deployment: Deployment,
) -> None:
    earlier = kafka_deployment.start("fingerprint", instance="a", session_timeout=SHORT)
    later = kafka_deployment.start("fingerprint", instance="a", session_timeout=SHORT, wait=False)
    assert earlier.process.wait(120) == BROKEN
    assert "another process runs with COPYDESK_INSTANCE=a" in earlier.said()
    kafka_deployment.until_ready(later)
    fingerprinted(kafka_deployment, "later")
    assert rebalances(later, "fingerprint") == 1, "they would throw each other out in turns"


def test_a_named_claim_comes_back_to_its_work_and_else_the_standby_takes_over(
    kafka_deployment: Deployment,
) -> None:
    owner, standby = pair(
        kafka_deployment, "claim", instance=("a", "b"), session_timeout=(SHORT, SHORT)
    )
    kafka_deployment.start("fingerprint")
    if assigned(standby) == [0]:
        owner, standby = standby, owner
    first = kafka_deployment.produce([raw("one", "The first text of all.")])
    wait_for(lambda: bool(kafka_deployment.read(catalog.UNIQUE)[catalog.UNIQUE.name]), 120)
    owner.process.send_signal(signal.SIGSTOP)
    again = kafka_deployment.produce([raw("one", "The first text of all.")])
    duplicates = catalog.DUPLICATES
    wait_for(lambda: bool(kafka_deployment.read(duplicates)[duplicates.name]), 180, standby.said)
    (duplicate,) = kafka_deployment.read(duplicates)[duplicates.name]
    assert duplicate.origin[:3] == again[0][:3]
    assert duplicate.json["duplicate_of_origin"] == str(first[0])
    owner.process.send_signal(signal.SIGCONT)
    assert owner.process.wait(120) == BROKEN
    assert "was silent for more than COPYDESK_SESSION_TIMEOUT" in owner.said()
