"""Bad input: exactly one dead letter each, with origin and reason; the neighbours unharmed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.deployment import Deployment, copydesk, raw
from tests.prose import prose
from topics import catalog
from topics.records import Origin

TEXT = (
    "The ferry between the two islands will run again from Monday, the harbour office said. "
    "Repairs to its engine took three weeks longer than planned."
)
LARGE = 20 * 1024 * 1024

BAD: dict[str, tuple[bytes | None, str]] = {
    "not JSON": (b"Breaking: nothing to parse here", "undecodable"),
    "no value": (None, "undecodable"),
    "no bytes": (b"", "undecodable"),
    "binary": (bytes(range(256)) * 20, "undecodable"),
    "not UTF-8": (b'{"content": "caf\xe9"}', "undecodable"),
    "NaN": (b'{"content": "a", "score": NaN}', "undecodable"),
    "lone surrogate": (b'{"content": "\\ud83d"}', "undecodable"),
    "endless nesting of JSON": (b'{"content": ' + b"[" * 100_000, "undecodable"),
    "a list": (b'["a"]', "invalid"),
    "no content": (b'{"id": "x"}', "invalid"),
    "wrong type": (raw("wrong", 5), "invalid"),
    "wrong nested type": (raw("feed", TEXT, feed={"url": 1}), "invalid"),
    "newer major version": (raw("newer", TEXT, schema_version="2.0"), "invalid"),
    "null content": (raw("null", None), "invalid"),
    "empty": (raw("empty", ""), "no_text"),
    "white space": (raw("white", " \n\t\u3000 "), "no_text"),
    "control characters": (raw("control", "\u0000\u0001\u0002" * 50), "no_text"),
    "a page without text": (raw("page", "<html><body><img src=x></body></html>"), "no_text"),
    "100,000 nested divs": (raw("deep", "<div>" * 100_000 + "</div>" * 100_000), "no_text"),
    "10 MB": (raw("large", "A sentence of ten megabytes. " * 360_000), "too_large"),
}


def keys_of(values: Sequence[bytes | None]) -> list[bytes]:
    return [str(number).encode() for number, _ in enumerate(values)]


@pytest.mark.broker
def test_each_bad_input_is_one_dead_letter_and_its_neighbours_come_out(
    deployment: Deployment,
) -> None:
    deployment.start("deduplicate", "detect_language", "strip_boilerplate")
    values: list[bytes | None] = []
    for number, (value, _) in enumerate(BAD.values()):
        values += [raw(f"good-{number}", f"{TEXT} {prose(number)}"), value]
    arrivals = deployment.produce(values, keys=keys_of(values))
    out = deployment.until_out(arrivals[1::2], seconds=120)

    letters = {letter.origin[:3]: letter for letter in out["articles.dead-letter"]}
    assert len(letters) == len(out["articles.dead-letter"]) == len(BAD)
    for (name, (value, reason)), origin in zip(BAD.items(), arrivals[1::2], strict=True):
        letter = letters[origin[:3]]
        told = letter.headers
        assert told["dlq.reason"] == reason, (name, told)
        assert told["dlq.stage"] == "fingerprint", name
        assert told["dlq.message"], name
        assert told["dlq.offset"] == str(origin.offset), name
        assert letter.value == (value or b""), name


@pytest.mark.broker
def test_the_neighbours_of_bad_input_are_enriched(deployment: Deployment) -> None:
    deployment.start("deduplicate", "detect_language", "strip_boilerplate", "tag_entities")
    small = [value for value, _ in BAD.values() if len(value or b"") < 1_000_000]
    values: list[bytes | None] = []
    for number, value in enumerate(small):
        values += [raw(f"good-{number}", f"{TEXT} {prose(number)}"), value]
    arrivals = deployment.produce(values, keys=keys_of(values))
    out = deployment.until_out(arrivals)
    good = {origin[:3] for origin in arrivals[::2]}
    assert {record.origin[:3] for record in out["articles.enriched"]} == good
    assert {record.origin[:3] for record in out["articles.dead-letter"]} == {
        origin[:3] for origin in arrivals[1::2]
    }
    assert not out["articles.duplicates"]


@pytest.mark.broker
def test_a_record_too_large_for_kafka_is_a_truncated_dead_letter_of_the_producer(
    deployment: Deployment, tmp_path: Any
) -> None:
    line = raw("huge", "x" * LARGE)
    source = tmp_path / "huge.jsonl"
    source.write_bytes(raw("small", TEXT) + b"\n" + line + b"\n")
    done = copydesk(
        "produce",
        str(source),
        "--bootstrap",
        deployment.settings.bootstrap,
        COPYDESK_TOPIC_PREFIX=deployment.settings.topic_prefix,
    )
    assert done.returncode == 0, done.stderr
    assert b"2 articles produced, 1 of them straight to the dead letters" in done.stdout
    (letter,) = deployment.read(catalog.DEAD_LETTER)["articles.dead-letter"]
    assert letter.headers["dlq.reason"] == "too_large"
    assert letter.headers["dlq.truncated"] == "true"
    assert letter.headers["dlq.sha256"] == hashlib.sha256(line).hexdigest()
    assert line.startswith(letter.value)
    assert isinstance(letter.origin, Origin)


def test_enrich_answers_each_bad_line_with_one_dead_letter_in_order() -> None:
    lines: list[bytes] = []
    expected: list[str | None] = []
    for number, (value, reason) in enumerate(BAD.values()):
        if value is None or b"\n" in value:
            continue
        lines += [raw(f"good-{number}", f"{TEXT} {prose(number)}"), value]
        expected += [None, reason]
    done = copydesk(
        "enrich", "--stages", "deduplicate,strip_boilerplate", input=b"\n".join(lines) + b"\n"
    )
    assert done.returncode == 0, done.stderr
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert [
        record["value"]["reason"] if record["topic"] == "articles.dead-letter" else None
        for record in out
    ] == expected
