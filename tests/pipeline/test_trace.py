"""The way of one article through every topic, as ``copydesk trace`` tells it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.deployment import Deployment, copydesk, raw
from topics import catalog
from topics.records import Origin
from workers.runtime.trace import trace
from workers.settings import environment

FIRST = "The night ferry to the outer islands runs again from Monday, the harbour office said. " * 3
REVISED = "The night ferry stays in the yard for another week, the harbour office said later. " * 3


def traced(deployment: Deployment, word: str, *more: str) -> list[dict[str, Any]]:
    done = copydesk("trace", word, "--json", *more, input=None, **environment(deployment.settings))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def place(origin: Origin) -> str:
    return str(origin).rpartition("@")[0]


def steps(seen: list[dict[str, Any]], arrival: Origin) -> dict[str, tuple[str, int | None]]:
    return {
        item["topic"].removeprefix("articles."): (item["outcome"], item["version"])
        for item in seen
        if item["origin"].rpartition("@")[0] == place(arrival)
    }


@pytest.mark.broker
def test_an_article_that_was_revised_copied_and_dead_lettered(deployment: Deployment) -> None:
    deployment.start("deduplicate", "detect_language", "strip_boilerplate", "tag_entities")
    (first,) = deployment.produce([raw("a", FIRST)], keys=[b"a"])
    deployment.until_out([first])
    others = deployment.produce(
        [raw("a", FIRST), raw("a", REVISED), raw("b", FIRST), raw("a", " "), raw("c", "Else.")],
        keys=[b"a", b"a", b"b", b"a", b"c"],
    )
    repeat, revision, copy, empty, other = others
    deployment.until_out([first, *others])

    seen = traced(deployment, "a")
    assert [item["timestamp"] for item in seen] == sorted(item["timestamp"] for item in seen)
    passed = ("raw", "fingerprinted", "claims", "unique", "enriched")
    assert tuple(steps(seen, first)) == passed
    assert steps(seen, first)["enriched"] == ("enriched", 1)
    assert tuple(steps(seen, revision)) == passed
    assert steps(seen, revision)["unique"] == ("unique", 2)
    assert tuple(steps(seen, repeat)) == ("raw", "fingerprinted", "claims", "duplicates")
    assert tuple(steps(seen, empty)) == ("raw", "dead-letter")
    assert tuple(steps(seen, copy)) == ("duplicates",)
    assert not steps(seen, other)

    details = {item["origin"].rpartition("@")[0]: item for item in seen}
    assert details[place(repeat)]["detail"].startswith(f"repeat of a v1 ({place(first)}")
    assert details[place(copy)]["detail"].startswith("same_content of a v1")
    assert details[place(empty)]["detail"].startswith("no_text in fingerprint")
    assert {item["stage"] for item in seen if item["topic"] == "articles.unique"} == {"claim"}
    waits = [item["waited"] for item in seen if item["origin"].rpartition("@")[0] == place(first)]
    assert waits[0] is None
    assert all(wait is not None for wait in waits[1:])
    work = {item["topic"]: item["worked"] for item in seen if item["topic"] != "articles.claims"}
    assert work.pop("articles.raw") is None
    assert all(worked is not None for worked in work.values())
    assert len(work) == 5

    assert steps(traced(deployment, place(revision)), revision) == steps(seen, revision)
    assert len(traced(deployment, place(revision))) == len(passed)
    assert len(traced(deployment, "b")) == 4
    places = {item["topic"]: item["place"] for item in seen if item["stage"]}
    assert len(places) > 4
    for at in places.values():
        way = asyncio.run(trace(deployment.settings, at)).sightings
        assert at in [sighting.place for sighting in way]
        assert len({sighting.origin for sighting in way}) == 1

    table = copydesk("trace", "a", input=None, **environment(deployment.settings))
    assert b"dead-letter" in table.stdout
    assert b"same_content of a v1" in table.stdout
    assert b"worked" in table.stdout
    # The arrival of the copy is another article's: nothing is gone.
    assert b"not there" not in table.stderr


@pytest.mark.broker
def test_nothing_found_is_said_and_why_that_may_be(deployment: Deployment) -> None:
    deployment.produce([raw("a", FIRST)], keys=[b"a"])
    nowhere = f"{deployment.settings.topic(catalog.RAW.name)}/0/99"
    for words in (("nobody",), (nowhere,), ("a", "--since", "2999-01-01")):
        done = copydesk("trace", *words, input=None, **environment(deployment.settings))
        assert done.returncode == 1
        assert not done.stdout
        assert f"nothing is found of {words[0]}".encode() in done.stderr
        assert b"retention has deleted nothing" in done.stderr


@pytest.mark.broker
def test_a_broker_without_our_topics_is_told_what_to_type(broker_address: str) -> None:
    done = copydesk(
        "trace", "a", COPYDESK_BOOTSTRAP=broker_address, COPYDESK_TOPIC_PREFIX="none-here."
    )
    assert done.returncode == 2
    assert b"copydesk topics create" in done.stderr
    done = copydesk(
        *("dead-letters", "list"),
        COPYDESK_BOOTSTRAP=broker_address,
        COPYDESK_TOPIC_PREFIX="none-here.",
    )
    assert done.returncode == 2
    assert b"copydesk topics create" in done.stderr
