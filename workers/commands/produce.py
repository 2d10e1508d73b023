"""``copydesk produce``: files, folders, JSONL and feeds into ``articles.raw``."""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
from pathlib import Path

from workers import settings, sources
from workers.commands import CommandError
from workers.commands.interruptible import run_interruptibly
from workers.settings import Settings


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="a JSONL, JSON, HTML, text or WARC file, a folder of them, or - for JSONL on standard "
        "input; or feeds: a feeds.toml, an OPML file, or addresses of feeds, sitemaps and sites",
    )
    parser.add_argument("--samples", action="store_true", help="the bundled sample articles")
    parser.add_argument(
        "--watch", action="store_true", help="follow feeds until stopped, instead of asking once"
    )
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
    from workers.runtime import logs

    chosen = settings.load(bootstrap=arguments.bootstrap)
    logs.configure(chosen, quiet=True)
    of_feeds = [source for source in arguments.sources if names_feeds(source)]
    if not of_feeds and not arguments.watch:
        return _run_files(chosen, arguments)
    if arguments.samples:
        raise CommandError("--samples are no feeds; produce them by a command of their own")
    if not arguments.sources:
        raise CommandError(f"name at least one SOURCE to watch: {FEEDS}")
    others = [source for source in arguments.sources if source not in of_feeds]
    if others and not arguments.watch:
        raise CommandError(
            f"{others[0]} and {of_feeds[0]} are not of one kind: produce files by a command of "
            "their own"
        )
    return _run_feeds(chosen, arguments.sources, watch=arguments.watch)


FEEDS = "a feeds.toml, an .opml file, a list of addresses, or http(s) addresses"


def names_feeds(source: str) -> bool:
    """Whether a source is a list of feeds or an address on the web."""
    lower = source.lower()
    return lower.startswith(("http://", "https://")) or lower.endswith((".toml", ".opml"))


def _run_files(chosen: Settings, arguments: argparse.Namespace) -> int:
    from aiokafka.errors import KafkaError

    from workers.runtime.delivery import Delivery, DeliveryError
    from workers.runtime.produce import produce

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
        raise _not_taken(chosen, error) from None
    print(f"{arrived} articles produced, {dead} of them straight to the dead letters")
    return 0


def _not_taken(chosen: Settings, error: Exception) -> CommandError:
    return CommandError(f"Kafka at {chosen.bootstrap} did not take the articles: {error}")


def _run_feeds(chosen: Settings, named: list[str], *, watch: bool) -> int:
    from aiokafka.errors import KafkaError

    from workers.feeds.state_file import StateError, unusable
    from workers.feeds.subscriptions import SubscriptionError, read_subscriptions
    from workers.runtime import logs
    from workers.runtime.delivery import DeliveryError
    from workers.runtime.feed_producer import FeedProducer
    from workers.runtime.http import PortTakenError
    from workers.runtime.pool import PoolError

    logs.configure(chosen)
    try:
        producer = FeedProducer(chosen, read_subscriptions(named))
        work = producer.run(once=not watch)
        sums = asyncio.run(work) if watch else run_interruptibly(work)
    except (SubscriptionError, StateError, PortTakenError, PoolError) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(unusable(Path(chosen.feed_state), error)) from None
    except (KafkaError, DeliveryError) as error:
        raise CommandError(
            f"{_not_taken(chosen, error)}; what is not confirmed waits in {chosen.feed_state} for "
            "the next start"
        ) from None
    print(
        f"{sums.feeds} feeds, {sums.failing} of them failing; {sums.articles} articles produced, "
        f"{sums.dead} of them straight to the dead letters; {sums.pages} pages still to be fetched"
        + (" (see: copydesk feeds)" if sums.failing or sums.pages else "")
    )
    return 0
