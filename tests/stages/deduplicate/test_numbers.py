"""The numbers of a text, however they are written."""

import struct
import sys
import time
import unicodedata
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.stages.deduplicate import normalise
from workers.stages.deduplicate.numbers import numbers


def hashes(text: str) -> tuple[int, ...]:
    data = b64decode(numbers(normalise(text)), validate=True)
    return struct.unpack(f"<{len(data) // 2}H", data)


@pytest.mark.parametrize(
    "text",
    ["1000", "1,000", "1.000", "01000", "１０００", "١٠٠٠", "١٬٠٠٠", "۱۰۰۰", "१०००", "10:00"],
)
def test_a_number_is_its_digits(text: str) -> None:
    assert hashes(f"It took {text}, they said.") == hashes("1000")
    assert len(hashes(text)) == 1


def test_every_script_has_its_digits() -> None:
    plain = {value: hashes(f"5{value}") for value in range(10)}
    for character in map(chr, range(sys.maxunicode + 1)):
        value = unicodedata.decimal(character, None)
        if value is not None:
            assert hashes(f"a 5{character} b") == plain[value], hex(ord(character))


def test_numbers_are_told_apart_by_whatever_is_between() -> None:
    assert len(hashes("From 10 to 20 in 3.")) == 3
    assert hashes("7-8 9..10 11., 12") == hashes("7 8 9 10 11 12")
    assert hashes("covid19") == hashes("19")
    assert hashes("0 00 000") == hashes("0")
    assert hashes("1000 1,000 1000") == hashes("1000")


def test_a_text_without_numbers_has_none() -> None:
    assert numbers("no numbers here.") == ""


def test_of_many_the_least_are_kept_ascending() -> None:
    found = hashes(" ".join(map(str, range(100))))
    alone = sorted({hashes(str(number))[0] for number in range(100)})
    assert list(found) == alone[:24]


@given(st.lists(st.integers(0, 10**9), max_size=20))
def test_order_and_repetition_do_not_count(values: list[int]) -> None:
    text = " ".join(map(str, values))
    again = " ".join(map(str, reversed(values + values[:3])))
    assert hashes(text) == hashes(again)


@pytest.mark.parametrize(
    "text", ["1," * 500_000, "7" * 1_000_000, "٣٬" * 500_000, "1 " * 500_000, ".,:" * 300_000]
)
def test_time_is_linear(text: str) -> None:
    started = time.perf_counter()
    numbers(text)
    assert time.perf_counter() - started < 10
