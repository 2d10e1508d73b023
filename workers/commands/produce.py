"""``copydesk produce``: files, folders and JSONL into ``articles.raw``."""

from __future__ import annotations

import argparse
import sys

from workers import settings, sources
from workers.commands import CommandError
from workers.commands.interruptible import run_interruptibly


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="a JSONL, JSON, HTML, text or WARC file, a folder of them, or - for JSONL on standard "
        "input",
    )
    parser.add_argument("--samples", action="store_true", help="the bundled sample articles")
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")


def named_sources(arguments: argparse.Namespace) -> list[str]:
    """The sources that the arguments name, checked."""
    named = list(arguments.sources)
    if arguments.samples:
        from workers import samples

        named += [str(path) for path in samples.paths()]
    sources.check(named)
    return named


def _told(line: str) -> None:
    print(line, file=sys.stderr)


def run(arguments: argparse.Namespace) -> int:
    """Produce every record and say how many."""
    from aiokafka.errors import KafkaError

    from workers.runtime import logs
    from workers.runtime.delivery import Delivery, DeliveryError
    from workers.runtime.produce import produce

    chosen = settings.load(bootstrap=arguments.bootstrap)
    logs.configure(chosen, quiet=True)
    named = named_sources(arguments)
    if not named:
        raise CommandError("name at least one SOURCE, or --samples")

    async def deliver() -> tuple[int, int]:
        delivery = Delivery(chosen)
        await delivery.start()
        arrived = dead = 0
        try:
            async for item in produce(chosen, delivery, sources.read(named, _told)):
                arrived += 1
                if item.dead:
                    dead += 1
                    print(f"{item.where}: too large for Kafka, dead letter", file=sys.stderr)
        finally:
            await delivery.stop()
        return arrived, dead

    try:
        arrived, dead = run_interruptibly(deliver())
    except (KafkaError, DeliveryError, OSError) as error:
        raise CommandError(
            f"Kafka at {chosen.bootstrap} did not take the articles: {error}"
        ) from None
    print(f"{arrived} articles produced, {dead} of them straight to the dead letters")
    return 0
