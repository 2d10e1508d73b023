"""The bytes of a feed, sitemap or page read as what it is; nothing is fetched and nothing raised.

The size of a body is bounded by whoever fetched it, and here again, since a body may be packed.
Parsers are those of libraries; before any sees the text, ``prolog.py`` refuses declarations of
entities, whatever the encoding.
"""

from __future__ import annotations

from dataclasses import replace

from workers.feeds.formats import fields, sitemaps, xml_feeds
from workers.feeds.formats.decoding import text_of_feed, unpacked
from workers.feeds.formats.discovery import read_page
from workers.feeds.formats.json_feed import read_json
from workers.feeds.formats.prolog import document
from workers.feeds.items import Parsed, Unreadable

LIMIT = 20_000_000
"""Bytes of a body, as sent and as unpacked."""
_SHOWN = 60


def read(
    data: bytes,
    *,
    url: str,
    media_type: str | None = None,
    charset: str | None = None,
    limit: int = LIMIT,
) -> Parsed | Unreadable:
    """What a body says: RSS, Atom, RDF, JSON Feed, a sitemap, an index of them, or a page.

    ``url`` is where the body was in the end: relative addresses are taken from there.
    ``media_type`` and ``charset`` are the server's, believed where the body does not say otherwise.
    ``limit`` is in bytes, also of what is unpacked from a ``.gz`` body.
    """
    if len(data) > limit:
        return Unreadable(f"{len(data):,} bytes, and {limit:,} are allowed")
    whole = unpacked(data, limit)
    if isinstance(whole, Unreadable):
        return whole
    if not whole.strip():
        return Unreadable("empty")
    decoded = text_of_feed(whole, charset)
    if decoded is None:
        return Unreadable(f"{len(whole):,} bytes that are no text{_as(media_type)}")
    read = _read(decoded.text, url, media_type)
    if isinstance(read, Parsed) and decoded.complaint:
        return replace(read, complaint=fields.complaints(decoded.complaint, read.complaint))
    return read


def _read(text: str, url: str, media_type: str | None) -> Parsed | Unreadable:
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return read_json(text, url=url)
    found = document(text)
    if isinstance(found, Unreadable):
        return found
    if found.root in xml_feeds.ROOTS:
        return xml_feeds.read_xml(found, url=url)
    if found.root in sitemaps.ROOTS:
        return sitemaps.read_sitemap(found, url=url)
    if found.root == "opml":
        return Unreadable("an OPML list of feeds; import it as subscriptions")
    page = media_type in ("text/html", "application/xhtml+xml")
    if found.doctype_html or found.root in ("html", "head", "body") or (page and "<" in text):
        return read_page(text, url=url)
    if found.root:
        return Unreadable(f"XML with the root <{found.root}>, which is no feed{_as(media_type)}")
    shown = " ".join(text[:_SHOWN].split())
    return Unreadable(f"no feed: it begins with {shown!r}{_as(media_type)}")


def _as(media_type: str | None) -> str:
    return f" (sent as {media_type})" if media_type else ""
