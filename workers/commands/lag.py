"""``copydesk lag``: how far each stage is behind, by what its consumer group has committed."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from workers import settings
from workers.commands import CommandError

if TYPE_CHECKING:
    from workers.runtime.group_lag import PartitionLag
    from workers.settings import Settings


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")
    parser.add_argument(
        "--serve",
        action="store_true",
        help="serve it as metrics on COPYDESK_HTTP_HOST and COPYDESK_HTTP_PORT until stopped",
    )
    parser.add_argument(
        "--json", action="store_true", help="a JSON line for each partition instead of a table"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print it, or serve it until SIGTERM or SIGINT."""
    from aiokafka.errors import KafkaError

    from workers.runtime import logs
    from workers.runtime.http import PortTakenError
    from workers.runtime.lag_exporter import LagExporter

    chosen = settings.load(bootstrap=arguments.bootstrap)
    try:
        if arguments.serve:
            logs.configure(chosen)
            asyncio.run(LagExporter(chosen).run())
            return 0
        found = asyncio.run(_measured(chosen))
    except (LookupError, PortTakenError) as error:
        raise CommandError(str(error)) from None
    except (KafkaError, OSError) as error:
        raise CommandError.no_kafka(chosen.bootstrap, error) from None
    if arguments.json or not sys.stdout.isatty():
        _print_json(found)
    else:
        _print_table(found)
    return 0


async def _measured(chosen: Settings) -> list[PartitionLag]:
    from workers.runtime.group_lag import GroupLag

    groups = GroupLag(chosen)
    try:
        await groups.start()
        return await groups.measure()
    finally:
        await groups.stop()


def _print_json(found: Sequence[PartitionLag]) -> None:
    for one in found:
        print(
            json.dumps(
                {
                    "stage": one.step,
                    "topic": one.topic,
                    "partition": one.partition,
                    "committed": one.committed,
                    "end": one.end,
                    "lag": one.lag,
                }
            )
        )


def _print_table(found: Sequence[PartitionLag]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for title in ("stage", "topic", "partitions", "records waiting", "most in one"):
        table.add_column(title, justify="left" if title in ("stage", "topic") else "right")
    for (step, topic), group in groupby(found, key=lambda one: (one.step, one.topic)):
        lags = [one.lag for one in group]
        table.add_row(step, topic, str(len(lags)), f"{sum(lags):,}", f"{max(lags):,}")
    Console().print(table)
