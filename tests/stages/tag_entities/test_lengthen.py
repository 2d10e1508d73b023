from __future__ import annotations

import pytest

from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.lengthen import lengthened


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ("他在南京农业大学任教", "南京", "南京农业大学"),
        ("成都商业银行表示", "成都", "成都商业银行"),
        ("上海大学附属中学放假", "上海", "上海大学附属中学"),
        ("臺南市警察局宣布", "臺南", "臺南市警察局"),
    ],
)
def test_a_place_goes_on_to_the_kind_of_organisation(text: str, place: str, name: str) -> None:
    start = text.index(place)
    given = [Span(start, start + len(place), "place")]
    assert lengthened(text, given) == [Span(start, start + len(name), "organisation")]


@pytest.mark.parametrize("text", ["成都的大学很多", "成都，银行关门", "成都和大学", "成都很美"])
def test_what_stands_between_names_ends_them(text: str) -> None:
    given = [Span(0, 2, "place")]
    assert lengthened(text, given) == given


def test_a_name_that_was_taken_in_goes_and_persons_stay() -> None:
    text = "四川成都大学，王大学"
    given = [Span(0, 2, "place"), Span(2, 4, "place"), Span(7, 8, "person")]
    assert lengthened(text, given) == [Span(0, 6, "organisation"), Span(7, 8, "person")]
