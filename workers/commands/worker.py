"""``copydesk worker``: one worker process with the named stages."""

from __future__ import annotations

import argparse
import asyncio

from workers import pipeline, settings
from workers.commands import CommandError


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "stages",
        nargs="*",
        metavar="STAGE",
        help=f"{', '.join(pipeline.STAGES)}, or deduplicate's steps fingerprint and claim; "
        "neighbouring enrichment stages are fused; all of them if none is named",
    )
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT."""
    from aiokafka.errors import KafkaError

    from workers.runtime import logs
    from workers.runtime.consume import PlainStreamsError
    from workers.runtime.http import PortTakenError
    from workers.runtime.worker import TopicsMissingError, Worker

    chosen = settings.load(bootstrap=arguments.bootstrap)
    try:
        steps = pipeline.steps_of(arguments.stages or pipeline.STAGES)
    except ValueError as error:
        raise CommandError(str(error)) from None
    logs.configure(chosen)

    async def work() -> int:
        return await Worker(chosen, steps).run()

    try:
        return asyncio.run(work())
    except (TopicsMissingError, PortTakenError, PlainStreamsError) as error:
        raise CommandError(str(error)) from None
    except (KafkaError, OSError) as error:
        raise CommandError.no_kafka(chosen.bootstrap, error) from None
