"""``copydesk run``: everything in one command, and what it says and leaves behind when it fails."""

from __future__ import annotations

import argparse
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from tests.deployment import Deployment, copydesk, raw, wait_for
from topics import catalog, headers, schema
from topics.headers import REPROCESSED
from workers.commands.run import _Run
from workers.commands.summary import Summary
from workers.runtime.tally import Tally
from workers.settings import Settings
from workers.sources import file_id

pytestmark = pytest.mark.broker

TEXT = "The mayor of Paris, Anne Example, opened bridge number {} over the river on Monday."


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def check_schema(records: list[dict[str, Any]]) -> None:
    validator = Draft202012Validator(schema.schema(catalog.ENRICHED))
    for record in records:
        validator.validate(record)


def test_a_file_of_bad_articles_is_taken_to_its_end(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"not JSON\n" * 600)  # beyond both limits at which a worker pauses
    done = copydesk("run", str(bad), COPYDESK_PROCESSES="1")
    assert done.returncode == 0, done.stderr.decode()
    assert "600 of 600 arrivals came out" in done.stderr.decode()


def test_files_and_folders_to_enriched_records(tmp_path: Path) -> None:
    folder = tmp_path / "in [red]"  # no mark-up
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(
        raw("a", TEXT.format(1)) + b"\n" + raw("a", TEXT.format(1)) + b"\nnot JSON\n"
    )
    (folder / "page.html").write_text(f"<article><p>{TEXT.format(2)}</p></article>")
    (tmp_path / "c.txt").write_bytes(TEXT.format("\u00e9").encode("cp1252") * 5)
    output = tmp_path / "out.jsonl"
    done = copydesk(
        "run", str(folder), str(tmp_path / "c.txt"), "--output", str(output), COPYDESK_PROCESSES="1"
    )
    assert done.returncode == 0, done.stderr.decode()
    records = {record["id"]: record for record in lines(output)}
    check_schema(list(records.values()))
    assert records.keys() == {"a", file_id(folder / "page.html"), file_id(tmp_path / "c.txt")}
    assert records["a"]["text"] == TEXT.format(1)
    assert "Paris" in {entity["name"] for entity in records["a"]["entities"]}
    said = done.stderr.decode()
    assert "5 of 5 arrivals came out" in said
    assert "1 repeat" in said
    assert "1 undecodable (fingerprint)" in said


def test_split_on_a_kafka_that_others_use_too_and_from_standard_input(
    deployment: Deployment, tmp_path: Path
) -> None:
    settings = deployment.settings
    deployment.produce([raw("others", TEXT.format("of others"))])
    output = tmp_path / "out.jsonl"
    done = copydesk(
        *("run", "-", "--topology", "split", "--output", str(output)),
        *("--bootstrap", settings.bootstrap),
        input=b"".join(raw(str(n), TEXT.format(n)) + b"\r\n" for n in range(5)),
        COPYDESK_TOPIC_PREFIX=settings.topic_prefix,
        COPYDESK_SESSION_TIMEOUT="6",
    )
    assert done.returncode == 0, done.stderr.decode()
    records = lines(output)
    check_schema(records)
    assert {record["id"] for record in records} == set("01234")
    assert "5 of 5 arrivals came out" in done.stderr.decode()
    stages = {run["name"] for record in records for run in record["stages"]}
    assert {"detect_language", "strip_boilerplate", "tag_entities"} <= stages


@contextmanager
def running(tmp_path: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A run that waits for more on standard input, and what it says."""
    told = tmp_path / "said"
    with told.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers.commands", "run", "-", *arguments],
            stdin=subprocess.PIPE,
            stdout=stream,
            stderr=stream,
        )
    try:
        assert process.stdin is not None
        process.stdin.write(raw("a", TEXT.format(1)) + b"\n")
        process.stdin.flush()
        yield process, told
    finally:
        process.kill()
        process.communicate()


def worker_of(process: subprocess.Popen[bytes]) -> psutil.Process | None:
    for child in psutil.Process(process.pid).children():
        if "worker" in child.cmdline():
            return child
    return None


def started(process: subprocess.Popen[bytes], told: Path) -> list[psutil.Process]:
    """Everything that the run has started, once its worker runs and its first line is in."""
    wait_for(lambda: worker_of(process) is not None, 30, told.read_text)
    wait_for(lambda: "1 arrived" in told.read_text("utf-8"), 30, told.read_text)
    worker = worker_of(process)
    assert worker is not None
    wait_for(lambda: bool(worker.children()), 30)  # its pool
    return psutil.Process(process.pid).children(recursive=True)


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def test_a_worker_that_dies_ends_the_run_and_the_arrivals_are_named(tmp_path: Path) -> None:
    with running(tmp_path) as (process, told):
        processes = started(process, told)
        worker = worker_of(process)
        assert worker is not None
        worker.kill()
        assert process.wait(40) == 1
        said = told.read_text("utf-8")
        assert "ended with status -9" in said
        assert "1 arrivals are unaccounted for (the producer was still reading)" in said
        assert "standard input:1 (articles.raw/" in said
        assert "Traceback" not in said
        wait_for(lambda: gone(processes), 60)


def test_an_interrupt_ends_the_run_and_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path, "--follow") as (process, told):
        processes = started(process, told)
        address = re.search(r"COPYDESK_BOOTSTRAP=(\S+)", told.read_text("utf-8"))
        assert address is not None
        line = json.dumps({"id": "late", "content": TEXT.format(7)}).encode()
        done = copydesk("produce", "-", "--bootstrap", address[1], input=line)
        assert done.returncode == 0, done.stderr
        wait_for(lambda: "2 arrived" in told.read_text("utf-8"), 60, told.read_text)
        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 0, told.read_text("utf-8")
        said = told.read_text("utf-8")
        assert "Traceback" not in said
        assert "Fatal" not in said
        wait_for(lambda: gone(processes), 60)


def test_a_run_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as (process, told):
        processes = started(process, told)
        process.kill()
        wait_for(lambda: gone(processes), 40, lambda: repr(processes))


def test_what_failed_when_it_was_sent_once_more_has_come_out_before() -> None:
    arguments = argparse.Namespace(follow=True)
    run = _Run(Settings(), arguments, [], Console(stderr=True), None)
    tally, summary = Tally(), Summary()
    first = {headers.ORIGIN: "articles.raw/0/1@5"}
    again = first | {REPROCESSED: "2026-02-10T06:52:12.067Z", "dlq.reason": "timeout"}
    out = SimpleNamespace(headers=headers.write(first), value=b'{"status": "complete"}')
    run._take(catalog.ENRICHED.name, out, tally, summary)
    letter = SimpleNamespace(headers=headers.write(again), value=b"")
    run._take(catalog.DEAD_LETTER.name, letter, tally, summary)
    assert tally.contradictions == []
    assert (tally.count(catalog.ENRICHED.name), tally.count(catalog.DEAD_LETTER.name)) == (1, 0)
