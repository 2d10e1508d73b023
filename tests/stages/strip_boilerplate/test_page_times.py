"""The times that pages state: their forms, what cannot be one, and where they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace
from trafilatura.utils import load_html

from topics.records import Article
from workers.stages.strip_boilerplate import StripBoilerplate
from workers.stages.strip_boilerplate.metadata import page_metadata
from workers.stages.strip_boilerplate.metadata.dates import date_of, latest_of

DAY = "2024-03-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2024/03/01", DAY),
        ("2024/3/1 10:00:00 +0100", "2024-03-01T09:00:00.000Z"),
        ("2024/03/01 10:00:00 +0100", "2024-03-01T09:00:00.000Z"),
        ("2024.03.01", DAY),
        ("2024年3月1日 08:30", "2024-03-01T08:30:00.000Z"),
        ("2024년 3월 1일", DAY),
        ("2024-03-01 10:00:00 UTC", "2024-03-01T10:00:00.000Z"),
        ("2024-03-01 10:00 CET", DAY),
        ("2024-03-01 10:00 pm", DAY),
        ("1709280000", "2024-03-01T08:00:00.000Z"),
        ("1709280000123", "2024-03-01T08:00:00.000Z"),
        (1709280000, "2024-03-01T08:00:00.000Z"),
        ("March 1, 2024", DAY),
        ("Friday, March 1st, 2024 at 10:00 PM", DAY),
        ("1. März 2024", DAY),
        ("1 de marzo de 2024", DAY),
        ("1 марта 2024 г.", DAY),
        ("1 березня 2024", DAY),
        ("1 मार्च 2024", DAY),
        ("١ مارس ٢٠٢٤", DAY),
        ("2024-02-30", None),
        ("2024/13/01", None),
        ("February 30, 2024", None),
        ("March 2024", None),
        ("March 1 or April 2, 2024", None),
        ("Ida Lund wrote on March 1, 2024", None),
        ("0001-01-01T00:00:00Z", None),
        ("2999-01-01", None),
        ("9999999999999", None),
        ("1970-01-01T00:00:00Z", None),
        ("12345", None),
        (True, None),
        (None, None),
        (["2024-03-01"], None),
    ],
)
def test_forms(stated: object, expected: str | None) -> None:
    assert date_of(stated) == expected


def test_a_month_that_languages_disagree_on_gives_no_date() -> None:
    assert date_of("1 listopad 2024") is None  # October in one, November in another


def time_in(
    head: str = "", body: str = "", fetched_at: str | None = None
) -> tuple[str, str] | None:
    page = f"<html><head>{head}</head><body>{body}<p>Text</p></body></html>"
    said = page_metadata(load_html(page), None, fetched_at).published_at
    return (said.value, said.where) if said else None


def article(published: object) -> str:
    stated = json.dumps({"@type": "Article", "headline": "A", "datePublished": published})
    return f'<script type="application/ld+json">{stated}</script>'


META = '<meta property="article:published_time" content="2024-03-01">'


@pytest.mark.parametrize("never", ["0001-01-01", "2999-01-01", "1970-01-01T00:00:00Z"])
def test_what_cannot_be_leaves_the_place_to_what_can(never: str) -> None:
    assert time_in(article(never) + META) == (DAY, "meta")


def test_a_time_after_the_page_was_fetched_is_a_mistake() -> None:
    later = article("2030-01-01T00:00:00Z") + META
    assert time_in(later, fetched_at="2024-03-02T10:00:00.000Z") == (DAY, "meta")
    assert time_in(later) == ("2030-01-01T00:00:00.000Z", "json-ld")
    assert latest_of("2024-03-02T10:00:00+02:00") == "2024-03-03T08:00:00.000Z"
    assert latest_of(None) is latest_of("soon") is None


def test_the_stage_compares_with_the_articles_own_fetching() -> None:
    page = f"<html><head>{article('2030-01-01')}</head><body><p>{'A long text. ' * 30}</p></body>"
    given = Article(id="a", content=page, media_type="text/html", fetched_at="2024-03-02T10:00:00Z")
    strip = StripBoilerplate()
    assert strip(given).article.published_at is None  # type: ignore[union-attr]
    later = strip(replace(given, fetched_at="2030-01-02T00:00:00Z")).article  # type: ignore[union-attr]
    assert later.published_at == "2030-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    "body",
    [
        '<span itemprop="datePublished">1. März 2024</span>',
        '<time itemprop="datePublished" datetime="2024-03-01">gestern</time>',
        '<div itemscope itemtype="https://schema.org/WebPage">'
        '<i itemprop="datePublished" content="2024-03-01"></i></div>',
        '<i itemprop="datePublished">2. April 2019</i>'
        '<main><h1>Titel</h1><i itemprop="datePublished">1. März 2024</i></main>',
    ],
)
def test_a_property_outside_of_an_article_is_declared_too(body: str) -> None:
    assert time_in(body=body) == (DAY, "microdata")


def test_a_property_of_another_item_is_not_the_pages() -> None:
    comment = (
        '<div itemscope itemtype="https://schema.org/Comment">'
        '<i itemprop="datePublished" content="2024-03-01">1</i></div>'
    )
    found = time_in(body=comment)
    assert found is None or found[1] == "guess"


def test_a_teasers_meta_element_is_the_teasers() -> None:
    def item(headline: str, day: str) -> str:
        return (
            '<div itemscope itemtype="https://schema.org/Article">'
            f'<b itemprop="headline">{headline}</b>'
            f'<meta itemprop="datePublished" content="{day}"></div>'
        )

    body = item("Parking fees", "2021-01-01") + item("Harbour", "2022-01-01")
    assert time_in(META, f"<h1>Ferry</h1>{body}") == (DAY, "meta")
    body += item("Ferry", "2024-03-01")
    assert time_in(body=f"<h1>Ferry</h1>{body}") == (DAY, "microdata")


LATE = "2024-03-01T23:30:00-08:00"
LATE_UTC = "2024-03-02T07:30:00.000Z"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f'<article><h1>A</h1><time datetime="{LATE}">late</time></article>', LATE_UTC),
        (f'<h1>A</h1><time datetime="{LATE}">late</time>', LATE_UTC),
        (
            '<nav><time datetime="2024-03-01T01:00:00Z">early</time></nav>'
            f'<div role="main"><h1>A</h1><time datetime="{LATE}">late</time></div>',
            LATE_UTC,
        ),
        (
            '<time datetime="2024-03-01T01:00:00Z">1</time><time datetime="2024-03-01T02:00:00Z">2'
            "</time>",
            DAY,
        ),
        ('<article><h1>A</h1><time datetime="2024-03-01">then</time></article>', DAY),
    ],
)
def test_the_moment_of_a_guessed_day_is_the_one_that_the_page_shows(
    body: str, expected: str
) -> None:
    assert time_in(body=body) == (expected, "guess")


def test_a_guess_does_not_read_the_dates_of_teasers_in_scripts() -> None:
    teasers = [
        {"@type": "Article", "headline": headline, "datePublished": f"{year}-01-01"}
        for headline, year in (("Parking fees", 2021), ("Harbour", 2022))
    ]
    script = f'<script type="application/ld+json">{json.dumps(teasers)}</script>'
    tree: Any = load_html(f"<html><head>{script}</head><body><h1>Ferry</h1><p>A</p></body></html>")
    assert page_metadata(tree).published_at is None
    assert "Parking" in tree.findtext(".//script")
