"""Worker processes of ``copydesk run``: started with the settings of this process, ended by pid."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.runtime.broker import die_with_parent, free_port
from workers.settings import Settings, environment

QUOTED_LINES = 12


@dataclass(frozen=True)
class WorkerProcess:
    """A running worker."""

    steps: tuple[str, ...]
    process: subprocess.Popen[bytes]
    log: Path
    address: str
    """HOST:PORT of its metrics and health."""

    def problem(self) -> str | None:
        """What it died of, with its last words; None while it lives."""
        status = self.process.poll()
        if status is None:
            return None
        words = self.log.read_text("utf-8", "replace").splitlines()[-QUOTED_LINES:]
        told = "\n  ".join(words) or "it said nothing"
        return f"the worker {' '.join(self.steps)} ended with status {status}:\n  {told}"


class Workers:
    """The worker processes of one run; a context manager that ends them."""

    def __init__(self, settings: Settings, groups: Sequence[tuple[str, ...]]) -> None:
        self._settings = settings
        self._groups = groups
        self._folder = tempfile.TemporaryDirectory(prefix="copydesk-")
        self.processes: list[WorkerProcess] = []

    def __enter__(self) -> Workers:
        for number, steps in enumerate(self._groups):
            log = Path(self._folder.name, f"{number}-{steps[0]}.log")
            port = free_port()
            # They end with the run: no place is kept for them.
            variables = environment(
                self._settings, http_host="127.0.0.1", http_port=port, instance=""
            )
            with log.open("wb") as stream:
                process = subprocess.Popen(  # noqa: S603 - our own interpreter and command
                    [sys.executable, "-m", "workers.commands", "worker", *steps],
                    env=variables,
                    stdin=subprocess.DEVNULL,
                    stdout=stream,
                    stderr=stream,
                    preexec_fn=die_with_parent if sys.platform == "linux" else None,
                    start_new_session=True,
                )
            self.processes.append(WorkerProcess(steps, process, log, f"127.0.0.1:{port}"))
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self.processes:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGTERM)
        for worker in self.processes:
            try:
                worker.process.wait(self._settings.grace + 10)
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
        self._folder.cleanup()

    def problems(self) -> list[str]:
        """Workers that ended before they were asked to."""
        return [problem for worker in self.processes if (problem := worker.problem())]
