"""The disk under the broker is full."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.deployment import wait_for
from tests.faults.lab import Lab, Recovered
from tests.faults.unavailable import FaultUnavailableError
from tests.kafka.node import Node

ARTICLES = 240
MEGABYTES = 64
NODE_ENDS_SECONDS = 120.0
STARTS_ALLOWED = 6
"""Workers at most over the fault and after it; more would be a crash loop."""


class Disk:
    """A small file system of its own, in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave no byte free."""
        block = bytes(1024 * 1024)
        with self._filler.open("ab", buffering=0) as file:
            while block:
                try:
                    file.write(block)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    block = block[: len(block) // 2]

    def empty(self) -> None:
        """Take away what filled it."""
        self._filler.unlink()


class SmallDisk:
    """A node whose data lies on a disk of its own."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.node = Node(data=disk.folder / "data")
        self.address = self.node.address


@contextlib.contextmanager
def small() -> Iterator[SmallDisk]:
    """A node on a small disk; FaultUnavailableError where nothing may be mounted."""
    with tempfile.TemporaryDirectory(prefix="copydesk-disk-") as name, _mounted(Path(name)) as disk:
        it = SmallDisk(disk)
        with it.node:
            yield it


@contextlib.contextmanager
def _mounted(folder: Path) -> Iterator[Disk]:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
        raise FaultUnavailableError("a disk to fill is a tmpfs, which only root on Linux can mount")
    options = f"size={MEGABYTES}m,mode=0700"
    command = ["mount", "-t", "tmpfs", "-o", options, "copydesk-test", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise FaultUnavailableError(f"no tmpfs can be mounted here: {said}")
    try:
        yield Disk(folder)
    finally:
        # Lazily: a process that still holds a file must not keep the mount.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def full(lab: Lab, small: SmallDisk) -> Recovered:
    """Kafka finds no room, says so and ends; with room it comes back, and so do the workers."""
    lab.under_load(ARTICLES)
    small.disk.fill()
    wait_for(lambda: not small.node.running, NODE_ENDS_SECONDS, small.node.said)
    # A worker that cannot deliver for too long ends, to be started again by its supervisor.
    lab.restarted_after = (2, 70)
    small.disk.empty()
    small.node.start()
    lab.heal()
    lab.check_committed()
    lab.produce(ARTICLES // 4)
    recovered = lab.healed()
    assert len(lab.deployment.workers) <= STARTS_ALLOWED, "workers in a crash loop"
    return recovered
