"""A short run of the fuzzer, and proof that it would notice."""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from typing import Any

import pytest

from tests.fuzz.checks import complaint
from tests.fuzz.desk import ALL, WITHOUT_ENTITIES, Desk, Memory, Result
from tests.fuzz.lines import DRAWN, FAMILIES, LARGE, lines
from tests.fuzz.memory import growth
from topics import catalog

TEXT = "Line one\nAnna Example was in Paris."
LINE = json.dumps({"id": "a", "content": TEXT, "line": 3}).encode()
LETTER: dict[str, Any] = {
    "id": None,
    "stage": "fingerprint",
    "reason": "undecodable",
    "message": "not JSON",
    "payload": "{",
    "origin": "stdin/0/3@0",
}


def enriched(**changed: Any) -> bytes:
    mention = {"start": 9, "end": 21, "text": "Anna Example"}
    entity = {
        **{"id": "e1", "type": "person", "name": "Anna Example", "mentions": [mention]},
        **{"salience": 1.0, "confidence": 0.9, "method": "m/1", "link": None},
    }
    value = {
        **{"id": "a", "status": "complete", "line": 3, "text": TEXT, "entities": [entity]},
        **{"removed": [{"start": 0, "end": 8, "reason": "counter", "text": "Line one"}]},
        **changed,
    }
    for name in ("schema_version", "version", "url", "canonical_url", "source", "headline"):
        value.setdefault(name, {"schema_version": "1.0", "version": 1}.get(name))
    for name in ("published_at", "modified_at", "fetched_at", "enriched_at", "feed"):
        value.setdefault(name, None)
    value = {"authors": [], "language_declared": None, "provenance": {}, "stages": []} | value
    return outcome(catalog.ENRICHED.name, value)


def outcome(topic: str, value: dict[str, Any]) -> bytes:
    key = value["id"] or value.get("origin")
    return json.dumps({"topic": topic, "key": key, "value": value}).encode()


def letter(**changed: Any) -> bytes:
    return outcome(catalog.DEAD_LETTER.name, {**LETTER, **changed})


@pytest.mark.parametrize(("stages", "count"), [(WITHOUT_ENTITIES, 1200), (ALL, 150)])
def test_every_line_has_one_sound_outcome(stages: str, count: int) -> None:
    seed = int(os.environ.get("TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"seed {seed}: set TEST_SEED={seed} to repeat")
    result = Desk(stages).run(lines(seed, count))
    assert (result.status, result.stderr) == (0, "")
    assert result.outcomes == count
    found = [f for f in result.found if ": timeout: " not in f.complaint]  # a busy machine
    assert not found, "\n".join(f"{f.complaint}: {f.line.value[:3000]!r}" for f in found[:5])
    assert result.kinds["enriched"] > count / 5


def test_a_seed_gives_the_same_lines_again_of_every_family() -> None:
    first = list(lines(5, 1000))
    assert first == list(lines(5, 1000))
    assert first != list(lines(6, 1000))
    assert Counter(family for family, _ in first).keys() == {*FAMILIES, DRAWN, LARGE}
    assert not any(b"\n" in line for _, line in first)


def test_sound_outcomes_are_not_complained_of() -> None:
    assert complaint(3, LINE, enriched()) is None
    assert complaint(3, b"{", letter()) is None
    assert complaint(3, b"null", letter(reason="invalid", payload="null")) is None


@pytest.mark.parametrize(
    ("line", "written", "said"),
    [
        (LINE, b"{", "no outcome"),
        (LINE, outcome("articles.unknown", {"id": "a"}), "no outcome"),
        (LINE, enriched(id="b"), "id 'a' came out as 'b'"),
        (LINE, enriched(line=4), "answer to line 4"),
        (LINE, enriched(version="1"), "not a EnrichedArticle"),
        (LINE, enriched(published_at="yesterday"), "against the schema"),
        (LINE, enriched(text="x" + TEXT), "mention"),
        (LINE, enriched(removed=[{"start": 1, "end": 8, "reason": "r", "text": "L"}]), "removed"),
        (
            LINE,
            enriched(stages=[{"name": "s", "version": "1", "status": "failed", "reason": "r"}]),
            "s failed: r",
        ),
        (b"[]", enriched(), "no article"),
        (b"{", letter(origin="stdin/0/4@0"), "line 3 was answered as stdin/0/4@0"),
        (b"{", letter(payload="{}"), "another payload"),
        (b"{", letter(reason="stage_bug"), "stage_bug"),
        (b"{", letter(reason="timeout"), "timeout"),
        (b"{", letter(reason="invalid"), "JSON or not"),
        (b"{}", letter(payload="{}"), "JSON or not"),
    ],
)
def test_what_is_wrong_with_an_outcome_is_said(line: bytes, written: bytes, said: str) -> None:
    assert said in (complaint(3, line, written) or "nothing")


FAKE = """
import json, sys
for number, line in enumerate(sys.stdin.buffer, 1):
    origin = f"stdin/0/{number}@0"
    letter = {"id": None, "stage": "s", "reason": "invalid", "message": "m", "origin": origin,
              "payload": line.decode().strip()}
    written = json.dumps({"topic": "articles.dead-letter", "key": origin, "value": letter})
    FAULT
    print(written)
"""


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("pass", ""),
        ("if number == 2: continue", "answered as"),
        ("if number == 2: print(written)", "answered as"),
        ("if number == 4: print(written)", "an outcome too many"),
        ("if number == 3: raise ValueError(line)", "ValueError"),
        ("if number == 4: break", "unanswered"),
        ("if number == 4: sys.exit(3)", "status 3"),
    ],
)
def test_lines_that_are_lost_doubled_or_fatal_are_noticed(fault: str, noticed: str) -> None:
    program = FAKE.replace("FAULT", fault)
    given = [("numbers", str(number).encode()) for number in range(4)]
    result = Desk("none", command=[sys.executable, "-c", program]).run(given)
    said = [found.complaint for found in result.found] + [result.stderr, f"status {result.status}"]
    if result.unanswered:
        said.append(f"unanswered: {result.unanswered}")
    if noticed:
        assert noticed in "\n".join(said)
    else:
        assert said == ["", "status 0"]


def grown(own: float, others: float) -> Result:
    """A run of 100 samples whose memory goes from 1 to so many MB."""
    made = Result(peak=1)
    for n in range(101):
        sizes = (round(2**20 * (1 + (top - 1) * n / 100)) for top in (own, others))
        made.memory.append(Memory(n * 10, *sizes))
    return made


def test_memory_that_grows_with_the_lines_is_noticed() -> None:
    assert growth(grown(50, 1.1))[1] == []
    assert "keeps" in growth(grown(100, 1.1))[1][0]
    assert "the pool grew" in growth(grown(50, 3))[1][0]
