"""Topics and true command-line workers on a broker, and what comes out of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from aiokafka import AIOKafkaProducer
from aiokafka.structs import ConsumerRecord
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from topics import catalog, headers
from topics.catalog import Topic
from topics.headers import DEAD_LETTER_PREFIX
from topics.records import Origin
from workers.runtime import topic_admin
from workers.runtime.broker import free_port
from workers.runtime.connection import client_arguments
from workers.runtime.reader import TopicReader
from workers.settings import Settings, environment

READY_SECONDS = 120.0
OUTPUTS = (catalog.ENRICHED, catalog.DUPLICATES, catalog.DEAD_LETTER)


@dataclass(frozen=True)
class Record:
    """A record as read back; the headers as text."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: dict[str, str]
    timestamp: int = 0

    @property
    def place(self) -> Origin:
        """The record under its own name."""
        return Origin(self.topic, self.partition, self.offset, self.timestamp)

    @property
    def origin(self) -> Origin:
        """The arrival that it belongs to; what others have produced belongs to itself."""
        carried = self.headers.get("origin")
        return self.place if carried is None else Origin.parse(carried)

    @property
    def json(self) -> dict[str, Any]:
        """The value, which must be a JSON object."""
        value: dict[str, Any] = json.loads(self.value)
        return value

    @property
    def failure(self) -> dict[str, str]:
        """What a dead letter's headers tell of its failure, by name without the prefix."""
        return {
            name.removeprefix(DEAD_LETTER_PREFIX): told
            for name, told in self.headers.items()
            if name.startswith(DEAD_LETTER_PREFIX)
        }


@dataclass
class RunningWorker:
    """One ``copydesk worker`` process."""

    steps: tuple[str, ...]
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def health(self, path: str = "ready") -> tuple[int, dict[str, Any]]:
        """Status and body of a health check; 0 while nothing answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health/{path}", timeout=5) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def ready_or_ended(self) -> bool:
        """Whether there is nothing more to wait for after its start."""
        return self.health()[0] == 200 or self.process.poll() is not None

    def metrics(self) -> str:
        """The page of its metrics, as text; OSError while nothing answers."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            return str(answer.read(), "utf-8")

    def samples(self, name: str | None = None) -> list[Sample]:
        """The samples of one name on that page, all of them if none is named."""
        return [
            sample
            for family in text_string_to_metric_families(self.metrics())
            for sample in family.samples
            if name is None or sample.name == name
        ]

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, and wait for the end; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def said(self) -> str:
        """All that it has written to standard output and standard error so far."""
        return self.log.read_text("utf-8", "replace")


@dataclass
class Deployment:
    """A prefix on a broker, its topics and its workers."""

    settings: Settings
    workers: list[RunningWorker] = field(default_factory=list)

    def __enter__(self) -> Deployment:
        self._folder = tempfile.TemporaryDirectory(prefix="copydesk-test-")
        asyncio.run(topic_admin.create(self.settings))
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.kill()
        self._folder.cleanup()

    def start(
        self,
        *steps: str,
        wait: bool = True,
        through: Sequence[str] = ("workers.commands",),
        variables: Mapping[str, str] | None = None,
        port: int | None = None,
        **changed: Any,
    ) -> RunningWorker:
        """Start a worker; wait until its models are loaded and it has joined its groups.

        ``through`` is the module that runs the command line, with what it wants before it.
        """
        port = free_port() if port is None else port
        log = Path(self._folder.name, f"{len(self.workers)}.log")
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", *through, "worker", *steps],
                env=environment(self.settings, http_port=port, **changed) | dict(variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )
        worker = RunningWorker(steps, process, port, log)
        self.workers.append(worker)
        if wait:
            self.until_ready(worker)
        return worker

    def until_ready(self, *workers: RunningWorker) -> None:
        """Wait until all of them are ready; AssertionError if one ends before."""
        for worker in workers:
            wait_for(worker.ready_or_ended, READY_SECONDS, worker.said)
            assert worker.process.poll() is None, worker.said()[-3000:]

    def produce(
        self,
        values: Iterable[bytes | None],
        *,
        keys: Iterable[bytes | None] | None = None,
        timestamps: Iterable[int] | None = None,
        topic: Topic = catalog.RAW,
    ) -> list[Origin]:
        """Write values to a topic; where they lie, under one timestamp if none are given.

        A broker that takes the producer's timestamps acknowledges only a batch's first one.
        """
        return asyncio.run(self._produce(list(values), keys, timestamps, topic))

    async def _produce(
        self,
        values: Sequence[bytes | None],
        keys: Iterable[bytes | None] | None,
        timestamps: Iterable[int] | None,
        topic: Topic,
    ) -> list[Origin]:
        name = self.settings.topic(topic.name)
        producer = AIOKafkaProducer(
            **client_arguments(self.settings), acks="all", max_request_size=32 * 1024 * 1024
        )
        await producer.start()
        try:
            all_keys = list(keys) if keys is not None else [None] * len(values)
            now = int(time.time() * 1000)
            stamps = list(timestamps) if timestamps is not None else [now] * len(values)
            futures = [
                await producer.send(name, value=value, key=key, timestamp_ms=stamp)
                for value, key, stamp in zip(values, all_keys, stamps, strict=True)
            ]
            placed = await asyncio.gather(*futures)
        finally:
            await producer.stop()
        return [Origin(p.topic, p.partition, p.offset, p.timestamp or 0) for p in placed]

    def read(self, *topics: Topic) -> dict[str, list[Record]]:
        """All records of these topics (the three outputs if none is named), by catalog name."""
        return asyncio.run(self._read(topics or OUTPUTS))

    async def _read(self, topics: Sequence[Topic]) -> dict[str, list[Record]]:
        reader = TopicReader(self.settings, topics, from_beginning=True)
        found: dict[str, list[Record]] = {topic.name: [] for topic in topics}
        await reader.start()
        try:
            while True:
                for message in await reader.read():
                    found[reader.names[message.topic]].append(_record(message))
                if await reader.at_end():
                    return found
        finally:
            await reader.stop()

    async def ends(self, *topics: Topic) -> dict[tuple[str, int], int]:
        """The end offset of every partition, by catalog name."""
        reader = TopicReader(self.settings, topics, from_beginning=False)
        await reader.start()
        try:
            return {
                (reader.names[topic], partition): end
                for (topic, partition), end in (await reader.ends()).items()
            }
        finally:
            await reader.stop()

    def until_out(
        self, arrivals: Sequence[Origin], seconds: float = 180.0
    ) -> dict[str, list[Record]]:
        """Wait until every arrival has come out somewhere; what came out."""
        wanted = {origin[:3] for origin in arrivals}
        found: dict[str, list[Record]] = {}

        def out() -> bool:
            nonlocal found
            for worker in self.workers:
                # SIGKILL and SIGTERM are the test's own doing.
                if (status := worker.process.poll()) not in (None, -9, 0):
                    raise AssertionError(
                        f"{worker.steps} ended with {status}: {worker.said()[-3000:]}"
                    )
            found = self.read()
            return wanted <= {r.origin[:3] for records in found.values() for r in records}

        wait_for(
            out,
            seconds,
            lambda: (
                f"missing: {sorted(wanted - {r.origin[:3] for x in found.values() for r in x})[:9]}"
            ),
        )
        return found


def _record(message: ConsumerRecord) -> Record:
    return Record(
        message.topic,
        message.partition,
        message.offset,
        message.key,
        message.value or b"",
        headers.read(message.headers),
        message.timestamp,
    )


def wait_for(
    condition: Callable[[], bool], seconds: float, complaint: Callable[[], str] = lambda: ""
) -> None:
    """Poll a condition; AssertionError with the complaint when it does not come true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s. {complaint()[-3000:]}")


def raw(id: str | None, content: Any, **fields: Any) -> bytes:
    """A raw article's bytes."""
    record = {"content": content, **fields}
    if id is not None:
        record["id"] = id
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")


def copydesk(
    *arguments: str, input: bytes | None = None, **changed: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line."""
    return subprocess.run(
        [sys.executable, "-m", "workers.commands", *arguments],
        input=input,
        capture_output=True,
        env={**os.environ, **changed},
        timeout=300,
        check=False,
    )
