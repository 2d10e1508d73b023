"""``copydesk topics``: create, list and describe the topics."""

from __future__ import annotations

import argparse
from typing import Any

from topics import catalog
from workers import settings
from workers.commands import CommandError
from workers.commands.interruptible import run_interruptibly


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=("create", "list", "schema"))
    parser.add_argument("topic", nargs="?", help="for schema: one topic; all of them if absent")
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says."""
    if arguments.action == "schema":
        return _schema(arguments.topic)
    from aiokafka.errors import KafkaError

    from workers.runtime import logs, topic_admin

    chosen = settings.load(bootstrap=arguments.bootstrap)
    logs.configure(chosen, quiet=True)
    try:
        if arguments.action == "create":
            for created in run_interruptibly(topic_admin.create(chosen)):
                state = "exists" if created.existed else "created"
                print(f"{state:8} {created.name} ({created.partitions} partitions)")
        else:
            _show(chosen, run_interruptibly(_existing(chosen)))
    except topic_admin.TopicError as error:
        raise CommandError(str(error)) from None
    except (KafkaError, OSError) as error:
        raise CommandError.no_kafka(chosen.bootstrap, error) from None
    return 0


async def _existing(chosen: settings.Settings) -> dict[str, int]:
    from workers.runtime import topic_admin

    async with topic_admin.admin(chosen) as client:
        return await topic_admin.partition_counts(client)


def _show(chosen: settings.Settings, existing: dict[str, int]) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    table = Table(Column("topic", no_wrap=True), "partitions", "retention", "written by", "read by")
    for topic in catalog.TOPICS:
        name = chosen.topic(topic.name)
        there: Any = existing.get(name)
        table.add_row(
            name,
            str(there) if there is not None else "[red]missing[/red]",
            "compacted" if topic.compacted else f"{topic.retention_ms // catalog.DAY_MS} days",
            ", ".join(topic.producers),
            ", ".join(topic.consumers),
        )
    Console().print(table)


def _schema(name: str | None) -> int:
    from topics import schema

    if name is not None and name not in catalog.BY_NAME:
        raise CommandError(f"no topic {name!r}; there are {', '.join(catalog.BY_NAME)}")
    for topic in catalog.TOPICS if name is None else [catalog.BY_NAME[name]]:
        print(schema.render(topic).rstrip())
    return 0
