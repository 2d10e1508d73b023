"""``copydesk enrich``: standard input JSONL to standard output JSONL, no broker."""

from __future__ import annotations

import argparse
import sys
from typing import BinaryIO

from workers import pipeline, settings, sources
from workers.commands import CommandError
from workers.commands.interruptible import run_interruptibly

LINES_PER_PROCESS = 8


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--stages",
        metavar="STAGE,…",
        help=f"only these of {', '.join(pipeline.STAGES)}; default: all of them",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write exactly one outcome per input line, in order."""
    from workers.runtime import logs
    from workers.runtime.local import LocalDesk
    from workers.runtime.pool import Limits, TaskPool
    from workers.stages.deduplicate import WindowedSeenStore

    chosen = settings.load()
    logs.configure(chosen, quiet=True)
    named = arguments.stages
    names = pipeline.STAGES if named is None else tuple(named.split(","))
    for name in names:
        if name not in pipeline.STAGES:
            raise CommandError(f"no stage {name!r}; there are {', '.join(pipeline.STAGES)}")
    steps = tuple(step for step in pipeline.steps_of(names) if step != pipeline.CLAIM)

    async def enrich(stream: BinaryIO) -> None:
        pool = TaskPool(
            settings.pool_plan(chosen, steps),
            Limits(chosen.task_timeout, chosen.task_memory),
            processes=chosen.processes,
        )
        await pool.start()
        desk = LocalDesk(
            names,
            pool,
            WindowedSeenStore(window_ms=chosen.claim_window_ms, copies=chosen.copies),
            LINES_PER_PROCESS * chosen.processes,
        )
        try:
            async for outcome in desk.run(sources.lines(stream)):
                sys.stdout.buffer.write(outcome.line())
                sys.stdout.buffer.flush()
        finally:
            await pool.stop()

    # Not closed: that would wait for the line that another thread waits for.
    run_interruptibly(enrich(sources.standard_input()))
    return 0
