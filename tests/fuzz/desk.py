"""A running ``copydesk enrich``: lines go in while outcomes come out, and its memory is watched."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

import orjson

from tests.benchmarks.processes import tree
from tests.fuzz.checks import complaint

WITHOUT_ENTITIES = "deduplicate,detect_language,strip_boilerplate"
ALL = f"{WITHOUT_ENTITIES},tag_entities"
COMMAND = (sys.executable, "-m", "workers.commands", "enrich")
STUCK_SECONDS = 300.0
WATCH_SECONDS = 2.0
PATIENT = {"COPYDESK_TASK_TIMEOUT": "60", "COPYDESK_BATCH": "4"}
"""Six times the usual limit: on a busy machine a long line would be over that by no fault of its
own, while one that hangs is over any. (Batches do not matter here, but their limits must agree.)"""
MB = 1024 * 1024


@dataclass(frozen=True)
class Line:
    """One line on its way; numbers count from 1."""

    number: int
    family: str
    value: bytes


@dataclass(frozen=True)
class Found:
    """A line and what was wrong with its outcome."""

    line: Line
    complaint: str


@dataclass(frozen=True)
class Memory:
    """Proportional set size in bytes of the command and of all that it started, at one moment."""

    lines: int
    """Outcomes so far."""
    own: int
    others: int


@dataclass
class Result:
    """What a run came to."""

    lines: int = 0
    outcomes: int = 0
    seconds: float = 0.0
    status: int | None = None
    stderr: str = ""
    kinds: Counter[str] = field(default_factory=Counter)
    families: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    unanswered: list[Line] = field(default_factory=list)
    """Lines in hand when it ended, if it ended too early."""
    memory: list[Memory] = field(default_factory=list)
    peak: int = 0
    """Most resident bytes of any one process."""


class Desk:
    """One run of the command over lines; ``command`` puts another program into its place."""

    def __init__(
        self, stages: str, *, thorough_every: int = 1, command: Sequence[str] = COMMAND
    ) -> None:
        self._command = [*command, "--stages", stages]
        self._thorough_every = thorough_every
        self._result = Result()
        self._pending: deque[Line] = deque()
        self._moved = time.monotonic()

    def run(self, lines: Iterable[tuple[str, bytes]]) -> Result:
        """Feed all lines, check every outcome."""
        result, began = self._result, time.perf_counter()
        with tempfile.TemporaryFile() as words, self._started(words) as process:
            writer = threading.Thread(target=self._feed, args=(process, lines))
            watcher = threading.Thread(target=self._watch, args=(process,), daemon=True)
            writer.start()
            watcher.start()
            assert process.stdout is not None
            for written in process.stdout:
                self._take(written)
            result.status = process.wait()
            writer.join()
            words.seek(0)
            result.stderr = words.read().decode("utf-8", "replace")
        result.seconds = time.perf_counter() - began
        result.unanswered = list(self._pending)
        return result

    @contextlib.contextmanager
    def _started(self, words: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        kept = {n: v for n, v in os.environ.items() if not n.startswith("COPYDESK_")}
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            env=kept | PATIENT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _feed(self, process: subprocess.Popen[bytes], lines: Iterable[tuple[str, bytes]]) -> None:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError), process.stdin as stream:
            for number, (family, value) in enumerate(lines, 1):
                self._pending.append(Line(number, family, value))
                self._result.lines = number
                stream.write(value + b"\n")
                if number % 8 == 0:  # both ways at once, and not one write per line
                    stream.flush()

    def _take(self, written: bytes) -> None:
        result = self._result
        self._moved = time.monotonic()
        if not self._pending:
            nobody = Line(result.outcomes + 1, "nobody", b"")
            result.found.append(Found(nobody, f"an outcome too many: {written[:200]!r}"))
            return
        line = self._pending.popleft()
        result.outcomes += 1
        result.families[line.family] += 1
        result.kinds[_kind(written)] += 1
        thorough = line.number % self._thorough_every == 0
        if wrong := complaint(line.number, line.value, written, thorough=thorough):
            result.found.append(Found(line, wrong))

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            if time.monotonic() - self._moved > STUCK_SECONDS:
                process.kill()
            usages = tree(process.pid, "command")
            own = sum(usage.own for usage in usages if usage.role == "command")
            others = sum(usage.own for usage in usages if usage.role != "command")
            if own and others:
                self._result.memory.append(Memory(self._result.outcomes, own, others))
                peak = max(usage.peak for usage in usages)
                self._result.peak = max(self._result.peak, peak)
            time.sleep(WATCH_SECONDS)


def _kind(written: bytes) -> str:
    """Topic and, of a dead letter, its reason; for the summary."""
    try:
        outcome = orjson.loads(written)
        topic = str(outcome["topic"]).removeprefix("articles.")
        reason = outcome["value"].get("reason")
    except (ValueError, KeyError, TypeError, AttributeError):
        return "nothing readable"
    return f"{topic}: {reason}" if reason else topic
