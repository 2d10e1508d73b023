"""What a page declares about itself in its head and in JSON-LD: dates and its canonical address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from workers.article import utc

_PUBLISHED = {
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.created",
    "citation_publication_date",
    "pubdate",
    "publishdate",
}
_MODIFIED = {
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
}
_LONGEST_URL = 2048
_DEEPEST = 6


@dataclass(frozen=True)
class Found:
    """A value, and where it came from: ``json-ld``, ``meta`` or ``page``."""

    value: str
    where: str


@dataclass(frozen=True)
class Declared:
    """Dates in UTC (midnight where only a day is given); None where the page declares none."""

    published_at: Found | None = None
    modified_at: Found | None = None
    canonical_url: Found | None = None


def declared_in(tree: Any) -> Declared:
    """Read the declarations of a parsed page (lxml); JSON-LD comes before ``meta`` elements."""
    published: list[Found] = []
    modified: list[Found] = []
    for article in _articles(tree):
        published += _dates(article.get("datePublished"), "json-ld")
        modified += _dates(article.get("dateModified"), "json-ld")
    address = None
    for meta in tree.iterfind(".//meta[@content]"):
        key = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        name = key.strip().lower()
        if name in _PUBLISHED:
            published += _dates(meta.get("content"), "meta")
        elif name in _MODIFIED:
            modified += _dates(meta.get("content"), "meta")
        elif name == "og:url":
            address = address or meta.get("content")
    link = next((e.get("href") for e in tree.iterfind('.//link[@rel="canonical"]')), None)
    return Declared(
        published_at=published[0] if published else None,
        modified_at=modified[0] if modified else None,
        canonical_url=_address(link) or _address(address),
    )


def _dates(value: object, where: str) -> list[Found]:
    date = utc(value) if isinstance(value, str) else None
    return [Found(date, where)] if date else []


def _address(url: str | None) -> Found | None:
    """A whole web address; relative ones and those of a mere site do not name an article."""
    url = (url or "").strip()
    if not 0 < len(url) <= _LONGEST_URL:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    whole = parts.scheme in ("http", "https") and parts.netloc and (parts.path + parts.query) > "/"
    return Found(url, "page") if whole else None


def _articles(tree: Any) -> Iterator[dict[str, Any]]:
    """The JSON-LD objects whose type is an article, in the order of the page."""
    for script in tree.iterfind('.//script[@type="application/ld+json"]'):
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _articles_within(data, _DEEPEST)


def _articles_within(data: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth == 0:
        return
    if isinstance(data, list):
        for item in data:
            yield from _articles_within(item, depth - 1)
    elif isinstance(data, dict):
        kinds = data.get("@type")
        if any(_is_article(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])):
            yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _articles_within(data.get(key), depth - 1)


def _is_article(kind: object) -> bool:
    return isinstance(kind, str) and kind.endswith(("Article", "BlogPosting", "Report"))
