"""The times that pages state, in the forms in which they state them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from topics.headers import rfc3339
from workers.article import utc
from workers.stages.strip_boilerplate.date_words import date_words, month_numbers
from workers.stages.strip_boilerplate.text_tokens import NUMBER_OR_WORD, fold

_LONGEST = 100
_SLACK = timedelta(days=1)
"""Times without a zone are up to fourteen hours off."""
_NONE = "1970-01-01T00:00:00.000Z"
"""What programs make of an empty field."""
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
# Wherever the year stands first the month follows; ``2024/03/01`` is how Highwire's tags have it.
_YEAR_FIRST = re.compile(
    r"(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)\s?[日일.]?[\sT,]*(.*)"
)
_CLOCK = re.compile(r"(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?", re.IGNORECASE)
_LONGEST_NAME = 3
"""Words of the name of a month."""


def date_of(value: object) -> str | None:
    """A time in UTC; None for what is none.

    Besides what ``utc`` reads: seconds and milliseconds since 1970, the year first with whatever
    between, and a day with the name of its month in any language. Where only the day is sure it is
    midnight.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    text = value.strip()[:_LONGEST]
    if _EPOCH.fullmatch(text):
        found = utc(_since_1970(text))
    else:
        found = utc(text) or utc(_year_first(text)) or utc(_in_words(text))
    return None if found == _NONE else found


def latest_of(fetched_at: str | None) -> str | None:
    """The last moment that a page fetched then can speak of as past; None if it is not known."""
    fetched = utc(fetched_at)
    return rfc3339(datetime.fromisoformat(fetched) + _SLACK) if fetched else None


def _since_1970(digits: str) -> str:
    return datetime.fromtimestamp(int(digits[:10]), UTC).isoformat()


def _year_first(text: str) -> str | None:
    found = _YEAR_FIRST.fullmatch(text)
    if found is None:
        return None
    year, month, day, rest = found.groups()
    whole = f"{year}-{int(month):02}-{int(day):02}"
    if clock := _CLOCK.fullmatch(rest):
        zone = (clock[2] or "").upper()
        whole += f"T{clock[1]}{'Z' if zone in ('UTC', 'GMT') else zone}"
    return whole


def _in_words(text: str) -> str | None:
    """The day of a text that is nothing but a date with a month's name."""
    tokens = [*NUMBER_OR_WORD.finditer(text.partition(":")[0])]
    numbers = [token["number"] for token in tokens if token["number"]]
    words = [fold(token["word"]) for token in tokens if token["word"]]
    years = [int(number) for number in numbers if len(number) == 4]
    days = [int(number) for number in numbers[:2] if len(number) < 3]
    months = {
        number
        for size in range(_LONGEST_NAME, 0, -1)
        for start in range(len(words))
        if (number := month_numbers().get(" ".join(words[start : start + size])))
    }
    known = date_words()
    others = [word for word in words if word not in known and word not in month_numbers()]
    if len(years) != 1 or len(days) != 1 or len(months) != 1 or others:
        return None
    try:
        return date(years[0], months.pop(), days[0]).isoformat()
    except ValueError:
        return None
