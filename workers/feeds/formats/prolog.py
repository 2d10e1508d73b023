"""What stands before the root element of a feed: looked at, then left out.

Entities are declared in the prolog and nowhere else. No parser gets to see one: a document that
declares any is refused, and of the others only the root element goes on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workers.feeds.items import Unreadable

_SKIPPED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[<>]*+(?P<end>[\[<>]?)", re.IGNORECASE)
_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]{0,60})(?::([A-Za-z_][\w.-]{0,60}))?(?=[\s/>])")
_KNOWN = re.compile(
    r"<(?:[\w.-]{1,60}:)?(?:rss|feed|RDF|channel|urlset|sitemapindex|html|opml)(?=[\s/>])",
    re.IGNORECASE,
)
_MESSAGES = frozenset(
    {"b", "br", "div", "font", "h1", "hr", "p", "pre", "script", "span", "strong", "table"}
)
"""Elements of HTML in which programs complain before they write the feed."""
_REACH = 100_000
"""Characters in which the root element must begin: generators put messages before it."""


@dataclass(frozen=True)
class Document:
    """An XML or HTML document without its prolog."""

    root: str
    """Local name of the root element in lower case; empty where there is none."""
    body: str
    """From the root element on."""
    complaint: str | None = None
    doctype_html: bool = False


def document(text: str) -> Document | Unreadable:
    """The document from its root element on; Unreadable if it declares entities or the like."""
    position, html = 0, False
    while True:
        if (skipped := _SKIPPED.match(text, position)) is not None:
            position = skipped.end()
        elif (doctype := _DOCTYPE.match(text, position)) is not None:
            if doctype["end"] == "[":
                return Unreadable(
                    "a document type of its own, which could declare entities; these are refused"
                )
            html = html or doctype[0][9:].strip().lower().startswith("html")
            position = doctype.end() - (doctype["end"] == "<")
        else:
            break
    root = _ELEMENT.match(text, position)
    if root is not None and (html or (root[2] or root[1]).lower() not in _MESSAGES):
        return Document((root[2] or root[1]).lower(), text[position:], None, html)
    known = _KNOWN.search(text, position, position + _REACH)
    if known is None:
        name = "" if root is None else (root[2] or root[1]).lower()
        return Document(name, text[position:], None, html)
    between = text[position : known.start()]
    if re.search(r"<!(?:ENTITY|DOCTYPE[^<>]*\[)", between, re.IGNORECASE):
        return Unreadable("a declaration of entities, which is refused")
    name = known[0][1:].rpartition(":")[2].lower()
    return Document(name, text[known.start() :], "something stands before the root element", html)
