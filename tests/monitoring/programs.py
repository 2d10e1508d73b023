"""Prometheus, Alertmanager and a webhook as child processes and threads, on loopback."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.deployment import wait_for
from workers.runtime.broker import free_port

START_SECONDS = 60.0
STOP_SECONDS = 20.0


class MissingProgramError(Exception):
    """A program is not installed; the message says how to install it."""


def program(name: str, package: str) -> str:
    """Where a program is."""
    found = shutil.which(name)
    if found is None:
        raise MissingProgramError(f"{name} is not installed; on Debian: apt-get install {package}")
    return found


@dataclass
class Server:
    """A child process that answers HTTP; stopped by its own pid."""

    words: Sequence[str]
    folder: Path
    ready: str
    address: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._log = self.folder / "log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.words, f"--web.listen-address={self.address}"],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            wait_for(self._answers, START_SECONDS, self.said)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def get(self, path: str, **parameters: str) -> Any:
        """What it answers, read as JSON; OSError if it does not."""
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        with urllib.request.urlopen(f"http://{self.address}{path}{query}", timeout=15) as answer:
            return json.load(answer)

    def said(self) -> str:
        """The end of its log."""
        return self._log.read_text("utf-8", "replace")[-3000:]

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.said()
        try:
            with urllib.request.urlopen(f"http://{self.address}{self.ready}", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


class Prometheus(Server):
    """Debian's Prometheus, or whatever is first on the PATH."""

    def __init__(self, config: Path, folder: Path) -> None:
        super().__init__(
            (
                program("prometheus", "prometheus"),
                f"--config.file={config}",
                f"--storage.tsdb.path={folder / 'data'}",
            ),
            folder,
            "/-/ready",
        )

    def values(self, expression: str) -> list[float]:
        """The values of an instant query; a query that is wrong raises OSError."""
        result = self.get("/api/v1/query", query=expression)["data"]["result"]
        return [float(one["value"][1]) for one in result]

    def firing(self) -> set[str]:
        """The names of the alerts that fire."""
        found = self.get("/api/v1/alerts")["data"]["alerts"]
        return {one["labels"]["alertname"] for one in found if one["state"] == "firing"}


class Alertmanager(Server):
    """Debian's Alertmanager."""

    def __init__(self, config: Path, folder: Path) -> None:
        super().__init__(
            (
                program("prometheus-alertmanager", "prometheus-alertmanager"),
                f"--config.file={config}",
                f"--storage.path={folder / 'data'}",
                "--cluster.listen-address=",
            ),
            folder,
            "/-/ready",
        )

    def inhibited(self) -> set[str]:
        """The names of the alerts that another one silences now."""
        return {
            one["labels"]["alertname"]
            for one in self.get("/api/v2/alerts")
            if one["status"]["inhibitedBy"]
        }


@dataclass(frozen=True)
class Told:
    """One alert of one notification."""

    at: float
    receiver: str
    name: str
    labels: dict[str, str]
    resolved: bool
    annotations: dict[str, str]


class Webhook:
    """Receives Alertmanager's notifications."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def __enter__(self) -> Self:
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for alert in body["alerts"]:
                    told.append(
                        Told(
                            time.monotonic(),
                            self.path.strip("/"),
                            alert["labels"]["alertname"],
                            alert["labels"],
                            alert["status"] == "resolved",
                            alert["annotations"],
                        )
                    )
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
