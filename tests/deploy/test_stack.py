"""The compose file's own commands, environments and health checks, run as plain processes.

What the containers would add is left out: only addresses are rewritten, and Kafka is the embedded
broker. Each process gets an empty working directory, as in the image.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.deploy.composed import order, runs_copydesk
from tests.deploy.outcomes import OUTCOMES, origins
from workers import samples
from workers.runtime.broker import embedded, free_port

pytestmark = pytest.mark.broker

Services = dict[str, dict[str, Any]]

ONE_SHOT_SECONDS = 60.0
HEALTHY_SECONDS = 120.0
OUTCOME_SECONDS = 120.0


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
    ours = {name: service for name, service in services.items() if runs_copydesk(service)}
    with ExitStack() as cleanup:
        bootstrap = cleanup.enter_context(embedded())
        made = Stack(
            bootstrap,
            tmp_path_factory.mktemp("stack"),
            [str(Path(sys.executable).with_name(program)), *rest],
        )
        cleanup.callback(made.end)
        for name in order(ours):
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


def test_every_worker_becomes_healthy(healthy: Stack, workers: Services) -> None:
    assert set(workers) <= set(healthy.running)


def test_the_samples_come_out_as_promised(healthy: Stack) -> None:
    found = asyncio.run(origins(healthy.bootstrap, OUTCOME_SECONDS))
    counts = {OUTCOMES[topic]: len(origins) for topic, origins in found.items()}
    assert counts == samples.OUTCOMES
    seen = Counter(origin for each in found.values() for origin in each)
    assert set(seen.values()) == {1}


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


def test_sigterm_ends_every_worker_in_order_and_in_time(healthy: Stack, workers: Services) -> None:
    for name in workers:
        healthy.running[name].process.send_signal(signal.SIGTERM)
    for name, service in workers.items():
        item = healthy.running[name]
        allowed = int(service["stop_grace_period"].removesuffix("s"))
        assert item.process.wait(allowed) == 0, item.said()
