"""The line model: its arrays, its features, and the lines that it may not touch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.stages.strip_boilerplate import line_marks
from workers.stages.strip_boilerplate.line_features import NAMES, features_of
from workers.stages.strip_boilerplate.line_heads import heads_of
from workers.stages.strip_boilerplate.line_marks import Marks
from workers.stages.strip_boilerplate.line_model import FILE, LineModel, line_model, read_model
from workers.stages.strip_boilerplate.main_text import titles, unlikely_lines

MENU = ["Home", "News", "Sport", "Weather", "Shop", "Podcasts", "Contact"]
TITLE = "Lindholm rebuilds its harbour bridge"
STORY = [
    "The council of Lindholm voted on Monday to rebuild the old harbour bridge, which was closed "
    "in the spring after engineers had found rust in most of its cables.",
    "The work will take two years and cost about 40 million, and the harbour will stay open for "
    "the whole of that time, said the mayor after the vote.",
    "People who live on the northern bank have had to take the ferry since the bridge was closed, "
    "and many of them said that they had waited long enough.",
    "The ferry will run until the new bridge is open, and it will be free for everyone who lives "
    "in the town or works there.",
]
PAGE = [*MENU, TITLE, *STORY, "Most popular", *MENU[:4], "Terms of use"]


def test_menus_around_a_story_are_unlikely_and_the_story_and_its_title_are_not() -> None:
    found = unlikely_lines(PAGE, ())
    kept = [line for row, line in enumerate(PAGE) if row not in found]
    assert set(STORY) <= set(kept)
    assert TITLE in kept
    assert len(found) >= len(MENU)


def test_the_title_is_the_line_before_the_story_that_shares_its_words() -> None:
    assert titles(features_of(PAGE)) == [PAGE.index(TITLE)]
    assert titles(features_of(["Harbour bridge", *STORY])) == [0]
    assert titles(features_of(["12 comments", "Harbour bridge", *STORY]), junk=[0]) == [1]
    assert titles(features_of(MENU)) == []


@pytest.mark.parametrize("lines", [[], ["Home"], ["Home", "News", "Sport"], MENU, MENU * 1000])
def test_what_has_no_story_or_too_few_lines_is_not_judged(lines: list[str]) -> None:
    assert unlikely_lines(lines, ()) == []


def test_lines_that_the_source_repeats_need_less_to_go() -> None:
    rows = features_of(PAGE)
    probable = line_model().content_probability(rows)
    everything = range(len(PAGE))
    with_repeats = unlikely_lines(PAGE, (), repeated=everything)
    assert set(unlikely_lines(PAGE, ())) <= set(with_repeats)
    assert not [row for row in with_repeats if probable[row] >= 0.9]
    assert not [PAGE[row] for row in with_repeats if PAGE[row] in STORY]
    assert PAGE.index(TITLE) not in with_repeats


def test_a_tree_is_read_from_left_to_right() -> None:
    """One tree of two nodes: feature 0 above 1, and left of that feature 1 above 5."""
    model = LineModel(
        feature=np.array([[1, 0]], np.intp),
        threshold=np.array([[5, 1]], np.float32),
        leaves=np.array([[0b110, 0b100]], np.uint16),
        value=np.array([[-1.0, 0.5, 2.0]]),
        start=0.25,
    )
    rows = np.array([[0, 0], [0, 9], [2, 0], [2, 9]], np.float32)
    odds = np.array([-0.75, 0.75, 2.25, 2.25])
    assert np.allclose(model.content_probability(rows), 1 / (1 + np.exp(-odds)))
    assert model.content_probability(np.zeros((0, 2), np.float32)).shape == (0,)


def test_a_model_for_other_features_is_refused(tmp_path: Path) -> None:
    stored = json.loads(FILE.read_text("utf-8"))
    path = tmp_path / "model.json"
    path.write_text(json.dumps(stored | {"features": ["length"]}), "utf-8")
    with pytest.raises(ValueError, match="compile it anew"):
        read_model(path)


def test_the_model_is_small_and_has_its_card() -> None:
    assert FILE.stat().st_size < 50_000
    card = FILE.with_suffix(".md").read_text("utf-8")
    for told in ("CC BY 4.0", "MIT", "Murrough Foley", "Cross-validated".lower(), "seed"):
        assert told in card


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool), max_size=30))
def test_every_line_has_finite_features_and_a_probability(lines: list[str]) -> None:
    rows = features_of(lines)
    assert rows.shape == (len(lines), len(NAMES))
    assert np.isfinite(rows).all()
    probable = line_model().content_probability(rows)
    assert ((probable > 0) & (probable < 1)).all()
    assert set(unlikely_lines(lines, ())) <= set(range(len(lines)))


def test_heads_that_are_known_already_make_no_difference() -> None:
    assert features_of(PAGE, heads_of(PAGE)).tobytes() == features_of(PAGE).tobytes()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text("a \n.?？!,，|»·@]([©09\ud800٣中𝐀", min_size=1), min_size=1), st.integers(1, 9)
)
def test_marks_are_counted_as_if_line_by_line(lines: list[str], reach: int) -> None:
    marks = Marks(lines, reach)
    for kind, counted in {
        line_marks.COMMA: [line.count(",") + line.count("，") for line in lines],
        line_marks.STOP: [line.count(". ") + line.count("! ") for line in lines],
        line_marks.QUESTION_STOP: [line.count("? ") for line in lines],
        line_marks.BAR: [line.count("|") + line.count("»") for line in lines],
        line_marks.ADDRESS: [line.count("@") + line.count("](") for line in lines],
        line_marks.DIGIT: [sum(map(line[:reach].count, "0123456789")) for line in lines],
    }.items():
        assert marks[kind].tolist() == counted
    questions = marks[line_marks.QUESTION] + marks[line_marks.QUESTION_STOP]
    assert questions.tolist() == [line.count("?") + line.count("？") for line in lines]
    assert marks.middle.tolist() == [min(ord(line[len(line) // 2]), 0xFFFF) for line in lines]
