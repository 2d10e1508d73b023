"""The form in which texts are compared, whole and line by line."""

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.normalise import normalised_lines
from workers.stages.deduplicate import normalise

# Much white space, many marks, and what NFKC makes several characters of.
odd_text = st.text(
    st.one_of(st.characters(), st.sampled_from("\n \t.-a\u0301\u0323\u200b…ﬁİΣΐΰ\u0345"))
)


def by_definition(text: str) -> str:
    text = re.sub(r"([^\w\s]{64})[^\w\s]+", r"\1", text)
    before = None
    while text != before:
        before = text
        text = re.sub("[\u00ad\u200b\u2060\ufeff]", "", text.casefold())
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split())


@given(odd_text)
def test_normalising_is_what_it_says(text: str) -> None:
    assert normalise(text) == by_definition(text)


@given(odd_text)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_every_character_has_a_form_that_stays() -> None:
    once = normalised_lines("\n".join(chr(point) for point in range(0x110000) if point != 0x0A))
    assert normalised_lines("\n".join(once)) == once


def test_greek_that_case_folding_takes_apart_is_put_together() -> None:
    assert normalise("Πρωτοχρονιάτικα ΐ και ΰ") == "πρωτοχρονιάτικα ΐ και ΰ"


@given(odd_text)
def test_the_lines_put_together_are_the_text(text: str) -> None:
    lines = normalised_lines(text)
    assert len(lines) == text.count("\n") + 1
    assert lines == [normalise(line) for line in text.split("\n")]
    assert " ".join(filter(None, lines)) == normalise(text)


@pytest.mark.parametrize("length", [64, 65, 66, 80, 200])
@pytest.mark.parametrize("before", range(17))
def test_long_runs_of_marks_are_cut_wherever_they_begin(length: int, before: int) -> None:
    text = "a" * before + "-" * length + "b"
    assert normalise(text) == "a" * before + "-" * 64 + "b"


@pytest.mark.parametrize(
    "text",
    [
        "a" + "\u0301\u0323" * 300_000,
        "a" + "\u0301\u200b" * 300_000,
        ("a" + "\u0301" * 60 + "\n") * 2_000,
    ],
)
def test_combining_marks_are_normalised_fast(text: str) -> None:
    started = time.perf_counter()
    normalise(text)
    assert time.perf_counter() - started < 10
