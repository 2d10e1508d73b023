"""``make bench``: how fast, through how much overhead, and in how much memory."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import time
from pathlib import Path

from rich.console import Console

from tests.benchmarks import report, summary
from tests.benchmarks.measure import PARTS, QUICK, Bench, Plan


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"of {', '.join(PARTS)}; default: all; plain calls are always measured",
    )
    parser.add_argument("--quick", action="store_true", help="one small round: does it still run?")
    parser.add_argument("--rounds", type=int, help=f"default: {Plan.rounds}")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    if wrong := set(arguments.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(wrong))}; there are {', '.join(PARTS)}")
    plan = QUICK if arguments.quick else Plan()
    plan = dataclasses.replace(
        plan,
        rounds=arguments.rounds or plan.rounds,
        parts=tuple(arguments.parts) or plan.parts,
    )
    progress = Console(stderr=True)
    began = time.perf_counter()
    told = summary.facts()
    bench = Bench(plan, os.cpu_count() or 1, lambda text: progress.print(f"[dim]{text}[/dim]"))
    made = summary.figures_of(bench.run())
    # Wide enough for every table also where the output is a file.
    console = report.console(110)
    report.show(console, told, made)
    seconds = time.perf_counter() - began
    rounds = f"{plan.rounds} rounds of {plan.articles} articles and {plan.notes} notes"
    console.print(f"\n{rounds}, {seconds:.0f} s in all", highlight=False)
    if arguments.json:
        everything = {"facts": told, "plan": dataclasses.asdict(plan), "figures": made}
        Path(arguments.json).write_text(json.dumps(everything, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
