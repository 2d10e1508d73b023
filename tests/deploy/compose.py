"""``python -m tests.deploy.compose``: docker-compose.yml, checked and run without an engine.

Every service that a program of this machine can stand for is started as a plain process, in the
order of ``depends_on``, by its own command, environment and health check, until the enriched topic
holds the samples; then it is stopped as compose would. What cannot be run is listed.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.deploy import composed, opensearch, programs
from tests.deploy.composed import FILE, Service, runs_copydesk
from tests.deploy.outcomes import counted
from tests.deploy.plain import Addresses, Plain
from tests.deploy.programs import MissingError
from workers import samples

SCALED = {"tag-entities": 2}
"""Services of which more than one runs, as with ``--scale``."""
METRICS = {"alertmanager": "9093"}
"""The port of the metrics of what is not copydesk's own."""
BELOW_HIGH = {"CL-0019", "CL-0007"}
"""What compose-lint may say: tags without digests, and roots that two images must write to."""


def main() -> int:
    """Check the file, then run it; 1 if anything is not as it should be."""
    console = Console()
    try:
        check_schema()
        check_hardening()
        console.print("schema and hardening: ok")
        with tempfile.TemporaryDirectory(prefix="copydesk-compose-") as folder:
            # A server that must not be root reads its settings below it.
            Path(folder).chmod(0o755)
            run(Path(folder), console)
    except AssertionError as error:
        console.print(f"docker-compose.yml: {error}", style="red", markup=False)
        return 1
    return 0


def check_schema() -> None:
    """The compose specification's JSON Schema."""
    wrong = composed.against_specification(composed.load())
    assert not wrong, wrong


def check_hardening() -> None:
    """compose-lint: nothing high, and nothing else than what is known."""
    tool = Path(sys.executable).with_name("compose-lint")
    done = subprocess.run(
        [tool, "check", "--format", "json", FILE], capture_output=True, text=True, check=False
    )
    findings = json.loads(done.stdout)["findings"]
    rules = {finding["rule_id"] for finding in findings}
    assert done.returncode == 0, done.stdout
    assert rules <= BELOW_HIGH, done.stdout


class Stack:
    """All services, those that run and those that cannot."""

    def __init__(self, services: dict[str, Service], folder: Path) -> None:
        self.services = services
        self.addresses = Addresses(services)
        self.folder = folder
        self.running: dict[str, Plain] = {}
        self.rows: list[tuple[str, str]] = []
        self._health = programs.health()

    def start(self, name: str) -> None:
        """Start a service and wait for it as those that depend on it do."""
        for number in range(1, SCALED.get(name, 1) + 1):
            label = name if number == 1 else f"{name}#{number}"
            plain = Plain(label, self.services[name], self.addresses, self.folder / label)
            try:
                words = self._words(name, plain)
            except MissingError as error:
                self.rows.append((label, f"not run: {error}"))
                continue
            # What an image runs as another user is run as another one here, where that is needed.
            user = programs.UNPRIVILEGED if name == "opensearch" and os.getuid() == 0 else None
            self.running[label] = plain
            plain.start(words, user=user)
            if plain.service["restart"] == "no":
                self.rows.append((label, f"done after {plain.until_done():.1f} s"))
            else:
                taken = plain.until_healthy(self._health)
                self.rows.append((label, f"healthy after {taken:.1f} s"))

    def metrics(self, name: str) -> list[str]:
        """The addresses of the metrics of a service's processes."""
        found = []
        for label, plain in self.running.items():
            if label.partition("#")[0] != name:
                continue
            inner = METRICS.get(name) or plain.service["environment"]["COPYDESK_HTTP_PORT"]
            found.append(f"127.0.0.1:{self.addresses.port(label, int(inner))}")
        return found

    def measured(self) -> list[str]:
        """The services that run and serve metrics of which Prometheus knows."""
        names = {label.partition("#")[0] for label in self.running}
        ports = {
            n for n in names if "COPYDESK_HTTP_PORT" in self.services[n].get("environment", {})
        }
        return sorted(ports | (names & set(METRICS)))

    def stop(self) -> None:
        """Stop everything in reverse, each within its grace period."""
        for label, plain in reversed(self.running.items()):
            if plain.process is not None and plain.process.poll() is None:
                try:
                    status = plain.stop()
                except subprocess.TimeoutExpired:
                    raise AssertionError(f"{label} did not stop in its grace period") from None
                # Java ends with 128 + SIGTERM after an orderly end.
                assert status in (0, 143), f"{label} ended with {status}: {plain.said()}"

    def kill(self) -> None:
        """End what is left."""
        for plain in self.running.values():
            plain.kill()

    def _words(self, name: str, plain: Plain) -> Sequence[str]:
        if name == "feeds":
            # Its list names the web. Here it is one of loopback, which it refuses to ask.
            list_ = next(path for path in plain.paths.values() if path.suffix == ".toml")
            list_.write_text('[[feed]]\nurl = "http://127.0.0.1/feed.xml"\n', "utf-8")
        if runs_copydesk(plain.service):
            return [*programs.entry_point(), *plain.command()]
        if "entrypoint" in plain.service:
            entry = [plain.rewrite(word) for word in plain.service["entrypoint"]]
            assert entry[0] == "python"
            return [sys.executable, *entry[1:], *plain.command()]
        match name:
            case "prometheus":
                return programs.prometheus(plain, {n: self.metrics(n) for n in self.measured()})
            case "opensearch":
                return self._opensearch(plain)
        known = {
            "kafka": programs.kafka,
            "alertmanager": programs.alertmanager,
            "indexer": programs.indexer,
        }
        return known.get(name, programs.missing)(plain)

    def _opensearch(self, plain: Plain) -> Sequence[str]:
        image = str(plain.service["image"])
        assert image.endswith(f":{opensearch.version()}"), "the POM has another version"
        settings = {k: v for k, v in plain.environment().items() if k.islower()}
        http, transport = (self.addresses.port("opensearch", number) for number in (9200, 9300))
        return opensearch.command(plain.folder / "home", http, transport, settings)


def run(folder: Path, console: Console) -> None:
    """Start everything, wait for the samples, stop everything."""
    services = composed.load()["services"]
    stack = Stack(services, folder)
    # Prometheus last: its targets are those that run by then.
    order = [name for name in composed.order(services) if name not in ("prometheus", "grafana")]
    try:
        for name in (*order, "prometheus", "grafana"):
            stack.start(name)
        bootstrap = f"127.0.0.1:{stack.addresses.port('kafka', 9092)}"
        counts = asyncio.run(counted(bootstrap))
        assert counts == samples.OUTCOMES, f"outcomes {counts} and not {samples.OUTCOMES}"
        targets = scraped(stack)
        stack.stop()
    finally:
        stack.kill()
    table = Table("service", "as a plain process", title="docker-compose.yml")
    for row in stack.rows:
        table.add_row(*row)
    console.print(table)
    console.print(f"outcomes of the samples: {counts}; Prometheus: {targets}")
    console.print("every service that ran ended in its grace period")


def scraped(stack: Stack, seconds: float = 60.0) -> str:
    """How many targets are up; AssertionError if a process with metrics is none of them in time."""
    if "prometheus" not in stack.running:
        return "not run"
    wanted = {address for name in stack.measured() for address in stack.metrics(name)}
    url = f"http://127.0.0.1:{stack.addresses.port('prometheus', 9090)}/api/v1/targets"
    deadline = time.monotonic() + seconds
    while True:
        with urllib.request.urlopen(url, timeout=10) as answer:
            active = json.load(answer)["data"]["activeTargets"]
        up = {target["labels"]["instance"] for target in active if target["health"] == "up"}
        if wanted <= up:
            return f"{len(up)} targets, all up"
        assert time.monotonic() < deadline, f"not scraped: {sorted(wanted - up)}"
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
