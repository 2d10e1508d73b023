"""The compose file's own commands, environments and health checks, run as plain processes.

What the containers would add is left out: only addresses are rewritten, and Kafka is the embedded
broker. Each process gets an empty working directory, as in the image.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from aiokafka import AIOKafkaConsumer

from topics import catalog, headers
from workers import samples
from workers.runtime.broker import embedded, free_port

pytestmark = pytest.mark.broker

Services = dict[str, dict[str, Any]]

ONE_SHOT_SECONDS = 60.0
HEALTHY_SECONDS = 120.0
OUTCOME_SECONDS = 120.0
SCRAPED_SECONDS = 60.0
OUTCOMES = {
    catalog.ENRICHED.name: "enriched",
    catalog.DUPLICATES.name: "duplicates",
    catalog.DEAD_LETTER.name: "dead_letters",
}


@dataclass
class Running:
    """One service as a process."""

    service: dict[str, Any]
    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    def said(self) -> str:
        return (self.folder.parent / f"{self.folder.name}.log").read_text("utf-8", "replace")


@dataclass
class Stack:
    """All services of our image."""

    bootstrap: str
    folder: Path
    entry: list[str]
    running: dict[str, Running] = field(default_factory=dict)

    def start(self, name: str, service: dict[str, Any]) -> Running:
        """Run a service's command with its environment; only addresses differ."""
        port = free_port()
        folder = self.folder / name
        folder.mkdir()
        environment = {
            "COPYDESK_BOOTSTRAP": self.bootstrap,
            "COPYDESK_HTTP_HOST": "127.0.0.1",
            "COPYDESK_HTTP_PORT": str(port),
        }
        told = {key: environment.get(key, value) for key, value in service["environment"].items()}
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [*self.entry, *service["command"]],
                env={"PATH": os.environ["PATH"], "HOME": str(folder), **told},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running[name] = Running(service, process, folder, port)
        return self.running[name]

    def end(self) -> None:
        for item in self.running.values():
            if item.process.poll() is None:
                item.process.kill()
            item.process.wait()


@pytest.fixture(scope="module")
def stack(
    services: Services, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Every service of our image, started in the order that it waits for."""
    (entry,) = re.findall(r"^ENTRYPOINT (.*)$", (root / "deploy" / "Dockerfile").read_text(), re.M)
    program, *rest = json.loads(entry)
    ours = {name: service for name, service in services.items() if "build" in service}
    order = TopologicalSorter(
        {name: set(service["depends_on"]) & set(ours) for name, service in ours.items()}
    )
    with ExitStack() as cleanup:
        bootstrap = cleanup.enter_context(embedded())
        made = Stack(
            bootstrap,
            tmp_path_factory.mktemp("stack"),
            [str(Path(sys.executable).with_name(program)), *rest],
        )
        cleanup.callback(made.end)
        for name in order.static_order():
            started = made.start(name, ours[name])
            if ours[name]["restart"] == "no":
                assert started.process.wait(ONE_SHOT_SECONDS) == 0, started.said()
        yield made


@pytest.fixture(scope="module")
def healthy(stack: Stack, workers: Services) -> Stack:
    """The stack once every worker's own health check succeeds."""
    for name in workers:
        item = stack.running[name]
        until(partial(checked, item), HEALTHY_SECONDS, item.said)
    return stack


def until(
    true: Callable[[], bool], seconds: float, said: Callable[[], str], every: float = 0.5
) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, said()
        time.sleep(every)


def checked(item: Running) -> bool:
    """Run the health check as compose says it, against this process's port."""
    assert item.process.poll() is None, item.said()
    kind, program, *words = item.service["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    port = item.service["environment"]["COPYDESK_HTTP_PORT"]
    words = [word.replace(f"127.0.0.1:{port}/", f"127.0.0.1:{item.port}/") for word in words]
    done = subprocess.run([sys.executable, *words], capture_output=True, timeout=30, check=False)
    return done.returncode == 0


async def outcomes(bootstrap: str) -> dict[str, list[str]]:
    """Topic → origins, read until every sample has come out."""
    consumer = AIOKafkaConsumer(
        *OUTCOMES, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None
    )
    found: dict[str, list[str]] = {topic: [] for topic in OUTCOMES}
    deadline = time.monotonic() + OUTCOME_SECONDS
    await consumer.start()
    try:
        while sum(map(len, found.values())) < samples.ARRIVALS and time.monotonic() < deadline:
            batch = await consumer.getmany(timeout_ms=500)
            for record in (record for records in batch.values() for record in records):
                found[record.topic].append(headers.read(record.headers)[headers.ORIGIN])
    finally:
        await consumer.stop()
    return found


def test_every_worker_becomes_healthy(healthy: Stack, workers: Services) -> None:
    assert set(workers) <= set(healthy.running)


def test_the_samples_come_out_as_promised(healthy: Stack) -> None:
    found = asyncio.run(outcomes(healthy.bootstrap))
    counts = {OUTCOMES[topic]: len(origins) for topic, origins in found.items()}
    assert counts == samples.OUTCOMES
    origins = Counter(origin for each in found.values() for origin in each)
    assert set(origins.values()) == {1}


def test_every_worker_stays_within_its_limits(healthy: Stack, workers: Services) -> None:
    units = {"m": 2**20, "g": 2**30}
    for name, service in workers.items():
        main = psutil.Process(healthy.running[name].process.pid)
        family = [main, *main.children(recursive=True)]
        memory = sum(process.memory_full_info().pss for process in family)
        threads = sum(process.num_threads() for process in family)
        limit = service["mem_limit"]
        print(f"{name}: {memory / 2**20:.0f} MB of {limit}, {threads} threads")
        assert memory < int(limit[:-1]) * units[limit[-1]] / 2, name
        assert threads < service["pids_limit"] / 2, name


def test_every_panel_of_the_dashboard_shows_something(
    healthy: Stack, workers: Services, scraped: dict[str, Any], root: Path
) -> None:
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus is not installed")
    folder = healthy.folder / "prometheus"
    folder.mkdir()
    config = scraped | {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}}
    (job,) = (item for item in config["scrape_configs"] if item["job_name"] == "copydesk")
    config["scrape_configs"] = [
        {
            "job_name": job["job_name"],
            "static_configs": [
                {
                    "targets": [f"127.0.0.1:{healthy.running[name].port}"],
                    "labels": {"service": name},
                }
                for name in workers
            ],
        }
    ]
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(config), "utf-8")
    address = f"127.0.0.1:{free_port()}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                program,
                f"--config.file={path}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={address}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        dashboard = json.loads(
            (root / "deploy" / "grafana" / "dashboards" / "pipeline.json").read_text("utf-8")
        )
        asked = [
            re.sub(r"\$__\w+", "30s", target["expr"])
            for panel in dashboard["panels"]
            for target in panel.get("targets", [])
        ]
        # What is counted only when something went wrong may well be empty.
        asked = [expression for expression in asked if not expression.endswith("> 0")]
        said = (folder / "log").read_text
        empty: list[str] = asked

        def all_shown() -> bool:
            nonlocal empty
            empty = [expression for expression in empty if not samples_of(address, expression)]
            return not empty

        until(all_shown, SCRAPED_SECONDS, lambda: f"{empty}\n{said()}")
    finally:
        process.terminate()
        process.wait(20)


def samples_of(address: str, expression: str) -> list[Any]:
    query = urllib.parse.urlencode({"query": expression})
    try:
        with urllib.request.urlopen(f"http://{address}/api/v1/query?{query}", timeout=5) as answer:
            found: list[Any] = json.load(answer)["data"]["result"]
            return found
    except OSError:
        return []


def test_sigterm_ends_every_worker_in_order_and_in_time(healthy: Stack, workers: Services) -> None:
    for name in workers:
        healthy.running[name].process.send_signal(signal.SIGTERM)
    for name, service in workers.items():
        item = healthy.running[name]
        allowed = int(service["stop_grace_period"].removesuffix("s"))
        assert item.process.wait(allowed) == 0, item.said()
