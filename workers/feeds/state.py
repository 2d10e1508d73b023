"""What the producer remembers of its feeds: a SQLite file that a kill at any moment leaves whole.

One transaction takes a poll in: what the feed said, which of its items are new, and what is to
become of them. An item whose article is made goes to the outbox as the very bytes that Kafka will
get, and leaves it when Kafka has confirmed them; one whose page is still to be fetched waits among
the pages. So nothing is missed, and after a kill at most the batch in flight goes out again, with
the same bytes.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec

from workers.feeds.items import Item
from workers.feeds.known import COLUMNS, Known, Marks, Page, Ready, Waiting, known_of, marks, row_of
from workers.feeds.tables import SCHEMA, VERSION

FORGOTTEN_AFTER = 30 * 86_400.0
"""Seconds after which an item that its feed no longer lists is forgotten."""


class StateError(Exception):
    """The state file cannot be used; the message says which, why and what to do."""


_NAMES = ", ".join(COLUMNS)
_SET = {name: f"{name} = ?" for name in COLUMNS}
# Whoever polls a feed may not know that its index has dropped it meanwhile.
_SET["followed"] = "followed = followed AND ?"
_UPDATE = f"UPDATE feeds SET {', '.join(_SET.values())} WHERE id = ?"


class State:
    """One state file, held by one process. Every method is one transaction."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._lock: IO[str] | None = None
        self._hosts: dict[str, float] = {}
        """By host when the first of its pages is due: asked far more often than it changes."""
        try:
            if read_only:
                uri = f"{path.absolute().as_uri()}?mode=ro"
                self._db = sqlite3.connect(uri, uri=True, isolation_level=None)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._lock = _locked(path)
                self._db = sqlite3.connect(path, isolation_level=None)
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
            (found,) = self._db.execute("PRAGMA user_version").fetchone()
            if not found and not read_only:
                with self._transaction():
                    for statement in SCHEMA.split(";\n"):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA user_version = {VERSION}")
                found = VERSION
        except (OSError, sqlite3.Error) as error:
            self._unlock()
            raise StateError(f"{path} cannot be used for what is known of feeds: {error}") from None
        if found != VERSION:
            self.close()
            raise StateError(
                f"{path} is of version {found}, and this copydesk reads version {VERSION}; "
                "use the copydesk that wrote it, or name another file (COPYDESK_FEED_STATE)"
            )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # after some errors SQLite has done so itself
                self._db.execute("ROLLBACK")
            raise

    def follow(self, addresses: Sequence[str], now: float) -> None:
        """Follow these addresses and no others; what is known of the others is kept."""
        with self._transaction():
            # What is wanted is below these addresses; of that, an index may have dropped some.
            before = {id for (id,) in self._db.execute("SELECT id FROM feeds WHERE wanted")}
            self._db.execute("UPDATE feeds SET wanted = 0")
            self._db.executemany(
                "INSERT INTO feeds (address, url, next_poll) VALUES (?, ?, ?)"
                " ON CONFLICT (address) DO UPDATE SET followed = 1, wanted = 1, parent = NULL",
                [(address, address, now) for address in addresses],
            )
            self._db.execute(
                "UPDATE feeds SET wanted = 1 WHERE id IN (WITH RECURSIVE below (id) AS"
                " (SELECT id FROM feeds WHERE wanted UNION"
                " SELECT feeds.id FROM feeds JOIN below ON feeds.parent = below.id)"
                " SELECT id FROM below)"
            )
            self._db.execute("UPDATE feeds SET followed = 0 WHERE NOT wanted")
            after = {id for (id,) in self._db.execute("SELECT id FROM feeds WHERE wanted")}
            self._db.executemany(
                "UPDATE feeds SET followed = 1 WHERE id = ?", [(id,) for id in after - before]
            )
        self._look_at_hosts()

    def _add_child(self, address: str, index: int, now: float) -> None:
        self._db.execute(
            "INSERT INTO feeds (address, url, parent, next_poll) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (address) DO UPDATE SET followed = 1, wanted = 1,"
            # One that is wanted has its place, which another index does not change: no circles.
            " parent = CASE WHEN wanted THEN parent ELSE excluded.parent END",
            (address, address, index, now),
        )

    def feeds(self) -> list[Known]:
        """All feeds that are followed, by address."""
        rows = self._db.execute(f"SELECT {_NAMES} FROM feeds WHERE followed ORDER BY address")
        return [known_of(row) for row in rows]

    def ids(self) -> list[int]:
        """Of all feeds that are followed."""
        return [id for (id,) in self._db.execute("SELECT id FROM feeds WHERE followed")]

    def feed(self, id: int) -> Known:
        """One feed."""
        row = self._db.execute(f"SELECT {_NAMES} FROM feeds WHERE id = ?", (id,)).fetchone()
        return known_of(row)

    def saved(self, feed: Known) -> None:
        """What is known of a feed from now on."""
        with self._transaction():
            self._save(feed)

    def children(self, index: Known, addresses: Iterable[str], now: float) -> list[Known]:
        """Take in an index and the sitemaps that it names; those that are new are returned.

        A sitemap that somebody follows by itself stays where it is.
        """
        with self._transaction():
            before = {id for (id,) in self._db.execute("SELECT id FROM feeds WHERE followed")}
            self._save(index)
            self._db.execute("UPDATE feeds SET followed = 0 WHERE parent = ?", (index.id,))
            for address in addresses:
                self._add_child(address, index.id, now)
            rows = self._db.execute(
                f"SELECT {_NAMES} FROM feeds WHERE followed AND parent = ?", (index.id,)
            ).fetchall()
        return [child for child in map(known_of, rows) if child.id not in before]

    def fresh(self, feed: int, items: Iterable[Item]) -> list[Item]:
        """The items that are new, or whose title, text, address or date of change is.

        One that is new here but known from another feed, by its address, is neither; nor is one
        that only its guid tells from an earlier one of this feed.
        """
        return [item for item in items if self._fresh(feed, marks(item))]

    def _fresh(self, feed: int, item: Marks) -> bool:
        known = self._db.execute(
            "SELECT version FROM items WHERE feed = ? AND guid = ?", (feed, item.guid)
        ).fetchone()
        if known is not None:
            return bool(known[0] != item.version)
        here, same = self._db.execute(
            "SELECT MAX(feed = ?), MAX(feed = ? AND version = ?) FROM items WHERE page = ?",
            (feed, feed, item.version, item.page),
        ).fetchone()
        return here is None or bool(here and not same)

    def taken(
        self,
        feed: Known,
        listed: Iterable[Item],
        ready: Iterable[Ready],
        pages: Iterable[tuple[str, Item]],
        lost: Iterable[tuple[Item, str]],
        now: float,
        *,
        old: Iterable[Item] = (),
    ) -> None:
        """Take a poll in: what is known of the feed now, its items, and what becomes of new ones.

        ``pages`` are pairs of a host and an item whose page is to be fetched there; ``lost`` are
        items that can become no article, and why; ``old`` are those that are none by choice, and
        leave it to other feeds to bring their addresses.
        """
        pages = list(pages)
        lost = list(lost)
        unclaimed = {marks(item).guid for item in (*old, *(item for item, _ in lost))}
        seen = [marks(item) for item in listed]
        with self._transaction():
            self._save(feed)
            self._db.executemany(
                "INSERT INTO items (feed, guid, version, page, listed) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET listed = excluded.listed, version = excluded.version,"
                " page = CASE WHEN version = excluded.version THEN page ELSE excluded.page END",
                [
                    (
                        feed.id,
                        one.guid,
                        one.version,
                        None if one.guid in unclaimed else one.page,
                        now,
                    )
                    for one in seen
                ],
            )
            # Some feeds give every item a new guid each time.
            self._db.executemany(
                "DELETE FROM items WHERE page = ? AND feed = ? AND listed < ?",
                [(one.page, feed.id, now) for one in seen],
            )
            self._db.execute(
                "DELETE FROM items WHERE feed = ? AND listed < ?", (feed.id, now - FORGOTTEN_AFTER)
            )
            self._out(ready)
            self._db.executemany(
                "INSERT INTO pages (feed, guid, host, item, next_try) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (feed, guid)"
                " DO UPDATE SET host = excluded.host, item = excluded.item",
                [
                    (feed.id, marks(item).guid, host, msgspec.json.encode(item), now)
                    for host, item in pages
                ],
            )
            for item, why in lost:
                self._lose(feed.id, item, why, now)
        for host in {host for host, _ in pages}:
            self._look_at_host(host)

    def _out(self, ready: Iterable[Ready]) -> None:
        self._db.executemany(
            "INSERT INTO outbox (place, key, value) VALUES (?, ?, ?)",
            [(one.place, one.key, one.value) for one in ready],
        )

    def due_page(self, now: float, busy: Container[str]) -> Page | None:
        """The next of the pages that are due, on a host that is not busy, of a wanted feed."""
        due = [
            (when, host) for host, when in self._hosts.items() if when <= now and host not in busy
        ]
        if not due:
            return None
        row = self._first_page("id, feed, host, item, tries", min(due)[1])
        return _page(row) if row else None

    def next_page(self, busy: Container[str]) -> float | None:
        """When the next page on a host that is not busy is due; None if there is none."""
        return min((when for host, when in self._hosts.items() if host not in busy), default=None)

    def _first_page(self, columns: str, host: str) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(
            f"SELECT {columns} FROM pages WHERE host = ? AND EXISTS"
            " (SELECT 1 FROM feeds WHERE feeds.id = pages.feed AND feeds.wanted)"
            " ORDER BY next_try, id LIMIT 1",
            (host,),
        ).fetchone()
        return row

    def _look_at_hosts(self) -> None:
        found = self._db.execute("SELECT DISTINCT host FROM pages").fetchall()
        self._hosts.clear()
        for (host,) in found:
            self._look_at_host(host)

    def _look_at_host(self, host: str) -> None:
        row = self._first_page("next_try", host)
        if row is None:
            self._hosts.pop(host, None)
        else:
            self._hosts[host] = float(row[0])

    def page_made(self, page: Page, ready: Ready) -> None:
        """The article of this page is made."""
        with self._transaction():
            self._out([ready])
            self._forget_page(page)
        self._look_at_host(page.host)

    def page_again(self, page: Page, when: float, error: str, *, tried: bool = True) -> None:
        """The page could not be had, or was not even asked for; try again then."""
        with self._transaction():
            self._db.execute(
                "UPDATE pages SET tries = tries + ?, next_try = ?, error = ? WHERE id = ?",
                (tried, when, error, page.id),
            )
        self._look_at_host(page.host)

    def pages_sooner(self, now: float, seconds: float) -> None:
        """The clock was set back by so much: what waits shall not wait for that too."""
        with self._transaction():
            self._db.execute(
                "UPDATE pages SET next_try = MAX(next_try - ?, ?) WHERE next_try > ?",
                (seconds, now, now),
            )
        self._look_at_hosts()

    def page_lost(self, page: Page, error: str, now: float) -> None:
        """The page cannot be had, and the feed has no text to stand for it."""
        with self._transaction():
            self._forget_page(page)
            self._lose(page.feed, page.item, error, now)
        self._look_at_host(page.host)

    def _lose(self, feed: int, item: Item, why: str, now: float) -> None:
        self._db.execute(
            "INSERT INTO lost (feed, url, title, at, error) VALUES (?, ?, ?, ?, ?)",
            (feed, item.url, item.title, now, why),
        )
        self._db.execute("DELETE FROM lost WHERE at < ?", (now - FORGOTTEN_AFTER,))

    def _forget_page(self, page: Page) -> None:
        # A newer version of the item may have come in while its page was fetched.
        self._db.execute(
            "DELETE FROM pages WHERE id = ? AND item = ?",
            (page.id, msgspec.json.encode(page.item)),
        )

    def outbox(self, most: int) -> list[Waiting]:
        """The articles that have waited longest for Kafka."""
        rows = self._db.execute(
            "SELECT id, place, key, value FROM outbox ORDER BY id LIMIT ?", (most,)
        )
        return [Waiting(id, Ready(place, key, value)) for id, place, key, value in rows]

    def sent(self, waiting: Iterable[Waiting]) -> None:
        """Kafka has confirmed these."""
        with self._transaction():
            self._db.executemany("DELETE FROM outbox WHERE id = ?", [(one.id,) for one in waiting])

    def waiting(self) -> int:
        """How many articles wait for Kafka."""
        # Asked at every turn: they leave in the order of coming, so that nothing need be counted.
        (articles,) = self._db.execute(
            "SELECT (SELECT MAX(id) FROM outbox) - (SELECT MIN(id) FROM outbox) + 1"
        ).fetchone()
        return int(articles or 0)

    def backlog(self) -> tuple[int, int]:
        """How many pages are to be fetched, and how many articles wait for Kafka."""
        (pages,) = self._db.execute("SELECT COUNT(*) FROM pages").fetchone()
        return int(pages), self.waiting()

    def lost(self) -> list[tuple[str, str | None, str | None, float, str]]:
        """Items that never became articles, latest first: feed, address, title, when, why."""
        rows = self._db.execute(
            "SELECT feeds.address, lost.url, lost.title, lost.at, lost.error FROM lost"
            " JOIN feeds ON feeds.id = lost.feed ORDER BY lost.id DESC"
        )
        return list(rows)

    def _save(self, feed: Known) -> None:
        self._db.execute(_UPDATE, (*row_of(feed), feed.id))


def _page(row: tuple[int, int, str, bytes, int]) -> Page:
    id, feed, host, item, tries = row
    return Page(id, feed, host, msgspec.json.decode(item, type=Item), tries)


def _locked(path: Path) -> IO[str]:
    """Hold the file's lock until it is closed; a kill lets go of it too."""
    lock = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StateError(
            f"{path} is in use by another producer; stop it, or give this one a file of its own "
            "(COPYDESK_FEED_STATE)"
        ) from None
    return lock
