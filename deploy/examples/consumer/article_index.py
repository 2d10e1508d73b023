"""Keep a SQLite file of enriched articles, and ask it what there is about a place or a person.

    python article_index.py follow --bootstrap 127.0.0.1:9092
    python article_index.py about --place Rotterdam
    python article_index.py about --person "Annelies Vermeer" --json

An example of a consumer that loses nothing and counts nothing twice: it commits what it has read
after it has written it, so that what was written last may come again; and writing an article again
changes nothing. It needs aiokafka and no part of copydesk.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, IllegalStateError
from aiokafka.structs import ConsumerRecord

TABLES = """
CREATE TABLE IF NOT EXISTS articles (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, headline TEXT, url TEXT, source TEXT,
    language TEXT, published_at TEXT
);
CREATE TABLE IF NOT EXISTS mentions (
    article TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    type TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL, salience REAL NOT NULL,
    geonames INTEGER, country TEXT, latitude REAL, longitude REAL
);
CREATE INDEX IF NOT EXISTS mentions_by_name ON mentions (type, folded);
CREATE INDEX IF NOT EXISTS mentions_by_article ON mentions (article);
"""
COLUMNS = ("headline", "url", "source", "language", "published_at")


@contextlib.contextmanager
def database(path: str) -> Iterator[sqlite3.Connection]:
    """The file with its tables; readers do not wait for the writer."""
    connection = sqlite3.connect(path, timeout=60, check_same_thread=False)  # one after the other
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(TABLES)
        yield connection
    finally:
        connection.close()


def write(connection: sqlite3.Connection, records: Iterable[ConsumerRecord]) -> None:
    """Take in what was read, all or nothing."""
    with connection:
        for record in records:
            if record.value is None:  # a tombstone: the article is withdrawn
                id = (record.key or b"").decode("utf-8", "replace")
                connection.execute("DELETE FROM articles WHERE id = ?", (id,))
                continue
            try:
                article = json.loads(record.value)
                id, version = article["id"], article.get("version", 1)
            except (ValueError, KeyError, TypeError) as error:
                place = f"{record.topic}/{record.partition}/{record.offset}"
                print(f"passed over: {place} is no enriched article: {error!r}", file=sys.stderr)
                continue
            put(connection, id, version, article)


def put(connection: sqlite3.Connection, id: str, version: int, article: dict[str, Any]) -> None:
    """Write one article instead of its earlier versions, and not instead of a later one."""
    known = connection.execute("SELECT version FROM articles WHERE id = ?", (id,)).fetchone()
    if known is not None and known[0] > version:
        return
    # The mentions of the version before go with it.
    connection.execute("DELETE FROM articles WHERE id = ?", (id,))
    values = (id, version, *(article.get(name) for name in COLUMNS))
    connection.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    # Absent if the stage that finds names has failed: the article is there all the same.
    for entity in article.get("entities", []):
        link = entity.get("link") or {}
        connection.execute(
            "INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(id, entity["type"], entity["name"], entity["name"].casefold()),
                entity["salience"],
                *(link.get(name) for name in ("geonames", "country", "latitude", "longitude")),
            ),
        )


def about(connection: sqlite3.Connection, type: str, name: str, limit: int) -> list[dict[str, Any]]:
    """Articles that name a place or a person, those most about it first."""
    rows = connection.execute(
        "SELECT id, version, headline, url, source, language, published_at, "
        "max(salience) AS salience, geonames, country, latitude, longitude "
        "FROM mentions JOIN articles ON article = id WHERE type = ? AND folded = ? "
        "GROUP BY id ORDER BY salience DESC, published_at DESC, id LIMIT ?",
        (type, name.casefold(), limit),
    )
    names = [column[0] for column in rows.description]
    return [dict(zip(names, row, strict=True)) for row in rows]


async def follow(connection: sqlite3.Connection, bootstrap: str, topic: str, group: str) -> None:
    """Read, write, commit, until SIGTERM or Ctrl-C."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        while not stop.is_set():
            batches = await consumer.getmany(timeout_ms=500, max_records=500)
            if not batches:
                continue
            count = sum(map(len, batches.values()))
            print(f"read {count}", file=sys.stderr, flush=True)
            for records in batches.values():
                await asyncio.to_thread(write, connection, records)
            done = {partition: records[-1].offset + 1 for partition, records in batches.items()}
            try:
                await consumer.commit(done)
            except (CommitFailedError, IllegalStateError) as error:
                # Another consumer has the partition by now, and reads the same once more.
                print(f"not committed: {error}", file=sys.stderr)
            print(f"wrote {count}", file=sys.stderr, flush=True)
    finally:
        await consumer.stop()


def main() -> int:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database", default="articles.sqlite", help="default: %(default)s")
    commands = parser.add_subparsers(dest="command", required=True)
    following = commands.add_parser("follow", help="keep the file up to date until stopped")
    following.add_argument("--bootstrap", default="127.0.0.1:9092", help="default: %(default)s")
    following.add_argument("--topic", default="articles.enriched", help="default: %(default)s")
    following.add_argument("--group", default="article-index", help="default: %(default)s")
    asking = commands.add_parser("about", help="articles about a place or a person")
    wanted = asking.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--place")
    wanted.add_argument("--person")
    asking.add_argument("--limit", type=int, default=20, help="default: %(default)s")
    asking.add_argument("--json", action="store_true", help="one object a line")
    chosen = parser.parse_args()
    with database(chosen.database) as connection:
        if chosen.command == "follow":
            asyncio.run(follow(connection, chosen.bootstrap, chosen.topic, chosen.group))
            return 0
        type, name = ("place", chosen.place) if chosen.place else ("person", chosen.person)
        found = about(connection, type, name, chosen.limit)
    for article in found:
        if chosen.json:
            print(json.dumps(article, ensure_ascii=False))
        else:
            told = (article["published_at"] or "")[:10], article["headline"], article["url"]
            print("  ".join(text or "-" for text in told))
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
