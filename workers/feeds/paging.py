"""What one fetch of an article's page comes to: made, put off, or given up, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from workers.feeds.fetched import Body, Failed, FailureKind, NotModified, Want
from workers.feeds.following import UNHEARD, Client, Desk, Following, Told, headers_for
from workers.feeds.known import Page
from workers.feeds.state import State

ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.8"
MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
TRIES = 6
"""Times that a page is asked for before it is given up: over about a day."""
FIRST_WAIT = 60.0
GROWS = 4.0
PASSING: frozenset[FailureKind] = frozenset({"unreachable", "timeout", "throttled", "broken"})
"""Failures that may pass; of those by status, 408, 425 and 5xx too."""
PASSING_STATUS = (408, 425)


class Paging:
    """Fetches the pages of items and has their articles made."""

    def __init__(
        self,
        state: State,
        client: Client,
        desk: Desk,
        following: Following,
        *,
        limit: int,
        clock: Callable[[], float],
        chance: Callable[[], float],
        told: Told = UNHEARD,
    ) -> None:
        self._state = state
        self._client = client
        self._desk = desk
        self._following = following
        self._limit = limit
        self._clock = clock
        self._chance = chance
        self._told = told

    async def fetch(self, page: Page) -> None:
        """Ask for one page. If it cannot be had, what the feed says of the article stands for it.

        What may pass is tried again up to ``TRIES`` times.
        """
        assert page.item.url is not None
        subscription = self._following.subscription(self._state.feed(page.feed))
        want = Want(
            accept=ACCEPT, limit=self._limit, headers=headers_for(page.item.url, subscription)
        )
        result = await self._client.get(page.item.url, want)
        if isinstance(result, Body) and result.media_type in (*MEDIA_TYPES, None):
            await self._made(page, result, "")
            return
        match result:
            case Failed():
                why = result.reason
                if result.kind == "throttled" and result.status is None:
                    wait = result.retry_after or FIRST_WAIT
                    self._state.page_again(page, self._clock() + wait, why, tried=False)
                    return
                if self._passes(result) and page.tries + 1 < TRIES:
                    self._told.item("again")
                    self._state.page_again(page, self._clock() + self._wait(page, result), why)
                    return
            case NotModified():
                why = f"{page.item.url} answers 304 to a request without conditions"
            case Body():
                why = f"{page.item.url} is no page but {result.media_type}"
        await self._made(page, None, why)

    async def _made(self, page: Page, body: Body | None, why: str) -> None:
        feed = self._state.feed(page.feed)
        subscription = self._following.subscription(feed)
        made = await self._desk.article(subscription, feed, page.item, body)
        if isinstance(made, str) and body is not None and page.item.content:
            # A page that nothing can be made of takes nothing from what the feed says.
            why, body = made, None
            made = await self._desk.article(subscription, feed, page.item, None)
        if isinstance(made, str):
            self._told.item("lost")
            self._state.page_lost(page, why or made, self._clock())
        else:
            self._told.item("article" if body else "excerpt")
            self._state.page_made(page, made)

    @staticmethod
    def _passes(failed: Failed) -> bool:
        status = failed.status or 0
        return failed.kind in PASSING or (
            failed.kind == "status" and (status >= 500 or status in PASSING_STATUS)
        )

    def _wait(self, page: Page, failed: Failed) -> float:
        wait: float = FIRST_WAIT * GROWS**page.tries
        return max(wait * (0.5 + 0.5 * self._chance()), failed.retry_after or 0.0)
