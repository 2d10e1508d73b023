"""Points in time as a user writes them and reads them."""

from __future__ import annotations

import argparse
import re
import time
from datetime import UTC, datetime

from topics.headers import rfc3339

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(\d{1,9})([smhdw])", re.ASCII)
_LATEST = datetime(9999, 12, 31, tzinfo=UTC).timestamp() * 1000


def moment(text: str) -> int:
    """Milliseconds of an RFC 3339 time (without a zone: UTC) or of a time ago (``2h``).

    An argument's type: ArgumentTypeError if it is neither.
    """
    span = _SPAN.fullmatch(text)
    if span:
        return round(time.time() * 1000) - int(span[1]) * UNITS[span[2]] * 1000
    try:
        point = datetime.fromisoformat(text)
        return round((point if point.tzinfo else point.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: write 2026-01-31T08:15:00Z, or 90s, 30m, 2h, 7d, 1w ago"
        ) from None


def told(milliseconds: int) -> str:
    """A time in UTC; what no calendar holds stays a number."""
    if not 0 <= milliseconds <= _LATEST:
        return f"{milliseconds} ms"
    return rfc3339(datetime.fromtimestamp(milliseconds / 1000, UTC))


def short_time(milliseconds: int, *, seconds_only: bool = True) -> str:
    """The same for a table whose head says that it is UTC: ``2026-01-31 08:15:00``."""
    text = told(milliseconds).replace("T", " ").removesuffix("Z")
    return text.partition(".")[0] if seconds_only else text


def span(milliseconds: int) -> str:
    """A length of time, short: ``340 ms``, ``2.5 s``, ``3 min``, ``7.5 h``, ``2.0 d``."""
    sign, size = "-" if milliseconds < 0 else "", abs(milliseconds)
    for unit, length in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000)):
        if size >= length:
            return f"{sign}{size / length:.1f} {unit}"
    return f"{sign}{size} ms"
