"""The feeds that a site's page names (``link rel=alternate``)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import etree, html

from workers.feeds.formats import fields
from workers.feeds.items import Parsed, Unreadable
from workers.pages.challenges import is_challenge
from workers.pages.markup import can_be_parsed, with_empty_elements_closed, without_scripts
from workers.pages.stated import stated_in

_TYPES = (
    "application/atom+xml",
    "application/rss+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
)
_APART = re.compile(r"comment|/(?:author|tag|category|search)/", re.IGNORECASE)
"""Feeds beside the site's own: of comments, of one author or subject, by the names that programs
give them whatever the site's language."""
_HEAD = 300_000
_MOST = 50


def read_page(text: str, *, url: str) -> Parsed | Unreadable:
    """The feeds that a page names: the site's own before those of comments and parts of it.

    In each group the page's own order, which browsers take as that of importance.
    """
    markup = without_scripts(with_empty_elements_closed(text))[:_HEAD]
    if not can_be_parsed(markup):
        return Unreadable("a web page that nests too deep to be read")
    try:
        page = html.document_fromstring(markup.encode("utf-8", "replace"), _parser())
    except (etree.LxmlError, ValueError):
        return Unreadable("a web page without anything in it")
    base = next((fields.address(at, url) for at in page.xpath("//base/@href")[:1]), None) or url
    found: dict[str, bool] = {}
    for link in page.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        type_ = (link.get("type") or "").partition(";")[0].strip().lower()
        named = "alternate" in relations and "stylesheet" not in relations and type_ in _TYPES
        if (named or "feed" in relations) and (to := fields.address(link.get("href"), base)):
            found.setdefault(to, _is_apart(to, link.get("title") or ""))
    if not found:  # who names feeds is taken at its word, guarded or not
        if is_challenge(text):
            return Unreadable("a page that asks whether a person reads it", "challenge")
        return Unreadable("a web page, and it names no feed (link rel=alternate)")
    feeds = sorted(found, key=found.__getitem__)[:_MOST]
    return Parsed(
        kind="page",
        title=fields.title(stated_in(text).title, markup=False),
        language=fields.language(page.get("lang")),
        site=url,
        feeds=tuple(feeds),
    )


def _is_apart(address: str, title: str) -> bool:
    parts = urlsplit(address)
    return bool(_APART.search(f"{parts.path}?{parts.query} {title}"))


def _parser() -> html.HTMLParser:
    return html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
