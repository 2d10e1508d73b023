"""``copydesk produce --watch`` that kills itself at a point of its work, as SIGKILL would.

``TEST_DIES_AT`` is a point of ``POINTS`` and a number: at the so many-th time. Without it, it
lives.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from functools import wraps
from typing import Any, NoReturn

from workers.commands import main
from workers.feeds import paging
from workers.feeds.fetch.client import Client
from workers.feeds.state import State
from workers.runtime import feed_producer
from workers.runtime.delivery import Delivery

STATEMENTS = {
    "statement": "BEGIN|INSERT|UPDATE|DELETE|COMMIT",
    "taking in": "INSERT INTO (?:items|pages|outbox)",
    "marking": "DELETE FROM (?:outbox|pages)",
    "committing": "COMMIT",
}
"""Before SQLite runs a statement that writes, so that the kill is inside of a transaction or
between two."""
POINTS = {
    **dict.fromkeys(STATEMENTS, 40),
    "fetched": 12,  # an answer came, and nothing is known of it yet
    "made": 12,  # an article is made, and nowhere yet
    "delivering": 25,  # Kafka has a part of a batch
    "delivered": 5,  # Kafka has all of it, and the state does not know
}
"""Points and the times within which they come while some dozens of stories are published."""


class Death:
    """Comes at the so many-th time."""

    def __init__(self, number: int) -> None:
        self._left = number

    def pass_by(self) -> None:
        self._left -= 1
        if self._left == 0:
            die()


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def prepare(point: str, death: Death) -> None:
    """Have death look in wherever this point is passed."""
    if point in STATEMENTS:
        _in_statements(re.compile(STATEMENTS[point]), death)
    elif point == "delivering":
        _in_batches(death)
    else:
        owner, name = {
            "fetched": (Client, "get"),
            "made": (feed_producer._Desk, "article"),
            "delivered": (Delivery, "send"),
        }[point]
        _after(owner, name, death)


def _in_statements(wanted: re.Pattern[str], death: Death) -> None:
    opened = State.__init__

    def traced(statement: str) -> None:
        if wanted.match(statement):
            death.pass_by()

    @wraps(opened)
    def opening(self: State, *arguments: Any, **named: Any) -> None:
        opened(self, *arguments, **named)
        self._db.set_trace_callback(traced)

    State.__init__ = opening  # type: ignore[method-assign]


def _after(owner: type, name: str, death: Death) -> None:
    does = getattr(owner, name)

    @wraps(does)
    async def doing(*arguments: Any, **named: Any) -> Any:
        done = await does(*arguments, **named)
        death.pass_by()
        return done

    setattr(owner, name, doing)


def _in_batches(death: Death) -> None:
    starts = Delivery._start

    @wraps(starts)
    async def starting(self: Delivery, message: Any) -> Any:
        started = await starts(self, message)
        if isinstance(started, asyncio.Future):
            started.add_done_callback(lambda _: death.pass_by())
        return started

    Delivery._start = starting  # type: ignore[method-assign]


def run() -> None:
    """Live, and die if that is asked for."""
    paging.FIRST_WAIT = 0.5  # what was in hand at a death is asked for again sooner
    if asked := os.environ.pop("TEST_DIES_AT", None):
        point, _, number = asked.partition(":")
        prepare(point, Death(int(number)))
    main()


if __name__ == "__main__":
    run()
