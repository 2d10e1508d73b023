"""Near-duplicates on their way through the true workers, under both policies."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.deployment import Deployment, raw, wait_for
from tests.stages.deduplicate.stories import text
from topics import catalog
from topics.records import Origin

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
