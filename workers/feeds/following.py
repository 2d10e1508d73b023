"""What one poll of a feed comes to: taken in whole, in one transaction of the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from workers.feeds import habit, rhythm
from workers.feeds.fetch.targets import with_credentials_of
from workers.feeds.fetched import Body, Failed, NotModified, Result, Validators, Want
from workers.feeds.items import Item, Parsed, Unreadable
from workers.feeds.known import Known, Ready, digest_of
from workers.feeds.reading import Read
from workers.feeds.rhythm import Bounds
from workers.feeds.state import State
from workers.feeds.subscriptions import Subscription
from workers.feeds.watch import host_of

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
)
LIMIT = 16 * 1024 * 1024
"""Bytes of a feed, unpacked; a sitemap of 50,000 addresses has ten million."""
RETRIED_AT_FIRST_ADDRESS = 3
"""Failures after which a feed that has moved is asked for at its old address again."""
MOST_SITEMAPS = 20
"""Sitemaps that are followed of one index, the newest ones."""
DEEPEST = 2
"""Indexes within indexes."""
SITEMAP_DAYS = 2.0
"""A sitemap lists all that a site has; only what is dated within so many days is new."""


class Client(Protocol):
    """Fetches; expected outcomes are values."""

    async def get(self, url: str, want: Want) -> Result:
        """What comes of asking for this address."""
        ...


class Desk(Protocol):
    """Reads feeds and makes articles, in processes that can be killed."""

    async def read(self, subscription: Subscription, body: Body) -> Read | Unreadable:
        """The feed in a body; Unreadable also where reading took too long."""
        ...

    async def article(
        self, subscription: Subscription, feed: Known, item: Item, page: Body | None
    ) -> Ready | str:
        """The article of an item, from its page if there is one; or why there is none."""
        ...


@dataclass(frozen=True)
class Told:
    """Whom to tell what happens, for metrics and logs."""

    polled: Callable[[str], None] = lambda result: None
    """``new``, ``unchanged``, ``unreadable`` or a ``FailureKind``."""
    item: Callable[[str], None] = lambda result: None
    """``article`` made (``excerpt`` where its page could not be had), ``page`` to be fetched,
    ``again`` put off, ``old``, or ``lost``."""
    changed: Callable[[Known, Known], None] = lambda before, after: None
    """What was known of a feed, and what is now."""


UNHEARD = Told()


class Following:
    """Asks feeds and takes in what they say."""

    def __init__(
        self,
        state: State,
        client: Client,
        desk: Desk,
        subscriptions: Mapping[str, Subscription],
        bounds: Bounds,
        *,
        clock: Callable[[], float],
        chance: Callable[[], float],
        told: Told = UNHEARD,
    ) -> None:
        self._state = state
        self._client = client
        self._desk = desk
        self._subscriptions = subscriptions
        self._bounds = bounds
        self._clock = clock
        self._chance = chance
        self._told = told

    def subscription(self, feed: Known) -> Subscription:
        """What was asked for by whoever subscribed to this feed, or to the index above it."""
        while feed.address not in self._subscriptions and feed.parent is not None:
            feed = self._state.feed(feed.parent)
        return self._subscriptions[feed.address]

    async def poll(self, feed: Known) -> Sequence[Known]:
        """Ask one feed; it and those that it named for the first time, with their next polls."""
        want = Want(
            accept=ACCEPT,
            limit=LIMIT,
            validators=feed.validators,
            headers=headers_for(feed.url, self.subscription(feed)),
        )
        result = await self._client.get(feed.url, want)
        polled = replace(feed, last_poll=self._clock())
        match result:
            case Failed():
                after = [self._failed(polled, result.kind, result.reason, result)]
            case NotModified():
                after = [self._unchanged(polled, result)]
            case Body() if digest_of(result.data) == feed.digest:
                after = [self._unchanged(polled, result)]
            case Body():
                after = await self._body(polled, result)
        self._told.changed(feed, after[0])
        return after

    def _failed(self, feed: Known, kind: str, reason: str, failed: Failed | None = None) -> Known:
        self._told.polled(kind)
        not_asked = failed is not None and kind == "throttled" and failed.status is None
        failures = feed.failures + (not not_asked)
        wait = rhythm.after_failure(
            failures,
            kind,
            self._bounds,
            retry_after=failed.retry_after if failed else None,
            chance=self._chance(),
        )
        after = replace(
            feed,
            failures=failures,
            error_kind=kind,
            error=reason,
            next_poll=self._clock() + wait,
            retired=reason if kind == "gone" and feed.url == feed.address else None,
        )
        if feed.url != feed.address and (kind == "gone" or failures >= RETRIED_AT_FIRST_ADDRESS):
            after = replace(after, url=feed.address, validators=Validators(), digest=None)
        self._state.saved(after)
        return after

    def _unchanged(self, feed: Known, result: NotModified | Body) -> Known:
        self._told.polled("unchanged")
        after = self._answered(feed, result, feed.ttl)
        self._state.saved(after)
        return after

    def _answered(self, feed: Known, result: NotModified | Body, ttl: float | None) -> Known:
        """What is known of a feed that answered, but for what it said."""
        now = self._clock()
        every = self.subscription(feed).every
        wait = (
            max(every, self._bounds.shortest)
            if every
            else rhythm.after_success(
                feed.habit,
                now,
                self._bounds,
                asked=rhythm.asked(ttl, result.headers),
                chance=self._chance(),
            )
        )
        return replace(
            feed,
            url=with_credentials_of(result.moved, feed.url) if result.moved else feed.url,
            ttl=ttl,
            failures=0,
            error_kind=None,
            error=None,
            last_success=now,
            next_poll=now + wait,
            validators=result.validators if isinstance(result, Body) else feed.validators,
            digest=digest_of(result.data) if isinstance(result, Body) else feed.digest,
        )

    async def _body(self, feed: Known, body: Body) -> list[Known]:
        subscription = self.subscription(feed)
        read = await self._desk.read(subscription, body)
        if isinstance(read, Unreadable):
            return [self._failed(feed, "unreadable", read.reason)]
        parsed = read.parsed
        if parsed.kind == "page":
            return [self._discovered(feed, parsed)]
        self._told.polled("new")
        feed = replace(feed, kind=parsed.kind, title=parsed.title or feed.title)
        if parsed.kind == "sitemap-index":
            return self._children(feed, body, parsed)
        return [await self._items(subscription, feed, body, read)]

    def _discovered(self, feed: Known, page: Parsed) -> Known:
        """The feed that a site's page names is asked for at once, and from now on."""
        (found, *_) = page.feeds or (feed.url,)
        if found == feed.url or feed.url != feed.address:
            return self._failed(
                feed, "unreadable", f"{feed.url} is a page, and names no feed that is none"
            )
        self._told.polled("new")
        after = replace(
            feed,
            url=found,
            validators=Validators(),
            digest=None,
            next_poll=self._clock(),
            last_success=self._clock(),
        )
        self._state.saved(after)
        return after

    def _children(self, feed: Known, body: Body, index: Parsed) -> list[Known]:
        after = self._answered(feed, body, index.ttl)
        named = index.feeds[:MOST_SITEMAPS] if self._depth(feed) < DEEPEST else ()
        new = self._state.children(after, named, self._clock())
        return [after, *new]

    def _depth(self, feed: Known) -> int:
        depth = 0
        while feed.parent is not None:
            feed, depth = self._state.feed(feed.parent), depth + 1
        return depth

    async def _items(
        self, subscription: Subscription, feed: Known, body: Body, read: Read
    ) -> Known:
        now, parsed = self._clock(), read.parsed
        wanting = dict(zip(map(id, parsed.items), read.wanting, strict=True))
        fresh = self._state.fresh(feed.id, parsed.items)
        ready: list[Ready] = []
        pages: list[tuple[str, Item]] = []
        lost: list[tuple[Item, str]] = []
        old: list[Item] = []
        for item in fresh:
            if parsed.kind in ("sitemap", "news-sitemap") and _old(item, now):
                self._told.item("old")
                old.append(item)
            elif item.url and wanting[id(item)]:
                self._told.item("page")
                pages.append((host_of(item.url), item))
            else:
                made = await self._desk.article(subscription, feed, item, None)
                if isinstance(made, str):
                    self._told.item("lost")
                    lost.append((item, made))
                else:
                    self._told.item("article")
                    ready.append(made)
        # All that a feed lists when it is first seen tells how often it publishes.
        times = [seconds_of(item.published_at or item.updated_at) for item in fresh]
        after = replace(feed, habit=habit.learnt(feed.habit, times, now))
        if fresh:  # also where all are older than what a habit is learnt from
            latest = max(now if time is None else min(time, now) for time in times)
            after = replace(after, last_item=max(latest, feed.last_item or latest))
        after = self._answered(after, body, parsed.ttl)
        self._state.taken(after, parsed.items, ready, pages, lost, now, old=old)
        return after


def headers_for(url: str, subscription: Subscription) -> Mapping[str, str]:
    """The subscription's headers, which are for its own host, if this address is there."""
    return subscription.headers if host_of(url) == host_of(subscription.address) else {}


def seconds_of(time: str | None) -> float | None:
    """An RFC 3339 time as seconds since the epoch."""
    if time is None:
        return None
    try:
        return datetime.fromisoformat(time).timestamp()
    except (ValueError, OverflowError):
        return None


def _old(item: Item, now: float) -> bool:
    """Whether a sitemap's entry is no news: dated long ago, or not at all."""
    dated = seconds_of(item.updated_at or item.published_at)
    return dated is None or dated < now - SITEMAP_DAYS * habit.DAY
