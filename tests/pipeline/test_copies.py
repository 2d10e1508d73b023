"""Near-duplicates on their way through the true workers, under both policies."""

from __future__ import annotations

import time
from typing import Literal

import msgspec
import pytest

from tests.deployment import Deployment, Record, raw, wait_for
from tests.stages.deduplicate.claims import article
from tests.stages.deduplicate.stories import text
from topics import catalog, codec
from topics.records import Fingerprinted, Origin
from workers.stages.deduplicate import WindowedSeenStore

NOTICE = "Sign up for the letter of the Quill to get a story every morning."


def claimed(deployment: Deployment, arrivals: list[Origin]) -> dict[str, dict[str, object]]:
    """What became of articles after their claim, by id."""
    topics = (catalog.UNIQUE, catalog.DUPLICATES, catalog.DEAD_LETTER)

    def out() -> list[Origin]:
        found = deployment.read(*topics)
        return [record.origin for records in found.values() for record in records]

    wait_for(
        lambda: set(arrivals) <= set(out()),
        90,
        lambda: f"{arrivals=}\n{out()=}\n{''.join(w.said() for w in deployment.workers)}",
    )
    assert len(out()) == len(set(out()))
    found = deployment.read(*topics)
    return {
        str(record.json["id"]): record.json | {"topic": topic}
        for topic, records in found.items()
        for record in records
    }


@pytest.mark.broker
def test_days_leave_the_window_in_the_middle_of_a_batch(deployment: Deployment) -> None:
    """Each article of the same text every half day, once more a moment later."""
    claims, half_a_day = 30, 43_200_000
    values = [
        codec.encode(
            Fingerprinted(
                fingerprint=article(id, f"content {number // 2}"),
                raw=msgspec.Raw(raw(id, f"text {number}")),
                media_type="text/plain",
            )
        )
        for number in range(claims)
        for id in ("daily", f"other {number}")
    ]
    began = int(time.time() * 1000) - claims * half_a_day
    times = [began + number // 2 * half_a_day + number % 2 for number in range(2 * claims)]
    deployment.produce(
        values,
        keys=[b"one partition"] * len(values),
        timestamps=times,
        topic=catalog.FINGERPRINTED,
    )
    worker = deployment.start("claim", claim_window=2, claim_batch=16)
    topics = (catalog.UNIQUE, catalog.DUPLICATES, catalog.DEAD_LETTER)
    found: dict[str, list[Record]] = {}

    def out() -> bool:
        nonlocal found
        found = deployment.read(*topics)
        return sum(map(len, found.values())) >= len(values)

    wait_for(out, 90, worker.said)
    plain = WindowedSeenStore(window_ms=2 * 86_400_000)
    expected = []
    for place, value in enumerate(values):
        record = codec.decode_fingerprinted(value)
        assert isinstance(record, Fingerprinted)
        origin = Origin("articles.fingerprinted", 0, place, times[place])
        expected.append(plain.claim(record.fingerprint, origin).passes)
    passed = {record.origin.offset for record in found["articles.unique"]}
    assert [place in passed for place in range(len(values))] == expected
    assert len({*expected}) == 2
    (entries,) = worker.samples("news_state_entries")
    assert entries.value == len(plain) < 14


@pytest.mark.broker
@pytest.mark.parametrize("policy", ["link", "pass"])
def test_a_cut_copy_is_linked_with_its_evidence_or_passed_on(
    deployment: Deployment, policy: Literal["link", "pass"]
) -> None:
    deployment.start("deduplicate", copies=policy)
    values = [
        raw("wire", f"{text('ferry')}\n{NOTICE}", source="Northwire"),
        raw("paper", f"{text('ferry', slice(0, 5))}\n{NOTICE}", source="Quill", headline="Other"),
        raw("other", f"{text('tram')}\n{NOTICE}", source="Quill"),
    ]
    arrivals = deployment.produce(values, keys=[b"one partition"] * 3)
    out = claimed(deployment, arrivals)
    assert (out["wire"]["topic"], out["other"]["topic"]) == ("articles.unique",) * 2
    paper = out["paper"]
    if policy == "link":
        assert paper["topic"] == "articles.duplicates"
        assert paper["reason"] == "near_content"
        assert (paper["duplicate_of"], paper["cluster"]) == ("wire", "wire")
        assert paper["duplicate_of_origin"] == str(arrivals[0])
        assert (paper["method"], paper["method_version"]) == ("minhash", "1")
        assert (paper["source"], paper["headline"]) == ("Quill", "Other")
        # What a copy printed says nothing of other articles' boilerplate: it went no further.
        assert "repeated_lines" not in out["other"]
    else:
        assert paper["topic"] == "articles.unique"
        told = paper["duplicates"]
        assert isinstance(told, dict)
        assert (told["role"], told["of"], told["cluster"]) == ("copy", "wire", "wire")
        assert told["similarity"] > 0.5
        lines = out["other"]["repeated_lines"]
        assert isinstance(lines, list)
        assert [len(line) for line in lines] == [16]
