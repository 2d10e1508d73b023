"""The tables of the state file; see ``state.py``."""

from __future__ import annotations

import sqlite3

VERSION = 4

SCHEMA = """
CREATE TABLE feeds (
  id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, url TEXT NOT NULL, parent INTEGER,
  followed INTEGER NOT NULL DEFAULT 1, wanted INTEGER NOT NULL DEFAULT 1,
  kind TEXT, title TEXT, retired TEXT, etag TEXT, last_modified TEXT, digest BLOB, ttl REAL,
  next_poll REAL NOT NULL, last_poll REAL, last_success REAL, last_item REAL,
  failures INTEGER NOT NULL DEFAULT 0, error_kind TEXT, error TEXT,
  habit TEXT NOT NULL DEFAULT '[]', via TEXT, losses INTEGER NOT NULL DEFAULT 0, same_as INTEGER,
  complaint TEXT, downgraded INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX feeds_urls ON feeds (url);
CREATE TABLE items (
  feed INTEGER NOT NULL, guid BLOB NOT NULL, version BLOB NOT NULL, page BLOB,
  listed REAL NOT NULL, claim INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (feed, guid)
) WITHOUT ROWID;
CREATE INDEX items_pages ON items (page);
CREATE TABLE pages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, feed INTEGER NOT NULL, guid BLOB NOT NULL,
  host TEXT NOT NULL, item BLOB NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
  next_try REAL NOT NULL, error TEXT, place INTEGER NOT NULL DEFAULT 0,
  UNIQUE (feed, guid)
);
CREATE INDEX pages_due ON pages (host, next_try);
CREATE INDEX pages_placed ON pages (host, place, next_try);
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, place TEXT NOT NULL, key BLOB, value BLOB NOT NULL
);
CREATE TABLE lost (
  id INTEGER PRIMARY KEY AUTOINCREMENT, feed INTEGER NOT NULL, url TEXT, title TEXT,
  at REAL NOT NULL, error TEXT NOT NULL
);
CREATE TABLE hosts (
  host TEXT PRIMARY KEY, asked REAL NOT NULL, paused REAL NOT NULL
) WITHOUT ROWID;
"""

UNKNOWN = b""
"""The version of an item that an earlier version of the file has told in another way."""

_FROM = {
    2: """
ALTER TABLE feeds ADD COLUMN via TEXT;
ALTER TABLE pages ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
CREATE INDEX pages_placed ON pages (host, place, next_try);
CREATE TABLE hosts (
  host TEXT PRIMARY KEY, asked REAL NOT NULL, paused REAL NOT NULL
) WITHOUT ROWID;
UPDATE items SET version = x'';
""",
    3: """
ALTER TABLE feeds ADD COLUMN losses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE feeds ADD COLUMN same_as INTEGER;
ALTER TABLE feeds ADD COLUMN complaint TEXT;
ALTER TABLE feeds ADD COLUMN downgraded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX feeds_urls ON feeds (url);
ALTER TABLE items ADD COLUMN claim INTEGER NOT NULL DEFAULT 0;
UPDATE items SET claim = 1 WHERE EXISTS
 (SELECT 1 FROM pages WHERE pages.feed = items.feed AND pages.guid = items.guid);
UPDATE feeds SET followed = 0 WHERE id IN (WITH RECURSIVE below (id) AS
 (SELECT id FROM feeds WHERE parent IS NOT NULL AND NOT followed UNION
  SELECT feeds.id FROM feeds JOIN below ON feeds.parent = below.id)
 SELECT id FROM below);
""",
}


def bring_up(db: sqlite3.Connection, found: int) -> int:
    """Make the tables, or bring those of an earlier version up; in one transaction of the caller's.

    The version that the file has then: ``found`` where nothing is known of that one.
    """
    while found != VERSION:
        statements = SCHEMA if not found else _FROM.get(found)
        if statements is None:
            return found
        for statement in statements.split(";\n"):
            db.execute(statement)
        found = found + 1 if found else VERSION
        db.execute(f"PRAGMA user_version = {found}")
    return found
