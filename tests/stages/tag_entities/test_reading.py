from __future__ import annotations

import time

import pytest

from workers.stages.tag_entities.backend import Name
from workers.stages.tag_entities.reading import PIECE, read
from workers.stages.tag_entities.trained import shipped_engines


class Capitals:
    """Takes every Z for a place, and notes what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def names(self, text: str) -> list[Name]:
        self.given.append(text)
        return [Name(at, at + 1, "LOC") for at, letter in enumerate(text) if letter == "Z"]


def test_offsets_hold_beyond_the_first_piece_and_pieces_end_with_words() -> None:
    backend = Capitals()
    text = "ab " * PIECE + "Z"
    assert read(backend, text, {"LOC": "place"}) == [(len(text) - 1, len(text), "place")]
    assert len(backend.given) == 4
    assert all(piece.endswith(" ") for piece in backend.given[:-1])


def test_a_label_without_a_type_is_dropped() -> None:
    assert read(Capitals(), "Z", {"PER": "person"}) == []


@pytest.mark.parametrize("script", ["汉", "ひ", "カ", "ไ", "ក", "က"])
def test_a_long_line_in_a_script_without_spaces_is_read(script: str) -> None:
    backend = Capitals()
    text = (script * 150 + "。") * 20
    read(backend, text, {})
    assert backend.given == [text]


@pytest.mark.parametrize("data", ["x", '("', "。", "字。)("])
def test_unbroken_data_costs_no_time(data: str) -> None:
    (engine,) = [engine for engine in shipped_engines() if "zh" in engine.languages]
    start = time.process_time()
    engine.find("北京。" + data * 20_000)
    assert time.process_time() - start < 3


def test_a_lone_surrogate_is_read_over() -> None:
    backend = Capitals()
    assert read(backend, "\ud800Z", {"LOC": "place"}) == [(1, 2, "place")]
    assert backend.given == ["\ufffdZ"]
