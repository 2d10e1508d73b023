"""Dead letters of real workers: listed, shown, mended, replayed; what must not be is refused."""

from __future__ import annotations

import asyncio
import json
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.deployment import Deployment, Record, copydesk, raw, wait_for
from topics import catalog
from topics.records import Origin
from workers.runtime.dead_letters import dead_letter
from workers.runtime.delivery import Delivery
from workers.runtime.record import Consumed
from workers.settings import environment

LONG = "The council votes on the new tram line on Thursday evening, its speaker said. " * 20
SHORT = "The harbour office opens the new pier to visitors on Sunday, weather permitting."
LETTERS = "articles.dead-letter"


def letters(
    deployment: Deployment, *arguments: str, **changed: Any
) -> subprocess.CompletedProcess[bytes]:
    return copydesk(
        "dead-letters", *arguments, input=None, **environment(deployment.settings, **changed)
    )


def lines(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def of(records: list[Record], origin: Origin) -> list[Record]:
    return [record for record in records if record.origin[:3] == origin[:3]]


def until(deployment: Deployment, name: str, count: int) -> list[Record]:
    topic = catalog.BY_NAME[name]
    wait_for(lambda: len(deployment.read(topic)[name]) >= count, 60)
    return deployment.read(topic)[name]


def write_letter(deployment: Deployment, failed: Record) -> None:
    """Write the dead letter that strip_boilerplate would have written of this record."""
    place = (deployment.settings.topic("articles.unique"), failed.partition, failed.offset)
    consumed = Consumed(*place, 0, failed.key, failed.value, failed.headers)
    letter = dead_letter(
        deployment.settings,
        consumed,
        stage="strip_boilerplate",
        reason="timeout",
        detail="took too long",
        exception=None,
        attempts=1,
        now=datetime.now(UTC),
        id="a",
    )

    async def write() -> None:
        delivery = Delivery(deployment.settings)
        await delivery.start()
        await delivery.send([letter])
        await delivery.stop()

    asyncio.run(write())


@pytest.mark.broker
def test_what_failed_is_listed_shown_and_after_mending_replayed_and_enriched_once(
    deployment: Deployment,
) -> None:
    small = deployment.start("deduplicate", article_limit=1024)
    payload = raw("tram-1", LONG, note="kept as it is")
    arrivals = deployment.produce(
        [payload, raw("pier-1", SHORT), b"no JSON"], keys=[b"tram-1", b"pier-1", None]
    )
    tram, _, broken = arrivals
    until(deployment, LETTERS, 2)
    small.stop()

    listed = lines(letters(deployment, "list", "--reason", "too_large"))
    assert [item["origin"].rpartition("@")[0] for item in listed] == ["/".join(map(str, tram[:3]))]
    assert lines(letters(deployment, "list", "--since", "1h", "--id", "tram-1")) == listed
    assert not lines(letters(deployment, "list", "--until", "1h"))
    counted = lines(letters(deployment, "list", "--count"))
    assert {(c["stage"], c["reason"], c["count"]) for c in counted} == {
        ("fingerprint", "too_large", 1),
        ("fingerprint", "undecodable", 1),
    }
    shown = letters(deployment, "show", listed[0]["place"])
    assert b"COPYDESK_ARTICLE_LIMIT" in shown.stdout
    assert b'"note": "kept as it is"' in shown.stdout
    assert letters(deployment, "show", "tram-1", "--payload").stdout == payload

    deployment.start("deduplicate", "detect_language", "strip_boilerplate", "tag_entities")
    dry = letters(deployment, "replay", "--reason", "too_large")
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.startswith(b"would send")
    assert len(deployment.read(catalog.RAW)["articles.raw"]) == 3

    done = letters(deployment, "replay", "--reason", "too_large", "--yes")
    assert done.returncode == 0, done.stderr
    enriched = until(deployment, "articles.enriched", 2)
    again = next(r for r in deployment.read(catalog.RAW)["articles.raw"] if "origin" in r.headers)
    assert (again.value, again.key, again.partition) == (payload, b"tram-1", tram.partition)
    assert again.headers["dlq.replay_count"] == "1"
    assert f"{again.topic}/{again.partition}/{again.offset}".encode() in done.stdout
    (published,) = of(enriched, tram)
    assert published.json["id"] == "tram-1"
    assert published.json["version"] == 1

    once_more = letters(deployment, "replay", "--reason", "too_large", "--yes")
    assert b"replayed already" in once_more.stdout
    assert len(deployment.read(catalog.RAW)["articles.raw"]) == 4
    out = deployment.until_out(arrivals)
    assert len(of(out[LETTERS], tram)) == 1
    assert len(of(out[LETTERS], broken)) == 1
    assert len(out["articles.enriched"]) == 2
    assert not out["articles.duplicates"]


@pytest.mark.broker
def test_what_fails_again_counts_on_and_is_refused_at_last(deployment: Deployment) -> None:
    deployment.start("detect_language", "strip_boilerplate")
    (place,) = deployment.produce([b"\xff no article"], keys=[b"k"], topic=catalog.UNIQUE)
    first = until(deployment, LETTERS, 1)[0]
    for number in (1, 2):
        done = letters(deployment, "replay", str(place), "--yes", "--max-replays", "2")
        assert done.returncode == 0, done.stdout
        newest = until(deployment, LETTERS, number + 1)
        assert [r.headers["dlq.replay_count"] for r in newest if r.origin == first.origin].count(
            str(number)
        ) == 1
    assert {r.headers["dlq.first_failed_at"] for r in newest} == {
        first.headers["dlq.first_failed_at"]
    }
    assert {(r.value, r.key) for r in newest} == {(b"\xff no article", b"k")}
    refused = letters(deployment, "replay", "--yes", "--max-replays", "2", "--json")
    assert refused.returncode == 1
    told = lines(refused)
    assert sorted(item["result"] for item in told) == ["refused", "skipped", "skipped"]
    assert len(deployment.read(catalog.UNIQUE)["articles.unique"]) == 3
    forced = letters(deployment, "replay", told[0]["place"], "--yes", "--force")
    assert forced.returncode == 0
    assert len(deployment.read(catalog.UNIQUE)["articles.unique"]) == 4


@pytest.mark.broker
def test_what_lost_bytes_is_refused_whatever_is_said(deployment: Deployment, tmp_path: Any) -> None:
    source = tmp_path / "huge.jsonl"
    source.write_bytes(raw("huge", "x" * 20 * 1024 * 1024) + b"\n")
    copydesk("produce", str(source), input=None, **environment(deployment.settings))
    refused = letters(deployment, "replay", "--yes", "--force")
    assert refused.returncode == 1
    assert refused.stdout.startswith(b"refused")
    assert b"bytes are gone" in refused.stdout
    assert not deployment.read(catalog.RAW)["articles.raw"]


@pytest.mark.broker
def test_a_version_that_another_article_has_by_now_is_not_published_over_it(
    deployment: Deployment,
) -> None:
    """The claim was given back after a failure, and the next article with this id got it."""
    worker = deployment.start("deduplicate")
    deployment.produce([raw("a", LONG)], keys=[b"a"])
    (unique,) = until(deployment, "articles.unique", 1)
    withdrawal = json.dumps(
        {"record": "withdrawal", "id": "a", "origin": unique.headers["origin"]}
    ).encode()
    deployment.produce([withdrawal], keys=[b"a"], topic=catalog.FINGERPRINTED)
    until(deployment, "articles.claims", 2)
    deployment.produce([raw("a", SHORT)], keys=[b"a"])
    assert [r.json["version"] for r in until(deployment, "articles.unique", 2)] == [1, 1]
    worker.stop()
    write_letter(deployment, unique)
    refused = letters(deployment, "replay", "a", "--yes")
    assert refused.returncode == 1, refused.stdout
    assert b"version 1 of a is another article now" in refused.stdout
    assert len(deployment.read(catalog.UNIQUE)["articles.unique"]) == 2
