from __future__ import annotations

import pytest

from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.introduced import introduced


@pytest.mark.parametrize(
    ("text", "name", "names"),
    [
        ("The River Union (RU) sat.", "River Union", ["River Union", "RU"]),
        ("Der Europäische Flussverband (EFV) tagt.", "Europäische Flussverband",
         ["Europäische Flussverband", "EFV"]),
        ("Союз речников (СР) ждёт.", "Союз речников (СР)", ["Союз речников", "СР"]),
        ("The River Union (Paris) sat.", "River Union", ["River Union"]),
        ("The River Union (BBC) sat.", "River Union", ["River Union"]),
        ("The River Union (US) sat.", "River Union", ["River Union"]),
        ("Rivers (RU) sat.", "Rivers", ["Rivers"]),
    ],
)  # fmt: skip
def test_a_short_form_in_brackets_is_an_organisation_too(
    text: str, name: str, names: list[str]
) -> None:
    start = text.index(name)
    spans = introduced(text, [Span(start, start + len(name), "organisation")])
    assert [text[span.start : span.end] for span in spans] == names
    assert {span.type for span in spans} == {"organisation"}


def test_what_else_the_model_took_it_for_does_not_count() -> None:
    text = "The River Union (RU) sat."
    spans = [Span(4, 15, "organisation"), Span(17, 19, "place")]
    assert introduced(text, spans)[-1] == Span(17, 19, "organisation")
    assert introduced(text, [Span(4, 15, "place")]) == [Span(4, 15, "place")]
