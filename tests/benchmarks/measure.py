"""One run of the benchmarks: each contender in turns with the plain calls, and nothing else beside.

The machine may be busy with other things, so that a figure of one minute says nothing about one of
the next: in every round the contender and the plain calls get the same articles, one after the
other, and it is the rounds' ratios of which the median is taken. Contenders follow each other,
because even an idle worker takes some CPU.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.benchmarks import bare, fingerprint, kafka_bytes, pipeline
from tests.benchmarks.articles import CLEAN, NOTE, PATTERN, articles
from tests.benchmarks.enriching import EnrichProcess
from tests.benchmarks.kafka_bytes import Written
from tests.benchmarks.processes import Usage, cpu_seconds, tree
from workers.pipeline import FUSED, SPLIT, STAGES

PARTS = ("fingerprint", "bare", "enrich", "pipeline")
TOPOLOGIES = {"fused": FUSED, "split": SPLIT}
ENRICH = "enrich"
IDLE_SECONDS = 4.0


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int = 3
    articles: int = 100
    """Per round; a multiple of the pattern's length."""
    notes: int = 200
    """Short notes per round, for the cost of hops."""
    alone: int = 8
    """Notes sent one by one, for the latency."""
    warm_up: int = 40
    """Articles before anything is measured, so that every process has loaded everything."""
    fingerprints: int = fingerprint.PASSES
    """How often the articles are fingerprinted that are timed alone."""
    parts: tuple[str, ...] = PARTS


QUICK = Plan(rounds=1, articles=20, notes=60, alone=2, warm_up=10, fingerprints=2)


@dataclass(frozen=True)
class Ratio:
    """A contender to plain calls in one process per core, on the same articles: 1 is as good."""

    rate: float
    """Articles per second to articles per second."""
    cpu: float
    """Articles per CPU second to articles per CPU second, which neighbours disturb less."""


@dataclass
class Figures:
    """What was measured, round by round; rates are articles per second."""

    plan: Plan
    fingerprint: list[fingerprint.Timing] = field(default_factory=list)
    calls: list[bare.Round] = field(default_factory=list)
    """One process of plain calls."""
    calls_notes: list[bare.Round] = field(default_factory=list)
    together: list[float] = field(default_factory=list)
    """Rates of plain calls in one process per core."""
    enrich: dict[str, list[float]] = field(default_factory=dict)
    """Rates of ``copydesk enrich``, by the stages that were asked for."""
    through: dict[str, list[pipeline.Round]] = field(default_factory=dict)
    ratios: dict[str, list[Ratio]] = field(default_factory=dict)
    notes: dict[str, list[pipeline.Round]] = field(default_factory=dict)
    idle: dict[str, dict[str, float]] = field(default_factory=dict)
    """CPU seconds per second that each worker's own process takes without any work, by hop."""
    alone: dict[str, list[float]] = field(default_factory=dict)
    bytes: dict[str, list[Written]] = field(default_factory=dict)
    memory: dict[str, dict[str, list[Usage]]] = field(default_factory=dict)
    start_up: dict[str, float] = field(default_factory=dict)


class Bench:
    """Takes the parts one after the other; ``figures`` holds what is known so far."""

    def __init__(self, plan: Plan, cores: int, told: Callable[[str], None]) -> None:
        self.figures = Figures(plan)
        self._plan = plan
        self._cores = cores
        self._told = told
        self._seeds = iter(range(1, 1_000_000))

    def run(self) -> Figures:
        """Measure all the plan's parts."""
        if "fingerprint" in self._plan.parts:
            self._told("fingerprints")
            self.figures.fingerprint = fingerprint.timings(self._plan.fingerprints)
        with ExitStack() as stack:
            self._told("plain calls")
            plain = [stack.enter_context(bare.BareProcess()) for _ in range(self._cores)]
            for process in plain:
                process.run(self._mixed(self._plan.warm_up))
            for _ in range(self._plan.rounds):
                self.figures.calls.append(plain[0].run(self._mixed(self._plan.articles // 2)))
                self.figures.calls_notes.append(plain[0].run(self._notes()))
                self._together(plain, self._mixed())
            if "enrich" in self._plan.parts:
                self._enrich(plain)
            if "pipeline" in self._plan.parts:
                for name in TOPOLOGIES:
                    self._pipeline(name, plain)
            self.figures.memory["bare"] = {"plain calls": tree(plain[0].pid, "bare")}
        return self.figures

    def _enrich(self, plain: Sequence[bare.BareProcess]) -> None:
        wanted: list[tuple[str, ...]] = [(), *((stage,) for stage in STAGES)]
        for stages in wanted:
            with EnrichProcess(stages) as process:
                self._told(f"copydesk enrich: {process.name}")
                process.warm_up(
                    self._notes()[0], articles(next(self._seeds), self._plan.warm_up, CLEAN)
                )
                self.figures.start_up[f"enrich, {process.name}"] = process.start_up
                rates = self.figures.enrich[process.name] = []
                # Alone, tag_entities would take a page's markup for text.
                pattern = CLEAN if stages == ("tag_entities",) else PATTERN
                for _ in range(self._plan.rounds):
                    given = articles(next(self._seeds), self._plan.articles, pattern)
                    before = cpu_seconds(process.usage())
                    seconds = process.run(given)
                    rates.append(len(given) / seconds)
                    if not stages:
                        cpu = cpu_seconds(process.usage()) - before
                        self._compare(ENRICH, seconds, cpu, plain, given)
                if not stages:
                    self.figures.memory[ENRICH] = {process.name: process.usage()}

    def _pipeline(self, name: str, plain: Sequence[bare.BareProcess]) -> None:
        figures, plan = self.figures, self._plan
        self._told(f"the pipeline, {name}")
        with pipeline.Pipeline(name, TOPOLOGIES[name]) as line:
            figures.start_up[f"pipeline, {name}"] = line.start_up
            line.run(self._mixed(self._plan.warm_up))
            figures.idle[name] = _idle(line)
            rounds = figures.through[name] = []
            for _ in range(plan.rounds):
                given = self._mixed()
                rounds.append(line.run(given))
                self._compare(name, rounds[-1].seconds, rounds[-1].cpu, plain, given)
            figures.bytes[name] = asyncio.run(kafka_bytes.written(line.settings))
            figures.notes[name] = [line.run(self._notes()) for _ in range(plan.rounds)]
            figures.alone[name] = line.one_by_one(self._notes()[: plan.alone])
            figures.memory[name] = line.usage()

    def _compare(
        self,
        contender: str,
        seconds: float,
        cpu: float,
        plain: Sequence[bare.BareProcess],
        given: Sequence[bytes],
    ) -> None:
        calls = self._together(plain, given)
        ratio = Ratio(calls.seconds / seconds, calls.cpu / cpu)
        self.figures.ratios.setdefault(contender, []).append(ratio)

    def _together(self, plain: Sequence[bare.BareProcess], given: Sequence[bytes]) -> bare.Round:
        calls = bare.together(plain, given)
        self.figures.together.append(calls.articles / calls.seconds)
        return calls

    def _mixed(self, count: int = 0) -> list[bytes]:
        """Articles that nobody has had yet: no contender may take one for a repeat."""
        return articles(next(self._seeds), count or self._plan.articles)

    def _notes(self) -> list[bytes]:
        return articles(next(self._seeds), self._plan.notes, NOTE)


def _idle(line: pipeline.Pipeline) -> dict[str, float]:
    before, began = line.usage(), time.perf_counter()
    time.sleep(IDLE_SECONDS)
    after, seconds = line.usage(), time.perf_counter() - began
    return {
        hop: (cpu_seconds(after[hop], "worker") - cpu_seconds(before[hop], "worker")) / seconds
        for hop in after
    }
