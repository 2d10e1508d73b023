"""A producer whose web is a table and whose clock is a number: for what takes days."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from tests.feeds.newsroom import Desk
from workers.feeds.fetched import Body, Result, Validators, Want
from workers.feeds.following import Following
from workers.feeds.known import Known
from workers.feeds.means import Means, Told
from workers.feeds.paging import Paging
from workers.feeds.rhythm import Bounds
from workers.feeds.state import State
from workers.feeds.subscriptions import Subscription

NOW = 1_800_000_000.0
PROSE = (
    "<p>"
    + "The council opened the bridge again on Monday, and trams crossed it at noon. " * 60
    + "</p>"
)


class Imagined:
    """Polls and fetches one by one, as a test says; a context manager."""

    def __init__(self, path: Path, *feeds: str | Subscription, chance: float = 0.5) -> None:
        self.now = NOW
        self.web: dict[str, Result] = {}
        """What each address answers."""
        self.wanted: list[Want] = []
        self.items: list[str] = []
        self.state = State(path / "feeds.sqlite")
        following = (Subscription(one) if isinstance(one, str) else one for one in feeds)
        subscriptions = {one.address: one for one in following}
        self.state.follow(list(subscriptions), self.now)
        means = Means(
            self.state,
            self,
            Desk(),
            clock=lambda: self.now,
            chance=lambda: chance,
            told=Told(item=self.items.append, unforeseen=_raised),
        )
        self._following = Following(means, subscriptions, Bounds())
        self._paging = Paging(means, self._following, limit=2_000_000)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.state.close()

    async def get(self, url: str, want: Want) -> Result:
        """As a client."""
        self.wanted.append(want)
        return self.web[url]

    def poll(self, address: str) -> Known:
        """Ask a feed, whenever it is due."""
        (feed,) = (one for one in self.state.feeds() if one.address == address)
        return asyncio.run(self._following.poll(feed))[0]

    def fetch(self) -> None:
        """Fetch all pages, and wait for those that are put off."""
        while self.state.next_page([]) is not None:
            self.fetch_next()

    def fetch_next(self) -> None:
        """Fetch the page that is due next, when it is."""
        due = self.state.next_page([])
        assert due is not None
        self.now = max(self.now, due)
        page = self.state.due_page(self.now, [])
        assert page is not None
        asyncio.run(self._paging.fetch(page))

    def sent(self) -> list[dict[str, Any]]:
        """The articles that came since this was last asked."""
        waiting = self.state.outbox(10_000)
        self.state.sent(waiting)
        return [orjson.loads(one.ready.value) for one in waiting]


def _raised(url: str, error: Exception) -> None:
    raise error


def body(url: str, text: str, validators: Validators | None = None, **more: Any) -> Body:
    """An answer of status 200."""
    return Body(url, text.encode(), {}, validators or Validators(), **more)


def rss(*items: tuple[str, str, str, str]) -> str:
    """A feed of items: guid, address, title and text."""
    listed = "".join(
        f'<item><guid isPermaLink="false">{guid}</guid><link>{url}</link><title>{title}</title>'
        f"<description><![CDATA[{text}]]></description></item>"
        for guid, url, title, text in items
    )
    return f'<rss version="2.0"><channel><title>News</title>{listed}</channel></rss>'
