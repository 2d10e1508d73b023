"""``copydesk trace``: every record of one article, over all topics, in order of time."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import orjson

from topics import catalog
from workers import settings
from workers.commands import CommandError
from workers.commands.interruptible import run_interruptibly
from workers.commands.kafka_answers import kafka_answers
from workers.commands.reading import report
from workers.commands.times import moment, short_time, span, told

if TYPE_CHECKING:
    from rich.console import Console

    from workers.runtime.trace import Trace

NOTHING = 1


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "word",
        metavar="ID|PLACE",
        help="an article's id (all its arrivals, and the copies of it), or one arrival: the place "
        "of any record of it, TOPIC/PARTITION/OFFSET, as in the header origin or in copydesk lag",
    )
    parser.add_argument(
        "--since",
        type=moment,
        metavar="TIME",
        help="read only what is newer: RFC 3339, or so long ago: 90s, 30m, 2h, 7d",
    )
    parser.add_argument("--json", action="store_true", help="JSON lines")
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")


def run(arguments: argparse.Namespace) -> int:
    """Print what is found; 1 if nothing is."""
    from workers.runtime import logs
    from workers.runtime.trace import trace

    chosen = settings.load(bootstrap=arguments.bootstrap)
    logs.configure(chosen, quiet=True)
    with kafka_answers(chosen.bootstrap):
        found = run_interruptibly(
            trace(chosen, arguments.word, since=arguments.since, report=report)
        )
    check_topics(chosen, found)
    for line in notes(chosen, found, arguments.word, since=arguments.since):
        print(line, file=sys.stderr)
    if not found.sightings:
        return NOTHING
    if arguments.json:
        for seen in found.sightings:
            sys.stdout.buffer.write(orjson.dumps(seen.described()) + b"\n")
        sys.stdout.buffer.flush()
    else:
        _show(found)
    return 0


def check_topics(chosen: settings.Settings, found: Trace) -> None:
    """CommandError if no topic at all is there to be searched."""
    if len(found.missing) == len(catalog.TOPICS):
        raise CommandError(
            f"no topic {chosen.topic(catalog.RAW.name)} on the broker, nor any other of copydesk; "
            "create them with: copydesk topics create"
        )


def notes(
    chosen: settings.Settings, found: Trace, word: str, *, since: int | None
) -> Iterator[str]:
    """What a reader must know about what is not there."""
    if found.missing:
        yield f"not on the broker: {', '.join(found.missing)}"
    if found.more:
        yield f"{found.more} records more are not shown; limit them with --since"
    places = {seen.place for seen in found.sightings}
    gone = [
        seen.origin
        for seen in found.sightings
        if not seen.copy  # whose arrival is another article's, and was not searched
        and seen.origin.topic == chosen.topic(catalog.RAW.name)
        and "/".join(map(str, seen.origin[:3])) not in places
    ]
    if found.sightings and not gone:
        return
    if not found.sightings:
        yield f"nothing is found of {word}" + (f" since {told(since)}" if since is not None else "")
    for origin in sorted(set(gone)):
        yield f"the arrival itself is not there (any more): {origin}"
    lost = [
        f"{name} ({count} records deleted, kept for {_retention(chosen, name)})"
        for name, count in sorted(found.deleted.items())
        if count
    ]
    yield (
        f"retention has deleted from: {', '.join(lost)}"
        if lost
        else ("retention has deleted nothing from the topics")
    )


def wide_console() -> Console:
    """Standard output; elsewhere than on a terminal nothing is cut to a width that nobody has."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=200)


def _retention(chosen: settings.Settings, name: str) -> str:
    topic = catalog.BY_NAME[name.removeprefix(chosen.topic_prefix)]
    return f"{topic.retention_ms // catalog.DAY_MS} days"


def _show(found: Trace) -> None:
    from rich.table import Column, Table
    from rich.text import Text

    from workers.commands.letter_views import safe

    table = Table(
        Column("time (UTC)", no_wrap=True),
        *(Column(name, justify="right", no_wrap=True) for name in ("waited", "worked")),
        Column("articles.", no_wrap=True),
        *("arrival", "by", "outcome", "v", "detail"),
    )
    for seen in found.sightings:
        place = seen.place.split("/", 1)[1]
        cells = (
            short_time(seen.timestamp, seconds_only=False),
            *("" if time is None else span(time) for time in (seen.waited, seen.worked)),
            f"{seen.topic.removeprefix('articles.')}/{place}",
            "/".join(map(str, seen.origin[1:3])),
            *(seen.stage, seen.outcome),
            "" if seen.version is None else str(seen.version),
            seen.detail,
        )
        table.add_row(*(Text(safe(cell), overflow="fold") for cell in cells))
    wide_console().print(table)
