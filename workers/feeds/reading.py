"""What runs in processes of its own: reading a feed's bytes, and making an article of an item.

Both are pure. They are what a hostile page could keep busy, so the pool that runs them can kill
them (see ``workers/runtime/pool.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from topics import codec
from workers.feeds import formats
from workers.feeds.fetched import Body
from workers.feeds.items import Item, Parsed, Unreadable
from workers.feeds.known import Known, Ready
from workers.feeds.pages.made import raw_article, wants_page
from workers.feeds.subscriptions import Subscription
from workers.feeds.versions import with_words

READ = "read_feed"
MAKE = "make_article"
STEPS = (READ, MAKE)
"""The names of the two steps in a pool."""


@dataclass(frozen=True)
class Reading:
    """A feed to read."""

    subscription: Subscription
    body: Body


@dataclass(frozen=True)
class Read:
    """A feed, read."""

    parsed: Parsed
    wanting: tuple[bool, ...]
    """For each of its items whether its page is to be fetched."""


@dataclass(frozen=True)
class Order:
    """An article to make."""

    subscription: Subscription
    feed: Known
    item: Item
    page: Body | None
    fetched_at: str
    """RFC 3339, in UTC: when the page came, or else the feed."""


def read_feed(reading: Reading) -> Read | Unreadable:
    """What a feed's bytes say; never raises for what they are."""
    body = reading.body
    parsed = formats.read(body.data, url=body.url, media_type=body.media_type, charset=body.charset)
    if isinstance(parsed, Unreadable):
        return replace(parsed, reason=f"{body.url}: {parsed.reason}")
    parsed = replace(parsed, items=with_words(parsed.items))
    wanting = tuple(wants_page(reading.subscription, item) for item in parsed.items)
    return Read(parsed, wanting)


def make_article(order: Order) -> Ready | str:
    """The article of an item as Kafka will get it, or why there is none."""
    made = raw_article(
        order.subscription,
        order.item,
        order.page,
        feed=order.feed.address,
        kind=order.feed.kind,
        fetched_at=order.fetched_at,
    )
    if isinstance(made, str):
        return made
    assert made.id is not None
    place = f"{order.feed.address} {order.item.url or order.item.guid}"
    return Ready(place, made.id.encode(), codec.encode(made))
