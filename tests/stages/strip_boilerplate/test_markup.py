"""What is taken out of a page before it is parsed, and which pages are not parsed at all."""

from __future__ import annotations

import pytest

from workers.stages.strip_boilerplate.extract.markup import (
    DEEPEST,
    HARMLESS,
    LONGEST,
    can_be_parsed,
    depth_of,
    tagless,
    without_scripts,
)


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("a<script>if (a < b) '</div>'</script>b", "ab"),
        ("a<SCRIPT src='x'></Script >b", "ab"),
        ("a<style>p > a {}</style><!-- <p> -->b", "ab"),
        ("a<svg viewBox='0'><path d='M0'/></svg>b", "ab"),
        ("a<script>never closed <p>b", "a"),
        ("a<!-- never closed <p>b", "a"),
        ("a<svg><p>b", "a<svg><p>b"),
        ("a<textarea><p></textarea ><iframe><i></iframe>b", "ab"),
        ("a<script></script <p>b", "a<p>b"),
        ("<scripture>a</scripture>", "<scripture>a</scripture>"),
    ],
)
def test_scripts_styles_drawings_and_comments_go(html: str, left: str) -> None:
    assert without_scripts(html) == left


@pytest.mark.parametrize(
    ("markup", "depth"),
    [
        ("no element", 0),
        ("<div><div></div></div><div></div>", 2),
        ("<div>" * 7, 7),
        ("</div>" * 5 + "<div><span>", 2),
        ("<p>a<p>b<p>c<br><img><li><td>", 0),
        ("<X-Y><b><i>", 3),
        ("<DIV><Div>", 2),
    ],
)
def test_depth_counts_what_stays_open(markup: str, depth: int) -> None:
    assert depth_of(markup) == depth


def test_pages_too_deep_or_too_long_are_not_parsed() -> None:
    wide = "<p>" * HARMLESS
    assert can_be_parsed("<div>" * DEEPEST + wide)
    assert not can_be_parsed("<div>" * (DEEPEST + 1) + wide)
    assert not can_be_parsed("<unknown>" * (DEEPEST + 1) + wide)
    assert can_be_parsed("<div>" * (DEEPEST + 1))
    assert not can_be_parsed("x" * (LONGEST + 1))


def test_the_text_of_a_page_that_is_not_parsed_has_a_line_for_each_block() -> None:
    markup = "<div>One <b>bold</b> &amp; more</div>\n<p>Two\n words<p>Three < four"
    assert tagless(markup) == "One bold & more\nTwo\nwords\nThree < four"
