"""The example consumer: what it keeps, what it answers, and that a kill costs nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from tests.deployment import Deployment, wait_for
from topics import catalog

ROOT = Path(__file__).parent.parent.parent
PROGRAM = ROOT / "deploy" / "examples" / "consumer" / "article_index.py"
EXAMPLES = ROOT / "topics" / "examples" / "articles.enriched"
GROUP = "article-index"


@dataclass
class Index:
    """The example on one deployment, with a file of its own."""

    deployment: Deployment
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "articles.sqlite"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8")

    @property
    def group(self) -> str:
        return self.deployment.settings.topic_prefix + GROUP

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(PROGRAM), "--database", str(self.path), *arguments]

    @contextlib.contextmanager
    def following(self, group: str = "") -> Iterator[subprocess.Popen[bytes]]:
        settings = self.deployment.settings
        told = ["--bootstrap", settings.bootstrap, "--group", self.group + group]
        told += ["--topic", settings.topic(catalog.ENRICHED.name)]
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(self.command("follow", *told), stdout=log, stderr=log)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def ask(self, *arguments: str) -> list[dict[str, Any]]:
        done = subprocess.run(
            self.command("about", *arguments, "--json"), capture_output=True, check=False
        )
        assert done.returncode == (0 if done.stdout else 1), done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def rows(self, query: str = "SELECT id, version FROM articles") -> set[tuple[Any, ...]]:
        if not self.path.exists():
            return set()
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            try:
                return set(connection.execute(query))
            except sqlite3.OperationalError:  # its tables are not there yet
                return set()

    def wait_for_rows(self, wanted: set[tuple[Any, ...]]) -> None:
        wait_for(lambda: self.rows() == wanted, 90, lambda: f"{self.rows()}\n{self.log}")

    def committed(self) -> int:
        """How many records the group has done with, over all partitions."""
        return asyncio.run(self._committed())

    async def _committed(self) -> int:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.deployment.settings.bootstrap)
        await admin.start()
        try:
            topic = self.deployment.settings.topic(catalog.ENRICHED.name)
            partitions = [
                TopicPartition(topic, number)
                for number in range(self.deployment.settings.partitions)
            ]
            told = await admin.list_consumer_group_offsets(self.group, partitions=partitions)
            return sum(max(place.offset, 0) for place in told.values())
        finally:
            await admin.close()


@pytest.fixture
def index(deployment: Deployment, tmp_path: Path) -> Index:
    return Index(deployment, tmp_path)


def article(id: str, version: int = 1, **fields: Any) -> bytes:
    place = {
        **{"id": "e1", "type": "place", "name": "Kyiv", "mentions": [], "salience": 0.5},
        **{"confidence": 0.9, "method": "gazetteer", "link": None},
    }
    record = {"id": id, "version": version, "status": "complete", "entities": [place], **fields}
    return json.dumps(record).encode()


@pytest.mark.broker
@pytest.mark.parametrize(
    "broker", ["deployment", pytest.param("kafka_deployment", marks=pytest.mark.kafka)]
)
def test_it_answers_what_was_published(
    broker: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    index = Index(request.getfixturevalue(broker), tmp_path)
    examples = [path.read_bytes() for path in sorted(EXAMPLES.glob("*.json"))]
    values: list[bytes | None] = [
        *examples,
        article("a", 2, headline="Second"),
        article("a", 1, headline="First, late"),
        article("b"),
        None,
        b"no JSON",
        b"[]",
        article("c", entities=[]),
        article("c", 2),
        article("c", 2),
    ]
    keys = [json.loads(value)["id"].encode() for value in examples]
    keys += [b"a", b"a", b"b", b"b", b"x", b"y", b"c", b"c", b"c"]
    index.deployment.produce(values, keys=keys, topic=catalog.ENRICHED)
    wanted = {(json.loads(value)["id"], json.loads(value)["version"]) for value in examples}
    with index.following() as process:
        index.wait_for_rows(wanted | {("a", 2), ("c", 2)})
        wait_for(lambda: index.log.count("passed over") == 2, 30, lambda: index.log)
        assert process.poll() is None
        # Asked while it follows.
        (found,) = index.ask("--place", "ROTTERDAM")
        assert found["headline"] == "Rotterdam opens its third harbour tunnel"
        assert (found["geonames"], found["country"]) == (2747891, "NL")
        process.terminate()
        assert process.wait(30) == 0
    assert [item["id"] for item in index.ask("--person", "annelies vermeer")] == [found["id"]]
    assert index.ask("--person", "Rotterdam") == []
    assert {item["id"] for item in index.ask("--place", "Kyiv")} >= {"a", "c"}
    assert len(index.rows("SELECT rowid FROM mentions WHERE article = 'c'")) == 1
    assert index.committed() == len(values)


@pytest.mark.broker
def test_killed_before_it_could_write_it_has_committed_nothing(index: Index) -> None:
    with index.following() as process:
        index.deployment.produce([article("before")], keys=[b"before"], topic=catalog.ENRICHED)
        index.wait_for_rows({("before", 1)})
        process.terminate()
        assert process.wait(30) == 0
    wanted = {(f"n{number}", 1) for number in range(40)}
    done = index.committed()
    with contextlib.closing(sqlite3.connect(index.path)) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody else writes now
        with index.following() as process:
            index.deployment.produce(
                [article(id) for id, _ in wanted],
                keys=[id.encode() for id, _ in wanted],
                topic=catalog.ENRICHED,
            )
            wait_for(lambda: "read " in index.log, 90, lambda: index.log)
            process.kill()
            process.wait()
        assert "wrote" not in index.log
        assert index.committed() == done == 1
        other.rollback()
    assert index.rows() == {("before", 1)}
    with index.following():
        index.wait_for_rows(wanted | {("before", 1)})
        wait_for(lambda: index.committed() == 41, 30, lambda: index.log)


@pytest.mark.broker
def test_killed_after_it_has_written_it_writes_the_same_again(index: Index) -> None:
    """With the group's place lost, all that was ever published comes again."""
    values = [article(f"n{number}", headline=f"Number {number}") for number in range(30)]
    keys = [f"n{number}".encode() for number in range(30)]
    index.deployment.produce(values, keys=keys, topic=catalog.ENRICHED)
    wanted = {(f"n{number}", 1) for number in range(30)}
    with index.following() as process:
        index.wait_for_rows(wanted)
        process.kill()
    content = "SELECT article, type, name, salience FROM mentions"
    before = index.rows(content), index.rows("SELECT * FROM articles")
    with index.following(group="-anew"):

        def wrote() -> int:
            words = [line.split() for line in index.log.splitlines()]
            return sum(int(count) for what, count in words if what == "wrote")

        wait_for(lambda: wrote() == 30, 90, lambda: index.log)
    assert (index.rows(content), index.rows("SELECT * FROM articles")) == before
    assert len(index.rows("SELECT rowid FROM mentions")) == 30
