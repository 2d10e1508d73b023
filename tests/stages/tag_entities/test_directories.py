"""A page that lists thousands of names takes time in proportion to them, not to their square."""

from __future__ import annotations

from itertools import islice, product
from time import process_time

import pytest

from workers.stages.tag_entities.dates import dates
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.fallback.capitals import find_capitalised
from workers.stages.tag_entities.gazetteer import Gazetteer, Place
from workers.stages.tag_entities.link import Linker, Name
from workers.stages.tag_entities.same_name import organisations, persons

LETTERS = "bcdfghjklmnprstvz"


def invented(count: int) -> list[str]:
    parts = product(LETTERS, "aeiou", LETTERS, "aeiou", LETTERS)
    return ["".join(letters) for letters in islice(parts, count)]


@pytest.mark.parametrize("inflects", [False, True])
def test_people(inflects: bool) -> None:
    surnames = invented(6000)
    names = [f"{surname[::-1]}o {surname}er" for surname in surnames]
    began = process_time()
    main = persons([*names, *(f"{surname}er" for surname in surnames)], inflects)
    assert process_time() - began < 2
    assert main[f"{surnames[0]}er"] == names[0]


def test_a_long_run_of_capitals(linker: Linker) -> None:
    began = process_time()
    find_capitalised("A B C D " * 6000, "de", linker)
    assert process_time() - began < 4


def test_organisations() -> None:
    names = [f"{name}ka {name[::-1]}o" for name in invented(6000)]
    text = ", ".join(names)
    spans, start = [], 0
    for name in names:
        spans.append((start, start + len(name), "organisation"))
        start += len(name) + 2
    began = process_time()
    organisations(text, spans, inflects=True)  # type: ignore[arg-type]
    assert process_time() - began < 2


def test_dates() -> None:
    text = "Bo 1/1/2020, " * 14000
    taken = [Span(start, start + 2, "person") for start in range(0, len(text), 13)]
    began = process_time()
    assert len(dates(text, "en", taken)) == 14000
    assert process_time() - began < 4


def test_places(gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch) -> None:
    names = invented(6000)
    towns = {
        name: (Place(at, name, at / 50, at / 30, "DE", "DE.01", 9_000_000, 0, True, False),)
        for at, name in enumerate(names)
    }
    monkeypatch.setattr(gazetteer, "find", lambda name, language="": towns.get(name, ()))
    spans = [Name(6 * at, 6 * at + 5) for at in range(len(names))]
    began = process_time()
    found = Linker(gazetteer).link(" ".join(names), spans)
    assert process_time() - began < 6
    assert all(found)
