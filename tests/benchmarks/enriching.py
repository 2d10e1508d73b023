"""``copydesk enrich`` as its users run it: a process, JSONL in, JSONL out."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType

from tests.benchmarks.processes import Usage, tree

ENRICH = ("workers.commands", "enrich")


class EnrichProcess:
    """``copydesk enrich``, kept running between rounds; a context manager that ends it.

    ``command`` is what runs in its place: it answers each line by one that begins alike.
    """

    def __init__(self, stages: Sequence[str] = (), command: Sequence[str] = ENRICH) -> None:
        self.name = ",".join(stages) or "all stages"
        self._command = [*command, *(["--stages", ",".join(stages)] if stages else [])]
        self.start_up = 0.0
        """Seconds from its start to the first outcome, of one short article."""

    def __enter__(self) -> EnrichProcess:
        self._process = subprocess.Popen(
            [sys.executable, "-m", *self._command],
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
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def warm_up(self, first: bytes, others: Sequence[bytes]) -> None:
        """Take the first article for the start-up time, and others until every process is warm."""
        began = time.perf_counter()
        self.run([first])
        self.start_up = time.perf_counter() - began
        self.run(others)

    def run(self, articles: Sequence[bytes]) -> float:
        """Seconds from the first line in to the last outcome out."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None

        def write() -> None:
            stdin.write(b"".join(article + b"\n" for article in articles))
            stdin.flush()

        # Of its own, because both pipes would be full otherwise.
        writer = threading.Thread(target=write)
        began = time.perf_counter()
        writer.start()
        for article in articles:
            outcome = stdout.readline()
            if not outcome.startswith(b'{"topic":"articles.enriched"'):
                raise RuntimeError(f"not enriched: {article[:80]!r} became {outcome[:300]!r}")
        seconds = time.perf_counter() - began
        writer.join()
        return seconds

    def usage(self) -> list[Usage]:
        """CPU and memory of the process and its pool."""
        return tree(self._process.pid, "enrich")
