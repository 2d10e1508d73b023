from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.english import GRAMMAR
from workers.stages.tag_entities.grammars import grammar
from workers.stages.tag_entities.trim import trim


def name_in(text: str, language: str = "en") -> str | None:
    span = trim(text, Span(0, len(text), "organisation"), grammar(language))
    return None if span is None else text[span.start : span.end]


@pytest.mark.parametrize(
    ("given_text", "name"),
    [
        ("the Harbour Board", "Harbour Board"),
        ("The Harbour Board's", "Harbour Board"),
        ("Harbour Board’s", "Harbour Board"),
        ("the Dockers'", "Dockers"),
        ("“Harbour Board”,", "Harbour Board"),
        (" \u00a0Harbour Board \n", "Harbour Board"),
        ("U.S.", "U.S."),
        ("Ahrend Jr.", "Ahrend Jr."),
        ("Harbour Board.", "Harbour Board"),
        ("(Harbour Board)", "Harbour Board"),
        ("Board (Harbour)", "Board (Harbour)"),
        ("مجلس الميناء،", "مجلس الميناء"),
        ("🚢 Harbour Board", "Harbour Board"),
    ],
)
def test_what_is_not_part_of_a_name_is_cut_off(given_text: str, name: str) -> None:
    assert name_in(given_text) == name


@pytest.mark.parametrize(
    ("given_text", "person"),
    [
        ("Ms Ahrend", "Ahrend"),
        ("Mr. Ahrend", "Ahrend"),
        ("Vice-President Mira Ahrend", "Mira Ahrend"),
        ("the Rev. Dr. Ahrend", "Ahrend"),
        ("Judge", "Judge"),
        ("Missy Ahrend", "Missy Ahrend"),
    ],
)
def test_a_title_is_no_part_of_a_persons_name(given_text: str, person: str) -> None:
    span = trim(given_text, Span(0, len(given_text), "person"), grammar("en"))
    assert span is not None
    assert given_text[span.start : span.end] == person
    assert name_in("Queen Hotel") == "Queen Hotel"


@pytest.mark.parametrize(
    "text", ["", " ", "’s", "12", "—", "x", "the", "the the", "Q B C D E F G H I"]
)
def test_what_holds_no_name_is_dropped(text: str) -> None:
    assert name_in(text) is None


def test_a_name_ends_with_its_line() -> None:
    assert name_in("Harbour Board\r\nTides and Weather") == "Harbour Board"


@pytest.mark.parametrize(
    ("given_text", "name"),
    [
        ("Puerto Grande. Ruiz", "Puerto Grande"),
        ("Gen. Ruiz", "Gen. Ruiz"),
        ("J. F. Ruiz", "J. F. Ruiz"),
        ("Yonder! Inc", "Yonder! Inc"),
    ],
)
def test_a_name_ends_with_its_sentence(given_text: str, name: str) -> None:
    assert name_in(given_text) == name


@pytest.mark.parametrize(
    ("language", "given_text", "name"),
    [
        ("tr", "İstanbul'da", "İstanbul"),
        ("tr", "Recep Qwox’un", "Recep Qwox"),
        ("az", "BMT-nin", "BMT"),
        ("fi", "EU:ssa", "EU"),
        ("sv", "EU:s", "EU"),
        ("hu", "New York-ban", "New York"),
        ("tr", "Şanlı-Urfa", "Şanlı-Urfa"),
        ("hu", "Rába-Qwox", "Rába-Qwox"),
        ("tr", "O'Brien", "O'Brien"),
        ("hr", "NATO-a", "NATO-a"),
    ],
)
def test_an_ending_behind_a_mark_is_cut_off(language: str, given_text: str, name: str) -> None:
    assert name_in(given_text, language) == name


def test_dates_keep_their_article_and_may_be_digits() -> None:
    for text in ("the past month", "2014"):
        assert trim(text, Span(0, len(text), "date"), GRAMMAR) == Span(0, len(text), "date")


@given(st.text(max_size=40), st.data())
def test_the_name_lies_within_the_span_and_in_one_line(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = trim(text, Span(start, end, "person"), GRAMMAR)
    if span is not None:
        assert start <= span.start < span.end <= end
        assert "\n" not in text[span.start : span.end]
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        assert trim(text, span, GRAMMAR) == span


@pytest.mark.parametrize("text", ["26", "2:16:16", "3-1", "112", "0-0"])
def test_figures_that_say_no_date_are_none(text: str) -> None:
    assert trim(text, Span(0, len(text), "date"), GRAMMAR) is None


@pytest.mark.parametrize("text", ["1963", "2024-25", "3/4/2025", "12.5.", "1/2"])
def test_figures_may_be_a_date(text: str) -> None:
    assert trim(text, Span(0, len(text), "date"), GRAMMAR)
