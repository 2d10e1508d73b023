"""``copydesk enrich``: one outcome per line, in order, whatever the lines and the pipes do."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from tests.deployment import copydesk, raw

ENGLISH = (
    "The mayor of Paris, Anne Example, opened a bridge over the river on Monday. "
    "Officials said that the work had taken three years and cost less than planned."
)
GERMAN = (
    "Der Stadtrat hat am Montag beschlossen, die alte Brücke über den Fluss zu sanieren. "
    "Die Arbeiten sollen im Frühjahr beginnen und zwei Jahre dauern."
)


def enrich(lines: Sequence[bytes], stages: str | None = None) -> list[dict[str, Any]]:
    arguments = ["--stages", stages] if stages else []
    done = copydesk("enrich", *arguments, input=b"".join(line + b"\n" for line in lines))
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def started(stages: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "workers.commands", "enrich", "--stages", stages],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_all_stages_in_order_with_a_slow_line_among_fast_ones() -> None:
    slow = raw("slow", "\n".join(f"Anne Example read part {n} of her report." for n in range(600)))
    lines = [
        raw("en", ENGLISH, headline="A bridge", desk="foreign"),
        slow,
        raw("de", GERMAN),
        raw("en", ENGLISH, headline="A bridge"),
        b"not JSON",
        b"",
        raw("other", ENGLISH, headline="A bridge"),
        raw("en", ENGLISH + " The bridge will be closed in winter.", headline="A bridge"),
    ]
    out = enrich(lines)
    assert [record["topic"].removeprefix("articles.") for record in out] == [
        *("enriched", "enriched", "enriched", "duplicates"),
        *("dead-letter", "dead-letter", "duplicates", "enriched"),
    ]
    english, long, german, repeat, broken, blank, copy, revision = (r["value"] for r in out)
    assert [record["key"] for record in out[:4]] == ["en", "slow", "de", "en"]
    assert (english["language"], german["language"]) == ("en", "de")
    assert english["desk"] == "foreign"
    assert {"Paris", "Anne Example"} <= {entity["name"] for entity in english["entities"]}
    assert long["id"] == "slow"
    assert (repeat["reason"], copy["reason"]) == ("repeat", "same_content")
    assert copy["duplicate_of"] == "en"
    assert (revision["version"], revision["duplicates"]["role"]) == (2, "revision")
    assert (broken["reason"], broken["payload"]) == ("undecodable", "not JSON")
    assert (blank["reason"], blank["origin"]) == ("undecodable", "stdin/0/6@0")
    for record in (english, long, german, revision):
        assert record["status"] == "complete"
        assert "content" not in record
        for entity in record.get("entities", ()):
            for mention in entity["mentions"]:
                assert record["text"][mention["start"] : mention["end"]] == mention["text"]


@pytest.mark.parametrize(
    ("stages", "present", "absent"),
    [
        ("deduplicate", {"duplicates"}, {"text", "language", "entities"}),
        ("strip_boilerplate,detect_language", {"text", "language"}, {"entities"}),
    ],
)
def test_what_was_not_asked_for_is_absent(stages: str, present: set[str], absent: set[str]) -> None:
    (record,) = enrich([raw("a", ENGLISH)], stages)
    assert record["topic"] == "articles.enriched"
    assert present <= record["value"].keys()
    assert not absent & record["value"].keys()


def test_entities_alone_are_found_in_the_content_in_the_declared_language() -> None:
    english, undeclared = enrich(
        [raw("a", ENGLISH, language="en"), raw("b", ENGLISH)], "tag_entities"
    )
    assert english["value"]["text"] == ENGLISH
    assert "Paris" in {entity["name"] for entity in english["value"]["entities"]}
    assert undeclared["value"]["stages"][-1]["status"] == "skipped"


def test_no_lines_are_no_outcomes() -> None:
    assert enrich([], "strip_boilerplate") == []


def test_line_ends_and_byte_order_mark_of_other_systems() -> None:
    done = copydesk(
        "enrich",
        "--stages",
        "strip_boilerplate",
        input=b"\xef\xbb\xbf" + raw("a", ENGLISH) + b"\r\n" + raw("b", GERMAN),
    )
    out = [json.loads(line)["value"] for line in done.stdout.splitlines()]
    assert [record["text"] for record in out] == [ENGLISH, GERMAN]


def test_each_line_is_answered_before_the_next_is_written() -> None:
    with started("strip_boilerplate") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(raw(str(number), ENGLISH) + b"\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], 30)
            assert ready, "no answer while standard input is open"
            assert json.loads(process.stdout.readline())["key"] == str(number)


def test_a_reader_that_goes_away_ends_it_quietly_though_more_could_come() -> None:
    with started("strip_boilerplate") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(raw("a", ENGLISH) + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(raw("b", ENGLISH) + b"\n")
        process.stdin.flush()
        assert process.wait(20) == 0
        assert process.stderr.read() == b""
        process.stdout = None
        process.stdin = None


def test_an_interrupt_ends_it_while_it_waits_for_a_line() -> None:
    with started("strip_boilerplate") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(raw("a", ENGLISH) + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == b""


def test_an_unusable_model_is_told_once_and_its_language_skipped() -> None:
    line = json.dumps({"id": "a", "content": GERMAN, "language": "de"}).encode() + b"\n"
    done = copydesk(
        "enrich",
        "--stages",
        "tag_entities",
        input=line * 3,
        COPYDESK_ENTITY_MODELS="de=spacy:no_such_package",
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(b"no_such_package is not installed") == 1
    for shown in done.stdout.splitlines():
        value = json.loads(shown)["value"]
        (run,) = value["stages"]
        assert (value["status"], run["status"]) == ("complete", "skipped")
        assert "pip install no_such_package" in run["reason"]
        assert "entities" not in value
