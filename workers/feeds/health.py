"""How a feed is doing, in one word."""

from __future__ import annotations

from typing import Literal, get_args

from workers.feeds import habit
from workers.feeds.known import Known

Condition = Literal["new", "fine", "silent", "failing", "retired"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
FAILING_FROM = 3
"""Polls in a row that failed: one or two are nothing to wake anyone for."""

OVERDUE_SECONDS = 60.0
"""So late a feed may be asked while others of its host have their turns."""
DOWNGRADED = "leads from https to http: others could read and change it"


def overdue(feed: Known, now: float) -> bool:
    """Whether it should have been asked a while ago, and nobody has begun to."""
    return feed.followed and feed.retired is None and feed.next_poll < now - OVERDUE_SECONDS


def flaws(feed: Known) -> str | None:
    """What is wrong with a feed that is followed all the same; None where nothing is."""
    said = [feed.complaint, DOWNGRADED if feed.downgraded else None]
    return "; ".join(filter(None, said)) or None


def condition(feed: Known, now: float) -> Condition:
    """``silent``: it answers, but has had no item for twice as long as it ever was without.

    ``retired`` feeds said that they are gone for good; ``new`` ones never answered and have hardly
    been asked.
    """
    if feed.retired is not None:
        return "retired"
    if feed.failures >= FAILING_FROM:
        return "failing"
    if habit.silent(feed.habit, now):
        return "silent"
    return "new" if feed.last_success is None else "fine"
