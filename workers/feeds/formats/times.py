"""The times of feeds in all forms that are common, in UTC."""

from __future__ import annotations

import json
import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from topics.headers import rfc3339
from workers.article import utc

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_LONGEST = 100
_DAY = re.compile(r"\d\.?\s*(?:de\s+)?$")
_MARKED = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일](?:\s+(?=\d))?")
"""Numbers with the marks for year, month and day."""
_PARTS = re.compile(
    r"(?P<day>\d{1,2})\.?\s+(?:de\s+)?(?P<month>[A-Z][a-z]{2})\s+(?:de\s+)?(?P<year>\d{4})"
    r"(?:\s*[^\W\d_]{1,5}\.?)?"  # the word for “year”
    r"(?:,?\s+(?P<time>\d{1,2}:\d{2}(?::\d{2})?)\s*(?P<zone>Z|GMT|UTC?|[+-]\d{2}:?\d{2})?)?$"
)


def normalised(text: str | None, parsed: tuple[int, ...] | None = None) -> str | None:
    """A time as RFC 3339 in UTC; None where it is none.

    ``parsed`` is what a feed's parser made of it, for the forms that only that knows. Month names
    may be of any language, where every language that has the name means the same month.
    """
    text = " ".join((text or "").split())
    if not text or len(text) > _LONGEST:
        return None
    if (marked := _MARKED.match(text)) is not None:
        year, month, day = marked.groups()
        text = f"{year}-{month:0>2}-{day:0>2} {text[marked.end() :]}".strip()
    return utc(text) or _of_parser(parsed) or _of_words(text)


def _of_parser(parsed: tuple[int, ...] | None) -> str | None:
    if parsed is None:
        return None
    try:
        time = datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return utc(rfc3339(time))


def _of_words(text: str) -> str | None:
    """A date with its month's name in some language: “mar., 05 mars 2024 10:00:00 +0100”."""
    months = _months()
    if text.isascii() and any(month in text for month in _ENGLISH):
        return None  # it was understood, or is none
    for found in _WORD.finditer(text):
        month = months.get(found[0].casefold())
        if month is None or _DAY.search(text[: found.start()]) is None:
            continue
        english = f"{text[: found.start()]}{_ENGLISH[month - 1]}{text[found.end() :].lstrip('.')}"
        parts = _PARTS.search(english)
        if parts is not None:
            day, year = int(parts["day"]), parts["year"]
            clock = f"{parts['time'] or '00:00:00'}"
            clock += ":00" if clock.count(":") == 1 else ""
            return utc(f"{day} {_ENGLISH[month - 1]} {year} {clock} {parts['zone'] or '+0000'}")
    return None


@cache
def _months() -> Mapping[str, int]:
    """Names of months in the languages of Unicode CLDR, without those that mean several."""
    months: dict[str, int] = json.loads(Path(__file__).with_name("months.json").read_text("utf-8"))
    return months
