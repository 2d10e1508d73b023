"""Lag by what Kafka holds: before, while and after a worker has been there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.deployment import Deployment, RunningWorker, copydesk, raw, wait_for
from topics import catalog
from workers.runtime.broker import free_port
from workers.runtime.group_lag import PartitionLag
from workers.settings import environment

SECONDS = 60.0


@pytest.mark.parametrize(
    ("committed", "beginning", "end", "lag"),
    [
        (3, 0, 5, 2),
        (None, 0, 5, 5),
        (None, 4, 5, 1),
        (2, 4, 5, 1),  # retention has deleted what was waiting
        (9, 0, 5, 0),  # the topic was made anew
    ],
)
def test_what_is_still_there_and_not_committed_is_waiting(
    committed: int | None, beginning: int, end: int, lag: int
) -> None:
    assert PartitionLag("claim", "t", 0, committed, beginning, end).lag == lag


@pytest.fixture
def exporter(deployment: Deployment, tmp_path: Path) -> Iterator[RunningWorker]:
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers.commands", "lag", "--serve"],
            env=environment(deployment.settings, http_port=port),
            stdout=stream,
            stderr=stream,
        )
    it = RunningWorker((), process, port, log)
    yield it
    if it.process.poll() is None:
        it.kill()


def lags(exporter: RunningWorker) -> dict[str, float]:
    found: dict[str, float] = {}
    try:
        for sample in exporter.samples("news_group_lag_messages"):
            stage = sample.labels["stage"]
            found[stage] = found.get(stage, 0) + sample.value
    except OSError:
        return {}
    return found


@pytest.mark.broker
def test_it_shows_what_waits_when_no_worker_does(
    deployment: Deployment, exporter: RunningWorker
) -> None:
    for number in range(7):  # to the embedded broker a batch is one record
        deployment.produce([raw(f"a-{number}", f"Text {number}")])
    wait_for(lambda: lags(exporter).get("fingerprint") == 7, SECONDS, exporter.said)
    assert exporter.health()[0] == 200
    worker = deployment.start("fingerprint")
    wait_for(lambda: lags(exporter).get("fingerprint") == 0, SECONDS, exporter.said)
    wait_for(lambda: lags(exporter).get("claim", 0) > 0, SECONDS, exporter.said)
    worker.kill()
    deployment.produce([raw("b", "More")])
    wait_for(lambda: lags(exporter).get("fingerprint") == 1, SECONDS, exporter.said)
    committed = exporter.samples("news_group_committed_offset")
    assert sum(sample.value for sample in committed if sample.labels["stage"] == "fingerprint") == 7
    assert exporter.stop() == 0

    told = copydesk("lag", input=None, **_variables(deployment))
    assert told.returncode == 0, told.stderr
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert sum(row["lag"] for row in rows if row["stage"] == "claim") > 0
    topic = deployment.settings.topic(catalog.FINGERPRINTED.name)
    assert {row["topic"] for row in rows if row["stage"] == "claim"} == {topic}


@pytest.mark.broker
def test_topics_that_are_missing_are_told(deployment: Deployment, tmp_path: Path) -> None:
    told = copydesk("lag", input=None, **_variables(deployment, prefix="nobody."))
    assert told.returncode == 2
    assert b"no topic nobody.articles.raw on the broker; create it with" in told.stderr


def test_without_kafka_the_exporter_is_red_and_shows_no_lag(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers.commands", "lag", "--serve"],
            env={
                **os.environ,
                "COPYDESK_BOOTSTRAP": f"127.0.0.1:{free_port()}",
                "COPYDESK_HTTP_PORT": str(port),
            },
            stdout=stream,
            stderr=stream,
        )
    it = RunningWorker((), process, port, log)
    try:
        wait_for(lambda: "nothing listens at" in str(it.health()[1]), SECONDS, it.said)
        with pytest.raises(HTTPError):
            urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5)
        assert it.samples("news_group_lag_messages") == []
        assert it.stop() == 0
    finally:
        if process.poll() is None:
            it.kill()


def _variables(deployment: Deployment, prefix: str | None = None) -> dict[str, str]:
    return {
        "COPYDESK_BOOTSTRAP": deployment.settings.bootstrap,
        "COPYDESK_TOPIC_PREFIX": prefix or deployment.settings.topic_prefix,
    }
