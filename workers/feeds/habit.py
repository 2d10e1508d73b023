"""What a feed's past says of it: how often items come, and how long it may well be silent.

A habit is the times of a feed's latest items. They are what the feed says where that can be, so
that the first poll already tells something, else when they were first seen. Pure: times are seconds
since the epoch, and the caller says what the time is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

DAY = 86_400.0
REMEMBERED_DAYS = 28
"""Four weeks have four weekends, which is when many newsrooms are silent."""
REMEMBERED = 400
"""Times that are kept of a busy feed."""
RECENT = 24
"""Items whose gaps say how often they come nowadays."""
BURST = 5.0
"""Items that come closer together were published at once: their gaps say nothing."""
LEARNT_FROM_ITEMS = 5
LEARNT_FROM_DAYS = 3.0
"""A habit is known from so many items over so many days, or from ``REMEMBERED`` items."""
PATIENCE = 2.0
"""Times its longest silence a feed may be silent before that is worth a look."""
LEAST_PATIENCE = 6 * 3600.0
MOST_PATIENCE = REMEMBERED_DAYS * DAY

Habit = tuple[int, ...]
"""Times of a feed's latest items, in whole seconds, ascending."""


def learnt(habit: Habit, times: Iterable[float | None], now: float) -> Habit:
    """The habit with further items; an unknown time, or one ahead, counts as now."""
    oldest = now - REMEMBERED_DAYS * DAY
    moments = {int(now if time is None else min(time, now)) for time in times}
    # Those ahead were learnt by a clock that has been set back since.
    known = sorted(time for time in {*habit, *moments} if oldest < time <= now)
    return tuple(known)[-REMEMBERED:]


def usual_gap(habit: Habit) -> float | None:
    """Seconds between items nowadays, the middle one; None where too little is known."""
    gaps = [gap for gap in _gaps(habit[-RECENT:]) if gap > BURST]
    return median(gaps) if gaps else None


def per_day(habit: Habit, now: float) -> float | None:
    """Items a day, over the time that the habit is known; None before a first item."""
    if not habit:
        return None
    return len(habit) / max((now - habit[0]) / DAY, 1.0)


def silent_after(habit: Habit) -> float | None:
    """Seconds without an item that are beyond the habit; None while no habit is known."""
    if len(habit) < REMEMBERED and (
        len(habit) < LEARNT_FROM_ITEMS or habit[-1] - habit[0] < LEARNT_FROM_DAYS * DAY
    ):
        return None
    longest = max(_gaps(habit), default=0.0)
    return min(max(PATIENCE * longest, LEAST_PATIENCE), MOST_PATIENCE)


def silent(habit: Habit, now: float) -> bool:
    """Whether the feed has been silent for longer than it ever is."""
    limit = silent_after(habit)
    return limit is not None and now - habit[-1] > limit


def _gaps(times: Sequence[int]) -> list[float]:
    return [float(later - earlier) for earlier, later in pairwise(times)]
