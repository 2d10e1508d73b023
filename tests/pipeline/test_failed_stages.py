"""A stage that fails: an optional one leaves a partial record, a required one a dead letter."""

from __future__ import annotations

import json

import pytest

from tests.deployment import Deployment, Record, raw, wait_for
from topics import catalog

SENTENCE = "The harbour office said on Monday that Anne Example would meet the mayor of Paris. "
SLOWEST = 0.1
"""Seconds: the least that COPYDESK_TASK_TIMEOUT takes."""


@pytest.mark.broker
def test_failures_of_a_required_and_of_an_optional_stage(deployment: Deployment) -> None:
    # The required one gives the claim back: a later copy is new copy, not a duplicate of an
    # article that never came out.
    lines = "".join(f"<p>{SENTENCE} It was meeting {number}.</p>" for number in range(8000))
    page = f"<article>{lines}</article>"
    claiming = deployment.start("deduplicate", wait=False)
    failing = deployment.start("strip_boilerplate", task_timeout=SLOWEST, wait=False)
    passing = deployment.start("detect_language", wait=False)
    deployment.until_ready(claiming, failing, passing)
    (first,) = deployment.produce([raw("first", page)])
    out = deployment.until_out([first], 60)
    (letter,) = out["articles.dead-letter"]
    assert letter.headers["dlq.stage"] == "strip_boilerplate"
    assert letter.headers["dlq.reason"] == "timeout"
    assert letter.headers["dlq.exception"] == "TimeoutError"
    assert letter.origin == first

    def withdrawn() -> list[Record]:
        records = deployment.read(catalog.FINGERPRINTED)["articles.fingerprinted"]
        return [record for record in records if record.json["record"] == "withdrawal"]

    wait_for(lambda: bool(withdrawn()), 20)
    (withdrawal,) = withdrawn()
    assert (withdrawal.json["id"], withdrawal.json["origin"]) == ("first", str(first))
    assert withdrawal.key == b"first"

    assert failing.stop() == 0
    # The page is long, and the machine may be busy.
    deployment.start("strip_boilerplate", wait=False, task_timeout=120, batch=1)
    tagger = deployment.start("tag_entities", task_timeout=SLOWEST, wait=False)
    # Of one partition, or the repeat may be claimed before what it repeats.
    copy, repeat = deployment.produce([raw("copy", page)] * 2, keys=[b"copy"] * 2)
    out = deployment.until_out([first, copy, repeat], 90)
    (record,) = out["articles.enriched"]
    assert record.origin == copy
    assert record.json["duplicates"]["role"] == "original"
    told = record.json
    assert told["status"] == "partial"
    assert told["text"].startswith(SENTENCE.strip())
    assert "entities" not in told
    runs = {run["name"]: run for run in told["stages"]}
    assert runs["strip_boilerplate"]["status"] == "ok"
    assert runs["tag_entities"]["status"] == "failed"
    assert runs["tag_entities"]["reason"] == "timeout: took longer than 0.1 s"
    counted = 'news_stage_failures_total{reason="timeout",stage="tag_entities"} 1.0'
    assert counted in tagger.metrics()
    (again,) = out["articles.duplicates"]
    assert json.loads(again.value)["duplicate_of_origin"] == str(copy)
