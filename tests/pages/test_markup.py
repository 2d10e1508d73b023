"""What is taken out of a page before it is parsed, and which pages are not parsed at all."""

from __future__ import annotations

import time

import pytest

from workers.pages.markup import (
    DEEPEST,
    HARMLESS,
    LONGEST,
    can_be_parsed,
    depth_of,
    tagless,
    with_empty_elements_closed,
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


XML = '<html xmlns="http://www.w3.org/1999/xhtml">'


@pytest.mark.parametrize(
    ("html", "closed"),
    [
        ("<title/><p>a", "<title></title><p>a"),
        ("<title/><title/><p>a", "<title></title><title></title><p>a"),
        ("<script src='x' /><p>a", "<script src='x' ></script><p>a"),
        (f"{XML}<script src='x'/>a<script>b</script>", None),
        ("<?xml version='1.0'?><iframe src='x'/>a<iframe></iframe>", None),
        ("<script src='x'/>a<script>b</script>", "<script src='x'/>a<script>b</script>"),
        ("<script src=/x/>a", "<script src=/x/>a"),
        (f"{XML}<script>'<title/>'</script>", f"{XML}<script>'<title/>'</script>"),
        (f"{XML}<!-- <title/> -->", f"{XML}<!-- <title/> -->"),
        ("<svg><title/><p>a", "<svg><title></title><p>a"),
        (
            "<head><title/></head><svg><title>a</title></svg>",
            "<head><title></title></head><svg><title>a</title></svg>",
        ),
        ("<div/><br/>a", "<div/><br/>a"),
    ],
)
def test_empty_elements_that_html_does_not_know_are_closed(html: str, closed: str | None) -> None:
    if closed is None:
        closed = html.replace("/>", "></script>" if "<script" in html else "></iframe>", 1)
    assert with_empty_elements_closed(html) == closed


def test_closing_empty_elements_takes_time_linear_in_the_page() -> None:
    pages = ["<title/>" * 100_000, "<script/" * 100_000, '<script "' * 100_000, "<svg/>" * 100_000]
    pages.append("<title/>" * 100_000 + "<body></title>")
    started = time.perf_counter()
    for html in pages:
        with_empty_elements_closed(html)
        with_empty_elements_closed(XML + html)
    assert time.perf_counter() - started < 10
