"""Articles of pages that a script draws."""

from __future__ import annotations

import json

import pytest

from workers.pages.embedded import Embedded, embedded_article
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
    assert embedded_article(html).text.split("\n") == PARAGRAPHS


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
    assert embedded_article(html) == Embedded("", sure=False)


FERRY = "<title>Ferry leaves the old harbour late</title>"
FEED = [{"teaser": f"A story of the number {n} that has not much to do with it. Read it now."}
        for n in range(40)]  # fmt: skip
LONG = " ".join(
    f"We keep your data for {days} days and share it with no one." for days in range(99)
)
BODY = [{"text": text} for text in PARAGRAPHS]
LINKED = [{"url": f"/{n}", "text": f"Something else happened to number {n} on a boat."}
          for n in range(40)]  # fmt: skip
TITLED = [{"title": f"Part {n}", "text": text} for n, text in enumerate(PARAGRAPHS)]


@pytest.mark.parametrize(
    "state",
    [
        {"article": {"body": BODY}, "feed": FEED},
        {"story": {"x": BODY}, "feed": FEED},
        {"story": {"x": BODY}, "i18n": {"privacy": {"text": LONG}}},
        {"story": {"x": BODY}, "y": {"z": LONG[:1_500]}},
        {"story": {"x": BODY}, "list": LINKED},
        {"list": [{"url": "/1", "body": BODY}, {"url": "/2", "body": BODY[:2]}]},
        {"article": {"paragraphs": TITLED}, "feed": FEED},
        {"list": [{"title": "A", "headline": "B", "story": {"paragraphs": BODY}}]},
    ],
    ids=["body", "title", "i18n", "longer", "linked", "listed", "parts", "alone"],
)
def test_names_of_bodies_and_the_title_tell_the_article_from_longer_prose(state: object) -> None:
    found = embedded_article(FERRY + script(state))
    assert found == Embedded("\n".join(PARAGRAPHS), sure=True)


@pytest.mark.parametrize(
    ("title", "others"),
    [
        (
            "린드홀름 옛 항구 다리 재건",
            "시의회는 개인정보 처리 방침에 따라 자료를 보관하고 나누지 않는다.",
        ),
        (
            "古い港の橋を建て直す",
            "個人情報の取り扱いについては、この方針に従って保管し、共有しません。",
        ),
    ],
    ids=["ko", "ja"],
)
def test_a_title_in_any_script_tells(title: str, others: str) -> None:
    text = f"{title}. " * 6 + "。"
    state = {"a": {"b": text}, "c": {"d": others * 12}}
    found = embedded_article(f"<title>{title}</title>" + script(state))
    assert found.text == " ".join(text.split())


def test_a_list_of_things_with_addresses_is_no_article() -> None:
    assert embedded_article(FERRY + script({"list": LINKED})) == Embedded("", sure=False)
    loose = script({"list": [{"text": text} for text in PARAGRAPHS]})
    assert not embedded_article(loose).sure


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
