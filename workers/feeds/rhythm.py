"""When a feed is asked again: by its own rhythm, by what it asks for, and by what went wrong.

Pure: ``chance`` is a number from 0 to 1 that the caller draws, so that feeds do not go in step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workers.feeds.habit import DAY, Habit, usual_gap

PART_OF_GAP = 0.5
"""Polls come twice as often as items: an item waits for a quarter of their gap on average."""
PART_OF_SILENCE = 0.1
"""A feed that has been silent for ten hours is asked each hour."""
UNKNOWN = 1800.0
"""Seconds between polls of a feed of which nothing is known yet."""
SPREAD = 0.1
LONGEST_BACKOFF = DAY
LONGEST_CUT_OFF = 900.0
"""Where our own network is away, all are asked soon after it has come back."""
LONGEST_KEPT = 3600.0
"""A feed that is asked once a day is asked again an hour after a failure: the next day's turn would
make a hiccup cost a day, and a sooner one be more than was agreed."""
LONGEST_ASKED = DAY
"""What a feed may ask for at most: some ask for a year."""
HOPELESS: frozenset[str] = frozenset({"refused", "robots"})
"""Failures that only a change on the other side, or of a setting, will end."""


@dataclass(frozen=True)
class Bounds:
    """How often a feed may be asked, in seconds between polls."""

    shortest: float = 120.0
    longest: float = 6 * 3600.0


def after_success(
    habit: Habit, now: float, bounds: Bounds, *, asked: float | None, chance: float
) -> float:
    """Seconds until the next poll of a feed that answered.

    ``asked`` is what the feed asks for (``ttl``, ``sy:updatePeriod``, ``Cache-Control``): it is not
    polled sooner, however often it publishes, up to a day.
    """
    gap = usual_gap(habit)
    wait = UNKNOWN if gap is None else PART_OF_GAP * gap
    if habit:
        wait = max(wait, PART_OF_SILENCE * (now - habit[-1]))
    wait = min(max(wait, bounds.shortest), bounds.longest)
    if asked is not None:
        wait = max(wait, min(asked, LONGEST_ASKED))
    return wait * (1 + SPREAD * (2 * chance - 1)) if wait > bounds.shortest else wait


def after_failure(
    failures: int,
    kind: str,
    bounds: Bounds,
    *,
    retry_after: float | None,
    chance: float,
    every: float | None = None,
    cut_off: bool = False,
) -> float:
    """Seconds until the next poll of a feed that has failed so many times in a row, from 1.

    Exponential with jitter (half to all of the step), never sooner than the server asked.
    ``every`` is how often it is to be asked at the most: of that, up to an hour is kept to.
    ``cut_off``: it was our network that failed.
    """
    step = LONGEST_BACKOFF
    if kind not in HOPELESS:
        step = min(bounds.shortest * 2.0 ** min(failures, 20), LONGEST_BACKOFF)
    if cut_off:
        step = min(step, LONGEST_CUT_OFF)
    wait = step * (0.5 + 0.5 * chance)
    wait = max(wait, min(every or 0.0, LONGEST_KEPT))
    return max(wait, bounds.shortest, min(retry_after or 0.0, LONGEST_BACKOFF))


def asked(ttl: float | None, headers: Mapping[str, str]) -> float | None:
    """The longest of the waits that a feed and its server ask for; None if neither does."""
    waits = [ttl] if ttl is not None else []
    for directive in headers.get("cache-control", "").lower().split(","):
        name, _, value = directive.strip().partition("=")
        value = value.strip('" ')
        if name.strip() == "max-age" and value.isascii() and value.isdigit() and len(value) < 12:
            waits.append(float(value))
    return max(waits) if waits else None
