"""Of the articles that a page describes only its own is believed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from trafilatura.utils import load_html

from workers.stages.strip_boilerplate.metadata import Metadata, page_metadata

URL = "https://post.example/2024/ferry"
OWN = {
    "@type": "NewsArticle",
    "headline": "Ferry to the islands sails again",
    "author": {"name": "Ida Lund"},
    "datePublished": "2024-03-04T10:00:00Z",
    "url": URL,
    "publisher": {"name": "Lindholm Post"},
}
TEASER = {
    "@type": "NewsArticle",
    "headline": "Council votes on parking fees",
    "author": {"name": "Per Holm"},
    "datePublished": "2021-07-09T08:00:00Z",
    "url": "https://post.example/2021/parking",
    "publisher": {"name": "Lindholm Post"},
}


def described(
    *articles: dict[str, Any], head: str = "", h1: str = "", url: str | None = None
) -> Any:
    scripts = f'<script type="application/ld+json">{json.dumps(articles)}</script>'
    page = f"<html><head>{head}{scripts}</head><body><h1>{h1}</h1><p>Text</p></body></html>"
    return page_metadata(load_html(page), url)


def value(found: Metadata, field: str) -> Any:
    said = vars(found)[field]
    return said.value if said else None


@pytest.mark.parametrize(
    "url",
    [
        URL,
        URL + "/",
        URL + "#comments",
        URL + "?utm_source=letter&utm_medium=email",
        "http://www.post.example/2024/ferry/",
        "https://POST.example:443/2024/ferry",
    ],
)
def test_it_is_the_one_at_the_pages_address_however_that_is_written(url: str) -> None:
    link = f'<link rel="canonical" href="{url}">'
    for found in (described(TEASER, OWN, url=url), described(TEASER, OWN, head=link)):
        assert value(found, "headline") == OWN["headline"]
        assert value(found, "authors") == ("Ida Lund",)
        assert value(found, "published_at") == "2024-03-04T10:00:00.000Z"


def test_another_page_of_the_site_is_another_page() -> None:
    found = described(TEASER, OWN, url="https://post.example/2024/ferry?page=parking")
    assert value(found, "headline") is None


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        ("Ferry to the islands sails again", "Ferry to the islands sails again"),
        ("Паром на острови знову ходить", "«Паром на острови знову ходить»"),
        ("渡轮恢复前往群岛的航线", "渡轮恢复前往群岛的航线 | 林港邮报"),
        ("عودة العبّارة إلى الجزر", "عودة العبّارة إلى الجزر"),
        ("Die Fähre fährt wieder", "Die Fähre fährt wieder – nach drei Jahren"),
    ],
)
def test_without_an_address_it_is_the_one_that_the_titles_name(headline: str, title: str) -> None:
    own = OWN | {"headline": headline}
    og = f'<meta property="og:title" content="{title}">'
    for found in (
        described(TEASER, own, h1=title),
        described(TEASER, own, head=og),
        described(TEASER, own, head=f"<title>{title}</title>"),
    ):
        assert value(found, "authors") == ("Ida Lund",)
        assert value(found, "canonical_url") == URL


def test_of_several_that_are_not_the_pages_only_what_all_say_is_believed() -> None:
    found = described(TEASER, OWN, h1="Something else altogether")
    assert value(found, "canonical_url") is None
    assert value(found, "authors") is None
    assert value(found, "published_at") is None
    assert value(found, "headline") == "Something else altogether"
    assert value(found, "source") == "Lindholm Post"


def test_one_alone_and_one_described_twice_are_believed() -> None:
    again = {**OWN, "@type": "Article", "url": None, "headline": "Ferry to the Islands sails again"}
    for found in (described(OWN, h1="Else"), described(OWN, again, h1="Else")):
        assert value(found, "authors") == ("Ida Lund",)


def test_what_only_names_an_article_does_not_make_it_several() -> None:
    stub = {"@type": "Article", "@id": "#article"}
    assert value(described(stub, OWN), "authors") == ("Ida Lund",)


def item(headline: str, author: str, address: str) -> str:
    return (
        '<div itemscope itemtype="https://schema.org/Article">'
        f'<a itemprop="mainEntityOfPage" href="{address}"><b itemprop="headline">{headline}</b></a>'
        f'<i itemprop="author">{author}</i></div>'
    )


def test_microdata_is_chosen_alike() -> None:
    body = item("Parking fees", "Per Holm", "/2021/parking") + item("Ferry", "Ida Lund", "/f")
    at = page_metadata(load_html(f"<html><body>{body}</body></html>"), "https://post.example/f/")
    assert value(at, "authors") == ("Ida Lund",)
    named = page_metadata(load_html(f"<html><body><h1>Ferry</h1>{body}</body></html>"))
    assert value(named, "authors") == ("Ida Lund",)
