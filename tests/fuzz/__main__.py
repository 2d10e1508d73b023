"""``make fuzz``: many generated lines through the true command, every outcome checked."""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from tests.benchmarks import report
from tests.fuzz.desk import ALL, WITHOUT_ENTITIES, Desk, Result
from tests.fuzz.lines import lines
from tests.fuzz.memory import growth
from tests.fuzz.shrink import alone, shrink

SHOWN = 10
PRINTED = 1000
TIMEOUT = ": timeout: "
"""On a busy machine a line may take too long that does not by itself."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--lines", type=int, default=200_000, help="without tag_entities")
    parser.add_argument("--with-entities", type=int, default=5_000, help="with all stages")
    arguments = parser.parse_args()
    seed = int(os.environ.get("TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    console = report.console(100)
    console.print(f"seed {seed}: set TEST_SEED={seed} to repeat", highlight=False)
    wrong = 0
    for stages, count in ((WITHOUT_ENTITIES, arguments.lines), (ALL, arguments.with_entities)):
        if count:
            fed = _counted(lines(seed, count), count)
            result = Desk(stages, thorough_every=10).run(fed)
            wrong += _told(console, stages, count, result)
    return min(wrong, 1)


def _counted(fed: Iterator[tuple[str, bytes]], count: int) -> Iterator[tuple[str, bytes]]:
    """The same lines; every tenth part of them is told on standard error."""
    for number, line in enumerate(fed, 1):
        yield line
        if number * 10 // count > (number - 1) * 10 // count:
            print(f"{number} of {count} lines", file=sys.stderr, flush=True)


def _told(console: Console, stages: str, count: int, result: Result) -> int:
    """Print what came of a run; how much was wrong."""
    table = Table()
    console.print(f"{count} lines through {stages.replace(',', ', ')}", highlight=False)
    table.add_column("outcome")
    table.add_column("lines", justify="right")
    for kind, number in sorted(result.kinds.items()):
        table.add_row(kind, str(number))
    console.print(table)
    console.print(
        f"{result.outcomes} outcomes of {count} lines in {result.seconds:.0f} s, "
        f"exit status {result.status}, {len(result.stderr)} characters of errors",
        highlight=False,
    )
    complaints = _of_the_whole(count, result)
    told, grown = growth(result)
    console.print(told, highlight=False)
    complaints += grown
    for found in result.found[:SHOWN]:
        again = alone(found.line, stages)
        if again is None and TIMEOUT in found.complaint:
            console.print(f"line {found.line.number} was too slow, but not alone", highlight=False)
            continue
        shortest = shrink(found, stages) if again else found.line.value
        complaints.append(
            f"line {found.line.number} ({found.line.family}): {found.complaint}\n"
            f"  alone: {again or 'nothing wrong'}\n  {_literal(shortest)}"
        )
    for line in result.unanswered[:SHOWN] if result.status else []:
        if again := alone(line, stages):
            complaints.append(f"line {line.number}: {again}\n  {_literal(line.value)}")
    for text in complaints:
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    for found in result.found[SHOWN:]:
        console.print(f"line {found.line.number}: {found.complaint:.120}", highlight=False)
    return len(complaints) + max(0, len(result.found) - SHOWN)


def _of_the_whole(count: int, result: Result) -> list[str]:
    wrong = []
    if result.status != 0:
        wrong.append(f"exit status {result.status}; {len(result.unanswered)} lines were in hand")
    if result.stderr:
        wrong.append(f"it said: {result.stderr[-3000:]}")
    if result.outcomes != count:
        wrong.append(f"{result.outcomes} outcomes of {count} lines")
    return wrong


def _literal(line: bytes) -> str:
    shown = repr(line[:PRINTED])
    return shown if len(line) <= PRINTED else f"{shown} and {len(line) - PRINTED} bytes more"


if __name__ == "__main__":
    sys.exit(main())
