"""``copydesk forget`` with true workers: nothing knows the article any more."""

from __future__ import annotations

import asyncio
import json
import subprocess
from typing import Any

import pytest

from tests.deployment import Deployment, Record, copydesk, raw, wait_for
from tests.kafka.test_topic_settings import set_anew
from topics import catalog
from topics.headers import FORGOTTEN
from workers.settings import environment

TEXT = "The council votes on the new tram line on Thursday evening, its speaker said. " * 9
THIRD = "Engineers close the old bridge for a month, and ferries run twice as often. " * 9
OTHER = "The harbour office opens the new pier to visitors on Sunday, weather permitting. " * 9
STEPS = ("deduplicate", "detect_language", "strip_boilerplate", "tag_entities")
ADDRESS = "https://bayside.example/ferry"
OUTPUTS = (catalog.ENRICHED, catalog.DUPLICATES, catalog.DEAD_LETTER)


def forget(deployment: Deployment, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return copydesk("forget", *arguments, input=None, **environment(deployment.settings))


def told(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def tombstones(deployment: Deployment, id: str) -> dict[str, list[Record]]:
    """By topic, what says that an article is to be forgotten."""
    return {
        name: [
            record
            for record in records
            if record.headers.get("ce_type") == FORGOTTEN and record.headers["ce_subject"] == id
        ]
        for name, records in deployment.read(*OUTPUTS).items()
    }


def came(deployment: Deployment, name: str, id: str, count: int = 1) -> dict[str, Any]:
    """The newest record of an article in a topic, once there are so many."""
    found: list[Record] = []

    def there() -> bool:
        nonlocal found
        records = deployment.read(catalog.BY_NAME[name])[name]
        found = [one for one in records if one.key == id.encode() and one.value]
        return len(found) >= count

    wait_for(there, 90)
    return found[-1].json


def check(deployment: Deployment) -> None:
    """One article's way, on whatever broker: forgotten by a worker that runs, and by the next."""
    worker = deployment.start(*STEPS)
    arrivals = [raw("a", TEXT), raw("a", TEXT), raw("b", TEXT), raw("d", OTHER)]
    deployment.produce(arrivals, keys=[b"a", b"a", b"b", b"d"])
    assert came(deployment, "articles.duplicates", "b")["duplicate_of"] == "a"
    came(deployment, "articles.duplicates", "a")
    came(deployment, "articles.enriched", "d")

    dry = forget(deployment, "a", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert b"a would be forgotten" in dry.stdout
    assert not any(tombstones(deployment, "a").values())

    done = forget(deployment, "a", "--json")
    assert done.returncode == 0, done.stderr
    report = told(done)
    assert report["done"]
    assert report["copies"] == ["b"]
    held = {
        part["topic"].removeprefix(deployment.settings.topic_prefix): part
        for part in report["held"]
    }
    for name in ("raw", "fingerprinted", "claims"):
        assert len(held[f"articles.{name}"]["offsets"]) == 2, name
    for name in ("unique", "enriched", "duplicates"):
        assert len(held[f"articles.{name}"]["offsets"]) == 1, name
    assert all(part["until"] > part["last"] for part in report["held"])
    left = tombstones(deployment, "a")
    assert {name: len(records) for name, records in left.items()} == {
        topic.name: 1 for topic in OUTPUTS
    }
    (enriched,) = left["articles.enriched"]
    assert (enriched.key, enriched.value) == (b"a", b"")

    # The owner that made the claim has dropped it …
    deployment.produce([raw("c", TEXT)], keys=[b"c"])
    assert came(deployment, "articles.enriched", "c")["duplicates"]["role"] == "original"
    # … and so has the one after it, of another article.
    assert forget(deployment, "c").returncode == 0
    assert worker.stop() == 0
    deployment.start("deduplicate")
    deployment.produce([raw("e", TEXT), raw("a", THIRD)], keys=[b"e", b"a"])
    assert came(deployment, "articles.unique", "e")["duplicates"]["role"] == "original"
    again = came(deployment, "articles.unique", "a", 2)
    assert (again["version"], again["duplicates"]["role"]) == (1, "original")


@pytest.mark.broker
def test_an_article_is_forgotten_by_who_runs_and_by_who_comes_after(deployment: Deployment) -> None:
    check(deployment)


@pytest.mark.kafka
def test_the_same_on_kafka_where_compaction_leaves_only_that_it_is_gone(
    kafka_deployment: Deployment,
) -> None:
    deployment = kafka_deployment
    check(deployment)
    hasty = {
        **{"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.001"},
        **{"segment.ms": "100", "message.timestamp.type": "LogAppendTime"},
    }
    set_anew(deployment, {catalog.ENRICHED: hasty, catalog.CLAIMS: hasty})

    def values(key: bytes) -> list[bytes]:
        # What is newest is in the segment that is written to, which is never compacted.
        asyncio.run(roll(deployment))
        return [
            one.value
            for one in deployment.read(catalog.ENRICHED)["articles.enriched"]
            if one.key == key
        ]

    wait_for(lambda: values(b"a") == [b""], 60, lambda: repr(values(b"a")))
    assert len(values(b"d")) == 1


async def roll(deployment: Deployment) -> None:
    """Write something to every partition."""
    name = deployment.settings.topic(catalog.ENRICHED.name)
    from workers.runtime.delivery import Delivery, Message

    delivery = Delivery(deployment.settings)
    await delivery.start()
    try:
        await delivery.send(
            [
                Message(name, b"other", b"{}", partition=number)
                for number in range(deployment.settings.partitions)
            ]
        )
    finally:
        await delivery.stop()


@pytest.mark.broker
def test_an_address_names_its_article_and_what_is_unknown_is_told(deployment: Deployment) -> None:
    worker = deployment.start("deduplicate", "detect_language", "strip_boilerplate")
    arrivals = deployment.produce(
        [raw(None, TEXT, url=f"{ADDRESS}?utm_source=feed"), raw("own", OTHER, url=ADDRESS)],
        keys=[f"{ADDRESS}?utm_source=feed".encode(), b"own"],
    )
    came(deployment, "articles.cleaned", "own")
    wait_for(lambda: len(deployment.read(catalog.CLEANED)["articles.cleaned"]) == 2, 60)

    unknown = forget(deployment, "nobody")
    assert unknown.returncode == 1
    assert b"no topic has anything of nobody" in unknown.stderr
    assert not any(tombstones(deployment, "nobody").values())
    own = str(arrivals[1])
    arrival = forget(deployment, own)
    assert arrival.returncode == 2
    assert b"is an arrival" in arrival.stderr
    assert b"copydesk forget own" in arrival.stderr
    assert not any(tombstones(deployment, own).values())
    several = forget(deployment, ADDRESS)
    assert several.returncode == 1
    assert b"2 articles are at this address; --all" in several.stderr
    assert b"\n  own\n" in several.stderr

    # Both are before tag_entities, which nobody runs: told, and to be done again.
    late = forget(deployment, ADDRESS, "--all", "--wait", "2", "--json")
    assert late.returncode == 1, late.stderr
    reports = [json.loads(line) for line in late.stdout.splitlines()]
    assert [report["done"] for report in reports] == [False, False]
    assert all("no worker of tag_entities has passed" in report["late"][0] for report in reports)
    still = forget(deployment, "own", "--wait", "0", "--json")
    assert (still.returncode, told(still)["forgotten_before"]) == (1, None)
    assert len(tombstones(deployment, "own")["articles.enriched"]) == 2

    deployment.start("tag_entities")
    came(deployment, "articles.enriched", "own")
    after = forget(deployment, "own", "--json")
    assert after.returncode == 0, after.stderr
    assert len(tombstones(deployment, "own")["articles.enriched"]) == 3
    shown = copydesk("explain", "own", input=None, **environment(deployment.settings))
    assert b"own was forgotten on" in shown.stderr
    again = forget(deployment, "own")
    assert again.returncode == 0
    assert b"own was forgotten on" in again.stdout
    assert b"nothing of it came since" in again.stdout
    assert len(tombstones(deployment, "own")["articles.enriched"]) == 3
    assert worker.stop() == 0


@pytest.mark.broker
def test_what_is_on_its_way_is_awaited_and_forgotten_too(deployment: Deployment) -> None:
    """It is claimed already, and comes out behind the first tombstone."""
    first = deployment.start("deduplicate", "detect_language", "strip_boilerplate")
    deployment.produce([raw("a", TEXT)], keys=[b"a"])
    came(deployment, "articles.cleaned", "a")
    tagging = deployment.start("tag_entities", wait=False)
    done = forget(deployment, "a", "--wait", "120", "--json")
    assert done.returncode == 0, done.stderr
    came(deployment, "articles.enriched", "a")
    records = [
        record
        for record in deployment.read(catalog.ENRICHED)["articles.enriched"]
        if record.key == b"a"
    ]
    assert records[-1].value == b""
    assert {first.process.poll(), tagging.process.poll()} == {None}
