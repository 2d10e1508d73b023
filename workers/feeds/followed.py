"""Which feeds are followed: those of the list, and the sitemaps below them; rows of the feeds.

Methods that write are part of a transaction of the state's.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from workers.feeds.health import FAILING_FROM

_WANT_BELOW = """
UPDATE feeds SET wanted = 1 WHERE id IN (WITH RECURSIVE below (id) AS
 (SELECT id FROM feeds WHERE wanted UNION
  SELECT feeds.id FROM feeds JOIN below ON feeds.parent = below.id)
 SELECT id FROM below)
"""
_DROP_BELOW = """
UPDATE feeds SET followed = 0 WHERE id IN (WITH RECURSIVE below (id) AS
 (SELECT id FROM feeds WHERE parent = ? AND address NOT IN (SELECT value FROM json_each(?)) UNION
  SELECT feeds.id FROM feeds JOIN below ON feeds.parent = below.id)
 SELECT id FROM below)
"""
# One that is wanted has its place, which another index does not change: no circles. An index that
# comes back is read anew, as what it names was dropped with it.
_ADD = """
INSERT INTO feeds (address, url, parent, next_poll) VALUES (?, ?, ?, ?)
 ON CONFLICT (address) DO UPDATE SET followed = 1, wanted = 1,
 parent = CASE WHEN wanted THEN parent ELSE excluded.parent END,
 etag = CASE WHEN followed OR kind IS NOT 'sitemap-index' THEN etag END,
 last_modified = CASE WHEN followed OR kind IS NOT 'sitemap-index' THEN last_modified END,
 digest = CASE WHEN followed OR kind IS NOT 'sitemap-index' THEN digest END
"""


class Followed:
    """What is followed, and by whose wish."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def ids(self) -> set[int]:
        """Of all feeds that are asked."""
        return {id for (id,) in self._db.execute("SELECT id FROM feeds WHERE followed")}

    def only(self, addresses: Sequence[str], now: float) -> set[int]:
        """Follow these, what is below them, and no others; those that were not before."""
        before = self._wanted()
        self._db.execute("UPDATE feeds SET wanted = 0")
        self._db.executemany(
            "INSERT INTO feeds (address, url, next_poll) VALUES (?, ?, ?)"
            " ON CONFLICT (address) DO UPDATE SET followed = 1, wanted = 1, parent = NULL",
            [(address, address, now) for address in addresses],
        )
        self._db.execute(_WANT_BELOW)
        self._db.execute("UPDATE feeds SET followed = 0 WHERE NOT wanted")
        # What is wanted is below these addresses; of that, an index may have dropped some.
        new = self._wanted() - before
        self._db.executemany("UPDATE feeds SET followed = 1 WHERE id = ?", [(id,) for id in new])
        return new

    def named(self, index: int, addresses: Sequence[str], now: float) -> None:
        """An index names these sitemaps; others that it named are dropped with all below them.

        One that was dropped itself, while it was asked, names nothing.
        """
        if index in self.ids():
            self._db.execute(_DROP_BELOW, (index, json.dumps(addresses)))
            self._db.executemany(_ADD, [(one, one, index, now) for one in addresses])

    def twins(self, feed: int, url: str) -> list[int]:
        """Other feeds of the list that are asked at this address, and answer there."""
        rows = self._db.execute(
            "SELECT id FROM feeds WHERE url = ? AND id <> ? AND followed AND parent IS NULL"
            " AND retired IS NULL AND last_success IS NOT NULL AND failures < ? ORDER BY id",
            (url, feed, FAILING_FROM),
        )
        return [id for (id,) in rows]

    def parted(self, now: float) -> list[tuple[int, int]]:
        """Ask again what was the same as a feed that is gone, moved or failing; pairs of both."""
        rows = self._db.execute(
            "SELECT one.id, one.same_as FROM feeds AS one"
            " LEFT JOIN feeds AS other ON other.id = one.same_as AND other.followed"
            " AND other.retired IS NULL AND other.url = one.url AND other.failures < ?"
            " WHERE one.same_as IS NOT NULL AND other.id IS NULL",
            (FAILING_FROM,),
        ).fetchall()
        self._db.executemany(
            "UPDATE feeds SET retired = NULL, same_as = NULL, next_poll = ? WHERE id = ?",
            [(now, id) for id, _ in rows],
        )
        return rows

    def _wanted(self) -> set[int]:
        return {id for (id,) in self._db.execute("SELECT id FROM feeds WHERE wanted")}
