"""The state file itself: opened, locked, of the right version."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from workers.feeds.tables import VERSION, bring_up

_PRIMARY = 0xFF
"""The bits of an error's code that are not its variety."""


class StateError(Exception):
    """The state file cannot be used; the message says which, why and what to do."""


def opened(path: Path, *, read_only: bool) -> tuple[sqlite3.Connection, IO[str] | None]:
    """The file's tables, and the lock that whoever may write holds; StateError if they cannot be.

    Whoever may write makes them where there are none, and brings those of an earlier version up.
    """
    lock = None
    try:
        if read_only:
            uri = f"{path.absolute().as_uri()}?mode=ro"
            db = sqlite3.connect(uri, uri=True, isolation_level=None)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = _locked(path)
            db = sqlite3.connect(path, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
        (found,) = db.execute("PRAGMA user_version").fetchone()
        if found != VERSION and not read_only:
            with transaction(db):
                found = bring_up(db, found)
    except (OSError, sqlite3.Error) as error:
        if lock is not None:
            lock.close()
        raise StateError(unusable(path, error)) from None
    if found == VERSION:
        return db, lock
    db.close()
    if lock is not None:
        lock.close()
    advice = "use the copydesk that wrote it"
    if found < VERSION:
        advice = "start the producer, which brings it up to date"
    raise StateError(
        f"{path} is of version {found}, and this copydesk reads version {VERSION}; "
        f"{advice}, or name another file (COPYDESK_FEED_STATE)"
    )


def unusable(path: Path, error: OSError | sqlite3.Error) -> str:
    """What an error of the file comes to and what to do, for a person."""
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return (
            f"{path} is no state file, or a damaged one ({error}); name another one "
            "(COPYDESK_FEED_STATE)"
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return (
            f"{path} is held by another program that writes to it ({error}): end what has it open, "
            "such as a backup or an sqlite3 shell; what it held before is whole"
        )
    return (
        f"{path} cannot be used for what is known of feeds ({error}): make room, or see to its "
        "rights; what it held before is whole"
    )


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # after some errors SQLite has done so itself
            db.execute("ROLLBACK")
        raise


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
