"""An item of a feed, with its page or without, as a raw article."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from topics.records import Feed, MediaType, Quality, RawArticle
from workers.canonical_url import canonical_url, url_id
from workers.feeds.fetched import Body
from workers.feeds.items import Item
from workers.feeds.pages.fullness import full, plain, weight
from workers.feeds.pages.walls import seen
from workers.feeds.subscriptions import Subscription
from workers.pages.challenges import is_challenge
from workers.pages.charset import text_of

_TYPES: dict[str | None, MediaType] = {
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "text/plain": "text/plain",
    None: "text/html",
}


def wants_page(subscription: Subscription, item: Item) -> bool:
    """Whether the item's page is to be fetched: by choice, or as the feed has not all of it."""
    if item.url is None or subscription.content == "feed":
        return False
    return subscription.content == "page" or not full(item)


def raw_article(
    subscription: Subscription,
    item: Item,
    page: Body | None,
    *,
    feed: str,
    kind: str | None,
    fetched_at: str,
) -> RawArticle | str:
    """The article of an item, or why there is none.

    ``feed`` and ``kind`` are the feed's address, as it was subscribed to, and its kind. Pure: the
    same item and page make the same bytes. Of the page and the feed's content the page is taken,
    unless it has less of the article or only asks for consent.
    """
    found = _of_page(item, page)
    carried = _of_feed(item)
    if isinstance(found, str):
        if carried is None:
            return found
        found = None
    if found is None and carried is None:
        return "the feed carries no text of it, and its page was not fetched"
    content, media_type, quality, url = _better(found, carried)
    return RawArticle(
        id=id_of(item, feed),
        url=url or item.url,
        content=content,
        media_type=media_type,
        headline=item.title,
        source=subscription.source,
        language=subscription.language or item.language,
        authors=list(item.authors) or None,
        published_at=item.published_at,
        fetched_at=fetched_at,
        feed=Feed(url=feed, guid=item.guid, kind=kind),
        quality=quality,
    )


def id_of(item: Item, feed: str) -> str:
    """The article's id: of its address, so that it is one in every feed; else of feed and guid.

    An address names the article if it is the entry's own: not a site's first page, not one that
    entries share, and not a place on a page.
    """
    canonical = canonical_url(item.url) if item.url else None
    if canonical is not None and item.own_url:
        parts, given = urlsplit(canonical), urlsplit(item.url or "")
        place = given.fragment and "=" not in given.fragment
        if (parts.path.strip("/") or parts.query) and not place:
            return url_id(canonical)
    return (
        "feed-" + hashlib.sha256(f"{feed}\n{item.guid}".encode("utf-8", "replace")).hexdigest()[:32]
    )


_Found = tuple[str, MediaType, Quality | None, str | None, int]
"""Content, its type, quality, where it was, and how much prose it has."""


def _of_feed(item: Item) -> _Found | None:
    if not item.content:
        return None
    text = plain(item.content) if item.content_is_html else item.content
    type_: MediaType = "text/html" if item.content_is_html else "text/plain"
    return item.content, type_, "full" if full(item) else "excerpt", None, weight(text)


def _of_page(item: Item, page: Body | None) -> _Found | str | None:
    if page is None:
        return None
    media_type = _TYPES.get(page.media_type)
    if media_type is None:
        return f"{page.url} is no page but {page.media_type}"
    text = text_of(page.data, page.charset)
    if text is None or not text.strip():
        return f"{page.url} is no page: its {len(page.data):,} bytes are no text"
    if _is_front(page.url) and not _is_front(item.url or ""):
        return f"{item.url} leads to the first page of {urlsplit(page.url).netloc}"
    if media_type == "text/html" and is_challenge(text):
        return f"{page.url} asks whether a person reads it"
    if media_type == "text/plain":
        return text, media_type, None, page.url, weight(text)
    judged = seen(text, url=page.url, asked=item.url or page.url, title=item.title)
    where = item.url if judged.wall == "consent" else page.url
    return (
        text,
        media_type,
        judged.wall or ("full" if judged.weight else None),
        where,
        judged.weight,
    )


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.path.strip("/") and not parts.query


def _better(
    found: _Found | None, carried: _Found | None
) -> tuple[str, MediaType, Quality | None, str | None]:
    if carried is None:
        assert found is not None
        return found[:4]
    if found is None or found[2] == "consent":
        return carried[:4]
    if carried[4] > found[4]:  # of a page before a paywall the feed may have more
        text, type_, quality, _, _ = carried
        return (
            text,
            type_,
            "paywall" if found[2] == "paywall" and quality != "full" else quality,
            found[3],
        )
    return found[:4]
