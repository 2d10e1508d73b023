"""CPU time and memory of processes and of what they started, from /proc (by psutil and itself)."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

import psutil

MB = 1024 * 1024


@dataclass(frozen=True)
class Usage:
    """One process at one moment."""

    pid: int
    role: str
    """``worker`` (or whatever was asked about), ``pool``, or ``helper``: fork server, tracker."""
    cpu: float
    """Seconds of CPU, user and system."""
    peak: int
    """Most resident bytes so far (VmHWM); pages shared with other processes count in each."""
    own: int
    """Proportional set size now: a shared page is divided among those that have it."""


def tree(pid: int, role: str) -> list[Usage]:
    """A process and its descendants; empty if it has ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        children = process.children()
        below = [grandchild for child in children for grandchild in child.children(recursive=True)]
        found = [_usage(process, role)]
        found += [_usage(child, "helper") for child in children]
        # The pool's processes are children of its fork server.
        found += [_usage(child, "pool") for child in below]
        return found
    return []


def cpu_seconds(usages: list[Usage], *roles: str) -> float:
    """CPU seconds of the processes with one of these roles; of all if none is named."""
    return sum(usage.cpu for usage in usages if not roles or usage.role in roles)


def one_thread_each() -> dict[str, str]:
    """This environment with one thread per numeric library, as the workers' pools have."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    return {**os.environ, **dict.fromkeys(names, "1")}


def _usage(process: psutil.Process, role: str) -> Usage:
    times = process.cpu_times()
    return Usage(
        process.pid,
        role,
        times.user + times.system,
        _kilobytes(process.pid, "status", "VmHWM") * 1024,
        _kilobytes(process.pid, "smaps_rollup", "Pss") * 1024,
    )


def _kilobytes(pid: int, file: str, name: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0
