"""Feeds that are asked again although they were given up, while a producer may have the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from workers.feeds.known import Known
from workers.feeds.state import State


def revive(path: Path, address: str, now: float) -> Known | None:
    """Have a feed that is retired or fails asked at its own address again, as if it were new.

    What it was before; None where nothing is known of it, or neither is so. The producer may have
    the file open meanwhile. StateError, and sqlite3.Error, where the file cannot be used.
    """
    state = State(path, read_only=True)  # which looks whether it is one
    try:
        known = next((feed for feed in state.feeds() if feed.address == address), None)
    finally:
        state.close()
    if known is None or (known.retired is None and not known.failures):
        return None
    with closing(sqlite3.connect(path, timeout=30.0)) as db, db:
        db.execute(
            "UPDATE feeds SET retired = NULL, same_as = NULL, failures = 0, error_kind = NULL,"
            " error = NULL, url = address, via = NULL, etag = NULL, last_modified = NULL,"
            " digest = NULL, next_poll = ? WHERE id = ?",
            (now, known.id),
        )
    return known
