"""``copydesk dead-letters``: look at what could not be processed, and replay it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from topics import catalog
from topics.records import REASONS
from workers import pipeline, settings
from workers.commands import CommandError
from workers.commands.counts import positive, rate, zero_or_more
from workers.commands.interruptible import run_interruptibly
from workers.commands.kafka_answers import kafka_answers
from workers.commands.reading import report
from workers.commands.times import moment

if TYPE_CHECKING:
    from workers.runtime.letters import Letter, Wanted
    from workers.runtime.record import Consumed

WRONG = 1
MOST_SHOWN = 20


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="one line each; JSON where it is no terminal")
    _filters(listing)
    listing.add_argument("--count", action="store_true", help="only how many by stage and reason")
    listing.add_argument("--limit", type=positive, metavar="N", help="only the newest N")
    showing = actions.add_parser("show", help="all headers in words, and the payload")
    showing.add_argument("place", metavar="PLACE", help=PLACE)
    showing.add_argument("--full", action="store_true", help="the whole payload, however long")
    showing.add_argument(
        "--payload", action="store_true", help="the newest one's payload alone, byte by byte"
    )
    replaying = actions.add_parser(
        "replay", help="send records again to where they failed; without --yes only say so"
    )
    replaying.add_argument("place", nargs="?", metavar="PLACE", help=PLACE)
    _filters(replaying)
    replaying.add_argument("--yes", action="store_true", help="do it")
    replaying.add_argument(
        "--rate", type=rate, default=50.0, metavar="N", help="records a second (default: 50)"
    )
    replaying.add_argument(
        "--max-replays",
        type=zero_or_more,
        default=3,
        metavar="N",
        help="refuse what was replayed so often already (default: 3)",
    )
    replaying.add_argument(
        "--force",
        action="store_true",
        help="also what was replayed too often or already; never what was truncated",
    )
    for action in (listing, showing, replaying):
        action.add_argument("--json", action="store_true", help="JSON lines")
        action.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")


PLACE = "a dead letter as listed (TOPIC/PARTITION/OFFSET), an arrival's origin, or an article's id"


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 1 if nothing is there to show, or not all could be replayed."""
    from workers.runtime import logs
    from workers.runtime.delivery import DeliveryError

    chosen = settings.load(bootstrap=arguments.bootstrap)
    logs.configure(chosen, quiet=True)
    actions = {"list": _list, "show": _show, "replay": _replay}
    action: Coroutine[Any, Any, int] = actions[arguments.action](chosen, arguments)
    with kafka_answers(chosen.bootstrap):
        try:
            return run_interruptibly(action)
        except DeliveryError as error:
            raise CommandError(f"Kafka at {chosen.bootstrap} took no more: {error}") from None


async def _list(chosen: settings.Settings, arguments: argparse.Namespace) -> int:
    from workers.commands import letter_views as views

    wanted = _wanted(arguments)
    letters = [letter for letter, _ in await _matching(chosen, wanted, payloads=0)]
    letters.sort(key=lambda letter: (letter.timestamp, letter.partition, letter.offset))
    plain = arguments.json or not sys.stdout.isatty()
    if not letters:
        print(_nothing(None), file=sys.stderr)
    if arguments.count:
        entries = views.counts(letters)
        _print(entries, plain, lambda: views.count_table(entries))
        return 0
    shown = letters[-arguments.limit :] if arguments.limit else letters
    _print([letter.described() for letter in shown], plain, lambda: views.table(shown))
    if not plain:
        print(f"{len(letters)} dead letters" + _cut(len(shown), len(letters)))
    return 0


async def _show(chosen: settings.Settings, arguments: argparse.Namespace) -> int:
    from workers.commands import letter_views as views
    from workers.runtime.letters import Wanted

    wanted = Wanted(place=arguments.place)
    found = await _matching(chosen, wanted, payloads=1 if arguments.payload else MOST_SHOWN)
    if not found:
        print(_nothing(arguments.place), file=sys.stderr)
        return WRONG
    for number, (letter, record) in enumerate(found):
        assert record is not None
        if arguments.payload:
            sys.stdout.buffer.write(record.value or b"")
        elif arguments.json:
            print(orjson.dumps(views.as_object(letter, record)).decode())
        else:
            print(
                "\n" * bool(number) + "\n".join(views.in_words(letter, record, full=arguments.full))
            )
    return 0


async def _replay(chosen: settings.Settings, arguments: argparse.Namespace) -> int:
    from workers.commands.replay_report import ReplayReport
    from workers.runtime.delivery import DeliveryError
    from workers.runtime.replay import NoTopicError, Replay
    from workers.runtime.replay_plan import Rules

    replay = Replay(chosen, Rules(arguments.max_replays, arguments.force), report)
    try:
        plan = await replay.plan(_wanted(arguments))
    except NoTopicError as error:
        raise CommandError(str(error)) from None
    telling = ReplayReport(plan, dry=not arguments.yes, json=arguments.json)
    if not plan:
        print(_nothing(arguments.place), file=sys.stderr)
        return WRONG if arguments.place else 0
    telling.decisions()
    if arguments.yes:
        try:
            async for sent in replay.send(plan, arguments.rate):
                telling.sent(sent)
        except DeliveryError:
            telling.interrupted()
            raise
    telling.summary()
    fine = telling.fine and (telling.sends or not arguments.place)
    return 0 if fine else WRONG


async def _matching(
    chosen: settings.Settings, wanted: Wanted, *, payloads: int
) -> list[tuple[Letter, Consumed | None]]:
    """Wanted dead letters; the newest ``payloads`` of them with their records, if any are."""
    from workers.runtime.letters import Letter, is_tombstone
    from workers.runtime.scan import Scan

    scan = Scan(chosen, [catalog.DEAD_LETTER], since=wanted.since, report=report)
    found: list[tuple[Letter, Consumed | None]] = []
    async for record in scan.records():
        letter = Letter.of(record)
        if is_tombstone(record) or not wanted.matches(letter):
            continue
        found.append((letter, record if payloads else None))
        if payloads:
            found.sort(key=lambda item: (item[0].timestamp, item[0].partition, item[0].offset))
            del found[:-payloads]
    if scan.missing:
        raise CommandError(
            f"no topic {scan.missing[0]} on the broker; create it with: copydesk topics create"
        )
    return found


def _filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", action="append", default=[], choices=REASONS)
    parser.add_argument(
        "--stage", action="append", default=[], help="the stage or step that gave up"
    )
    parser.add_argument("--id", action="append", default=[], help="the article's id")
    parser.add_argument("--origin", action="append", default=[], help="the arrival's origin")
    when = "by the dead letter's time; RFC 3339, or so long ago: 90s, 30m, 2h, 7d"
    parser.add_argument("--since", type=moment, metavar="TIME", help=when)
    parser.add_argument("--until", type=moment, metavar="TIME", help="before this time")


def _wanted(arguments: argparse.Namespace) -> Wanted:
    from workers.runtime.letters import Wanted

    if None not in (arguments.since, arguments.until) and arguments.since >= arguments.until:
        raise CommandError("--since is not before --until: no dead letter can be in between")
    return Wanted(
        place=getattr(arguments, "place", None),
        reasons=frozenset(arguments.reason),
        stages=_stages(arguments.stage),
        ids=frozenset(arguments.id),
        origins=frozenset(arguments.origin),
        since=arguments.since,
        until=arguments.until,
    )


def _print(objects: list[dict[str, Any]], plain: bool, table: Any) -> None:
    if plain:
        for item in objects:
            sys.stdout.buffer.write(orjson.dumps(item) + b"\n")
        sys.stdout.buffer.flush()
    else:
        from rich.console import Console

        Console().print(table())


def _cut(shown: int, all: int) -> str:
    return "" if shown == all else f"; the newest {shown} are shown"


def _nothing(place: str | None) -> str:
    days = catalog.DEAD_LETTER.retention_ms // catalog.DAY_MS
    named = f" named {place}" if place else ""
    return f"no dead letter{named} matches; they are kept for {days} days"


def _stages(names: Sequence[str]) -> frozenset[str]:
    """The steps of these stages, as ``copydesk worker`` names them, and the producer."""
    from workers.runtime.letters import UNKNOWN
    from workers.runtime.record import PRODUCER

    others = frozenset(names) & {PRODUCER, UNKNOWN}
    try:
        return others | set(pipeline.steps_of([name for name in names if name not in others]))
    except ValueError as error:
        raise CommandError(f"--stage: {error}, {PRODUCER}") from None
