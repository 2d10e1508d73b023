from __future__ import annotations

import pytest

from workers.stages.tag_entities.training.corpus import NamedSpan, Tagged
from workers.stages.tag_entities.training.variants import (
    contracted,
    converted,
    every,
    in_capitals,
    in_cyrillic,
)


def tagged(text: str, *names: str) -> Tagged:
    spans = []
    for name in names:
        start = text.index(name)
        spans.append(NamedSpan(start, start + len(name), "LOC"))
    return Tagged(text, tuple(spans))


def named(of: Tagged) -> list[str]:
    return [of.text[start:end] for start, end, _ in of.names]


def test_portuguese_is_contracted_and_names_stay_in_place() -> None:
    found = contracted(
        tagged("Vive em o Porto, perto de a Foz de o Douro", "Porto", "Foz de o Douro")
    )
    assert found.text == "Vive no Porto, perto da Foz do Douro"
    assert named(found) == ["Porto", "Foz do Douro"]


def test_an_article_that_begins_a_name_stays_apart() -> None:
    found = contracted(tagged("Saiu de O Globo por as duas", "O Globo"))
    assert found.text == "Saiu de O Globo pelas duas"
    assert named(found) == ["O Globo"]


def test_serbian_in_cyrillic_has_its_digraphs_as_one_letter() -> None:
    found = in_cyrillic(tagged("Ljubica iz Knjaževca i Đorđe", "Ljubica", "Knjaževca", "Đorđe"))
    assert found is not None
    assert found.text == "Љубица из Књажевца и Ђорђе"
    assert named(found) == ["Љубица", "Књажевца", "Ђорђе"]


@pytest.mark.parametrize("text", ["New York", "Quito", "Mexico"])
def test_foreign_letters_have_no_cyrillic(text: str) -> None:
    assert in_cyrillic(tagged(text)) is None


def test_capitals_and_other_characters_must_not_move_a_name() -> None:
    assert in_capitals(tagged("Straße nach Ulm", "Ulm")) is None
    assert in_capitals(tagged("NACH ULM", "ULM")) is None
    assert in_capitals(tagged("nach Ulm", "Ulm")) == tagged("NACH ULM", "ULM")
    assert converted(tagged("去臺灣", "臺灣"), lambda text: text.replace("臺灣", "台湾")) == tagged(
        "去台湾", "台湾"
    )
    assert converted(tagged("去臺灣", "臺灣"), lambda text: text + "!") is None


def test_every_so_many_th_of_those_with_names() -> None:
    sentences = [tagged("a"), *(tagged(f"Ulm {number}", "Ulm") for number in range(5))]
    assert [one.text for one in every(2, sentences)] == ["Ulm 0", "Ulm 2", "Ulm 4"]
