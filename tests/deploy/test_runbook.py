"""What the runbook says to type and to set works in the deployments of this repository."""

from __future__ import annotations

import asyncio
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.composed import load as compose
from tests.deploy.composed import variables
from workers.runtime.http import HttpServer
from workers.runtime.metrics import Metrics
from workers.settings import Settings, load

ELSEWHERE = {
    "COPYDESK_INSTANCE": "of each process alone; the services of compose are scaled",
    "COPYDESK_FEED_STATE": "a path in a volume",
    "COPYDESK_STALL_AFTER": "named as the cause of an end, not to be changed",
}
"""Settings that the book names and compose does not let one choose, with the reason."""


@pytest.fixture(scope="module")
def book(root: Path) -> str:
    return (root / "deploy" / "RUNBOOK.md").read_text("utf-8")


@pytest.fixture(scope="module")
def typed(book: str) -> list[list[str]]:
    """The words of each line of its listings."""
    listings = re.findall(r"^```sh\n(.*?)^```", book, re.M | re.S)
    lines = [line for listing in listings for line in listing.splitlines()]
    return [shlex.split(line, comments=True) for line in lines]


def test_settings_that_it_says_to_change_can_be_changed_with_compose(book: str) -> None:
    named = set(re.findall(r"COPYDESK_\w+", book))
    assert set(ELSEWHERE) < named
    assert named - set(ELSEWHERE) <= set(variables())


def test_those_settings_reach_every_worker() -> None:
    chosen = {"COPYDESK_PROCESSES": "3", "COPYDESK_TASK_MEMORY": "900", "WORKER_MEMORY": "3g"}
    chosen |= {
        "COPYDESK_TASK_TIMEOUT": "30",
        "COPYDESK_BATCH": "8",
        "COPYDESK_SESSION_TIMEOUT": "55",
    }
    chosen |= {"TAG_ENTITIES_TASK_MEMORY": "950", "TAG_ENTITIES_MEMORY": "4g"}
    services = compose(chosen)["services"]
    found = {
        name: (load(service["environment"]), service["mem_limit"])
        for name, service in services.items()
        if service.get("command", [""])[0] == "worker"
    }
    assert len(found) == 5
    for name, (settings, memory) in found.items():
        assert (settings.processes, settings.task_timeout) == (3, 30), name
        assert (settings.batch, settings.session_timeout) == (8, 55), name
        wanted = (950, "4g") if name == "tag-entities" else (900, "3g")
        assert (settings.task_memory, memory) == wanted, name


def test_what_compose_chooses_by_itself_is_the_programs_default() -> None:
    told = variables()
    assert float(told["COPYDESK_TASK_TIMEOUT"]) == Settings().task_timeout
    assert int(told["COPYDESK_BATCH"]) == Settings().batch
    assert float(told["COPYDESK_SESSION_TIMEOUT"]) == Settings().session_timeout


def test_it_asks_for_services_and_pods_that_there_are(typed: list[list[str]]) -> None:
    services = compose()["services"]
    composed = [words for words in typed if words[:2] == ["docker", "compose"]]
    assert len(composed) > 3
    for words in composed:
        named = [word for word in words[3:] if not word.startswith("-")]
        assert named[0] in services, words
        if words[2] == "exec":
            assert named[1] in ("copydesk", "python"), words
    pods = [word for words in typed for word in words if "/desk-copydesk-" in word]
    assert sorted(pods) == ["deploy/desk-copydesk-lag-exporter", "statefulset/desk-copydesk-feeds"]


def test_its_way_to_ask_for_health_says_why_a_worker_is_red(typed: list[list[str]]) -> None:
    (words,) = (words for words in typed if "python" in words)
    program = words[words.index("-c") + 1]

    async def run() -> str:
        server = HttpServer(load({}), Metrics(), live=list, ready=lambda: ["it stands still"])
        await server.start()
        try:
            port = server.address.rpartition(":")[2]
            command = [sys.executable, "-c", program.replace("8000", port)]
            done = await asyncio.to_thread(
                subprocess.run, command, capture_output=True, text=True, check=True
            )
        finally:
            await server.stop()
        return str(done.stdout)

    assert "it stands still" in asyncio.run(run())
