"""Workers with a known fault of their own, which the invariants must catch: negative controls.

``python -m tests.faults.controls MISTAKE worker STAGE…``. Each makes one of the mistakes that lose
records in a consumer, at its third batch or the next that a rebalance has not brought once more;
the rest of it is the true worker.

- ``commits_first``: commits a batch before its outputs are delivered, and dies in between;
- ``swallows``: goes on after an exception as if the batch were done;
- ``acks_out_of_order``: commits what it has finished although earlier records are not, and dies.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from faust.types import TP, EventT

from tests.faults.crash import die
from workers import commands
from workers.runtime.consume import Consumption

MISTAKES = ("commits_first", "swallows", "acks_out_of_order")
AT_BATCH = 3

Take = Callable[[Consumption, Sequence[EventT[Any]]], Awaitable[None]]


def mistaken(original: Take, mistake: str) -> Any:
    """``Consumption._take`` with the mistake at its third batch."""
    batches, made = 0, False
    seen: set[tuple[TP, int]] = set()

    async def take(consumption: Consumption, events: Sequence[EventT[Any]]) -> None:
        nonlocal batches, made
        batches += 1
        places = {(event.message.tp, event.message.offset) for event in events}
        due = batches >= AT_BATCH and not made and not places & seen
        made |= due
        seen.update(places)
        if not due:
            await original(consumption, events)
        elif mistake == "swallows":
            hop: Any = consumption.hop
            handle, hop.handle = hop.handle, fail
            try:
                await original(consumption, events)
            except RuntimeError:
                hop.handle = handle
        else:
            if mistake == "acks_out_of_order":
                await original(consumption, events[(len(events) + 1) // 2 :])  # never all of them
            await commit(consumption, events)
            die()

    return take


async def fail(batch: Sequence[Any]) -> None:
    """A hop with a bug."""
    raise RuntimeError("a bug in the hop")


async def commit(consumption: Consumption, events: Sequence[EventT[Any]]) -> None:
    """Commit behind the newest of these events, whatever came before it."""
    offsets: dict[TP, int] = {}
    for event in events:
        tp = event.message.tp
        offsets[tp] = max(offsets.get(tp, 0), event.message.offset + 1)
    consumer: Any = consumption.app.consumer
    assert await consumer._commit(offsets)


if __name__ == "__main__":
    if sys.argv[1] not in MISTAKES:
        raise SystemExit(f"no mistake {sys.argv[1]!r}; there are {', '.join(MISTAKES)}")
    consumption: Any = Consumption
    consumption._take = mistaken(consumption._take, sys.argv[1])
    commands.main(sys.argv[2:])
