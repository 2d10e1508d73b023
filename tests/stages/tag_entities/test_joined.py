from __future__ import annotations

import pytest

from topics.records import EntityType
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.gazetteer import Gazetteer
from workers.stages.tag_entities.joined import joined
from workers.stages.tag_entities.link import Linker

Names = list[tuple[str, EntityType]]


def found(gazetteer: Gazetteer, language: str, text: str, names: Names) -> Names:
    spans = []
    at = 0
    for name, kind in names:
        at = text.index(name, at)
        spans.append(Span(at, at + len(name), kind))
        at += len(name)
    whole = joined(text, spans, language, Linker(gazetteer, language))
    assert whole == sorted(whole)
    return [(text[span.start : span.end], span.type) for span in whole]


@pytest.mark.parametrize(
    ("text", "names", "firm"),
    [
        ("Qwox & Qwox fell.", [("Qwox", "person"), ("Qwox", "person")], "Qwox & Qwox"),
        ("Zymb & Qwox fell.", [("Zymb", "person")], "Zymb & Qwox"),
        ("Zymb & Qwox fell.", [("Zymb &", "organisation")], "Zymb & Qwox"),
        ("Zymb & Qwox fell.", [("Qwox", "organisation")], "Zymb & Qwox"),
        ("Alt-Zymb & Co fell.", [("Alt-Zymb", "organisation")], "Alt-Zymb & Co"),
    ],
)
def test_an_ampersand_joins_a_firm_s_name(
    gazetteer: Gazetteer, text: str, names: Names, firm: str
) -> None:
    assert found(gazetteer, "en", text, names) == [(firm, "organisation")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Zymb & Eva Qwox met.", [("Ada Zymb", "person"), ("Eva Qwox", "person")]),
        ("Oslo & Bergen wait.", [("Oslo", "place"), ("Bergen", "place")]),
        ("Zymb & Qwox fell.", [("Zymb & Qwox", "organisation")]),
        ("Zymb & others fell.", [("Zymb", "organisation")]),
        ("1 & 2, A&B", []),
    ],
)
def test_an_ampersand_between_others_joins_nothing(
    gazetteer: Gazetteer, text: str, names: Names
) -> None:
    assert found(gazetteer, "en", text, names) == names


@pytest.mark.parametrize(
    ("language", "text", "names", "area"),
    [
        ("en", "In Guinea-Bissau", [("Guinea", "place")], "Guinea-Bissau"),
        ("en", "In Bosnia and Herzegovina, too",
         [("Bosnia", "place"), ("Herzegovina", "place")], "Bosnia and Herzegovina"),
        ("fr", "En Arabie saoudite", [("Arabie", "organisation")], "Arabie saoudite"),
        ("de", "In Bosnien und Herzegowina", [("Bosnien", "place")], "Bosnien und Herzegowina"),
    ],
)  # fmt: skip
def test_a_country_s_whole_name_is_one(
    gazetteer: Gazetteer, language: str, text: str, names: Names, area: str
) -> None:
    assert found(gazetteer, language, text, names) == [(area, "place")]


@pytest.mark.parametrize(
    ("language", "text", "names", "person"),
    [
        ("en", "Eva von der Zymb left.",
         [("Eva von der", "person"), ("Zymb", "person")], "Eva von der Zymb"),
        ("en", "Eva ten Zymb left.", [("Eva", "person")], "Eva ten Zymb"),
        ("pt", "Falou Eva von der Zymb ontem.",
         [("Eva", "person"), ("Zymb", "organisation")], "Eva von der Zymb"),
    ],
)  # fmt: skip
def test_a_person_s_name_goes_on_behind_particles(
    gazetteer: Gazetteer, language: str, text: str, names: Names, person: str
) -> None:
    assert found(gazetteer, language, text, names) == [(person, "person")]


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("es", "Eva de Zymbria calla.", [("Eva", "person")]),
        ("fr", "Eva de France", [("Eva", "person")]),
        ("es", "Eva Zymb y Ada Qwox", [("Eva Zymb", "person"), ("Ada Qwox", "person")]),
        ("pt", "Eva de Lisboa e a casa de pedra", [("Eva", "person"), ("Lisboa", "place")]),
        ("en", "Eva ten Zymb and ten more", [("Eva", "person")]),
    ],
)
def test_a_word_of_the_language_is_no_particle(
    gazetteer: Gazetteer, language: str, text: str, names: Names
) -> None:
    assert found(gazetteer, language, text, names) == names
