"""What the producer remembers of its feeds: a SQLite file that a kill at any moment leaves whole.

One transaction takes a poll in: what the feed said, which of its items are new, and what is to
become of them. An item whose article is made goes to the outbox as the very bytes that Kafka will
get, and leaves it when Kafka has confirmed them; one whose page is still to be fetched waits among
the pages. So nothing is missed, and after a kill at most the batch in flight goes out again, with
the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from workers.feeds.claims import FORGOTTEN_AFTER, Claims
from workers.feeds.fetched import Visit
from workers.feeds.followed import Followed
from workers.feeds.items import Item
from workers.feeds.known import COLUMNS, Known, Page, Ready, Waiting, known_of, marks, row_of
from workers.feeds.page_queue import PageQueue
from workers.feeds.state_file import opened, transaction
from workers.feeds.versions import is_stamp

VISITS_KEPT = 3600.0
"""Seconds after which it no longer matters when a host was asked: the longest rest."""

_NAMES = ", ".join(COLUMNS)
_SET = {name: f"{name} = :{name}" for name in COLUMNS}
# Whoever polls a feed may not know that its index has dropped it meanwhile.
_SET["followed"] = "followed = followed AND :followed"
# Nor that it is to be read whole, as another feed has lost an article that it has too.
_SET["losses"] = "losses = losses"
for _name in ("etag", "last_modified", "digest"):
    _SET[_name] = f"{_name} = CASE WHEN losses = :losses THEN :{_name} END"
_UPDATE = f"UPDATE feeds SET {', '.join(_SET.values())} WHERE id = :id"


class State:
    """One state file, held by one process. Every method is one transaction."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._db, self._lock = opened(path, read_only=read_only)
        self._pages = PageQueue(self._db)
        self._claims = Claims(self._db)
        self._followed = Followed(self._db)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
        if self._lock is not None:
            self._lock.close()

    def _transaction(self) -> AbstractContextManager[None]:
        return transaction(self._db)

    def follow(self, addresses: Sequence[str], now: float) -> None:
        """Follow these addresses and no others; what is known of the others is kept."""
        with self._transaction():
            again = self._followed.only(addresses, now)
            self._claims.let_go()
            self._claims.resume(again)
            self._part(now)
        self._pages.look_again()

    def feeds(self) -> list[Known]:
        """All feeds that are followed, by address."""
        rows = self._db.execute(f"SELECT {_NAMES} FROM feeds WHERE followed ORDER BY address")
        return [known_of(row) for row in rows]

    def ids(self) -> set[int]:
        """Of all feeds that are followed."""
        return self._followed.ids()

    def twins(self, feed: Known, url: str) -> list[Known]:
        """Other feeds of the list that are asked at this address, and answer there."""
        return [self.feed(id) for id in self._followed.twins(feed.id, url)]

    def part(self, now: float) -> None:
        """Have feeds asked again that were the same as one that is gone, moved or failing."""
        with self._transaction():
            self._part(now)

    def _part(self, now: float) -> None:
        for one, other in self._followed.parted(now):
            self._claims.inherit(one, other)

    def feed(self, id: int) -> Known:
        """One feed."""
        row = self._db.execute(f"SELECT {_NAMES} FROM feeds WHERE id = ?", (id,)).fetchone()
        return known_of(row)

    def asking(self, feed: int, now: float | None, again: float) -> None:
        """The feed is being asked; should the process die of that, it is next asked then."""
        with self._transaction():
            self._db.execute(
                "UPDATE feeds SET last_poll = ?, next_poll = ? WHERE id = ?", (now, again, feed)
            )

    def due_times(self) -> dict[int, float]:
        """When each feed that is asked at all is to be asked next."""
        return dict(
            self._db.execute("SELECT id, next_poll FROM feeds WHERE followed AND retired IS NULL")
        )

    def saved(self, feed: Known) -> None:
        """What is known of a feed from now on."""
        with self._transaction():
            self._save(feed)

    def children(self, index: Known, addresses: Sequence[str], now: float) -> list[Known]:
        """Take in an index and the sitemaps that it names; those that are new are returned.

        A sitemap that somebody follows by itself stays where it is.
        """
        with self._transaction():
            before = self._followed.ids()
            self._save(index)
            self._followed.named(index.id, addresses, now)
            rows = self._db.execute(
                f"SELECT {_NAMES} FROM feeds WHERE followed AND parent = ?", (index.id,)
            ).fetchall()
        return [child for child in map(known_of, rows) if child.id not in before]

    def fresh(self, feed: int, items: Iterable[Item]) -> list[Item]:
        """The items that are new, or of which a reader sees something new, or that say so.

        One that is new here but known from another feed, by its address, is neither; nor is one
        that only its guid tells from an earlier one of this feed. The time of change says so,
        unless most items have a new one at once.
        """
        judged = [(item, self._claims.judged(feed, marks(item))) for item in items]
        count = Counter(news for _, news in judged)
        stamped = is_stamp(count["redated"], len(judged) - count["new"])
        wanted = ("new", "changed") if stamped else ("new", "changed", "redated")
        return [item for item, news in judged if news in wanted]

    def taken(
        self,
        feed: Known,
        listed: Iterable[Item],
        ready: Iterable[Ready],
        pages: Iterable[tuple[str, Item]],
        lost: Iterable[tuple[Item, str]],
        now: float,
        *,
        made: Iterable[Item] = (),
        old: Iterable[Item] = (),
    ) -> None:
        """Take a poll in: what is known of the feed now, its items, and what becomes of new ones.

        ``made`` are the items of what is ready; ``pages`` are pairs of a host and an item whose
        page is to be fetched there; ``lost`` are items that can become no article, and why; ``old``
        are those that are none by choice, and leave it to other feeds to bring their addresses.
        """
        pages = list(pages)
        lost = list(lost)
        unclaimed = {marks(item).guid for item in (*old, *(item for item, _ in lost))}
        with self._transaction():
            self._save(feed)
            self._claims.list(
                feed,
                listed,
                made={marks(item).guid for item in made},
                waiting={marks(item).guid for _, item in pages},
                unclaimed=unclaimed,
                now=now,
            )
            self._out(ready)
            self._pages.add(feed.id, pages, now)
            for item, why in lost:
                self._lose(feed.id, item, why, now)
        self._pages.look_at(*{host for host, _ in pages})

    def _out(self, ready: Iterable[Ready]) -> None:
        self._db.executemany(
            "INSERT INTO outbox (place, key, value) VALUES (?, ?, ?)",
            [(one.place, one.key, one.value) for one in ready],
        )

    def due_page(self, now: float, busy: Container[str]) -> Page | None:
        """The next of the pages that are due, on a host that is not busy, of a wanted feed."""
        return self._pages.due(now, busy)

    def next_page(self, busy: Container[str]) -> float | None:
        """When the next page on a host that is not busy is due; None if there is none."""
        return self._pages.next(busy)

    def page_is_due(self, host: str, now: float) -> bool:
        """Whether a page on this host is due."""
        return self._pages.is_due(host, now)

    def pages_waiting(self, feed: int) -> int:
        """How many pages of a feed are to be fetched."""
        return self._pages.waiting(feed)

    def page_made(self, page: Page, ready: Ready) -> None:
        """The article of this page is made."""
        with self._transaction():
            self._out([ready])
            self._claims.bring(page.feed, page.item)
            self._pages.forget(page)
        self._pages.look_at(page.host)

    def page_again(self, page: Page, when: float, error: str | None, *, tried: bool = True) -> None:
        """The page could not be had, or was not even asked for; try again then."""
        with self._transaction():
            self._pages.again(page, when, error, tried=tried)
        self._pages.look_at(page.host)

    def page_moved(self, page: Page, host: str, now: float) -> None:
        """The page's host leads on to this one, whose turn it waits for from now on."""
        with self._transaction():
            self._pages.moved(page, host, now)
        self._pages.look_at(page.host, host)

    def pages_sooner(self, now: float, seconds: float) -> None:
        """The clock was set back by so much: what waits shall not wait for that too."""
        with self._transaction():
            self._pages.sooner(now, seconds)
        self._pages.look_again()

    def page_lost(self, page: Page, error: str, now: float) -> None:
        """The page cannot be had, and the feed has no text to stand for it."""
        with self._transaction():
            self._pages.forget(page)
            self._lose(page.feed, page.item, error, now)
            self._claims.lose(page.feed, page.item)
        self._pages.look_at(page.host)

    def _lose(self, feed: int, item: Item, why: str, now: float) -> None:
        self._db.execute(
            "INSERT INTO lost (feed, url, title, at, error) VALUES (?, ?, ?, ?, ?)",
            (feed, item.url, item.title, now, why),
        )
        self._db.execute("DELETE FROM lost WHERE at < ?", (now - FORGOTTEN_AFTER,))

    def visited(self, host: str, visit: Visit) -> None:
        """When a host was asked last, and until when it asked to be left alone."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO hosts (host, asked, paused) VALUES (?, ?, ?)",
                (host, visit.asked, visit.paused),
            )

    def forget_visits(self, now: float) -> None:
        """Forget the hosts whose last visit no longer matters."""
        with self._transaction():
            self._db.execute(
                "DELETE FROM hosts WHERE paused < ? AND NOT asked BETWEEN ? AND ?",
                (now, now - VISITS_KEPT, now + VISITS_KEPT),
            )

    def forget_dropped(self, now: float, planned: Container[int]) -> None:
        """Forget the sitemaps that their indexes have dropped long ago: some name one a day.

        ``planned`` are feeds that somebody is yet to ask for by their ids.
        """
        with self._transaction():
            found = self._db.execute(
                "SELECT id FROM feeds WHERE wanted AND NOT followed AND last_poll < ?"
                " AND id NOT IN (SELECT feed FROM pages)"
                " AND id NOT IN (SELECT parent FROM feeds WHERE parent IS NOT NULL)",
                (now - FORGOTTEN_AFTER,),
            ).fetchall()
            dropped = [row for row in found if row[0] not in planned]
            for table, column in (("items", "feed"), ("lost", "feed"), ("feeds", "id")):
                self._db.executemany(f"DELETE FROM {table} WHERE {column} = ?", dropped)

    def visits(self, now: float) -> dict[str, Visit]:
        """The hosts whose last visit may still matter; the others are forgotten."""
        self.forget_visits(now)
        rows = self._db.execute("SELECT host, asked, paused FROM hosts")
        return {host: Visit(asked, paused) for host, asked, paused in rows}

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
        self._db.execute(_UPDATE, dict(zip(COLUMNS, row_of(feed), strict=True)))
