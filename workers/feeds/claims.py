"""Which feed brings an article that several list: rows of the state file's items.

Whoever has an article first claims its address, and brings it; others borrow. Where the one that
claims it cannot bring it, it is new to those that have its text, and they are read whole again.
Methods that write are part of a transaction of the state's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from typing import Literal

import msgspec

from workers.feeds.items import Item
from workers.feeds.known import Known, Marks, marks
from workers.feeds.tables import UNKNOWN
from workers.feeds.versions import same_words

FORGOTTEN_AFTER = 30 * 86_400.0
"""Seconds after which an item that its feed no longer lists is forgotten."""
BROUGHT, WAITS, BARE, WITH_TEXT = 0, 1, 2, 3
"""What a row's ``claim`` says: the feed has brought the article, or its page is to be fetched for
the first time; or it was left to another feed, and then whether this one has a text of it."""

News = Literal["new", "changed", "redated", "same"]
"""What an item of a poll is; ``redated``: nothing but its time of change is another."""

_LIST = """
INSERT INTO items (feed, guid, version, page, listed, claim) VALUES (?, ?, ?, ?, ?, ?)
 ON CONFLICT DO UPDATE SET listed = excluded.listed, version = excluded.version,
 page = CASE WHEN version = excluded.version THEN page ELSE excluded.page END,
 claim = CASE WHEN ? THEN 0 WHEN excluded.claim = 1 THEN claim = 1 ELSE claim END
"""


class Claims:
    """Items that are known of feeds, and whose they are."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def judged(self, feed: int, item: Marks) -> News:
        """What an item is to its feed, and to all others."""
        rows = self._db.execute(
            "SELECT version, listed FROM items WHERE feed = ? AND guid = ?", (feed, item.guid)
        ).fetchall()
        if not rows:
            rows = self._db.execute(
                "SELECT version, listed FROM items WHERE page = ? AND feed = ?", (item.page, feed)
            ).fetchall()
        if not rows:
            return "same" if self._is_elsewhere(feed, item.page) else "new"
        before = [version for version, _ in rows]
        if UNKNOWN in before or item.version in before:
            return "same"
        if any(same_words(version, item.version) for version in before):
            return "redated"
        # What another feed has shown since this one did has been brought by that one.
        elsewhere = self._db.execute(
            "SELECT version FROM items WHERE page = ? AND feed <> ? AND listed > ?",
            (item.page, feed, max(listed for _, listed in rows)),
        )
        brought = any(same_words(version, item.version) for (version,) in elsewhere)
        return "same" if brought else "changed"

    def list(
        self,
        feed: Known,
        items: Iterable[Item],
        *,
        made: Collection[bytes],
        waiting: Collection[bytes],
        unclaimed: Collection[bytes],
        now: float,
    ) -> None:
        """Take in what a feed lists, and forget what it has not listed for long.

        Guids are given of those whose articles are ``made``, of those ``waiting`` for their pages,
        and of those ``unclaimed`` that become no article here, and are left to other feeds.
        """
        seen = [(item, marks(item)) for item in items]
        (lost,) = self._db.execute("SELECT losses FROM feeds WHERE id = ?", (feed.id,)).fetchone()
        if lost != feed.losses:
            # What this poll left to another feed was lost by that one meanwhile: it stays unknown,
            # and comes at the next poll.
            kept = {*made, *waiting, *unclaimed}
            seen = [
                (item, one)
                for item, one in seen
                if one.guid in kept or self.judged(feed.id, one) != "new"
            ]
        # What was listed last is kept for once: some feeds are empty, or cut, for a moment.
        (before,) = self._db.execute(
            "SELECT MAX(listed) FROM items WHERE feed = ?", (feed.id,)
        ).fetchone()
        rows = [
            (
                feed.id,
                one.guid,
                one.version,
                None if one.guid in unclaimed else one.page,
                now,
                WAITS if one.guid in waiting else self._claim(feed.id, item, one, made),
                one.guid in made,
            )
            for item, one in seen
        ]
        self._db.executemany(_LIST, rows)
        # Of an item with a new guid each time there is one row.
        self._db.executemany(
            "DELETE FROM items WHERE page = ? AND feed = ? AND listed < ?",
            [(one.page, feed.id, now) for _, one in seen],
        )
        self._db.execute(
            "DELETE FROM items WHERE feed = ? AND listed < ?",
            (feed.id, min(now - FORGOTTEN_AFTER, before or now)),
        )

    def lose(self, feed: int, item: Item) -> None:
        """The feed cannot bring an item: others may, those that were told otherwise too.

        Not where it is a revision of what was brought.
        """
        one = marks(item)
        lost = self._db.execute(
            "UPDATE items SET page = NULL WHERE feed = ? AND (guid = ? OR page = ?) AND claim = ?",
            (feed, one.guid, one.page, WAITS),
        )
        if lost.rowcount:
            self._free(feed, one.page)

    def bring(self, feed: int, item: Item) -> None:
        """The article of a page that waited is made."""
        one = marks(item)
        self._db.execute(
            "UPDATE items SET claim = ? WHERE feed = ? AND (guid = ? OR page = ?)",
            (BROUGHT, feed, one.guid, one.page),
        )

    def let_go(self) -> None:
        """Claims of pages that wait for feeds which nobody follows any more are others' to take."""
        rows = self._db.execute(
            "SELECT items.feed, items.guid, items.page FROM pages"
            " JOIN items ON items.feed = pages.feed AND items.guid = pages.guid"
            " JOIN feeds ON feeds.id = pages.feed"
            " WHERE NOT feeds.wanted AND items.page IS NOT NULL AND items.claim = ?",
            (WAITS,),
        ).fetchall()
        for feed, guid, page in rows:
            self._db.execute(
                "UPDATE items SET page = NULL WHERE feed = ? AND guid = ?", (feed, guid)
            )
            self._free(feed, page)

    def resume(self, feeds: Iterable[int]) -> None:
        """These are followed again: of their pages that wait, those are fetched that no other feed
        has claimed meanwhile."""
        for feed in feeds:
            rows = self._db.execute(
                "SELECT pages.id, pages.item FROM pages"
                " JOIN items ON items.feed = pages.feed AND items.guid = pages.guid"
                " WHERE pages.feed = ? AND items.page IS NULL AND items.claim = ?",
                (feed, WAITS),
            ).fetchall()
            for id, packed in rows:
                item = msgspec.json.decode(packed, type=Item)
                one = marks(item)
                if one.page is None:
                    continue
                taken = self._is_elsewhere(feed, one.page)
                if taken:
                    self._db.execute("DELETE FROM pages WHERE id = ?", (id,))
                self._db.execute(
                    "UPDATE items SET page = ?, claim = ? WHERE feed = ? AND guid = ?",
                    (one.page, _left(item) if taken else WAITS, feed, one.guid),
                )

    def inherit(self, feed: int, of: int) -> None:
        """What another feed knows is known of this one too: they were one and the same.

        But for what waits for that one in vain, as nobody follows it any more.
        """
        self._db.execute(
            "INSERT INTO items (feed, guid, version, page, listed, claim)"
            " SELECT ?, guid, version, page, listed, ? FROM items WHERE feed = ? AND guid NOT IN"
            " (SELECT pages.guid FROM pages JOIN feeds ON feeds.id = pages.feed"
            " WHERE pages.feed = ? AND NOT feeds.wanted)"
            " ON CONFLICT DO UPDATE SET version = excluded.version, page = excluded.page,"
            " listed = excluded.listed WHERE excluded.listed >= listed",
            (feed, WITH_TEXT, of, of),
        )

    def _is_elsewhere(self, feed: int, page: bytes | None) -> bool:
        found = self._db.execute("SELECT 1 FROM items WHERE page = ? AND feed <> ?", (page, feed))
        return found.fetchone() is not None

    def _claim(self, feed: int, item: Item, one: Marks, made: Collection[bytes]) -> int:
        if one.page is None or one.guid in made:
            return BROUGHT
        # Some feeds give every item a new guid each time.
        own = self._db.execute(
            "SELECT claim FROM items WHERE page = ? AND feed = ?", (one.page, feed)
        ).fetchone()
        if own is not None:
            return int(own[0])
        return _left(item) if self._is_elsewhere(feed, one.page) else BROUGHT

    def _free(self, feed: int, page: bytes | None) -> None:
        """No feed that borrowed this address of that one has to leave it any longer."""
        borrowers = self._db.execute(
            "SELECT DISTINCT feed FROM items WHERE page = ? AND feed <> ? AND claim = ?",
            (page, feed, WITH_TEXT),
        ).fetchall()
        self._db.execute(
            "DELETE FROM items WHERE page = ? AND feed <> ? AND claim = ?",
            (page, feed, WITH_TEXT),
        )
        self._db.execute(
            "UPDATE items SET page = NULL WHERE page = ? AND feed <> ? AND claim = ?",
            (page, feed, BARE),
        )
        # A poll that is under way does not know of it: see ``State._save``.
        self._db.executemany(
            "UPDATE feeds SET losses = losses + 1, etag = NULL, last_modified = NULL,"
            " digest = NULL WHERE id = ?",
            borrowers,
        )


def _left(item: Item) -> int:
    """How an item is left to another feed."""
    return WITH_TEXT if item.content else BARE
