"""A real Apache Kafka node (KRaft) as a child process, on loopback and free ports."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.kafka.jars import classpath
from workers.runtime.broker import answers, free_port

CLUSTER_ID = "5L6g3nShT-eMCtK--X86sw"
START_SECONDS = 90.0
STOP_SECONDS = 30.0


class Node:
    """One broker and controller; its data lives until ``close()``."""

    def __init__(self) -> None:
        self.port, self._controller = free_port(), free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._folder = tempfile.TemporaryDirectory(prefix="copydesk-kafka-")
        self.folder = Path(self._folder.name)
        self._properties = self.folder / "server.properties"
        self._process: subprocess.Popen[bytes] | None = None
        self._classpath = classpath()

    def __enter__(self) -> Node:
        try:
            self._properties.write_text(self._settings(), "utf-8")
            self._format()
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

    def start(self) -> None:
        """Start and wait until the node answers; the data is that of before."""
        with (self.folder / "node.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["java", "-Xmx512m", "-cp", self._classpath, "kafka.Kafka", str(self._properties)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "LOG_DIR": str(self.folder)},
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if asyncio.run(answers(self.address)):
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

    def _format(self) -> None:
        tool = ["java", "-cp", self._classpath, "kafka.tools.StorageTool", "format"]
        subprocess.run(
            [*tool, "-t", CLUSTER_ID, "-c", str(self._properties)],
            check=True,
            capture_output=True,
            cwd=self.folder,
        )

    def _settings(self) -> str:
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller}",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{self._controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "log.dirs": str(self.folder / "data"),
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            "auto.create.topics.enable": "false",
            "group.min.session.timeout.ms": "1000",
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())
