"""True workers that are stopped, killed or cannot deliver: nothing is lost, nothing left over."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from collections import defaultdict

import psutil
import pytest

from tests.deployment import Deployment, RunningWorker, copydesk, raw, wait_for
from tests.faults.misbehave import wish
from tests.prose import prose
from topics import catalog
from topics.catalog import Topic
from topics.records import Origin
from workers.runtime import broker, topic_admin
from workers.settings import embedded, load

pytestmark = pytest.mark.broker

TEXT = "The ferry to the island number {} will run again from Monday, the harbour office said."


def family(worker: RunningWorker) -> list[psutil.Process]:
    """The worker's process with all its children, which have ids that no other process gets."""
    own = psutil.Process(worker.process.pid)
    return [own, *own.children(recursive=True)]


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def delete_topic(deployment: Deployment, topic: Topic) -> None:
    async def delete() -> None:
        async with topic_admin.admin(deployment.settings) as client:
            await client.delete_topics([deployment.settings.topic(topic.name)])

    asyncio.run(delete())


def listening(processes: list[psutil.Process]) -> set[tuple[str, int]]:
    return {
        (connection.laddr.ip, connection.laddr.port)
        for process in processes
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }


def command(deployment: Deployment, **changed: str) -> subprocess.CompletedProcess[bytes]:
    """``copydesk worker claim`` where it is expected to end at once."""
    settings = deployment.settings
    changed["COPYDESK_TOPIC_PREFIX"] = settings.topic_prefix
    return copydesk("worker", "claim", "--bootstrap", settings.bootstrap, input=None, **changed)


def origins(deployment: Deployment, topic: Topic) -> list[Origin]:
    return [record.origin for record in deployment.read(topic)[topic.name]]


def until_in(deployment: Deployment, topic: Topic, arrivals: list[Origin]) -> None:
    wanted = {origin[:3] for origin in arrivals}

    def there() -> bool:
        return wanted <= {origin[:3] for origin in origins(deployment, topic)}

    wait_for(there, 40, lambda: "\n".join(worker.said() for worker in deployment.workers))


def test_a_worker_that_cannot_deliver_ends_without_a_commit_and_its_successor_does_the_work() -> (
    None
):
    before = set(psutil.Process().children())
    with broker.embedded() as address:
        (server,) = set(psutil.Process().children()) - before
        variables = {"COPYDESK_PROCESSES": "1", "COPYDESK_LOG_FORMAT": "json"}
        with Deployment(embedded(load(variables), address)) as deployment:
            worker = deployment.start("fingerprint", delivery_timeout=1, delivery_attempts=1)
            processes = family(worker)
            page = "<article>" + f"<p>{TEXT}</p>" * 15_000 + "</article>"
            values = [raw(str(n), page + str(n)) for n in range(3)] + [b"not JSON"]
            arrivals = deployment.produce(values, keys=[b"k"] * len(values))
            in_hand = 'news_inflight_messages{stage="fingerprint"} 0.0'
            wait_for(lambda: in_hand not in worker.metrics(), 20)
            server.suspend()
            try:
                assert worker.process.wait(40) == 70, worker.said()
            finally:
                server.resume()
            assert "ends without a commit" in worker.said()
            wait_for(lambda: all_gone(processes), 10)

            successor = deployment.start("fingerprint")
            until_in(deployment, catalog.FINGERPRINTED, arrivals[:-1])
            until_in(deployment, catalog.DEAD_LETTER, arrivals[-1:])
            assert successor.stop() == 0


def test_a_worker_that_is_told_to_stop_commits_and_its_successor_repeats_nothing(
    deployment: Deployment,
) -> None:
    starting = deployment.start("fingerprint", wait=False)
    wait_for(lambda: starting.health("live")[0] == 200, 40, starting.said)
    status, told = starting.health("ready")
    assert (status, told["wrong"]) == (503, ["starting"])
    processes = family(starting)
    assert starting.stop() == 0, starting.said()
    wait_for(lambda: all_gone(processes), 10)

    worker = deployment.start("fingerprint")
    first = deployment.produce([raw(str(n), TEXT.format(n)) for n in range(60)], keys=[b"k"] * 60)
    until_in(deployment, catalog.FINGERPRINTED, first[:20])
    processes = family(worker)
    assert worker.stop() == 0, worker.said()
    wait_for(lambda: all_gone(processes), 10)

    successor = deployment.start("fingerprint")
    last = deployment.produce([raw("last", TEXT.format("last"))], keys=[b"k"])
    until_in(deployment, catalog.FINGERPRINTED, first + last)
    written = origins(deployment, catalog.FINGERPRINTED)
    assert len(written) == len(set(written)) == 61

    taken = command(deployment, COPYDESK_HTTP_PORT=str(successor.port))
    assert taken.returncode == 2
    assert b"COPYDESK_HTTP_PORT" in taken.stderr
    assert b"Traceback" not in taken.stderr


def test_a_killed_worker_leaves_no_process_and_its_successor_gives_the_same_verdicts(
    deployment: Deployment,
) -> None:
    worker = deployment.start("deduplicate", processes=2)
    processes = family(worker)
    assert len(processes) >= 4  # itself, the fork server, and two at work
    assert listening(processes) == {("127.0.0.1", worker.port)}
    # Every article three times: as itself, repeated, and copied under another id.
    values = [
        raw(
            f"copy-{number}" if turn == 2 else str(number), f"{TEXT.format(number)} {prose(number)}"
        )
        for turn in range(3)
        for number in range(200)
    ]
    arrivals = deployment.produce(values, keys=[b"k"] * len(values))

    def out() -> dict[str, list[Origin]]:
        found = deployment.read(catalog.UNIQUE, catalog.DUPLICATES)
        return {name: [record.origin for record in records] for name, records in found.items()}

    wait_for(lambda: len(out()["articles.unique"]) > 20, 40)
    worker.kill()
    wait_for(lambda: all_gone(processes), 10)
    deployment.start("deduplicate")
    wanted = {origin[:3] for origin in arrivals}

    def complete() -> bool:
        return wanted <= {origin[:3] for records in out().values() for origin in records}

    wait_for(complete, 40)
    records = deployment.read(catalog.UNIQUE, catalog.DUPLICATES)
    verdicts: defaultdict[Origin, set[str]] = defaultdict(set)
    for name, written in records.items():
        for record in written:
            told = {k: v for k, v in record.json.items() if k != "enriched_at"}
            verdicts[record.origin].add(name + json.dumps(told, sort_keys=True))
    assert {origin for origin, told in verdicts.items() if len(told) > 1} == set()
    assert {record.origin[:3] for record in records["articles.unique"]} == {
        origin[:3] for origin in arrivals[:200]
    }
    for record in records["articles.duplicates"]:
        assert record.json["origin"] != record.json["duplicate_of_origin"]


def test_missing_topics_are_told_with_what_to_type(deployment: Deployment) -> None:
    delete_topic(deployment, catalog.CLEANED)
    missing = command(deployment)
    assert missing.returncode == 2
    assert f"no topic {deployment.settings.topic('articles.cleaned')}" in missing.stderr.decode()
    assert b"copydesk topics create" in missing.stderr
    assert b"Traceback" not in missing.stderr


def test_streams_that_acknowledge_what_they_skip_are_refused(deployment: Deployment) -> None:
    refused = command(deployment, NO_CYTHON="1")
    assert refused.returncode == 2
    assert b"unset NO_CYTHON" in refused.stderr
    assert b"Traceback" not in refused.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("said", ["worker starts", "partitions assigned"])
def test_a_worker_that_is_stopped_while_it_starts_ends_with_all_its_processes(
    deployment: Deployment, number: signal.Signals, said: str
) -> None:
    worker = deployment.start("detect_language", wait=False)
    wait_for(lambda: said in worker.said(), 60, worker.said)
    started = family(worker)
    worker.process.send_signal(number)
    assert worker.process.wait(30) == 0, worker.said()
    wait_for(lambda: all_gone(started), 10)


def test_health_turns_red_without_a_broker() -> None:
    with broker.embedded() as address:
        settings = embedded(load({"COPYDESK_STALL_AFTER": "5"}), address)
        with Deployment(settings) as deployment:
            worker = deployment.start("claim")
            for process in psutil.Process().children():
                if "tansu" in " ".join(process.cmdline()) and address in " ".join(
                    process.cmdline()
                ):
                    process.kill()
            wait_for(lambda: worker.health()[0] == 503, 60, lambda: str(worker.health()))
            assert "Kafka has told nothing" in str(worker.health()[1])
            worker.kill()


def test_a_batch_that_outlasts_the_grace_period_is_left_to_the_next_worker(
    deployment: Deployment,
) -> None:
    worker = deployment.start(
        "fingerprint", through=("tests.faults.misbehave",), grace=1, batch=1, task_timeout=60
    )
    (arrival,) = deployment.produce([raw("a", f"{TEXT} {wish('hang', 'fingerprint')}")])
    wait_for(lambda: worker.samples("news_inflight_messages")[0].value == 1, 60, worker.said)
    processes = family(worker)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(30) == 70
    assert "was not done within COPYDESK_GRACE" in worker.said()
    wait_for(lambda: all_gone(processes), 10)
    assert not origins(deployment, catalog.DEAD_LETTER)
    deployment.start("fingerprint")
    until_in(deployment, catalog.FINGERPRINTED, [arrival])
