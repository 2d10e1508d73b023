"""The true command line in a process that kills itself at a chosen point.

``python -m tests.faults.crash POINT STEP COUNT worker STAGE…``: SIGKILL when STEP reaches POINT
with the batch that holds its COUNT-th article. Articles are counted and not batches: how many
batches they make is up to the machine, and a point that is never reached is no fault. The points:

- ``produced``: a batch's outputs are delivered and its offsets not committed;
- ``half``: half of a batch's outputs are delivered;
- ``taken``: a batch is in hand and nothing of it is delivered;
- ``claimed``: the claim's changelog holds a batch's verdicts and none of its outputs is delivered.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from workers import commands
from workers.runtime.outbox import Outbox
from workers.runtime.record import Finished

POINTS = ("produced", "half", "taken", "claimed")

Deliver = Callable[[Outbox, Sequence[Finished]], Awaitable[list[Finished]]]


class Trigger:
    """Counts the articles of a step that came to the point."""

    def __init__(self, step: str, count: int) -> None:
        self._step = step
        self._left = count

    def due(self, finished: Sequence[Finished]) -> bool:
        """Whether this batch is the one; only articles of the step count."""
        before = self._left
        self._left -= sum(item.step == self._step for item in finished)
        return before > 0 >= self._left


def die() -> None:
    """SIGKILL to this process: nothing of it runs any more."""
    os.kill(os.getpid(), signal.SIGKILL)


def deliver(original: Deliver, point: str, trigger: Trigger) -> Any:
    """``Outbox.deliver`` with the kill before, in the middle of or behind it."""

    async def delivering(outbox: Outbox, finished: Sequence[Finished]) -> list[Finished]:
        due = trigger.due(finished)
        if due and point == "half":
            await original(outbox, finished[: (len(finished) + 1) // 2])
            die()
        if due and point in ("taken", "claimed"):
            die()
        became = await original(outbox, finished)
        if due:
            die()
        return became

    return delivering


def install(point: str, step: str, count: int) -> None:
    """Arm the point in this process."""
    if point not in POINTS:
        raise SystemExit(f"no point {point!r}; there are {', '.join(POINTS)}")
    outbox: Any = Outbox
    outbox.deliver = deliver(outbox.deliver, point, Trigger(step, count))


if __name__ == "__main__":
    install(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    commands.main(sys.argv[4:])
