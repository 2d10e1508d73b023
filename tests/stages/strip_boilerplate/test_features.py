"""What the columns of the model's matrix say of blocks and of what is around them."""

from __future__ import annotations

import pytest

from workers.pages.stated import Stated
from workers.stages.strip_boilerplate.extract.blocks import read_blocks
from workers.stages.strip_boilerplate.extract.container import lay_out
from workers.stages.strip_boilerplate.extract.features import FEATURES, UNKNOWN, window_of

PROSE = "The ferry to the islands runs on Sundays again, as it did before the storm of last year."


def column(body: str, name: str) -> list[float]:
    """The values of one column for the blocks of a page with so few that all are judged."""
    blocks = read_blocks(f"<html><body><main>{body}</main></body></html>")
    matrix = window_of(blocks, lay_out(blocks), Stated("", "", "")).matrix
    assert len(matrix) == len(blocks.texts)
    return [float(value) for value in matrix[:, FEATURES.index(name)]]


def test_a_block_knows_how_far_above_it_the_heading_stands_and_what_that_says() -> None:
    body = f"<p>{PROSE}</p><h2>Advertisement</h2><p>{PROSE}</p><p>{PROSE}</p><h3>Fares</h3>"
    assert column(body, "since_heading") == [99, 0, 1, 2, 0]
    assert column(body, "heading_marks") == [UNKNOWN, 1, 1, 1, 0]


def test_prose_among_links_is_told_from_prose_among_prose() -> None:
    teaser = f'<h3><a href="/a">{PROSE}</a></h3><p>{PROSE}</p>'
    among_links = column(teaser * 10, "links_near")
    among_prose = column(f"<p>{PROSE}</p>" * 20, "links_near")
    # At the edges there is nothing on one side, which is neither.
    assert among_links == pytest.approx([0.5] * 20, abs=0.1)
    assert among_prose == [0] * 20


def test_labels_among_labels_are_told_from_a_label_among_paragraphs() -> None:
    label = "<p>Islands</p>"
    alone = column(f"<p>{PROSE}</p>" * 5 + label + f"<p>{PROSE}</p>" * 5, "words_near")[5]
    assert alone > 3 * column(label * 11, "words_near")[5]


def test_how_often_a_text_is_on_the_page_is_counted() -> None:
    notice = "<p>Content of other sites is not shown before you agree to it.</p>"
    assert column(f"<p>{PROSE}</p>" + notice * 3, "repeated") == [1, 3, 3, 3]
    assert column(notice * 9, "repeated") == [5] * 9
