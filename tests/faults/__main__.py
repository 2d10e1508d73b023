"""``make faults``: every fault with several seeds on Apache Kafka, and what came of it.

``python -m tests.faults [--seeds 20] [--first SEED] [--only WORD]``. Faults that depend on the
moment of a kill run with all seeds, the others with three. The status is 1 if any invariant was
violated, whose seed is printed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import traceback
from dataclasses import dataclass, field

from tests.faults.lab import Lab, Recovered, settings_for
from tests.faults.matrix import FAULTS, Fault, Ground
from tests.faults.unavailable import FaultUnavailableError
from tests.kafka.jars import KafkaUnavailableError
from tests.kafka.node import Node
from workers.settings import load

SEEDS_OF_OTHERS = 3
COLUMNS = ("fault", "seeds", "arrivals", "lost", "self-duplicates", "re-emitted", "recovery s")


@dataclass
class Line:
    """What several seeds of one fault came to."""

    fault: Fault
    recovered: list[Recovered] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    skipped: str = ""

    def cells(self) -> tuple[str, ...]:
        """The line of the table; recovery as median and worst."""
        if self.skipped:
            return (self.fault.name, "0", *[""] * 4, f"skipped: {self.skipped}")
        if not self.recovered:
            return (self.fault.name, "0", *[""] * 4, f"FAILED with {self.failed}")
        accounts = [item.account for item in self.recovered]
        seconds = [item.seconds for item in self.recovered]
        sums = (
            sum(getattr(account, name) for account in accounts)
            for name in ("arrivals", "lost", "self_duplicates", "re_emitted")
        )
        failed = f" FAILED with {self.failed}" if self.failed else ""
        return (
            self.fault.name,
            str(len(self.recovered)),
            *(f"{value:,}" for value in sums),
            f"{statistics.median(seconds):.0f} (worst {max(seconds):.0f}){failed}",
        )


def main() -> int:
    """Run what was asked for and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seeds", type=int, default=20, help="seeds of the faults with a kill")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--only", default="", help="faults whose name holds this")
    chosen = parser.parse_args()
    lines = [Line(fault) for fault in FAULTS if chosen.only in fault.name]
    try:
        node = Node()
    except KafkaUnavailableError as error:
        print(f"make faults: {error}", file=sys.stderr)
        return 1
    with node:
        for line in lines:
            seeds = chosen.seeds if line.fault.kills else min(SEEDS_OF_OTHERS, chosen.seeds)
            try:
                with line.fault.on(node) as ground:
                    for seed in range(chosen.first, chosen.first + seeds):
                        take(line, seed, ground)
            except FaultUnavailableError as why:
                line.skipped = str(why)
    print("\n| " + " | ".join(COLUMNS) + " |")
    print("|---|" + "---:|" * (len(COLUMNS) - 1))
    for line in lines:
        print("| " + " | ".join(line.cells()) + " |")
    return int(any(line.failed for line in lines))


def take(line: Line, seed: int, ground: Ground) -> None:
    """One fault with one seed; what fails is told at once and does not end the rest."""
    began = time.monotonic()
    settings = load({"COPYDESK_BOOTSTRAP": ground.address})
    prefix = f"f{FAULTS.index(line.fault)}-{seed}."
    try:
        with Lab(settings_for(settings, prefix, **line.fault.settings), seed) as lab:
            recovered = line.fault.run(lab, ground)
    except Exception:
        line.failed.append(seed)
        print(f"FAILED: {line.fault.name}, seed {seed}", flush=True)
        traceback.print_exc()
    else:
        line.recovered.append(recovered)
        took = time.monotonic() - began
        print(
            f"{line.fault.name}, seed {seed}: {took:.0f} s, {recovered.seconds:.0f} of them to "
            f"recover; {recovered.account}",
            flush=True,
        )


sys.exit(main())
