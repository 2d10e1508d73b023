"""The names in bylines."""

from __future__ import annotations

import pytest

from workers.stages.strip_boilerplate.metadata.bylines import names_in
from workers.stages.strip_boilerplate.metadata.fields import authors_of


@pytest.mark.parametrize(
    ("language", "author", "names"),
    [
        ("en-GB", "Ida Lund and Per Holm", ("Ida Lund", "Per Holm")),
        ("en", "Ida Lund, Per Holm, and Eva Berg", ("Ida Lund", "Per Holm", "Eva Berg")),
        ("de", "Ida Lund und Per Holm", ("Ida Lund", "Per Holm")),
        ("uk", "Ірина Коваль і Петро Бойко", ("Ірина Коваль", "Петро Бойко")),
        ("xx", "Ida Lund & Per Holm", ("Ida Lund", "Per Holm")),
        ("en", "Holm and Sons", ("Holm and Sons",)),
        ("de", "Ida Lund and Per Holm", ("Ida Lund and Per Holm",)),
        ("en", "Ida Lund, The Post", ("Ida Lund",)),
        ("es", "Ida Lund, El Correo", ("Ida Lund",)),
        ("en", "Ida Lund and Per Holm, The Post", ("Ida Lund", "Per Holm")),
        ("en", "Ida Lund, LINDHOLM TV", ("Ida Lund, LINDHOLM TV",)),
        ("en", "Ida Lund, Head of Oceans", ("Ida Lund, Head of Oceans",)),
        ("en", "Ida Lund, Holm 10 Years", ("Ida Lund, Holm 10 Years",)),
        ("en", "Ida Lund, Per Holm", ("Ida Lund", "Per Holm")),
        ("uk", "Ірина Коваль, Петро Бойко", ("Ірина Коваль", "Петро Бойко")),
        ("ar", "سامي حداد، ليلى منصور", ("سامي حداد", "ليلى منصور")),
        ("en", "Lund, Ida", ("Lund, Ida",)),
        ("en", "Ida Lund, for the desk", ("Ida Lund, for the desk",)),
        ("en", "By IDA LUND, Staff Writer", ("IDA LUND",)),
        ("en", "By Ida Lund, Editor, and Per Holm, Berlin correspondent", ("Ida Lund", "Per Holm")),
        ("de", "Von Ida Lund und Per Holm, Redakteur", ("Ida Lund", "Per Holm")),
        ("fr", "Par Ida Lund, envoyée spéciale", ("Ida Lund",)),
        ("pl", "Autor: Ida Lund", ("Ida Lund",)),
        ("ru", "Текст: Ирина Коваль, корреспондент", ("Ирина Коваль",)),
        ("it", "Di Stefano", ("Di Stefano",)),
        ("en", "Von Miller", ("Von Miller",)),
        ("en", "Ida Lund, Lindholm Post", ("Ida Lund",)),
        ("en", "Ida Lund (ida@post.example)", ("Ida Lund",)),
        ("en", "ida@post.example (Ida Lund)", ("Ida Lund",)),
        ("en", "Ida Lund @idalund", ("Ida Lund",)),
        ("en", "Ida Lund (Reuters)", ("Ida Lund (Reuters)",)),
        ("en", "Staff Writer", ("Staff Writer",)),
    ],
)
def test_authors_in_one_text_are_parted_as_their_language_joins_them(
    language: str, author: str, names: tuple[str, ...]
) -> None:
    assert names_in(authors_of([author]), language, "Lindholm Post") == names


@pytest.mark.parametrize("text", ["ida@post.example", "@idalund", "https://post.example/ida", ","])
def test_addresses_are_no_names(text: str) -> None:
    assert authors_of([text, "Ida Lund"]) == ("Ida Lund",)
