"""The commands that look after a broker: create, list, produce, check."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.deployment import Deployment, copydesk, raw
from topics import catalog
from workers.settings import load
from workers.sources import file_id

pytestmark = pytest.mark.broker


@pytest.fixture
def empty(broker_address: str, tmp_path: Path) -> Deployment:
    """A prefix on the broker without topics."""
    prefix = f"{tmp_path.name}-".replace("_", "-")
    return Deployment(load({"COPYDESK_BOOTSTRAP": broker_address, "COPYDESK_TOPIC_PREFIX": prefix}))


def said(deployment: Deployment, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    settings = deployment.settings
    return copydesk(
        *arguments,
        "--bootstrap",
        settings.bootstrap,
        input=None,
        COPYDESK_TOPIC_PREFIX=settings.topic_prefix,
        COLUMNS="200",
    )


def test_from_no_topics_to_a_broker_that_is_fine(empty: Deployment) -> None:
    name = empty.settings.topic("articles.raw")
    wrong = said(empty, "doctor")
    assert wrong.returncode == 1
    assert f"wrong topic {name}: missing" in wrong.stdout.decode()
    assert "copydesk topics create --bootstrap" in wrong.stdout.decode()

    listed = said(empty, "topics", "list")
    assert listed.returncode == 0
    assert listed.stdout.count(b"missing") == len(catalog.TOPICS)

    created = said(empty, "topics", "create")
    assert created.returncode == 0
    assert f"created  {name} (4 partitions)" in created.stdout.decode()
    again = said(empty, "topics", "create")
    assert again.returncode == 0
    assert again.stdout.count(b"exists") == len(catalog.TOPICS)

    fine = said(empty, "doctor")
    assert fine.returncode == 0, fine.stdout
    assert b"wrong" not in fine.stdout
    assert b"ok    right to write" in fine.stdout
    # This broker has no answer to the question; that is told, and is nothing wrong.
    assert b"?     settings of the topics: the broker does not tell" in fine.stdout


def test_producing_files_and_saying_how_many(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(raw("a", "One") + b"\n\nnot JSON\n" + raw("b", "Two"))
    (tmp_path / "page.html").write_text("<p>Three</p>")
    done = said(deployment, "produce", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"4 articles produced, 0 of them straight to the dead letters\n"
    records = deployment.read(catalog.RAW)["articles.raw"]
    assert {record.key for record in records} == {
        b"a",
        b"b",
        None,
        file_id(tmp_path / "page.html").encode(),
    }
    for record in records:
        assert record.headers["ce_type"] == "news.article.raw.v1"
        assert "origin" not in record.headers


def test_an_id_as_large_as_a_record_does_not_stop_the_producer(
    deployment: Deployment, tmp_path: Path
) -> None:
    source = tmp_path / "a.jsonl"
    source.write_bytes(raw("i" * 9_000_000, "x") + b"\n" + raw("b", "Two") + b"\n")
    done = said(deployment, "produce", str(source))
    assert done.returncode == 0, done.stderr
    assert b"2 articles produced, 1 of them straight to the dead letters" in done.stdout
    (letter,) = deployment.read(catalog.DEAD_LETTER)["articles.dead-letter"]
    assert letter.headers["dlq.reason"] == "too_large"
