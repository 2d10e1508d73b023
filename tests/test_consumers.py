"""Consumers that the README and its pages print, run as printed against real brokers."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deployment import Deployment
from tests.node.packages import NodeUnavailableError, installed
from topics import catalog, headers
from topics.asyncapi import EXAMPLES
from workers.runtime.delivery import Delivery, Message

ROOT = Path(__file__).parent.parent
PAGES = "\n".join(
    (ROOT / folder / "README.md").read_text("utf-8")
    for folder in (".", "deploy/examples", "workers/stages/deduplicate")
)
NODE = ROOT / "deploy" / "examples" / "node"
BOTH_BROKERS = pytest.mark.parametrize(
    "broker", ["deployment", pytest.param("kafka_deployment", marks=pytest.mark.kafka)]
)


def printed(name: str) -> str:
    """The code block that is marked as this example."""
    return re.split(r"```\w+\n", PAGES.partition(f"<!-- example: {name} -->\n")[2])[1].partition(
        "```"
    )[0]


def published(deployment: Deployment) -> list[dict[str, Any]]:
    """The enriched examples, delivered as a worker delivers them: compressed, with headers."""
    paths = sorted((EXAMPLES / "articles.enriched").glob("*.json"))
    records: list[dict[str, Any]] = [json.loads(path.read_text("utf-8")) for path in paths]
    topic = deployment.settings.topic(catalog.ENRICHED.name)
    told = headers.write({"ce_type": headers.event_type(catalog.ENRICHED)})
    messages = [
        Message(topic, record["id"].encode(), json.dumps(record).encode(), told)
        for record in records
    ]

    async def deliver() -> None:
        delivery = Delivery(deployment.settings)
        await delivery.start()
        await delivery.send([*messages, Message(topic, b"gone", None)])
        await delivery.stop()

    assert deployment.settings.compression == "zstd"
    asyncio.run(deliver())
    return records


def lines(command: list[str], count: int, **changed: str) -> list[str]:
    """The first so many lines of a program that goes on."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **changed},
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        found = [process.stdout.readline().strip() for _ in range(count)]
        assert all(found), process.stderr.read()[-3000:]  # it has ended
        return found
    finally:
        process.kill()
        process.wait()


@pytest.mark.broker
@BOTH_BROKERS
def test_python(broker: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    deployment: Deployment = request.getfixturevalue(broker)
    (tmp_path / "consume_example.py").write_text(printed("consume"), "utf-8")
    expected = sorted(
        f"{record['id']} {entity['name']} {entity['link']['latitude']} "
        f"{entity['link']['longitude']}"
        for record in published(deployment)
        for entity in record.get("entities", [])
        if entity["type"] == "place" and entity["link"]
    )
    assert expected
    settings = deployment.settings
    run = (
        "import asyncio, sys; sys.path.insert(0, sys.argv[1]); import consume_example; "
        "asyncio.run(consume_example.main(sys.argv[2], sys.argv[3]))"
    )
    told = [str(tmp_path), settings.bootstrap, settings.topic(catalog.ENRICHED.name)]
    assert sorted(lines([sys.executable, "-u", "-c", run, *told], len(expected))) == expected


def test_the_printed_program_is_the_one_with_the_locked_packages() -> None:
    assert printed("consume-node") == (NODE / "consume.mjs").read_text("utf-8")
    lock = json.loads((NODE / "package-lock.json").read_text("utf-8"))
    told = json.loads((NODE / "package.json").read_text("utf-8"))["dependencies"]
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in told} == told
    assert not [package for package in lock["packages"].values() if "resolved" in package]


@pytest.mark.broker
@BOTH_BROKERS
def test_node(broker: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    try:
        modules = installed(NODE)
    except NodeUnavailableError as error:
        pytest.skip(f"no Node: {error}")
    deployment: Deployment = request.getfixturevalue(broker)
    records = published(deployment)
    expected = sorted(
        [f"{r['id']} {r['version']} {r['language']} {r['headline'] or 'null'}" for r in records]
        + ["withdrawn gone"]
    )
    (tmp_path / "consume.mjs").write_text(printed("consume-node"), "utf-8")
    (tmp_path / "node_modules").symlink_to(modules)
    settings = deployment.settings
    told = [settings.bootstrap, settings.topic(catalog.ENRICHED.name)]
    found = lines(
        ["node", str(tmp_path / "consume.mjs"), *told],
        len(expected),
        KAFKAJS_NO_PARTITIONER_WARNING="1",
    )
    assert sorted(found) == expected


@pytest.mark.kafka
def test_kcat(kafka_deployment: Deployment) -> None:
    for tool in ("kcat", "jq"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    records = published(kafka_deployment)
    repeat = json.loads((EXAMPLES / "articles.duplicates" / "repeat.json").read_text("utf-8"))
    copies = [{**repeat, "reason": "near_content", "cluster": "c", "source": x} for x in "xyx"]
    kafka_deployment.produce(
        [json.dumps(record).encode() for record in (repeat, *copies)], topic=catalog.DUPLICATES
    )
    settings = kafka_deployment.settings

    def run(command: str) -> list[str]:
        for printed_as, here in (
            ("127.0.0.1:9092", settings.bootstrap),
            ("-t articles.", f"-t {settings.topic('articles.')}"),
            ("-o end", "-o beginning -e"),  # what is there, instead of waiting for more
        ):
            command = command.replace(printed_as, here)
        done = subprocess.run(
            ["bash", "-c", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    with_keys, headlines, outlets = re.findall(r"^kcat (?:.*\|\n)*.*", PAGES, re.MULTILINE)
    kind = f"ce_type={headers.event_type(catalog.ENRICHED)}"
    assert sorted(run(with_keys)) == sorted([f"{r['id']} {kind}" for r in records] + ["gone "])
    told = [f"{r['id']}\t{r['language']}\t{r['headline'] or ''}" for r in records]
    assert sorted(line for line in run(headlines) if line.strip()) == sorted(told)
    assert [line.split() for line in run(outlets)] == [["2", "c"]]
