"""``copydesk forget``: take an article down, and say what the topics still hold of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from workers import settings
from workers.commands import CommandError
from workers.commands.counts import zero_or_more
from workers.commands.interruptible import run_interruptibly
from workers.commands.kafka_answers import kafka_answers
from workers.commands.reading import report
from workers.commands.times import short_time, told

if TYPE_CHECKING:
    from workers.runtime.forget import Done, Plan

UNDONE = 1
MOST_OFFSETS = 4


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Take an article down: records without a value (tombstones) tell the readers of the "
        "enriched articles, duplicates and dead letters to delete it; its claims are dropped, so "
        "that nothing is called its copy or its revision any more. Then it is told what the topics "
        "still hold of it, and until when. If it arrives again it is a new article: have its "
        "source stopped first."
    )
    parser.add_argument("word", metavar="ID|URL", help="an article's id, or its address")
    parser.add_argument("--dry-run", action="store_true", help="only say what is there")
    parser.add_argument(
        "--all", action="store_true", help="all articles at this address, if there are several"
    )
    parser.add_argument(
        "--wait",
        type=zero_or_more,
        default=60,
        metavar="SECONDS",
        help="so long at most for workers to pass what is on its way (default: 60)",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="write the tombstones though no topic has anything of it (any more), or though it was "
        "forgotten already: for those who may still keep it",
    )
    parser.add_argument("--json", action="store_true", help="JSON, one object for each article")
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")


def run(arguments: argparse.Namespace) -> int:
    """Forget it; 1 if nothing is known of it, or if something is not awaited to its end."""
    from workers.runtime import logs
    from workers.runtime.delivery import DeliveryError
    from workers.runtime.forget import ArrivalError, NoTopicError

    chosen = settings.load(bootstrap=arguments.bootstrap)
    logs.configure(chosen, quiet=True)
    with kafka_answers(chosen.bootstrap):
        try:
            return run_interruptibly(_forget(chosen, arguments))
        except ArrivalError as error:
            raise CommandError(
                f"{arguments.word} is an arrival, and an article is forgotten with all its "
                f"arrivals: copydesk forget {error}"
            ) from None
        except NoTopicError as error:
            raise CommandError(
                f"no topic {error} on the broker; create it with: copydesk topics create"
            ) from None
        except DeliveryError as error:
            raise CommandError(
                f"Kafka at {chosen.bootstrap} took no more: {error}; run this again"
            ) from None


async def _forget(chosen: settings.Settings, arguments: argparse.Namespace) -> int:
    from workers.runtime.forget import Forgetting

    forgetting = Forgetting(chosen, report)
    plans = await forgetting.plans(arguments.word)
    known = [plan for plan in plans if plan.known]
    if not known:
        print(
            f"no topic has anything of {arguments.word}: an id must be exact, and an address is "
            "known for as long as a topic holds a record with it; --force writes the tombstones "
            "all the same",
            file=sys.stderr,
        )
        if not arguments.force:
            return UNDONE
        known = plans[:1]
    if len(known) > 1 and not (arguments.all or arguments.dry_run):
        ids = "\n  ".join(plan.id for plan in known)
        print(
            f"{len(known)} articles are at this address; --all forgets them all, or name one:\n"
            f"  {ids}",
            file=sys.stderr,
        )
        return UNDONE
    late = False
    for plan in known:
        done = None
        if not arguments.dry_run and (plan.forgotten is None or arguments.force):
            done = await forgetting.carry_out(plan, arguments.wait)
            late |= bool(done.late)
        _tell(plan, done, dry=arguments.dry_run, json=arguments.json)
    return UNDONE if late else 0


def _tell(plan: Plan, done: Done | None, *, dry: bool, json: bool) -> None:
    if json:
        print(orjson.dumps(described(plan, done)).decode())
        return
    from rich.table import Column, Table
    from rich.text import Text

    from workers.commands.letter_views import safe
    from workers.commands.trace import wide_console

    console = wide_console()
    if plan.held:
        heads = ("topic", "records", "offsets", "newest (UTC)", "gone by (UTC)", "through")
        table = Table(
            *(Column(name, no_wrap=name != "through") for name in heads),
            title=Text(safe(f"What the topics hold of {plan.id}")),
            title_justify="left",
        )
        for part in plan.held:
            cells = (
                f"{part.topic}/{part.partition}",
                f"{len(part.offsets):,}",
                _offsets(part.offsets),
                short_time(part.last),
                "" if part.until is None else short_time(part.until),
                part.by,
            )
            table.add_row(*(Text(safe(cell)) for cell in cells))
        console.print(table)
    for line in sentences(plan, done, dry=dry):
        console.print(Text(safe(line)), highlight=False, soft_wrap=True)


def described(plan: Plan, done: Done | None) -> dict[str, Any]:
    """The whole as one JSON object; times in milliseconds."""
    return {
        "id": plan.id,
        "done": done is not None and not done.late,
        "forgotten_before": plan.forgotten,
        "held": [part.described() for part in plan.held],
        "copies": list(plan.copies),
        "takedown": None if done is None else done.takedown,
        "tombstones": [] if done is None else done.tombstones,
        "again": 0 if done is None else done.again,
        "late": [] if done is None else done.late,
    }


def sentences(plan: Plan, done: Done | None, *, dry: bool) -> list[str]:
    """What was done, and what remains to be done by whom."""
    said = []
    if done is None and plan.forgotten is not None:
        said.append(
            f"{plan.id} was forgotten on {told(plan.forgotten)}, and nothing of it came since"
        )
    elif done is None:
        said.append(f"{plan.id} would be forgotten" if dry else f"{plan.id} is left as it is")
    else:
        said.append(f"{plan.id} is forgotten: tombstones at {', '.join(done.tombstones)}")
        if not done.late:
            said.append(f"its claims are dropped ({done.takedown})")
        if done.again:
            said.append(f"{done.again} of its records came out meanwhile, and are forgotten too")
        for place in done.late:
            said.append(f"not awaited: {place}")
        if done.late:
            said.append(
                "when the workers have passed that, run this again: it may still come out till then"
            )
    if plan.copies:
        shown = ", ".join(plan.copies[:20]) + (", …" if len(plan.copies) > 20 else "")
        said.append(f"copies of it by others stay, to be forgotten by their own ids: {shown}")
    if plan.more:
        said.append(f"{plan.more} records more of it were not looked at")
    return said


def _offsets(offsets: Sequence[int]) -> str:
    shown = ", ".join(map(str, offsets[:MOST_OFFSETS]))
    return shown if len(offsets) <= MOST_OFFSETS else f"{shown} … {offsets[-1]}"
