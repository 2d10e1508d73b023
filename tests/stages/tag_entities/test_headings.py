from __future__ import annotations

import pytest

from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.headings import is_heading, without_fragments

BODY = "\nThe ferry strike ended on a rainy day. Vera Orlova thanked the crews in Split.\n"


def kept(heading: str, name: str) -> bool:
    text = heading + BODY
    start = text.index(name)
    return bool(without_fragments(text, [Span(start, start + len(name), "organisation")]))


@pytest.mark.parametrize("name", ["Ferry Strike Ends", "Ferry"])
def test_a_piece_of_a_heading_that_the_body_contradicts_is_dropped(name: str) -> None:
    assert not kept("Ferry Strike Ends Before Rainy Christmas", name)


def test_a_name_that_the_body_has_is_kept() -> None:
    assert kept("Vera Orlova Thanks Ferry Crews After Strike", "Vera Orlova")
    assert kept("VERA ORLOVA THANKS FERRY CREWS", "VERA ORLOVA")


def test_a_name_that_nothing_contradicts_is_kept() -> None:
    assert kept("Zymbrex Energy Mourns Ferry Crews Today", "Zymbrex Energy")


def test_in_a_sentence_nothing_is_dropped() -> None:
    assert kept("They said the Ferry was late once more today.", "Ferry")


def test_headings_are_lines_in_title_case_or_capitals() -> None:
    assert is_heading(["Ferry", "Strike", "Ends", "Before", "Christmas"])
    assert is_heading(["FERRY", "STRIKE", "ENDS"])
    assert not is_heading(["Vera", "Orlova", "left"])
    assert not is_heading(["Die", "Frau", "trank", "das", "Wasser", "und", "aß", "Brot", "dazu"])
