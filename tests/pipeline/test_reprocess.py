"""``copydesk reprocess`` with true workers: through a stage again, behind the claim."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.deployment import Deployment, Record, copydesk, raw
from topics import catalog, headers
from topics.headers import REPROCESSED
from workers.runtime.delivery import Delivery, Message
from workers.settings import environment
from workers.stages.strip_boilerplate import StripBoilerplate
from workers.stages.tag_entities import TagEntities

SENTENCE = "The harbour office in Rotterdam said on Monday that Anne Example would meet the mayor. "
BODY = f"<article><p>{SENTENCE * 3}</p><p>{SENTENCE}</p></article>"
PAGE = f"<html lang='en'><body>{BODY}</body></html>"
BAKERS = "Bakers of Lisbon ask the council for longer hours on the square before the feast. "
TRAINS = "Night trains from Warsaw run once more after two years without any, the ministry says. "
OTHER = "Engineers in Vienna close the old bridge for a month, and ferries run twice as often. "


def reprocess(deployment: Deployment, *arguments: str) -> tuple[int, dict[str, Any]]:
    words = ("reprocess", *arguments, "--json")
    done = copydesk(*words, input=None, **environment(deployment.settings))
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def write(deployment: Deployment, *records: tuple[Record, dict[str, Any] | None]) -> None:
    """Write enriched records anew, behind what is there; with the headers of others."""

    async def work() -> None:
        delivery = Delivery(deployment.settings)
        await delivery.start()
        try:
            for like, value in records:
                data = None if value is None else json.dumps(value).encode()
                told = headers.write(like.headers)
                await delivery.send([Message(like.topic, like.key, data, told, like.partition)])
        finally:
            await delivery.stop()

    asyncio.run(work())


def older(value: dict[str, Any], stage: str, **changed: Any) -> dict[str, Any]:
    """The record as if version 0 of a stage had made it."""
    stages = [run | ({"version": "0"} if run["name"] == stage else {}) for run in value["stages"]]
    return {**value, **changed, "stages": stages}


def enriched(deployment: Deployment) -> dict[str, Record]:
    """The last enriched record of each id."""
    return {
        (one.key or b"").decode(): one
        for one in deployment.read(catalog.ENRICHED)["articles.enriched"]
    }


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return {**one, "enriched_at": ""} == {**other, "enriched_at": ""}


def check(deployment: Deployment) -> None:
    pages = deployment.start("deduplicate", "detect_language", "strip_boilerplate", wait=False)
    tagging = deployment.start("tag_entities", wait=False)
    deployment.until_ready(pages, tagging)
    contents = {"page": PAGE, "plain": OTHER * 4, "gone": BAKERS * 4, "lost": TRAINS * 4}
    arrivals = deployment.produce(
        [*(raw(id, text) for id, text in contents.items()), raw("copy", OTHER * 4)],
        keys=[*(id.encode() for id in contents), b"copy"],
    )
    out = deployment.until_out(arrivals)
    before = enriched(deployment)
    assert set(before) == set(contents) == {one.json["id"] for one in out["articles.enriched"]}
    status, told = reprocess(deployment, "--older-than", "tag_entities")
    assert (status, told["found"], told["sent"]) == (0, 0, 0)

    # What an older version made: without entities. Of one a newer version came since, and one was
    # forgotten.
    values = {id: record.json for id, record in before.items()}
    write(
        deployment,
        *((before[id], older(values[id], "tag_entities", entities=[])) for id in contents),
        (before["gone"], None),
        (before["lost"], older(values["lost"], "tag_entities", version=2, headline="newer")),
    )
    counts = {name: len(found) for name, found in deployment.read(*catalog.TOPICS).items()}
    status, told = reprocess(deployment, "--older-than", "tag_entities", "--dry-run")
    assert (status, told["found"], told["sent"], told["into"]) == (0, 3, 3, "articles.cleaned")
    for filters, found in ((("--id", "page"), 1), (("--language", "xx"), 0), (("--limit", "2"), 2)):
        words = ("--older-than", "tag_entities", "--dry-run", *filters)
        assert reprocess(deployment, *words)[1]["sent"] == found
    status, told = reprocess(deployment, "--older-than", "tag_entities", "--rate", "1000")
    assert (status, told["ended"], told["sent"], told["late"]) == (0, True, 3, [])
    after = enriched(deployment)
    for id in ("page", "plain"):
        assert same(after[id].json, values[id]), id
        assert after[id].origin == before[id].origin
        assert REPROCESSED in after[id].headers
        assert after[id].partition == before[id].partition
    assert after["gone"].value == b""
    assert (after["lost"].json["version"], after["lost"].json["headline"]) == (2, "newer")
    now = {name: len(found) for name, found in deployment.read(*catalog.TOPICS).items()}
    moved = {"articles.cleaned": 3, "articles.enriched": 3}
    assert now == {name: count + moved.get(name, 0) for name, count in counts.items()}
    assert reprocess(deployment, "--older-than", "tag_entities")[1]["found"] == 0

    # For an older stage the page is needed, which one of them has lost.
    lost = {**before["plain"].headers, "origin": str(arrivals[0]._replace(offset=10**6))}
    unknown = Record(**vars(before["plain"]) | {"headers": lost})
    write(
        deployment,
        (before["page"], older(values["page"], "strip_boilerplate", text="OLD", language="xx")),
        (unknown, older(values["plain"], "strip_boilerplate", text="OLD")),
    )
    status, told = reprocess(deployment, "--older-than", "strip_boilerplate")
    # The worker has fused the stage with the one before it.
    assert (status, told["found"], told["sent"], told["into"]) == (1, 2, 1, "articles.unique")
    assert told["examples"] == {
        "its claim is not retained any more (articles.claims)": ["plain"]
    } or told["refused"] == {"its page is not retained any more (articles.raw)": 1}
    assert same(enriched(deployment)["page"].json, values["page"])
    assert enriched(deployment)["plain"].json["text"] == "OLD"
    assert len(deployment.read(catalog.CLAIMS)["articles.claims"]) == counts["articles.claims"]


@pytest.mark.broker
def test_articles_go_through_a_newer_stage_again_as_what_they_are(deployment: Deployment) -> None:
    check(deployment)


@pytest.mark.kafka
def test_the_same_on_kafka(kafka_deployment: Deployment) -> None:
    check(kafka_deployment)


@pytest.mark.broker
def test_what_overtook_a_newer_record_or_a_tombstone_is_put_behind_it_again(
    deployment: Deployment,
) -> None:
    deployment.start("tag_entities")
    runs = [
        {"name": "strip_boilerplate", "version": StripBoilerplate.version, "status": "ok"},
        {"name": "tag_entities", "version": TagEntities.version, "status": "ok"},
    ]
    name = deployment.settings.topic(catalog.ENRICHED.name)
    again = {REPROCESSED: "2026-01-01T00:00:00.000Z"}
    first = {"id": "a", "version": 1, "status": "complete", "text": SENTENCE, "stages": runs}
    plain, late = (Record(name, 0, 0, b"a", b"", told) for told in ({}, again))
    gone, back = (Record(name, 1, 0, b"b", b"", told) for told in ({}, again))
    write(deployment, (plain, first), (plain, {**first, "version": 2}), (late, first))
    write(deployment, (gone, {**first, "id": "b"}), (gone, None), (back, {**first, "id": "b"}))
    # One that has arrived anew before its forgotten version came out once more.
    old, new = ({"origin": f"articles.raw/0/{number}@5"} for number in (1, 2))
    left, anew, overtook = (
        Record(name, 1, 0, b"c", b"", told) for told in (old, new, {**old, **again})
    )
    third, fresh = {**first, "id": "c", "version": 3}, {**first, "id": "c", "headline": "new"}
    write(deployment, (left, third), (left, None), (anew, fresh), (overtook, third))
    status, told = reprocess(deployment, "--older-than", "tag_entities")
    assert (status, told["found"], told["mended"]) == (0, 0, 3)
    last = enriched(deployment)
    assert last["a"].json["version"] == 2
    assert last["b"].value == b""
    records = deployment.read(catalog.ENRICHED)["articles.enriched"]
    versions = [one.value and one.json["version"] for one in records if one.key == b"c"]
    assert versions == [3, b"", 1, 3, b"", 1]
    assert last["c"].json["headline"] == "new"
    assert reprocess(deployment, "--older-than", "tag_entities")[1]["mended"] == 0


@pytest.mark.broker
def test_without_a_worker_that_would_read_it_nothing_is_sent(deployment: Deployment) -> None:
    words = ("reprocess", "--older-than", "tag_entities")
    done = copydesk(*words, input=None, **environment(deployment.settings))
    assert done.returncode == 2
    assert b"no worker reads articles.cleaned or a topic before it" in done.stderr
    assert b"copydesk worker tag_entities" in done.stderr
    assert reprocess(deployment, "--older-than", "tag_entities", "--dry-run")[0] == 0
