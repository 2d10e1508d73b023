"""What one poll of a feed comes to: taken in whole, in one transaction of the state."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from workers.feeds import habit, rhythm
from workers.feeds.asking import Asking
from workers.feeds.fetch.targets import with_credentials_of
from workers.feeds.fetched import Body, Failed, NotModified, Validators, Want
from workers.feeds.health import FAILING_FROM
from workers.feeds.hosts import host_of, site_of
from workers.feeds.items import Item, Parsed, Unreadable
from workers.feeds.known import Known, Ready, digest_of
from workers.feeds.means import Means
from workers.feeds.page_queue import newness
from workers.feeds.reading import Read
from workers.feeds.rhythm import Bounds
from workers.feeds.subscriptions import Subscription

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
MOST_PAGES = 5_000
"""Pages of one feed that wait; what it lists beyond that is taken at later polls."""
SITEMAP_DAYS = 2.0
"""A sitemap lists all that a site has; only what is dated within so many days is new."""


class Following:
    """Asks feeds and takes in what they say."""

    def __init__(
        self, means: Means, subscriptions: Mapping[str, Subscription], bounds: Bounds
    ) -> None:
        self._means = means
        self._state = means.state
        self._subscriptions = subscriptions
        self._bounds = bounds
        self.asking = Asking(means)

    def subscription(self, feed: Known) -> Subscription:
        """What was asked for by whoever subscribed to this feed, or to the index above it."""
        while feed.address not in self._subscriptions and feed.parent is not None:
            feed = self._state.feed(feed.parent)
        return self._subscriptions[feed.address]

    async def poll(self, feed: Known) -> Sequence[Known]:
        """Ask one feed; it and those that it named for the first time, with their next polls."""
        began = self._means.clock()
        # Some servers say for ever that nothing is new: of a feed that is silent that is not taken.
        doubted = habit.silent(feed.habit, began)
        want = Want(
            accept=ACCEPT,
            limit=LIMIT,
            validators=Validators() if doubted else feed.validators,
            headers=headers_for(feed.url, self.subscription(feed)),
        )
        self._state.asking(feed.id, began, began + self._bounds.shortest)
        try:
            result = await self.asking.ask(feed.url, want)
        except asyncio.CancelledError:  # an orderly end
            self._state.asking(feed.id, feed.last_poll, feed.next_poll)
            raise
        polled = replace(feed, last_poll=self._means.clock())
        match result:
            case Failed(via=str(via)):  # it waits for a turn there, from which it is sooner due
                due = min(feed.next_poll, self._means.clock())
                after = [replace(feed, via=via, next_poll=due)]
                self._state.saved(after[0])
            case Failed():
                cut_off = self.asking.cut_off(feed, result)
                after = [self._failed(polled, result.kind, result.reason, result, cut_off=cut_off)]
            case NotModified() | Body() if twin := self._twin(polled, result):
                after = [self._same(polled, result, twin)]
            case NotModified():
                after = [self._unchanged(polled, result)]
            case Body() if digest_of(result.data) == feed.digest:
                after = [self._unchanged(polled, result)]
            case Body():
                after = await self._body(polled, result)
        self._means.told.changed(feed, after[0])
        return after

    def _failed(
        self,
        feed: Known,
        kind: str,
        reason: str,
        failed: Failed | None = None,
        *,
        cut_off: bool = False,
    ) -> Known:
        self._means.told.polled(kind)
        failures = feed.failures + (failed is None or failed.asked)
        if cut_off:  # told, but no reason to be asked the less once the network is back
            failures = min(failures, max(feed.failures, FAILING_FROM))
        wait = rhythm.after_failure(
            failures,
            kind,
            self._bounds,
            retry_after=failed.retry_after if failed else None,
            chance=self._means.chance(),
            every=None if failed and not failed.asked else self.subscription(feed).every,
            cut_off=cut_off,
        )
        after = replace(
            feed,
            failures=failures,
            error_kind=kind,
            error=reason,
            next_poll=self._means.clock() + wait,
            retired=reason if kind == "gone" and feed.url == feed.address else None,
        )
        if feed.url != feed.address and (kind == "gone" or failures >= RETRIED_AT_FIRST_ADDRESS):
            after = replace(after, url=feed.address, via=None, validators=Validators(), digest=None)
        self._state.saved(after)
        return after

    def _twin(self, feed: Known, result: NotModified | Body) -> Known | None:
        """The feed of the list that this one has turned out to be, if it is one."""
        if feed.parent is not None:
            return None
        url = _url_after(feed, result)
        own = headers_for(url, self.subscription(feed))
        twins = self._state.twins(feed, url)
        same = (one for one in twins if headers_for(url, self.subscription(one)) == own)
        return next(same, None)

    def _same(self, feed: Known, result: NotModified | Body, twin: Known) -> Known:
        """Of two feeds that are one, that which came last is not asked while the other is."""
        self._means.told.polled("unchanged")
        after = replace(
            feed,
            url=_url_after(feed, result),
            via=None,
            retired=f"it is the same feed as {twin.address}",
            same_as=twin.id,
            failures=0,
            error_kind=None,
            error=None,
            validators=Validators(),
            digest=None,
        )
        self._state.saved(after)
        return after

    def _unchanged(self, feed: Known, result: NotModified | Body) -> Known:
        self._means.told.polled("unchanged")
        after = self._answered(feed, result, feed.ttl)
        self._state.saved(after)
        return after

    def _answered(self, feed: Known, result: NotModified | Body, ttl: float | None) -> Known:
        """What is known of a feed that answered, but for what it said."""
        now = self._means.clock()
        every = self.subscription(feed).every
        wait = (
            max(every, self._bounds.shortest)
            if every
            else rhythm.after_success(
                feed.habit,
                now,
                self._bounds,
                asked=rhythm.asked(ttl, result.headers),
                chance=self._means.chance(),
            )
        )
        url = _url_after(feed, result)
        answered = site_of(result.url)
        return replace(
            feed,
            url=url,
            via=answered if answered != site_of(url) else None,
            ttl=ttl,
            downgraded=result.downgraded or (_by_tls(feed.address) and not _by_tls(result.url)),
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
        read = await self._means.desk.read(subscription, body)
        if isinstance(read, Unreadable):
            return [self._failed(feed, read.kind, read.reason)]
        parsed = read.parsed
        if parsed.kind == "page":
            return [self._discovered(feed, parsed)]
        self._means.told.polled("new")
        feed = replace(
            feed,
            kind=parsed.kind,
            title=parsed.title or feed.title,
            complaint=parsed.complaint,
        )
        if parsed.kind == "sitemap-index":
            return self._children(feed, body, parsed)
        return [await self._items(subscription, feed, body, read)]

    def _discovered(self, feed: Known, page: Parsed) -> Known:
        """The feed that a site's page names is asked for at once, and from now on."""
        (found, *_) = page.feeds or (feed.url,)
        if feed.digest is not None:
            # Feeds that are broken for a while lead to the site's front page, and its feed is
            # another one.
            said = f"{feed.url} was a feed and is a page now, which names {found}"
            return self._failed(feed, "unreadable", said)
        if found == feed.url or feed.url != feed.address:
            return self._failed(
                feed, "unreadable", f"{feed.url} is a page, and names no feed that is none"
            )
        self._means.told.polled("new")
        after = replace(
            feed,
            url=found,
            via=None,
            validators=Validators(),
            digest=None,
            next_poll=self._means.clock(),
            last_success=self._means.clock(),
        )
        self._state.saved(after)
        return after

    def _children(self, feed: Known, body: Body, index: Parsed) -> list[Known]:
        after = self._answered(feed, body, index.ttl)
        named = index.feeds[:MOST_SITEMAPS] if self._depth(feed) < DEEPEST else ()
        new = self._state.children(after, named, self._means.clock())
        return [after, *new]

    def _depth(self, feed: Known) -> int:
        depth = 0
        while feed.parent is not None:
            feed, depth = self._state.feed(feed.parent), depth + 1
        return depth

    async def _items(
        self, subscription: Subscription, feed: Known, body: Body, read: Read
    ) -> Known:
        now, parsed = self._means.clock(), read.parsed
        wanting = dict(zip(map(id, parsed.items), read.wanting, strict=True))
        fresh = self._state.fresh(feed.id, parsed.items)
        ready: list[tuple[Item, Ready]] = []
        pages: list[tuple[str, Item]] = []
        lost: list[tuple[Item, str]] = []
        old: list[Item] = []
        for item in fresh:
            if parsed.kind in ("sitemap", "news-sitemap") and _old(item, now):
                self._means.told.item("old")
                old.append(item)
            elif item.url and wanting[id(item)]:
                pages.append((site_of(item.url), item))
            else:
                made = await self._means.desk.article(subscription, feed, item, None)
                if isinstance(made, str):
                    lost.append((item, made))
                else:
                    ready.append((item, made))
        if ready or lost:
            # Another feed may have brought the same article while these were made.
            still = set(map(id, self._state.fresh(feed.id, parsed.items)))
            ready = [one for one in ready if id(one[0]) in still]
            lost = [one for one in lost if id(one[0]) in still]
            pages = [page for page in pages if id(page[1]) in still]
        listed = parsed.items
        if later := self._without_room(feed, pages):
            # It stays unknown, and the feed is read again though it be the same.
            left = {id(item) for item in later}
            listed = tuple(item for item in listed if id(item) not in left)
            pages = [page for page in pages if id(page[1]) not in left]
        # All that a feed lists when it is first seen tells how often it publishes.
        times = [seconds_of(item.published_at or item.updated_at) for item in fresh]
        after = replace(feed, habit=habit.learnt(feed.habit, times, now))
        if fresh:  # also where all are older than what a habit is learnt from
            latest = max(now if time is None else min(time, now) for time in times)
            after = replace(after, last_item=max(latest, feed.last_item or latest))
        after = self._answered(after, body, parsed.ttl)
        if later:
            after = replace(after, validators=Validators(), digest=None)
        self._state.taken(
            after,
            listed,
            [article for _, article in ready],
            pages,
            lost,
            now,
            made=[item for item, _ in ready],
            old=old,
        )
        for _ in ready:
            self._means.told.item("article")
        for _ in lost:
            self._means.told.item("lost")
        for _ in pages:
            self._means.told.item("page")
        for _ in later:
            self._means.told.item("later")
        return after

    def _without_room(self, feed: Known, pages: list[tuple[str, Item]]) -> list[Item]:
        """The items whose pages are more than may wait, the oldest of them."""
        room = max(MOST_PAGES - self._state.pages_waiting(feed.id), 0)
        if len(pages) <= room:
            return []
        return sorted((item for _, item in pages), key=newness, reverse=True)[room:]


def _url_after(feed: Known, result: NotModified | Body) -> str:
    """Where a feed is asked from now on."""
    return with_credentials_of(result.moved, feed.url) if result.moved else feed.url


def headers_for(url: str, subscription: Subscription) -> Mapping[str, str]:
    """The subscription's headers, which are for its own host, if this address is there.

    What was to go by https goes by nothing else.
    """
    own = host_of(url) == host_of(subscription.address)
    secure = _by_tls(subscription.address)
    return subscription.headers if own and (not secure or _by_tls(url)) else {}


def _by_tls(url: str) -> bool:
    return url.lower().startswith("https:")


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
