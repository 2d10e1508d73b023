"""The times of feeds in their common forms."""

from __future__ import annotations

import pytest

from workers.feeds.formats import compile_months
from workers.feeds.formats.times import normalised


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-05T10:00:00+01:00", "2026-03-05T09:00:00.000Z"),
        ("2026-03-05T10:00Z", "2026-03-05T10:00:00.000Z"),
        ("2026-03-05 10:00:00", "2026-03-05T10:00:00.000Z"),
        ("20260305T100000Z", "2026-03-05T10:00:00.000Z"),
        ("2026-03-05", "2026-03-05T00:00:00.000Z"),
        ("2026-W10-4", "2026-03-05T00:00:00.000Z"),
        ("Thu, 05 Mar 2026 10:00:00 +0100", "2026-03-05T09:00:00.000Z"),
        ("Thu, 5 Mar 26 10:00 EST", "2026-03-05T15:00:00.000Z"),
        (" 05 Mar 2026\n 10:00:00 GMT ", "2026-03-05T10:00:00.000Z"),
        ("jeu., 05 mars 2026 10:00:00 +0100", "2026-03-05T09:00:00.000Z"),
        ("Do, 05 Mär 2026 10:00:00 +0100", "2026-03-05T09:00:00.000Z"),
        ("05 марта 2026 г. 10:00", "2026-03-05T10:00:00.000Z"),
        ("Чт, 05 березня 2026 09:30:00 +0200", "2026-03-05T07:30:00.000Z"),
        ("5 de março de 2026", "2026-03-05T00:00:00.000Z"),
        ("5 Μαρτίου 2026 10:00", "2026-03-05T10:00:00.000Z"),
        ("2026年3月5日 10:00", "2026-03-05T10:00:00.000Z"),
        ("2026년 3월 5일", "2026-03-05T00:00:00.000Z"),
        ("yesterday", None),
        ("", None),
        (None, None),
        ("0000-00-00T00:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31", None),
        ("45 mars 2026", None),
        ("5 stycznia 2026", "2026-01-05T00:00:00.000Z"),
        ("5 listopad 2026", None),  # October in one language, November in another
        ("1 " * 5000, None),
    ],
)
def test_a_time_is_read_or_is_none(text: str | None, time: str | None) -> None:
    assert normalised(text) == time


def test_the_names_of_months_are_those_of_cldr() -> None:
    assert compile_months.MONTHS.read_text("utf-8") == compile_months.render()
