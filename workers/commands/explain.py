"""``copydesk explain``: one article's outcome with everything that led to it."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from workers import settings, sources
from workers.commands import CommandError
from workers.commands.counts import positive
from workers.commands.interruptible import run_interruptibly
from workers.commands.kafka_answers import kafka_answers
from workers.commands.times import moment, told

if TYPE_CHECKING:
    from workers.commands.explained.explanation import Explanation
    from workers.commands.explained.finding import Found

NOTHING = 1
STANDARD_OUTPUT = "-"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "word",
        metavar="FILE|URL|ID",
        help="a JSONL, JSON, HTML or text file, or - for JSONL on standard input; an http:// or "
        "https:// address, which is fetched once, by a request from this machine; else an "
        "article's id or an arrival's origin (TOPIC/PARTITION/OFFSET), which is searched on Kafka",
    )
    parser.add_argument(
        "--html",
        metavar="FILE",
        help="write a page of its own, which needs no other file, script or request; - for "
        "standard output",
    )
    parser.add_argument("--json", action="store_true", help="the record, as enrich writes it")
    parser.add_argument(
        "--line",
        type=positive,
        metavar="N",
        help="this line of a JSONL file, or item of a JSON list (default: the first); what stands "
        "before it is claimed first",
    )
    parser.add_argument(
        "--as", choices=("file", "url", "id"), dest="kind", help="what the word is, if not plain"
    )
    parser.add_argument(
        "--since",
        type=moment,
        metavar="TIME",
        help="search Kafka only from then on: RFC 3339, or so long ago: 90s, 30m, 2h, 7d",
    )
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")


def run(arguments: argparse.Namespace) -> int:
    """Show one article; 1 if Kafka has nothing, or no outcome yet, of an id."""
    from workers.runtime import logs

    chosen = settings.load(bootstrap=arguments.bootstrap)
    logs.configure(chosen, quiet=True)
    kind = arguments.kind or kind_of(arguments.word)
    if arguments.line is not None and kind != "file":
        raise CommandError(f"--line is for files, and {arguments.word} is taken for an {kind}")
    found = {"file": _file, "url": _url, "id": _id}[kind](chosen, arguments)
    if found is None:
        return NOTHING
    if arguments.html is not None:
        _write(arguments.html, found.explanation)
    if arguments.json:
        sys.stdout.buffer.write(orjson.dumps(found.record) + b"\n")
        sys.stdout.buffer.flush()
    elif arguments.html is None:
        _show(found.explanation)
    return 0


def kind_of(word: str) -> str:
    """What a word names: ``file``, ``url`` or ``id``; CommandError for other addresses."""
    if re.match("https?://", word, re.IGNORECASE):
        return "url"
    try:
        there = word == sources.STANDARD_INPUT or Path(word).exists()
    except (OSError, ValueError):  # too long, or with a NUL in it
        there = False
    if there or sources.suffix_of(Path(word)) in sources.SUFFIXES:
        return "file"
    if _SCHEME.match(word):
        raise CommandError(
            f"{word} is not fetched: only http:// and https:// are (if it is an article's id: "
            "--as id)"
        )
    return "id"


def _file(chosen: settings.Settings, arguments: argparse.Namespace) -> Found:
    from workers.commands.explained.finding import in_file

    word = arguments.word
    if word != sources.STANDARD_INPUT and Path(word).is_dir():
        raise CommandError(f"{word} is a folder; name a file in it (or, for an id: --as id)")
    sources.check([word])
    return run_interruptibly(in_file(chosen, word, arguments.line))


def _url(chosen: settings.Settings, arguments: argparse.Namespace) -> Found:
    from workers.commands.explained.finding import on_the_web
    from workers.runtime.fetch import FetchError

    try:
        return run_interruptibly(on_the_web(chosen, arguments.word))
    except FetchError as error:
        raise CommandError(str(error)) from None


def _id(chosen: settings.Settings, arguments: argparse.Namespace) -> Found | None:
    from workers.commands import trace
    from workers.commands.explained.on_kafka import on_kafka
    from workers.runtime.forget import forgotten_at

    with kafka_answers(chosen.bootstrap):
        found, searched = run_interruptibly(on_kafka(chosen, arguments.word, since=arguments.since))
    trace.check_topics(chosen, searched)
    if found is None:
        for line in trace.notes(chosen, searched, arguments.word, since=arguments.since):
            print(line, file=sys.stderr)
        forgotten = forgotten_at(searched.sightings)
        if forgotten is not None:
            print(
                f"{arguments.word} was forgotten on {told(forgotten)}; "
                f"see: copydesk trace {arguments.word}",
                file=sys.stderr,
            )
        elif searched.sightings:
            last = searched.sightings[-1]
            print(
                f"{arguments.word} has no outcome (yet); last seen: {last.place}; "
                f"see: copydesk trace {arguments.word}",
                file=sys.stderr,
            )
    return found


def _write(target: str, explanation: Explanation) -> None:
    from workers.commands.explained.page import page

    data = page(explanation).encode("utf-8")
    if target == STANDARD_OUTPUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        Path(target).write_bytes(data)
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error.strerror}") from None
    print(f"written: {target} ({len(data):,} bytes)", file=sys.stderr)


def _show(explanation: Explanation) -> None:
    from workers.commands.explained.terminal import short
    from workers.commands.trace import wide_console

    console = wide_console()
    for part in short(explanation):
        console.print(part, highlight=False)
