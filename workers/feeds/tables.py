"""The tables of the state file; see ``state.py``."""

from __future__ import annotations

VERSION = 2

SCHEMA = """
CREATE TABLE feeds (
  id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, url TEXT NOT NULL, parent INTEGER,
  followed INTEGER NOT NULL DEFAULT 1, wanted INTEGER NOT NULL DEFAULT 1,
  kind TEXT, title TEXT, retired TEXT, etag TEXT, last_modified TEXT, digest BLOB, ttl REAL,
  next_poll REAL NOT NULL, last_poll REAL, last_success REAL, last_item REAL,
  failures INTEGER NOT NULL DEFAULT 0, error_kind TEXT, error TEXT, habit TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE items (
  feed INTEGER NOT NULL, guid BLOB NOT NULL, version BLOB NOT NULL, page BLOB,
  listed REAL NOT NULL, PRIMARY KEY (feed, guid)
) WITHOUT ROWID;
CREATE INDEX items_pages ON items (page);
CREATE TABLE pages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, feed INTEGER NOT NULL, guid BLOB NOT NULL,
  host TEXT NOT NULL, item BLOB NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
  next_try REAL NOT NULL, error TEXT,
  UNIQUE (feed, guid)
);
CREATE INDEX pages_due ON pages (host, next_try);
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, place TEXT NOT NULL, key BLOB, value BLOB NOT NULL
);
CREATE TABLE lost (
  id INTEGER PRIMARY KEY AUTOINCREMENT, feed INTEGER NOT NULL, url TEXT, title TEXT,
  at REAL NOT NULL, error TEXT NOT NULL
);
"""
