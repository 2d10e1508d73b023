"""Feed producers as processes, and what comes of them at a broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.deployment import READY_SECONDS, Deployment, Record, RunningWorker, wait_for
from tests.feeds.site.remote import RemoteSite
from topics import catalog
from workers.runtime.broker import free_port
from workers.settings import Settings


def settings(deployment: Deployment, site: RemoteSite, tmp_path: Path) -> dict[str, str]:
    return {
        "COPYDESK_TOPIC_PREFIX": deployment.settings.topic_prefix,
        "COPYDESK_BOOTSTRAP": deployment.settings.bootstrap,
        "COPYDESK_FEED_STATE": str(tmp_path / "state" / "feeds.sqlite"),
        "COPYDESK_LOG_FORMAT": "json",
        **site.settings,
    }


def arrivals(deployment: Deployment) -> list[Record]:
    return written(deployment.settings)


def written(settings: Settings) -> list[Record]:
    """The records of ``articles.raw``."""
    return Deployment(settings).read(catalog.RAW)["articles.raw"]


class Producer:
    """``copydesk produce --watch`` as a process, started anew by each ``with``."""

    def __init__(
        self,
        chosen: dict[str, str],
        feeds: Path,
        *,
        module: str = "workers.commands",
        wait: bool = True,
    ) -> None:
        """``wait`` for it to be ready before going on."""
        self.chosen = chosen
        self._feeds = feeds
        self._module = module
        self._wait = wait
        self.worker: RunningWorker

    def __enter__(self) -> RunningWorker:
        port = free_port()
        log = self._feeds.with_name("producer.log")
        with log.open("ab") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", self._module, "produce", "--watch", str(self._feeds)],
                env={**os.environ, **self.chosen, "COPYDESK_HTTP_PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )
        self.worker = RunningWorker((), process, port, log)
        if not self._wait:
            return self.worker
        wait_for(self.worker.ready_or_ended, READY_SECONDS, self.worker.said)
        assert process.poll() in (None, -signal.SIGKILL), self.worker.said()[-3000:]
        return self.worker

    def __exit__(self, *error: object) -> None:
        if self.worker.process.poll() is None:
            self.worker.kill()
