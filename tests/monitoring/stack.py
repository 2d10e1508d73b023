"""Live workers, feeds and a stream of articles on a broker, to be watched."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.benchmarks.articles import articles
from tests.deployment import Deployment, RunningWorker, wait_for
from tests.feeds.site.remote import RemoteSite
from tests.monitoring.configuration import Target
from workers.runtime.broker import free_port
from workers.settings import Settings, environment

HOSTS = ("news.example", "courier.example")
EVERY = 1.0
"""Seconds between the batches that the stream sends."""
AT_ONCE = 3
READY_SECONDS = 300.0


class Watched:
    """Workers, a lag exporter, a feed producer with its site, and a stream; a context manager.

    ``groups`` are the workers' stages. The deployment must be entered already.
    """

    def __init__(
        self, deployment: Deployment, folder: Path, groups: tuple[tuple[str, ...], ...], seed: int
    ) -> None:
        self.deployment = deployment
        self.settings: Settings = deployment.settings
        self.site = RemoteSite()
        self.workers: dict[tuple[str, ...], RunningWorker] = {}
        self._folder = folder
        self._groups = groups
        self._seed = seed
        self._others: dict[str, RunningWorker] = {}
        self._cleanup = ExitStack()
        self._ending = threading.Event()
        self.sent = 0
        self.fetched_ago = 0.0
        """Seconds since the stream's articles were fetched, by their own word."""
        self.failed: BaseException | None = None

    def __enter__(self) -> Self:
        try:
            self._cleanup.enter_context(self.site)
            for host in HOSTS:
                self.site.publish(host, 3)
            for group in self._groups:
                self.workers[group] = self.deployment.start(*group, wait=False)
            self._others = {"lag-exporter": self._run("lag", "--serve"), "feeds": self._feeds()}
            for one in (*self.workers.values(), *self._others.values()):
                wait_for(one.ready_or_ended, READY_SECONDS, one.said)
                assert one.process.poll() is None, one.said()[-3000:]
            stream = threading.Thread(target=self._stream, name="stream")
            stream.start()
            self._cleanup.callback(stream.join)
            self._cleanup.callback(self._ending.set)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def targets(self) -> dict[str, list[Target]]:
        """What Prometheus scrapes, by job."""
        return {
            "copydesk": [
                Target(f"127.0.0.1:{worker.port}", "-".join(group).replace("_", "-"))
                for group, worker in self.workers.items()
            ],
            **{name: [Target(f"127.0.0.1:{one.port}")] for name, one in self._others.items()},
        }

    def restart(self, group: tuple[str, ...]) -> None:
        """Start a worker again under the same address, as its supervisor would; do not wait."""
        old = self.workers[group]
        self.workers[group] = self.deployment.start(*group, wait=False, port=old.port)

    def _end(self) -> None:
        self._cleanup.close()
        for one in self._others.values():
            if one.process.poll() is None:
                one.kill()

    def _feeds(self) -> RunningWorker:
        path = self._folder / "feeds.toml"
        lines = [
            f'[[feed]]\nurl = "{self.site.url("/rss.xml", host)}"\nevery = "1s"\n' for host in HOSTS
        ]
        path.write_text("\n".join(lines), "utf-8")
        return self._run(
            "produce",
            "--watch",
            str(path),
            COPYDESK_FEED_STATE=str(self._folder / "feeds.sqlite"),
            **self.site.settings,
        )

    def _run(self, *words: str, **variables: str) -> RunningWorker:
        port, log = free_port(), self._folder / f"{words[0]}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers.commands", *words],
                env=environment(self.settings, http_port=port) | variables,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )
        return RunningWorker((), process, port, log)

    def _stream(self) -> None:
        """New articles all the time, now and then one again; none of them is bad."""
        rng = random.Random(self._seed)
        made = 0
        try:
            while not self._ending.wait(EVERY):
                batch = [
                    _dated(value, self.fetched_ago)
                    for value in articles(self._seed, made + AT_ONCE)[made : made + AT_ONCE]
                ]
                made += AT_ONCE
                if rng.random() < 0.3:
                    batch.append(batch[0])
                self.deployment.produce(batch)
                self.sent += len(batch)
                if made % (10 * AT_ONCE) == 0:
                    self.site.publish(rng.choice(HOSTS))
        except BaseException as error:
            self.failed = error


def _dated(value: bytes, fetched_ago: float) -> bytes:
    """The article as fetched so many seconds ago, and published a minute before."""
    now = time.time()
    told = json.loads(value)
    for name, ago in (("published_at", fetched_ago + 60), ("fetched_at", fetched_ago)):
        told[name] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - ago))
    return json.dumps(told, ensure_ascii=False).encode()


def children(worker: RunningWorker) -> list[int]:
    """The process ids of a worker's pool."""
    import psutil

    return [one.pid for one in psutil.Process(worker.process.pid).children(recursive=True)]


def signal_all(pids: list[int], number: int) -> None:
    """Send a signal to processes that a worker of ours has started, as far as they live."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
