"""What one fetch of an article's page comes to: made, put off, or given up, in one transaction."""

from __future__ import annotations

import asyncio

from workers.feeds.fetched import Body, Failed, FailureKind, NotModified, Want
from workers.feeds.following import Following, headers_for
from workers.feeds.known import Known, Page
from workers.feeds.means import Means
from workers.feeds.rhythm import LONGEST_CUT_OFF
from workers.feeds.subscriptions import Subscription

ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.8"
MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
TRIES = 7
"""Times that a page is asked for before it is given up: over about a day."""
TRIES_MISSING = 4
"""Times that a page is asked for which is not there (404): feeds list some minutes before they are,
so over about a quarter of an hour."""
FIRST_WAIT = 60.0
GROWS = 4.0
PASSING: frozenset[FailureKind] = frozenset({"unreachable", "timeout", "throttled", "broken"})
"""Failures that may pass; of those by status, 408, 425 and 5xx too."""
PASSING_STATUS = (408, 425)
MISSING = 404


class Paging:
    """Fetches the pages of items and has their articles made."""

    def __init__(self, means: Means, following: Following, *, limit: int) -> None:
        """``limit`` are the bytes that a page may have, unpacked."""
        self._means = means
        self._state = means.state
        self._following = following
        self._limit = limit

    async def fetch(self, page: Page) -> None:
        """Ask for one page. If it cannot be had, what the feed says of the article stands for it.

        What may pass is tried again.
        """
        assert page.item.url is not None
        feed = self._state.feed(page.feed)
        subscription = self._following.subscription(feed)
        want = Want(
            accept=ACCEPT, limit=self._limit, headers=headers_for(page.item.url, subscription)
        )
        # Should the process die of it, it is not asked for again at once.
        now = self._means.clock()
        self._state.page_again(page, now + FIRST_WAIT, None, tried=False)
        try:
            result = await self._following.asking.ask(page.item.url, want)
        except asyncio.CancelledError:  # an orderly end
            self._state.page_again(page, now, None, tried=False)
            raise
        if isinstance(result, Body) and result.media_type in (*MEDIA_TYPES, None):
            await self._made(page, feed, subscription, result, "")
            return
        match result:
            case Failed(via=str(via)):
                self._state.page_moved(page, via, self._means.clock())
                return
            case Failed():
                why = result.reason
                if not result.asked:
                    wait = result.retry_after or FIRST_WAIT
                    self._state.page_again(page, self._means.clock() + wait, why, tried=False)
                    return
                if self._following.asking.cut_off(feed, result):
                    self._means.told.item("again")
                    wait = LONGEST_CUT_OFF * (0.5 + 0.5 * self._means.chance())
                    self._state.page_again(page, self._means.clock() + wait, why, tried=False)
                    return
                if page.tries + 1 < self._tries(result):
                    self._means.told.item("again")
                    self._state.page_again(
                        page, self._means.clock() + self._wait(page, result), why
                    )
                    return
            case NotModified():
                why = f"{page.item.url} answers 304 to a request without conditions"
            case Body():
                why = f"{page.item.url} is no page but {result.media_type}"
        await self._made(page, feed, subscription, None, why)

    async def _made(
        self, page: Page, feed: Known, subscription: Subscription, body: Body | None, why: str
    ) -> None:
        made = await self._means.desk.article(subscription, feed, page.item, body)
        if isinstance(made, str) and body is not None and page.item.content:
            # A page that nothing can be made of takes nothing from what the feed says.
            why, body = made, None
            made = await self._means.desk.article(subscription, feed, page.item, None)
        if isinstance(made, str):
            self._means.told.item("lost")
            self._state.page_lost(page, why or made, self._means.clock())
        else:
            self._means.told.item("article" if body else "excerpt")
            self._state.page_made(page, made)

    @staticmethod
    def _tries(failed: Failed) -> int:
        """How many times a page that fails like this is asked for."""
        status = failed.status or 0
        if failed.kind == "status" and status == MISSING:
            return TRIES_MISSING
        passes = failed.kind in PASSING or (
            failed.kind == "status" and (status >= 500 or status in PASSING_STATUS)
        )
        return TRIES if passes else 1

    def _wait(self, page: Page, failed: Failed) -> float:
        wait: float = FIRST_WAIT * GROWS**page.tries
        return max(wait * (0.5 + 0.5 * self._means.chance()), failed.retry_after or 0.0)
