"""Pages that are still to be fetched: which is next, by host; rows of the state file.

What a poll brings is placed by its age: the newest first, a few at a time, so that thousands of
articles that a site lists at once do not keep the news of others from their turns. Methods that
write are part of a transaction of the state's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable

import msgspec

from workers.feeds.items import Item
from workers.feeds.known import Page, marks

AT_ONCE = 20
"""Pages of one poll that have the same place: all those of its next twenty come after them."""

_NEXT = """
SELECT id, feed, host, item, tries FROM pages WHERE host = ? AND next_try <= ?
 AND EXISTS (SELECT 1 FROM feeds WHERE feeds.id = pages.feed AND feeds.wanted)
 ORDER BY place, next_try, id LIMIT 1
"""
_WHEN = """
SELECT next_try FROM pages WHERE host = ?
 AND EXISTS (SELECT 1 FROM feeds WHERE feeds.id = pages.feed AND feeds.wanted)
 ORDER BY next_try LIMIT 1
"""


class PageQueue:
    """The pages of a state, and when the first of each host is due."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._hosts: dict[str, float] = {}
        """By host when the first of its pages is due: asked far more often than it changes.

        In the order of their turns: a host that was given out is behind all others.
        """

    def add(self, feed: int, pages: Iterable[tuple[str, Item]], now: float) -> None:
        """Pairs of a host and an item whose page is to be fetched there."""
        newest = sorted(pages, key=lambda page: newness(page[1]), reverse=True)
        self._db.executemany(
            "INSERT INTO pages (feed, guid, host, item, next_try, place) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (feed, guid)"
            " DO UPDATE SET host = excluded.host, item = excluded.item,"
            " place = MIN(place, excluded.place)",
            [
                (feed, marks(item).guid, host, _packed(item), now, number // AT_ONCE)
                for number, (host, item) in enumerate(newest)
            ],
        )

    def waiting(self, feed: int) -> int:
        """How many pages of a feed wait."""
        rows = self._db.execute("SELECT COUNT(*) FROM pages WHERE feed = ?", (feed,))
        return int(rows.fetchone()[0])

    def due(self, now: float, busy: Container[str]) -> Page | None:
        """The next of the pages that are due, on a host that is not busy, of a wanted feed.

        Hosts take turns, so that those with thousands of pages do not keep others from theirs.
        """
        due = (host for host, when in self._hosts.items() if when <= now and host not in busy)
        host = next(due, None)
        if host is None:
            return None
        self._hosts[host] = self._hosts.pop(host)
        row = self._db.execute(_NEXT, (host, now)).fetchone()
        return _page(row) if row else None

    def is_due(self, host: str, now: float) -> bool:
        """Whether a page on this host is due."""
        when = self._hosts.get(host)
        return when is not None and when <= now

    def next(self, busy: Container[str]) -> float | None:
        """When the next page on a host that is not busy is due; None if there is none."""
        return min((when for host, when in self._hosts.items() if host not in busy), default=None)

    def look_again(self) -> None:
        """Find out when the first page of each host is due."""
        found = self._db.execute("SELECT DISTINCT host FROM pages").fetchall()
        self._hosts.clear()
        self.look_at(*(host for (host,) in found))

    def look_at(self, *hosts: str) -> None:
        """Find out when the first page of these hosts is due."""
        for host in hosts:
            row = self._db.execute(_WHEN, (host,)).fetchone()
            if row is None:
                self._hosts.pop(host, None)
            else:
                self._hosts[host] = float(row[0])

    def again(self, page: Page, when: float, error: str | None, *, tried: bool) -> None:
        """Ask for the page again then."""
        self._db.execute(
            "UPDATE pages SET tries = tries + ?, next_try = ?, error = ? WHERE id = ?",
            (tried, when, error, page.id),
        )

    def moved(self, page: Page, host: str, now: float) -> None:
        """The page waits for the turn of another host, as its own leads there."""
        self._db.execute(
            "UPDATE pages SET host = ?, next_try = ? WHERE id = ?", (host, now, page.id)
        )

    def sooner(self, now: float, seconds: float) -> None:
        """Have what waits wait for so much less."""
        self._db.execute(
            "UPDATE pages SET next_try = MAX(next_try - ?, ?) WHERE next_try > ?",
            (seconds, now, now),
        )

    def forget(self, page: Page) -> None:
        """The page is done with, unless a newer version of its item came in meanwhile."""
        self._db.execute("DELETE FROM pages WHERE id = ? AND item = ?", (page.id, page.packed))


def newness(item: Item) -> str:
    """What orders items by their age; those without any time come last."""
    return item.updated_at or item.published_at or ""


def _packed(item: Item) -> bytes:
    return msgspec.json.encode(item)


def _page(row: tuple[int, int, str, bytes, int]) -> Page:
    id, feed, host, item, tries = row
    return Page(id, feed, host, msgspec.json.decode(item, type=Item), tries, item)
