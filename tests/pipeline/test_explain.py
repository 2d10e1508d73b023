"""What ``copydesk explain`` shows of what workers have published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.deployment import Deployment, copydesk, raw
from topics import catalog
from topics.records import Origin
from workers.settings import environment

STORY = (
    "The night ferry to the outer islands runs again from Monday, the harbour office of Lisbon "
    "said. Two boats will share the line, and 340 people had booked a place by noon on Friday. "
)
PAGE = f"""<html><head><title>Ferry</title></head><body>
<nav><a href="/">Front page of ours</a></nav>
<article><h1>Ferry</h1><p>{STORY}</p><p>{"It was a long day at the harbour. " * 6}</p></article>
<footer>© All rights reserved by us</footer></body></html>"""
PLAIN = "Ada plants apples\nA garden of many kinds of apple was planted in the hills last week. |"


def explained(deployment: Deployment, *words: str, status: int = 0) -> tuple[str, str]:
    done = copydesk("explain", *words, input=None, **environment(deployment.settings))
    assert done.returncode == status, done.stderr
    return done.stdout.decode(), done.stderr.decode()


def place(origin: Origin) -> str:
    return str(origin).rpartition("@")[0]


@pytest.mark.broker
def test_what_was_published_with_what_was_removed(deployment: Deployment, tmp_path: Path) -> None:
    deployment.start("deduplicate", "detect_language", "strip_boilerplate", "tag_entities")
    (first,) = deployment.produce([raw("a", PAGE)], keys=[b"a"])
    deployment.until_out([first])
    values = [raw("a", PAGE), raw("b", PAGE, headline="Other"), b"{broken", raw("p", PLAIN)]
    repeat, copy, broken, plain = deployment.produce(values, keys=[b"a", b"b", b"c", b"p"])
    deployment.until_out([first, repeat, copy, broken, plain])

    out = tmp_path / "out.html"
    shown, _ = explained(deployment, "a", "--html", str(out), "--json")
    record = json.loads(shown)
    assert (record["topic"], record["value"]["id"]) == ("articles.enriched", "a")
    assert record["headers"]["origin"].startswith(place(first))
    html = out.read_text("utf-8")
    assert "what was removed was found by running strip_boilerplate again here" in html
    assert "what was published" in html
    assert html.index("Front page of ours") < html.index("outer islands") < html.index("© All")
    assert "Lisbon<small>place</small>" in html
    assert f"{place(repeat)} (duplicate)" in html
    assert "articles.fingerprinted/0/0" in html

    shown, _ = explained(deployment, place(repeat))
    assert "Duplicate (repeat)" in shown
    shown, _ = explained(deployment, "b")
    for fact in ("Duplicate (same_content)", "a, version 1", place(first), "outer islands"):
        assert fact in shown, fact
    shown, _ = explained(deployment, place(broken))
    for fact in ("Dead letter: undecodable in fingerprint", "{broken"):
        assert fact in shown, fact
    shown, _ = explained(deployment, "p")
    for fact in ("what was removed is as published", "[- trailing_bar: |]"):
        assert fact in shown, fact


@pytest.mark.broker
def test_a_published_record_whose_arrival_is_gone(deployment: Deployment) -> None:
    examples = Path(__file__).parents[2] / "topics" / "examples" / "articles.enriched"
    value = (examples / "harbour-tunnel.json").read_bytes()
    record = json.loads(value)
    key = record["id"].encode()
    deployment.produce([value], keys=[key], topic=catalog.ENRICHED)
    shown, _ = explained(deployment, record["id"])
    assert "the raw record is not there any more" in shown
    assert record["text"].split("\n")[0][:60] in shown


@pytest.mark.broker
def test_what_is_not_there_and_what_has_no_outcome_yet(deployment: Deployment) -> None:
    (waiting,) = deployment.produce([raw("a", STORY)], keys=[b"a"])
    _, said = explained(deployment, "nobody", status=1)
    assert "nothing is found of nobody" in said
    _, said = explained(deployment, place(waiting), status=1)
    assert "has no outcome (yet); last seen" in said
