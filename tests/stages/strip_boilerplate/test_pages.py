"""Web pages: main text, declared fields, what was left out, and pages that are hardly pages."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from msgspec import UNSET

from topics.records import Article
from workers.outcome import Outcome, Passed, Rejected
from workers.stages.strip_boilerplate import StripBoilerplate
from workers.stages.strip_boilerplate.page import Source, rendering_of

PARAGRAPHS = [
    "The council of Lindholm voted on Monday to rebuild the old harbour bridge, which was closed "
    "after a storm damaged two of its pillars last winter.",
    "Work is to begin in spring and to last two years, the mayor, Ana Bergqvist, told reporters "
    "after the meeting, adding that a ferry would run in the meantime.",
    "Fishermen, who lose their moorings for that time, asked for compensation from the town.",
]
MENU = ["Home", "Politics", "Sport", "Weather", "Sign in", "Subscribe to our newsletter today"]


def page(*, head: str = "", paragraphs: list[str] = PARAGRAPHS) -> str:
    menu = "".join(f'<li><a href="/{number}">{item}</a></li>' for number, item in enumerate(MENU))
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html><head><title>Bridge to be rebuilt - Lindholm Post</title>{head}</head><body>"
        f"<nav><ul>{menu}</ul></nav><article><h1>Bridge to be rebuilt</h1>{body}</article>"
        "<footer><p>All rights reserved by the Post</p></footer></body></html>"
    )


HEAD = (
    '<meta property="og:site_name" content="Lindholm Post">'
    '<meta name="author" content="Ida Lund; Per Holm">'
    '<link rel="canonical" href="https://post.example/bridge">'
    '<meta property="article:published_time" content="2024-03-05T08:30:00+02:00">'
    '<meta property="article:modified_time" content="2024-03-06">'
)


def strip(html: str, *, spans: bool = False, **fields: Any) -> Outcome:
    article = Article(id="a", content=html, media_type="text/html", **fields)
    return StripBoilerplate(spans=spans)(article)


def stripped(html: str, *, spans: bool = False, **fields: Any) -> Article:
    outcome = strip(html, spans=spans, **fields)
    assert isinstance(outcome, Passed), outcome
    return outcome.article


def test_the_main_text_is_kept_and_the_rest_is_summed_up() -> None:
    article = stripped(page())
    assert isinstance(article.text, str)
    assert [line for line in article.text.split("\n") if line in PARAGRAPHS] == PARAGRAPHS
    assert not any(item in article.text for item in MENU)
    assert article.removed == []
    assert article.rendering is UNSET
    assert isinstance(article.removed_summary, dict)
    assert article.removed_summary["outside_main_text"].count >= len(MENU)
    assert article.provenance["text"] == "blocks"
    assert (article.content, article.preview) == (UNSET, UNSET)


def test_spans_point_into_the_named_rendering() -> None:
    html = page()
    article = stripped(html, spans=True)
    rendering = rendering_of(Source.of(html))
    assert article.rendering == rendering.name
    assert isinstance(article.removed, list)
    assert all(rendering.text[r.start : r.end] == r.text for r in article.removed)
    texts = [removal.text.strip("• ") for removal in article.removed]
    assert set(MENU) <= set(texts)
    assert not set(PARAGRAPHS) & set(texts)


def test_fields_come_from_the_page_with_their_provenance() -> None:
    article = stripped(page(head=HEAD))
    assert article.headline == "Bridge to be rebuilt"
    assert article.authors == ["Ida Lund", "Per Holm"]
    assert article.source == "Lindholm Post"
    assert article.published_at == "2024-03-05T06:30:00.000Z"
    assert article.modified_at == "2024-03-06T00:00:00.000Z"
    assert article.canonical_url == "https://post.example/bridge"
    assert article.provenance == {
        "text": "blocks",
        "headline": "guess",
        "authors": "meta",
        "source": "meta",
        "published_at": "meta",
        "modified_at": "meta",
        "canonical_url": "html",
    }


def test_what_the_raw_record_gave_stays() -> None:
    given: dict[str, Any] = {
        "headline": "Given",
        "authors": ["Given"],
        "source": "given.example",
        "published_at": "2020-01-01T00:00:00.000Z",
        "canonical_url": "https://given.example/1",
        "provenance": {"headline": "raw"},
    }
    article = stripped(page(head=HEAD), **given)
    assert {name: getattr(article, name) for name in given if name != "provenance"} == {
        name: value for name, value in given.items() if name != "provenance"
    }
    assert article.provenance["headline"] == "raw"


def test_dates_of_json_ld_come_first_and_from_the_article_only() -> None:
    graph = {
        "@graph": [
            {"@type": "WebSite", "datePublished": "2001-01-01"},
            {"@type": ["NewsArticle"], "datePublished": "2024-03-04T23:00:00-05:00"},
        ]
    }
    head = f'<script type="application/ld+json">{json.dumps(graph)}</script>{HEAD}'
    article = stripped(page(head=head))
    assert article.published_at == "2024-03-05T04:00:00.000Z"
    assert article.provenance["published_at"] == "json-ld"


@pytest.mark.parametrize("href", ["/bridge", "https://post.example/", "javascript:x", "https://["])
def test_a_canonical_address_that_names_no_article_is_not_taken(href: str) -> None:
    article = stripped(page(head=f'<link rel="canonical" href="{href}">'))
    assert article.canonical_url is None


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>" * 20_000 + "Deep words" + "</div>" * 20_000, "Deep words"),
        ("<html><body><p>Never <b>closed <i>at <table><tr><td>all <p>ends", "Never"),
        ("<p>A\0B</p>", "B"),
        ('<script type="application/ld+json">' + "[" * 50_000 + "</script><p>Words", "Words"),
        ("<p " + "a=b " * 50_000 + ">Words</p>", "Words"),
        ("Words without any tag", "Words without any tag"),
        ("<p>Half \ud83d a pair</p>", "a pair"),
        ("<p><a href='/x'>A link</a></p>" * 2_000, "A link"),
        ('<?xml version="1.0" encoding="latin-1"?><html><body><p>Äther</p></body></html>', "Äther"),
    ],
    ids=["deep", "unclosed", "nul", "json-ld", "attributes", "text", "surrogate", "links", "xml"],
)
def test_strange_pages_give_their_text(html: str, text: str) -> None:
    article = stripped(html)
    assert isinstance(article.text, str)
    assert text in article.text


@pytest.mark.parametrize(
    "html",
    ["", " \n", "<html></html>", "<script>var a = 1</script>", "\0\0\0", "<!-- -->"],
)
def test_pages_without_text_are_rejected(html: str) -> None:
    outcome = strip(html)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_text"


def test_a_file_that_is_no_text_is_rejected() -> None:
    noise = random.Random(7).randbytes(50_000).decode("latin-1")
    assert isinstance(strip(noise), Rejected)


def test_the_preview_stands_in_where_the_extractor_finds_nothing() -> None:
    article = stripped("<div>" * 3_000 + "All there is", preview="The main words")
    assert article.text == "The main words"
    assert article.provenance["text"] == "preview"


def test_no_page_depends_on_those_before_it() -> None:
    """Repeated paragraphs are the pages' own affair: extraction must not remember them."""
    pages = [page(head=HEAD), page(paragraphs=PARAGRAPHS[::-1]), page(paragraphs=PARAGRAPHS * 2)]
    stage = StripBoilerplate()
    articles = [Article(id="a", content=html, media_type="text/html") for html in pages]
    fresh = [stage(article) for article in articles]
    for _ in range(3):
        assert [stage(article) for article in articles[::-1]] == fresh[::-1]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "Words",
        "<unheard-of>" * 100_000 + "Words",
        "<p>Words of ten or so that say nothing at all.</p>" * 50_000,
        "<p><a href='/a'>Words</a></p>" * 60_000,
        "<div>" * 500 + "<p>Words<div></div>" * 12_000,
        "<svg><p>Words" + "<svg><script" * 50_000,
        "<p>Words</p><!--" + "<div>" * 100_000,
        "<p>Words</p>" + "<script " * 100_000,
        "<p>Words</p><script>" + "</script" * 100_000,
        "<p>Words</p><xmp>" + '<a " </a ' * 50_000,
        "<p>Words</p><plaintext>" + '<a " </a ' * 50_000,
        "<title" * 50_000 + "<p>Words</p>",
    ],
    ids=[
        "deep",
        "unknown",
        "long",
        "links",
        "wide",
        "open",
        "comment",
        "scripts",
        "ends",
        "quotes",
        "plain",
        "titles",
    ],
)
def test_pages_that_parsers_take_long_over_give_their_text(html: str) -> None:
    article = stripped(html)
    assert isinstance(article.text, str)
    assert "Words" in article.text


def test_a_page_that_a_script_draws_gives_the_text_of_the_script() -> None:
    texts = [f"{text} It was part {part} of the plan." for part in range(3) for text in PARAGRAPHS]
    state = json.dumps({"story": {"paragraphs": [{"text": text + "\ud83d"} for text in texts]}})
    html = f"<body><div id=app>Loading</div><script>var state = {state}</script></body>"
    article = stripped(html)
    assert article.provenance["text"] == "json"
    assert article.text == "\n".join(f"{text}?" for text in texts)


@pytest.mark.parametrize(
    "start",
    [
        "<html><head><title/></head><body>",
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title>A</title>"
        "<script src='a.js'/></head><body>",
        "<html xmlns='http://www.w3.org/1999/xhtml'><body><iframe src='b'/>",
    ],
)
def test_elements_that_xml_leaves_empty_swallow_nothing(start: str) -> None:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    article = stripped(f"{start}{body}<script>var b = 1</script></body></html>", spans=True)
    assert article.text == "\n".join(PARAGRAPHS)
    assert not article.removed


@pytest.mark.parametrize(
    "body",
    ["<noscript>{}</noscript>", "<template>{}</template>", "<title/>{}<svg><title>A</title></svg>"],
)
def test_a_page_that_shows_nothing_gives_what_it_hides(body: str) -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    article = stripped(f"<html><body>{body.format(text)}</body></html>")
    assert article.text == "\n".join(PARAGRAPHS)


def drawn(state: object, shown: str = "") -> str:
    return f"<body><div id=app>{shown}</div><script>var state = {json.dumps(state)}</script></body>"


@pytest.mark.parametrize(
    "shown",
    ["", "".join(f'<a href="/{item}">{item}</a> ' for item in MENU), "<p>Please wait.</p>"],
    ids=["nothing", "menu", "notice"],
)
def test_a_short_article_in_a_script_is_found(shown: str) -> None:
    article = stripped(drawn({"story": {"body": PARAGRAPHS[2]}}, shown))
    assert (article.text, article.provenance["text"]) == (PARAGRAPHS[2], "json")


def test_a_short_article_that_is_shown_is_not_replaced_by_what_else_is_in_a_script() -> None:
    shown = f"<article><p>{PARAGRAPHS[2]}</p></article>"
    article = stripped(drawn({"settings": {"about": " ".join(PARAGRAPHS[:2])}}, shown))
    assert article.text == PARAGRAPHS[2]


@pytest.mark.parametrize(
    "notice",
    [
        "We and our partners use cookies to store and read information on your device. By clicking "
        "accept you agree to this.",
        "Wir verwenden Cookies, um Inhalte zu personalisieren und die Zugriffe auf unsere Website "
        "zu messen. Mit Ihrer Zustimmung geht es weiter.",
    ],
    ids=["en", "de"],
)
def test_a_notice_that_asks_for_consent_is_not_of_the_article(notice: str) -> None:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    banner = f"<div class=banner><p>{notice}</p></div><article>{body}</article>"
    below = f"<div>{body}</div><div>{notice}</div>"
    for html in (banner, below):
        article = stripped(f"<html><body>{html}</body></html>", spans=True)
        assert article.text == "\n".join(PARAGRAPHS)
        assert isinstance(article.removed, list)
        assert [removal.text for removal in article.removed] == [notice]
    assert stripped(f"<html><body><p>{notice}</p></body></html>").text == notice
