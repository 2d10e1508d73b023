from __future__ import annotations

import pytest

from workers.stages.tag_entities.dates import dates
from workers.stages.tag_entities.engine import Span


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Am 5. Mai 2021, 12.04.2020 und im Mai.", ["5. Mai 2021", "12.04.2020"]),
        ("es", "del 5 de mayo de 2021 al 1 de enero.", ["5 de mayo de 2021", "1 de enero"]),
        ("fr", "le 1er janvier 2020 et le 14 juillet", ["1er janvier 2020", "14 juillet"]),
        ("ru", "с 5 мая 2021 года, в мае", ["5 мая 2021"]),
        ("hi", "5 मई 2021 को", ["5 मई 2021"]),
        ("hu", "2021. május 5-én", ["2021. május 5"]),
        ("ja", "2021年5月6日に", ["2021年5月6日"]),
        ("ko", "2021년 5월 6일에", ["2021년 5월 6일"]),
        ("zu", "2021-05-06 10/12/2020 1.2.3.4 31.31.2020 5-6-7", ["2021-05-06", "10/12/2020"]),
        ("xx", "2021-05-06", []),
    ],
)
def test_dates_are_found_where_the_language_is_covered(
    language: str, text: str, expected: list[str]
) -> None:
    assert [text[start:end] for start, end, _ in dates(text, language, [])] == expected


def test_a_date_inside_a_name_is_part_of_it() -> None:
    assert dates("Movimiento 5 de mayo", "es", [Span(0, 20, "organisation")]) == []


def test_no_date_crosses_a_line() -> None:
    assert dates("5\nmayo\n2021", "es", []) == []
