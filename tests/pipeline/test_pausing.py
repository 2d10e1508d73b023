"""Workers that pause because too much fails: nothing is lost, and everything comes out once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.deployment import Deployment, Record, RunningWorker, copydesk, raw, wait_for
from topics import catalog
from topics.records import Origin
from workers.runtime.connection import client_arguments

pytestmark = pytest.mark.broker

TEXT = "The ferry to the island number {} will run again from Monday, the harbour office said."
SENTENCE = "The harbour office said on Monday that Anne Example would meet the mayor of Paris. "
NEVER = 3600
"""Seconds until a probe that no test waits for."""
PAUSED = "paused for"


def good(number: int) -> bytes:
    return raw(f"good-{number}", TEXT.format(number))


def produce(deployment: Deployment, values: Sequence[bytes]) -> list[Origin]:
    """All into one partition, in order."""
    return deployment.produce(values, keys=[b"k"] * len(values))


def until_paused(worker: RunningWorker) -> str:
    """Wait until readiness says that the worker pauses; what it says."""

    def paused() -> bool:
        return PAUSED in str(worker.health()[1]) or worker.process.poll() is not None

    wait_for(paused, 90, worker.said)
    status, told = worker.health()
    assert status == 503, worker.said()
    assert worker.health("live") == (200, {"status": "green", "wrong": []})
    return str(told["wrong"])


def committed(deployment: Deployment, step: str, origin: Origin) -> int:
    """The offset that is committed for the partition of this record."""

    async def look() -> int:
        place = TopicPartition(origin.topic, origin.partition)
        consumer = AIOKafkaConsumer(
            **client_arguments(deployment.settings),
            group_id=deployment.settings.group(step),
            enable_auto_commit=False,
        )
        consumer.assign([place])
        await consumer.start()
        try:
            return await consumer.committed(place) or 0
        finally:
            await consumer.stop()

    return asyncio.run(look())


def letters(deployment: Deployment) -> list[Record]:
    return deployment.read(catalog.DEAD_LETTER)["articles.dead-letter"]


def fingerprinted(deployment: Deployment) -> list[Record]:
    return deployment.read(catalog.FINGERPRINTED)["articles.fingerprinted"]


def arrived(records: Sequence[Record]) -> Counter[tuple[str, int, int]]:
    return Counter(record.origin[:3] for record in records)


def places(arrivals: Sequence[Origin]) -> Counter[tuple[str, int, int]]:
    return Counter(origin[:3] for origin in arrivals)


def test_a_run_of_bad_articles_pauses_a_worker_until_a_probe_is_good(
    deployment: Deployment,
) -> None:
    worker = deployment.start("fingerprint", breaker_run=5, breaker_probe=2, batch=4)
    arrivals = produce(deployment, [b"{"] * 12 + [good(n) for n in range(30)])
    told = until_paused(worker)
    assert "fingerprint is paused" in told
    assert "articles all failed (fingerprint undecodable" in told
    assert 'news_breaker_open{stage="fingerprint"} 1.0' in worker.metrics()
    offset = committed(deployment, "fingerprint", arrivals[0])
    assert offset <= arrivals[0].offset + len(letters(deployment))
    wait_for(lambda: len(fingerprinted(deployment)) == 30, 90, worker.said)
    assert arrived(letters(deployment)) == places(arrivals[:12])
    assert arrived(fingerprinted(deployment)) == places(arrivals[12:])
    wait_for(lambda: worker.health()[0] == 200, 60, lambda: str(worker.health()))
    page = worker.metrics()
    assert 'news_breaker_open{stage="fingerprint"} 0.0' in page
    assert 'news_breaker_openings_total{stage="fingerprint"} 1.0' in page
    said = worker.said()
    assert said.count('"paused, too much fails"') == 1
    # It pauses where the batch ends that brings the run to five; the rest are probes.
    assert 12 - 8 <= said.count('"still paused, the probe failed"') <= 12 - 5
    assert said.count('"goes on after a pause"') == 1
    assert worker.stop() == 0


def test_a_paused_worker_goes_on_by_command_and_stays_in_its_group_until_then(
    deployment: Deployment,
) -> None:
    worker = deployment.start(
        "fingerprint", breaker_run=5, breaker_probe=NEVER, stall_after=5, batch=4
    )
    bad = produce(deployment, [b"{"] * 5)
    until_paused(worker)
    # More than all buffers hold, so that nothing is fetched meanwhile.
    arrivals = produce(deployment, [good(n) for n in range(100)])

    def waited() -> bool:
        return int(str(worker.health()[1]).partition(PAUSED)[2].split()[0]) > 8

    wait_for(waited, 90, worker.said)
    assert "has stood at offset" not in str(worker.health()[1])
    assert len(letters(deployment)) == 5
    assert committed(deployment, "fingerprint", bad[0]) == bad[0].offset + 5
    assert fingerprinted(deployment) == []

    address = f"127.0.0.1:{worker.port}"
    done = copydesk("resume", address)
    assert done.returncode == 0, done.stderr
    assert f"{address}: fingerprint goes on; it was paused for".encode() in done.stdout
    wait_for(lambda: len(fingerprinted(deployment)) >= 100, 60, worker.said)
    again = copydesk("resume", address)
    assert (again.returncode, again.stdout) == (0, f"{address}: nothing to resume\n".encode())
    assert arrived(fingerprinted(deployment)) == places(arrivals)
    assert worker.said().count("partitions assigned") == 1


def test_a_paused_worker_that_is_told_to_stop_ends_and_its_successor_repeats_nothing(
    deployment: Deployment,
) -> None:
    worker = deployment.start("fingerprint", breaker_run=3, breaker_probe=1, batch=8)
    arrivals = produce(deployment, [b"{"] * 40)
    until_paused(worker)
    wait_for(lambda: len(letters(deployment)) > 8, 60, worker.said)  # a probe in a batch
    assert worker.stop() == 0, worker.said()
    handled = len(letters(deployment))
    assert committed(deployment, "fingerprint", arrivals[0]) == arrivals[0].offset + handled

    successor = deployment.start("fingerprint", breaker_run=0, breaker_share=0)
    wait_for(lambda: len(letters(deployment)) >= 40, 60, successor.said)
    assert arrived(letters(deployment)) == places(arrivals)
    assert successor.stop() == 0


def test_partitions_move_on_from_a_paused_worker_when_another_one_joins(
    deployment: Deployment,
) -> None:
    first = deployment.start("fingerprint", breaker_run=3, breaker_probe=NEVER, batch=4)
    bad = produce(deployment, [b"{"] * 4)
    until_paused(first)
    # A backlog in every partition, more than all buffers hold.
    values = [good(n) for n in range(400)]
    arrivals = deployment.produce(values, keys=[str(n).encode() for n in range(400)])
    second = deployment.start("fingerprint", wait=False)

    def shared() -> bool:
        return "partitions assigned" in second.said() and first.said().count("assigned") > 1

    wait_for(shared, 60, lambda: first.said() + second.said())
    until_paused(first)
    assert copydesk("resume", f"127.0.0.1:{first.port}").returncode == 0
    wait_for(
        lambda: len(fingerprinted(deployment)) >= 400, 90, lambda: first.said() + second.said()
    )
    assert arrived(fingerprinted(deployment)) == places(arrivals)
    assert arrived(letters(deployment)) == places(bad)
    assert (first.stop(), second.stop()) == (0, 0)


def test_an_optional_stage_that_always_fails_pauses_its_worker(deployment: Deployment) -> None:
    tagger = deployment.start(
        "tag_entities", wait=False, task_timeout=0.1, breaker_run=3, breaker_probe=NEVER, batch=4
    )
    feeding = deployment.start("deduplicate", "detect_language", "strip_boilerplate", wait=False)
    deployment.until_ready(tagger, feeding)
    long = [
        "".join(f"{SENTENCE} It was meeting {1000 * n + number}. " for number in range(500))
        for n in range(8)
    ]
    arrivals = produce(deployment, [raw(f"a{n}", text) for n, text in enumerate(long)])
    told = until_paused(tagger)
    assert "tag_entities is paused" in told
    assert "tag_entities timeout" in told
    assert copydesk("resume", f"127.0.0.1:{tagger.port}").returncode == 0
    assert tagger.stop() == 0
    deployment.start("tag_entities")
    out = deployment.until_out(arrivals, 120)
    assert arrived(out["articles.enriched"]) == places(arrivals)
