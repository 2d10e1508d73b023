"""Where in two files each outcome is; on disk, so that files may be larger than memory.

An article's versions are paired by number, its duplicates and dead letters in order. What is left
of one article in both files is paired too: there its outcome changed.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

from workers.commands.compared.entries import Entry, Kind, LineError, read

STANDARD_INPUT = "-"
_GZIP = b"\x1f\x8b"
_TOGETHER = 5_000
_CACHE_KIB = 64 * 1024
_TABLES = """
CREATE TABLE line (
    side INTEGER, id TEXT, kind TEXT, version INTEGER, origin TEXT, start INTEGER, length INTEGER
);
CREATE TABLE entry (
    side INTEGER, id TEXT, kind TEXT, number INTEGER, start INTEGER, length INTEGER
);
"""
_FILL = """
CREATE TABLE gone AS
SELECT side, id, max(start) AS until FROM line WHERE kind = 'forgotten' GROUP BY side, id;
CREATE INDEX forgotten ON gone (side, id);
DELETE FROM line WHERE start <= (
    SELECT until FROM gone WHERE gone.side = line.side AND gone.id = line.id
);
-- Delivery is at least once: of a version, and of an arrival, the last counts.
INSERT INTO entry
SELECT side, id, kind,
    CASE kind WHEN 'enriched' THEN version
    ELSE row_number() OVER (PARTITION BY side, id, kind ORDER BY start) END,
    start, length
FROM (
    SELECT side, id, kind, version, max(start) AS start, length FROM line
    GROUP BY side, id, kind, version, CASE
        WHEN kind = 'enriched' THEN '' WHEN origin = '' THEN start ELSE origin END
);
CREATE INDEX known ON entry (side, id, kind, number);
CREATE TABLE rest AS
SELECT side, id, kind, start, length, row_number() OVER (PARTITION BY side, id ORDER BY start)
    AS number
FROM entry WHERE NOT EXISTS (
    SELECT 1 FROM entry AS other WHERE other.side = 1 - entry.side AND other.id = entry.id
    AND other.kind = entry.kind AND other.number = entry.number
);
CREATE INDEX left_over ON rest (side, id, number);
"""
_PAIRS = """
SELECT old.start, old.length, new.start, new.length FROM entry AS old
JOIN entry AS new ON new.side = 1 AND new.id = old.id AND new.kind = old.kind
    AND new.number = old.number
WHERE old.side = 0 ORDER BY old.start
"""
_CHANGED = """
SELECT old.start, old.length, new.start, new.length FROM rest AS old
JOIN rest AS new ON new.side = 1 AND new.id = old.id AND new.number = old.number
    AND new.kind != old.kind
WHERE old.side = 0 ORDER BY old.start
"""
_ALONE = """
SELECT start, length FROM rest WHERE side = ? AND NOT EXISTS (
    SELECT 1 FROM rest AS other WHERE other.side = 1 - rest.side AND other.id = rest.id
    AND other.number = rest.number AND other.kind != rest.kind
) ORDER BY start
"""


class FileError(Exception):
    """A file cannot be compared; the message says which, where and why."""


class Pair(NamedTuple):
    """An outcome before and after."""

    old: Entry
    new: Entry


class Index:
    """Two files, read once; a context manager that deletes what it has on disk."""

    def __init__(self, old: str, new: str) -> None:
        self._names = (old, new)
        self._stack = ExitStack()
        self._files: list[BinaryIO] = []
        self.repeated = [0, 0]
        """Lines of each file that a later one replaced."""

    def __enter__(self) -> Index:
        with self._stack:
            folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="copydesk-compare-")))
            database = sqlite3.connect(folder / "index", isolation_level=None)
            self._database = database
            self._stack.callback(database.close)
            for setting in (f"cache_size=-{_CACHE_KIB}", "journal_mode=OFF", "synchronous=OFF"):
                database.execute(f"PRAGMA {setting}")
            database.executescript(_TABLES)
            database.execute("BEGIN")
            lines = [self._take_in(side, folder) for side in (0, 1)]
            database.execute("COMMIT")
            database.executescript(_FILL)
            for side in (0, 1):
                kept = sum(self.count(side, kind) for kind in ("enriched", "duplicate"))
                self.repeated[side] = lines[side] - kept - self.count(side, "dead_letter")
            self._kept = self._stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._kept.close()

    def count(self, side: int, kind: Kind) -> int:
        """How many outcomes of one kind the old (0) or the new (1) file has."""
        (count,) = self._database.execute(
            "SELECT count(*) FROM entry WHERE side = ? AND kind = ?", (side, kind)
        ).fetchone()
        return int(count)

    def pairs(self) -> Iterator[Pair]:
        """Outcomes of one kind that both files have, in the order of the old one."""
        yield from self._both(_PAIRS)

    def changed(self) -> Iterator[Pair]:
        """Articles whose outcome is of another kind in the new file."""
        yield from self._both(_CHANGED)

    def alone(self, side: int) -> Iterator[Entry]:
        """What only the old (0) or the new (1) file has."""
        for place in self._database.execute(_ALONE, (side,)):
            yield self._at(side, *place)

    def _both(self, query: str) -> Iterator[Pair]:
        for start, length, new_start, new_length in self._database.execute(query):
            yield Pair(self._at(0, start, length), self._at(1, new_start, new_length))

    def _at(self, side: int, start: int, length: int) -> Entry:
        self._files[side].seek(start)
        return read(self._files[side].read(length))

    def _take_in(self, side: int, folder: Path) -> int:
        """Note where the lines of a file are; how many there are."""
        name = self._names[side]
        try:
            file = self._stack.enter_context(_opened(name, folder / str(side)))
        except (OSError, EOFError, zlib.error) as error:
            raise FileError(f"{name}: cannot be read: {error}") from None
        self._files.append(file)
        start = count = 0
        rows: list[tuple[int, str, str, int, str, int, int]] = []
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    entry = read(line)
                except LineError as error:
                    raise FileError(f"{name}:{number}: {error}") from None
                place = (entry.origin, start, len(line))
                rows.append((side, entry.id, entry.kind, entry.version, *place))
                count += 1
            start += len(line)
            if len(rows) == _TOGETHER:
                self._note(rows)
        self._note(rows)
        return count

    def _note(self, rows: list[tuple[int, str, str, int, str, int, int]]) -> None:
        self._database.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        rows.clear()


def _opened(name: str, copy: Path) -> BinaryIO:
    """The file, in which places can be looked up: a copy on disk of what is packed or a pipe."""
    if name == STANDARD_INPUT:
        with copy.open("wb") as unpacked:
            shutil.copyfileobj(sys.stdin.buffer, unpacked)
        return copy.open("rb")
    path = Path(name)
    if path.is_file():
        file = path.open("rb")
        packed = file.read(2) == _GZIP
        file.seek(0)
        if not packed:
            return file
        with gzip.open(file) as source, copy.open("wb") as unpacked:
            shutil.copyfileobj(source, unpacked)
        file.close()
        return copy.open("rb")
    with path.open("rb") as pipe, copy.open("wb") as unpacked:
        shutil.copyfileobj(pipe, unpacked)
    return copy.open("rb")
