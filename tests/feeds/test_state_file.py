"""State files of other versions, and files that are none."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest

from tests.feeds.test_state import FEED, NOW, item, path, state, take
from workers.commands import main
from workers.feeds.items import Item
from workers.feeds.known import Ready, marks
from workers.feeds.state import State
from workers.feeds.state_file import StateError

__all__ = ("path", "state")


def test_a_file_of_another_version_is_refused(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StateError, match="version 99"):
        State(path)


BEFORE = """
CREATE TABLE feeds (id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, url TEXT NOT NULL,
  parent INTEGER, followed INTEGER NOT NULL DEFAULT 1, wanted INTEGER NOT NULL DEFAULT 1,
  kind TEXT, title TEXT, retired TEXT, etag TEXT, last_modified TEXT, digest BLOB, ttl REAL,
  next_poll REAL NOT NULL, last_poll REAL, last_success REAL, last_item REAL,
  failures INTEGER NOT NULL DEFAULT 0, error_kind TEXT, error TEXT,
  habit TEXT NOT NULL DEFAULT '[]');
CREATE TABLE items (feed INTEGER NOT NULL, guid BLOB NOT NULL, version BLOB NOT NULL, page BLOB,
  listed REAL NOT NULL, PRIMARY KEY (feed, guid)) WITHOUT ROWID;
CREATE INDEX items_pages ON items (page);
CREATE TABLE pages (id INTEGER PRIMARY KEY AUTOINCREMENT, feed INTEGER NOT NULL,
  guid BLOB NOT NULL, host TEXT NOT NULL, item BLOB NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
  next_try REAL NOT NULL, error TEXT, UNIQUE (feed, guid));
CREATE INDEX pages_due ON pages (host, next_try);
CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, place TEXT NOT NULL, key BLOB,
  value BLOB NOT NULL);
CREATE TABLE lost (id INTEGER PRIMARY KEY AUTOINCREMENT, feed INTEGER NOT NULL, url TEXT,
  title TEXT, at REAL NOT NULL, error TEXT NOT NULL);
PRAGMA user_version = 2;
"""
"""The tables as version 2 had them."""


def test_a_file_of_the_version_before_is_brought_up(path: Path, state: State) -> None:
    before = path.with_name("before.sqlite")
    database = sqlite3.connect(before)
    database.executescript(BEFORE)
    database.execute("INSERT INTO feeds (address, url, next_poll) VALUES (?, ?, 1)", (FEED, FEED))
    known = (1, marks(item("a")).guid, b"told otherwise", None, NOW)
    database.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?)", known)
    written = b'{"guid":"p","url":"https://paper.example/p"}'  # without what came later
    database.execute(
        "INSERT INTO pages (feed, guid, host, item, next_try) VALUES (1, ?, ?, ?, 1)",
        (marks(item("p")).guid, "paper.example", written),
    )
    database.commit()
    database.close()
    with pytest.raises(StateError, match="start the producer, which brings it up"):
        State(before, read_only=True)
    brought = State(before)
    brought.follow([FEED], NOW)
    page = brought.due_page(NOW, [])
    assert page is not None
    assert page.item == Item("p", "https://paper.example/p")
    brought.page_made(page, Ready("p", None, b""))
    assert brought.backlog() == (0, 1), "a page that waited is done with"
    assert brought.fresh(1, [item("a"), item("b")]) == [item("b")], "what was sent is not new"
    take(brought, item("a"))
    assert brought.fresh(1, [item("a", "Changed")]) == [item("a", "Changed")]
    take(brought, item("b"), pages=True)
    assert brought.due_page(NOW, []) is not None
    assert tables(brought) == tables(state)
    brought.close()


THIRD = (
    BEFORE
    + """
ALTER TABLE feeds ADD COLUMN via TEXT;
ALTER TABLE pages ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
CREATE INDEX pages_placed ON pages (host, place, next_try);
CREATE TABLE hosts (host TEXT PRIMARY KEY, asked REAL NOT NULL, paused REAL NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 3;
"""
)
"""The tables as version 3 had them."""


def test_a_file_of_version_3_is_brought_up_with_what_waits_in_it(path: Path, state: State) -> None:
    before = path.with_name("before.sqlite")
    database = sqlite3.connect(before)
    database.executescript(THIRD)
    columns = "id, address, url, parent, followed, next_poll"
    add = f"INSERT INTO feeds ({columns}) VALUES (?, ?, ?, ?, ?, 1)"
    # An index, one below it that it dropped, and one below that, which was followed on for ever.
    for id, parent, followed in ((1, None, 1), (2, 1, 0), (3, 2, 1)):
        database.execute(add, (id, f"https://a.example/{id}", "u", parent, followed))
    database.execute(add, (4, FEED, FEED, None, 1))
    one = marks(item("a"))
    for feed in (1, 4):
        known = (feed, one.guid, one.version, one.page if feed == 1 else None, NOW)
        database.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?)", known)
    database.execute(
        "INSERT INTO pages (feed, guid, host, item, next_try) VALUES (1, ?, 'paper.example', ?, 1)",
        (one.guid, msgspec.json.encode(item("a"))),
    )
    database.commit()
    database.close()
    brought = State(before)
    brought.follow(["https://a.example/1", FEED], NOW)
    assert [feed.id for feed in brought.feeds()] == [1, 4]
    page = brought.due_page(NOW, [])
    assert page is not None
    brought.page_lost(page, "404", NOW)
    other = replace(item("a"), guid="b")
    assert brought.fresh(4, [item("a"), other]) == [other], "another feed may bring it"
    assert tables(brought) == tables(state)
    brought.close()


def tables(state: State) -> dict[str, set[str]]:
    """The columns of each table."""
    names = state._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: {row[1] for row in state._db.execute(f"PRAGMA table_info({name})")}
        for (name,) in names
    }


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"feeds:\n  - https://paper.example/\n" * 100)
    with pytest.raises(StateError, match=r"feeds\.sqlite is no state file, or a damaged"):
        State(path)


def test_a_file_that_another_program_writes_to_is_told_as_such(
    path: Path,
    state: State,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    state.close()
    shell = sqlite3.connect(path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0.0))
    monkeypatch.setenv("COPYDESK_FEED_STATE", str(path))
    with pytest.raises(SystemExit):
        main(["produce", FEED])
    shell.close()
    said = capsys.readouterr().err
    assert f"{path} is held by another program that writes to it" in said
    assert "make room" not in said
