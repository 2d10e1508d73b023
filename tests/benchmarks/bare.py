"""The stages as plain function calls in one process: what everything else is compared with.

Run as a module this is a process that reads articles line by line up to an empty line, works on
them and answers with one line of JSON; it keeps its models between rounds.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import msgspec

from tests.benchmarks.processes import one_thread_each


@dataclass(frozen=True)
class Round:
    """One round, of one process or of several together."""

    articles: int
    seconds: float
    """Until the last process was done."""
    cpu: float
    """CPU seconds of all processes."""
    steps: dict[str, float]
    """Seconds by step of ``workers/pipeline.py``, and in ``publish``."""


class BareProcess:
    """A process of plain calls, started and warm; a context manager that ends it."""

    def __enter__(self) -> BareProcess:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.bare"],
            env=one_thread_each(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    @property
    def pid(self) -> int:
        return self._process.pid

    def run(self, articles: Sequence[bytes]) -> Round:
        """Take the articles through all steps."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"".join(line + b"\n" for line in articles) + b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=Round)


def together(processes: Sequence[BareProcess], articles: Sequence[bytes]) -> Round:
    """Several processes at the same time, each with its share of the articles."""
    shares = [articles[number :: len(processes)] for number in range(len(processes))]
    with ThreadPoolExecutor(len(processes)) as threads:
        rounds = list(threads.map(BareProcess.run, processes, shares))
    return Round(
        len(articles),
        max(done.seconds for done in rounds),
        sum(done.cpu for done in rounds),
        {step: sum(done.steps[step] for done in rounds) for step in rounds[0].steps},
    )


class _Line:
    """The pipeline's steps in a row, as the workers call them but without anything between."""

    def __init__(self) -> None:
        from workers import pipeline
        from workers.runtime.performers import performer
        from workers.settings import load, pool_plan
        from workers.stages.deduplicate import WindowedSeenStore

        plan = pool_plan(load({}), pipeline.STEPS)
        self._fingerprint = performer(pipeline.FINGERPRINT, plan)
        self._store = WindowedSeenStore(window_ms=7 * 86_400_000)
        self._stages = [(stage, performer(stage.name, plan)) for stage in pipeline.ENRICHMENTS]
        self._arrivals = 0

    def run(self, articles: Sequence[bytes]) -> Round:
        # The imports are settled in __init__; these only find the modules again.
        from topics import codec
        from topics.records import Fingerprinted, Origin, RawArticle
        from workers import article as ends
        from workers import pipeline
        from workers.chain import conclude
        from workers.runtime.performers import Printed

        clock = time.perf_counter
        steps: dict[str, float] = dict.fromkeys((*pipeline.STEPS, "publish"), 0.0)
        began, cpu = clock(), time.process_time()
        for value in articles:
            start = clock()
            printed = self._fingerprint(value)
            assert isinstance(printed, Printed), printed
            end = clock()
            steps[pipeline.FINGERPRINT] += end - start

            start = end
            self._arrivals += 1
            record = codec.decode_fingerprinted(printed.value)
            assert isinstance(record, Fingerprinted)
            raw = codec.decode(RawArticle, bytes(record.raw))
            verdict = self._store.claim(record.fingerprint, Origin("bare", 0, self._arrivals, 0))
            assert verdict.passes, "the generator never repeats an article"
            article: Any = ends.open_article(raw, record, verdict)
            end = clock()
            steps[pipeline.CLAIM] += end - start

            for stage, perform in self._stages:
                start = end
                article = conclude(
                    stage.name,
                    stage.version,
                    required=stage.required,
                    article=article,
                    outcome=perform(article),
                )
                end = clock()
                steps[stage.name] += end - start

            codec.encode(ends.publish(article, enriched_at=datetime.now(UTC)))
            steps["publish"] += clock() - end
        return Round(len(articles), clock() - began, time.process_time() - cpu, steps)


def main() -> None:
    line = _Line()
    gc.collect()
    gc.freeze()  # as the pool processes do
    articles: list[bytes] = []
    for text in sys.stdin.buffer:
        if text.strip():
            articles.append(text.rstrip(b"\n"))
            continue
        done = line.run(articles)
        articles.clear()
        print(json.dumps(asdict(done)), flush=True)


if __name__ == "__main__":
    main()
