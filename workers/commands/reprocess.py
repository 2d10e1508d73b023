"""``copydesk reprocess``: articles that have come out, through a newer stage once more."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

import orjson

from topics import catalog
from workers import pipeline, settings
from workers.commands import CommandError
from workers.commands.counts import positive, rate, zero_or_more
from workers.commands.interruptible import run_interruptibly
from workers.commands.kafka_answers import kafka_answers
from workers.commands.reading import report
from workers.commands.times import moment

if TYPE_CHECKING:
    from workers.runtime.reprocess import Result
    from workers.runtime.reprocess_plan import Rule

UNDONE = 1


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Send enriched articles through a stage again that an older version of it made: behind "
        "their claims, with the same ids and versions. tag_entities needs no more than the text; "
        "for the stages before it the page must still be in articles.raw, and its verdict in "
        "articles.claims. Run it again to go on after an interruption."
    )
    parser.add_argument(
        "--older-than",
        required=True,
        metavar="STAGE[=VERSION]",
        help="what an older version of this stage made, or what never met it; without a version: "
        "the present one",
    )
    parser.add_argument("--dry-run", action="store_true", help="only count")
    parser.add_argument(
        "--failed", action="store_true", help="also those on which the stage failed"
    )
    parser.add_argument("--language", action="append", default=[], metavar="TAG")
    parser.add_argument("--id", action="append", default=[], help="only the article with this id")
    when = "by the enriched record's time; RFC 3339, or so long ago: 90s, 30m, 2h, 7d"
    parser.add_argument("--since", type=moment, metavar="TIME", help=when)
    parser.add_argument("--until", type=moment, metavar="TIME", help="before this time")
    parser.add_argument("--limit", type=positive, metavar="N", help="send N at most")
    parser.add_argument(
        "--rate", type=rate, default=50.0, metavar="N", help="articles a second (default: 50)"
    )
    parser.add_argument(
        "--wait",
        type=zero_or_more,
        default=600,
        metavar="SECONDS",
        help="so long at most, at the end, for the workers to pass what was sent (default: 600)",
    )
    parser.add_argument("--json", action="store_true", help="the counts as one JSON object")
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")


def run(arguments: argparse.Namespace) -> int:
    """Send them; 1 if anything was refused, or is not awaited to its end."""
    from workers.runtime import logs
    from workers.runtime.delivery import DeliveryError
    from workers.runtime.takedowns import BusyError

    chosen = settings.load(bootstrap=arguments.bootstrap)
    logs.configure(chosen, quiet=True)
    rule = _rule(arguments)
    with kafka_answers(chosen.bootstrap):
        try:
            return run_interruptibly(_reprocess(chosen, rule, arguments))
        except DeliveryError as error:
            raise CommandError(
                f"Kafka at {chosen.bootstrap} took no more: {error}; run this again"
            ) from None
        except BusyError:
            raise CommandError(
                "another run is sending articles again, or was killed a moment ago; run this again "
                f"when it has ended (members of {chosen.group('reprocess')})"
            ) from None
        except LookupError as error:
            raise CommandError(str(error)) from None


async def _reprocess(chosen: settings.Settings, rule: Rule, arguments: argparse.Namespace) -> int:
    from workers.runtime.on_their_way import entry, read_by
    from workers.runtime.reprocess import Reprocessing

    reading = await read_by(chosen)
    enters = entry(rule.stage, reading)
    if enters is None and arguments.dry_run:
        enters = catalog.BY_NAME[_own_topic(rule.stage)]
    if enters is None:
        raise CommandError(
            f"no worker reads {_own_topic(rule.stage)} or a topic before it: start the workers, or "
            f"for as long as this takes: copydesk worker {rule.stage}"
        )
    if enters.name != _own_topic(rule.stage):
        print(
            f"no worker begins with {rule.stage}, so all stages from {enters.name} on are done "
            f"again, which needs the pages; to do without: copydesk worker {rule.stage}",
            file=sys.stderr,
        )
    work = Reprocessing(
        chosen, rule, enters, rate=arguments.rate, limit=arguments.limit, report=report
    )
    ended = False
    try:
        await work.run(dry=arguments.dry_run, wait=arguments.wait)
        ended = True
    finally:
        _tell(work.result, rule, enters, arguments, ended=ended)
    return UNDONE if work.result.refused or work.result.late else 0


def _tell(
    result: Result, rule: Rule, enters: catalog.Topic, arguments: argparse.Namespace, *, ended: bool
) -> None:
    if arguments.json:
        print(orjson.dumps(described(result, rule, enters, ended=ended)).decode())
        return
    would = "to be sent" if arguments.dry_run else "sent"
    print(
        f"{result.found:,} found of {rule.stage} before {rule.version}: {result.sent:,} {would} "
        f"into {enters.name}, {result.refused.total():,} refused, "
        f"{result.skipped.total():,} skipped"
    )
    for name, counts in (("refused", result.refused), ("skipped", result.skipped)):
        for why, count in counts.most_common():
            some = ", ".join(result.examples.get(why, ()))
            print(f"  {name} {count:,}: {why}" + (f" ({some})" if some else ""))
    if result.mended:
        print(f"  {result.mended:,} newer records were written again behind what overtook them")
    for place in result.late:
        print(f"  not awaited: {place}; when the workers have passed it, run this again")
    if not ended:
        print("interrupted: run this again to go on", file=sys.stderr)


def described(result: Result, rule: Rule, enters: catalog.Topic, *, ended: bool) -> dict[str, Any]:
    """The counts as one JSON object."""
    return {
        "stage": rule.stage,
        "older_than": rule.version,
        "into": enters.name,
        "ended": ended,
        "found": result.found,
        "sent": result.sent,
        "refused": dict(result.refused),
        "skipped": dict(result.skipped),
        "examples": result.examples,
        "mended": result.mended,
        "late": result.late,
    }


def _rule(arguments: argparse.Namespace) -> Rule:
    from workers.runtime.reprocess_plan import Rule, older

    stage, equals, version = arguments.older_than.partition("=")
    present = {one.name: one.version for one in pipeline.ENRICHMENTS}
    if stage == pipeline.DEDUPLICATE:
        raise CommandError(
            "--older-than deduplicate: what has come out is claimed already, and keeps its id and "
            f"version; name one of {', '.join(present)}"
        )
    if stage not in present:
        raise CommandError(f"--older-than: no stage {stage!r}; there are {', '.join(present)}")
    if equals and not version:
        raise CommandError(f"--older-than {stage}=: name a version, such as {present[stage]}")
    version = version or present[stage]
    if older(present[stage], version):
        raise CommandError(
            f"--older-than {stage}={version}: this copydesk has version {present[stage]}, which is "
            "older itself; upgrade it and its workers first"
        )
    if None not in (arguments.since, arguments.until) and arguments.since >= arguments.until:
        raise CommandError("--since is not before --until: no record can be in between")
    return Rule(
        stage=stage,
        version=version,
        failed=arguments.failed,
        languages=frozenset(arguments.language),
        ids=frozenset(arguments.id),
        since=arguments.since,
        until=arguments.until,
    )


def _own_topic(stage: str) -> str:
    return next(one.consumes.name for one in pipeline.ENRICHMENTS if one.name == stage)
