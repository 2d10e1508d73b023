"""Articles of pages that a script draws."""

from __future__ import annotations

import json

import pytest

from workers.pages.embedded import embedded_article
from workers.pages.stated import stated_in

PARAGRAPHS = [
    f"The ferry number {number} left the old harbour in the morning and came back late at night."
    for number in range(5)
]
TEASERS = [
    {"title": f"Teaser {n}", "lead": f"Another story, told at some length, of teaser number {n}."}
    for n in range(3)
]


def script(value: object, before: str = "", attributes: str = "") -> str:
    text = json.dumps(value).replace("</", "<\\/")
    return (
        f"<html><body><div id=root></div><script{attributes}>{before}{text}</script></body></html>"
    )


@pytest.mark.parametrize(
    "html",
    [
        script(
            {"props": {"article": {"body": [{"text": t} for t in PARAGRAPHS]}, "more": TEASERS}},
            attributes=' id="__NEXT_DATA__" type="application/json"',
        ),
        script({"story": {"html": "".join(f"<p>{t}</p>" for t in PARAGRAPHS)}, "more": TEASERS}),
        script([[{"p": t} for t in PARAGRAPHS], TEASERS], before="window.__STATE__ = "),
        script({"@type": "NewsArticle", "articleBody": "\n".join(PARAGRAPHS)}),
    ],
    ids=["list", "markup", "assignment", "json-ld"],
)
def test_the_longest_prose_at_one_path_is_the_article(html: str) -> None:
    assert embedded_article(html).split("\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "html",
    [
        "<p>No script</p>",
        script({"a": "x" * 5_000}),
        "<script>var a = {broken</script>",
        "<script>" + "[" * 50_000 + "</script>",
        "<script src='x'>" + json.dumps(PARAGRAPHS) + "</script>",
        "<script>" + json.dumps(PARAGRAPHS[0])[:-1],
    ],
    ids=["none", "no prose", "broken", "deep", "elsewhere", "unclosed"],
)
def test_pages_without_prose_in_scripts_give_nothing(html: str) -> None:
    assert embedded_article(html) == ""


def test_title_summary_and_body_are_read_from_the_head_and_from_json_ld() -> None:
    body = "&quot;One&quot; <b>two</b>"
    html = (
        "<head><title>Ferry returns &amp; stays - The Post</title>"
        '<meta property="og:title" content="Ferry returns &amp; stays">'
        "<meta name=description content='Short.'>"
        '<meta content="A longer summary of it." property="og:description">'
        f"</head><body><script>{json.dumps({'articleBody': body})}</script>"
    )
    stated = stated_in(html)
    assert stated.title == "Ferry returns & stays"
    assert stated.summary == "A longer summary of it."
    assert stated.body.split() == ['"One"', "two"]


def test_a_page_that_states_nothing() -> None:
    stated = stated_in('<meta property="og:title"><script>{"articleBody": "never closed')
    assert (stated.title, stated.summary, stated.body) == ("", "", "")
