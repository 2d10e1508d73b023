"""A real Apache Kafka node (KRaft) as a child process, on loopback and free ports."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from tests.kafka.certificates import Certificates
from tests.kafka.jars import classpath
from tests.kafka.properties import MECHANISMS, USER, Listeners, properties
from workers.runtime.broker import answers, die_with_parent

CLUSTER_ID = "5L6g3nShT-eMCtK--X86sw"
START_SECONDS = 240.0
STOP_SECONDS = 30.0


class Node:
    """One broker and controller; its data lives until ``close()``.

    ``extra`` are further server properties; ``advertised`` is what clients of ``address`` are sent
    to instead (a proxy); ``data`` a folder for the logs, which is not deleted; ``environment``
    adds to that of the process and may be changed between starts.
    """

    def __init__(
        self,
        *,
        extra: Mapping[str, str] | None = None,
        advertised: str | None = None,
        data: Path | None = None,
        environment: Mapping[str, str] | None = None,
        number: int = 1,
        heap: str = "512m",
    ) -> None:
        self._classpath = classpath()
        self.number = number
        self.listeners = Listeners()
        self.port = self.listeners.ports["PLAINTEXT"]
        self.address = self.listeners.address("PLAINTEXT")
        self.sasl_ssl = self.listeners.address("SECURED")
        """SASL_SSL: SCRAM-SHA-512 and SCRAM-SHA-256."""
        self.mutual_ssl = self.listeners.address("MUTUAL")
        """SSL: a client certificate is required."""
        self.sasl_plaintext = self.listeners.address("OPEN")
        """SASL_PLAINTEXT: the same mechanisms without TLS."""
        self.user = USER
        self.password = f"secret-{secrets.token_hex(12)}"
        self.environment = dict(environment or {})
        self.voters = {number: self.listeners.address("CONTROLLER")}
        """Node number → controller address, of all nodes; those of a cluster share it."""
        self._extra = dict(extra or {})
        self._advertised = advertised
        self._heap = heap
        self._folder = tempfile.TemporaryDirectory(prefix="copydesk-kafka-")
        self.folder = Path(self._folder.name)
        self.data = data or self.folder / "data"
        self._properties = self.folder / "server.properties"
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self.certificates = Certificates(self.folder / "certificates")
        except BaseException:
            self._folder.cleanup()
            raise

    def __enter__(self) -> Node:
        try:
            self.format()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def format(self) -> None:
        """Write the settings, and the data folder with the users; once, before the first start."""
        settings = properties(
            number=self.number,
            listeners=self.listeners,
            voters=self.voters,
            advertised=self._advertised,
            certificates=self.certificates,
            data=self.data,
        )
        lines = (f"{name}={value}\n" for name, value in (settings | self._extra).items())
        self._properties.write_text("".join(lines), "utf-8")
        users = []
        for mechanism in MECHANISMS:
            users += ["--add-scram", f"{mechanism}=[name={self.user},password={self.password}]"]
        done = subprocess.run(
            [
                *("java", "-Xmx256m", "-cp", self._classpath, "kafka.tools.StorageTool", "format"),
                *("-t", CLUSTER_ID, "-c", str(self._properties), "--ignore-formatted", *users),
            ],
            capture_output=True,
            cwd=self.folder,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stdout + done.stderr).decode("utf-8", "replace")
            raise RuntimeError(f"Kafka's storage was not formatted: {said}")

    def start(self) -> None:
        """Start and wait until the node answers; the data is that of before."""
        self.launch()
        self.until_it_answers()

    def launch(self) -> None:
        """Start and do not wait."""
        # A process would end with the thread that started it, which only the main one may do.
        tied = sys.platform == "linux" and threading.current_thread() is threading.main_thread()
        with (self.folder / "node.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *("java", f"-Xmx{self._heap}", "-cp", self._classpath),
                    *("kafka.Kafka", str(self._properties)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "LOG_DIR": str(self.folder), **self.environment},
                preexec_fn=die_with_parent if tied else None,
            )

    def until_it_answers(self) -> None:
        """Wait until the node answers; RuntimeError with its log if it ends or stays silent."""
        # By the listener that is never behind a proxy.
        address = self.listeners.address("INTERNAL")
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.running:
            if asyncio.run(answers(address)):
                return
            time.sleep(0.3)
        raise RuntimeError(f"Kafka did not start: {self.said()}")

    def stop(self) -> None:
        """SIGTERM, and SIGKILL if that is not enough."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start on the same data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop and delete the data."""
        self.stop()
        self._folder.cleanup()

    def said(self) -> str:
        """The end of the node's log."""
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / "node.log").read_text("utf-8", "replace")[-3000:]
        return "nothing"

    def _end(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
