"""What a feed says: its items, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FeedKind = Literal["rss", "atom", "json", "news-sitemap", "sitemap", "sitemap-index", "page"]
"""``page`` is a site's page that names feeds; ``sitemap-index`` names sitemaps."""


@dataclass(frozen=True)
class Item:
    """One entry of a feed or sitemap; a pure function of the feed's bytes and address."""

    guid: str
    """What names the entry in its feed: guid, id, else the link, else a hash of title and text."""
    url: str | None
    """The article's page, absolute, http or https."""
    own_url: bool = True
    """Whether no other entry of the feed had this address, so that it names the article."""
    title: str | None = None
    content: str | None = None
    """The text that the feed carries, HTML or plain; None where it has none."""
    content_is_html: bool = True
    summary_only: bool = False
    """Whether ``content`` is a summary by the feed's own word (RSS description beside no
    content:encoded, Atom summary) and may be less than the article."""
    authors: tuple[str, ...] = ()
    published_at: str | None = None
    """RFC 3339 in UTC; None where the feed does not say or says nothing that is a time."""
    updated_at: str | None = None
    language: str | None = None
    """The entry's, else the feed's."""
    words: str = ""
    """A hash of what a reader sees of it (see ``versions.py``); empty where none is made yet."""


@dataclass(frozen=True)
class Parsed:
    """A feed, read."""

    kind: FeedKind
    items: tuple[Item, ...] = ()
    title: str | None = None
    language: str | None = None
    site: str | None = None
    """The address of the site that it belongs to."""
    ttl: float | None = None
    """Seconds that it asks to wait between polls (``ttl``, ``sy:updatePeriod``), if it does."""
    feeds: tuple[str, ...] = ()
    """Addresses of feeds (of a page) or sitemaps (of an index) that it names, best first."""
    complaint: str | None = None
    """What was ill-formed, where the tolerant reading went on."""


@dataclass(frozen=True)
class Unreadable:
    """Bytes that are no feed; ``reason`` says what they look like and what was wrong."""

    reason: str
    kind: Literal["unreadable", "challenge"] = "unreadable"
    """``challenge``: a guard's page, which asks whether a person reads it."""
