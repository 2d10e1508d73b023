"""What survives a kill."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from workers.feeds.claims import FORGOTTEN_AFTER
from workers.feeds.fetched import Validators
from workers.feeds.items import Item
from workers.feeds.known import Known, Ready
from workers.feeds.state import State
from workers.feeds.state_file import StateError

NOW = 1_800_000_000.0
FEED = "https://paper.example/feed"
INDEX = "https://paper.example/sitemap.xml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feeds.sqlite"


@pytest.fixture
def state(path: Path) -> Iterator[State]:
    state = State(path)
    state.follow([FEED], NOW)
    yield state
    state.close()


def item(guid: str, title: str = "Title", **more: str) -> Item:
    return Item(guid=guid, url=f"https://paper.example/{guid}", title=title, **more)  # type: ignore[arg-type]


def only(state: State) -> Known:
    (feed,) = state.feeds()
    return feed


def take(state: State, *items: Item, pages: bool = False) -> None:
    fresh = state.fresh(only(state).id, items)
    ready = [Ready(one.guid, None, (one.title or "").encode()) for one in fresh]
    state.taken(
        only(state),
        items,
        [] if pages else ready,
        [("paper.example", one) for one in fresh] if pages else [],
        [],
        NOW,
    )


def test_all_that_is_known_of_a_feed_is_kept(state: State, path: Path) -> None:
    known = Known(
        id=only(state).id,
        address=FEED,
        url="https://moved.example/feed",
        next_poll=NOW + 5,
        kind="rss",
        title="Überschrift",
        retired=None,
        validators=Validators('W/"a"', "Mon, 01 Jan 2024 00:00:00 GMT"),
        digest=b"\0" * 16,
        ttl=600.0,
        last_poll=NOW,
        last_success=NOW - 1,
        last_item=NOW - 2,
        failures=3,
        error_kind="timeout",
        error="took long",
        habit=(1, 2, 3),
    )
    state.saved(known)
    state.close()
    again = State(path)
    assert again.feeds() == [known]
    again.close()


def test_an_item_is_new_once(state: State) -> None:
    take(state, item("a"), item("b"))
    take(state, item("b"), item("c"), item("a"))
    assert [one.ready.place for one in state.outbox(10)] == ["a", "b", "c"]


def test_an_item_with_another_title_is_a_version_of_its_own(state: State) -> None:
    take(state, item("a", "Storm nears"))
    take(state, item("a", "Storm is over"))
    assert [one.ready.value for one in state.outbox(10)] == [b"Storm nears", b"Storm is over"]


def test_an_article_is_taken_from_the_feed_that_has_it_first(state: State) -> None:
    take(state, item("a"))
    state.follow([FEED, "https://paper.example/politics"], NOW)
    politics = next(feed for feed in state.feeds() if feed.address != FEED)
    other = Item(guid="9", url="https://paper.example/a?utm_source=rss", title="Title")
    assert state.fresh(politics.id, [other]) == []
    state.taken(politics, [other], [], [], [], NOW)
    changed = replace(other, title="Another title")
    assert state.fresh(politics.id, [changed]) == [changed]


def test_what_a_feed_no_longer_lists_is_forgotten_in_time(state: State) -> None:
    take(state, item("a"))
    state.taken(only(state), [item("b")], [], [], [], NOW + FORGOTTEN_AFTER / 2)
    assert state.fresh(only(state).id, [item("a")]) == []
    state.taken(only(state), [item("b")], [], [], [], NOW + FORGOTTEN_AFTER + 1)
    assert state.fresh(only(state).id, [item("a"), item("b")]) == [item("a")]


def test_what_kafka_has_confirmed_leaves_the_outbox(state: State, path: Path) -> None:
    take(state, item("a"), item("b"), item("c"))
    state.sent(state.outbox(2))
    state.close()
    again = State(path)
    assert [one.ready.place for one in again.outbox(10)] == ["c"]
    assert again.waiting() == 1
    again.close()


def test_a_poll_is_taken_in_whole_or_not_at_all(state: State) -> None:
    with pytest.raises(sqlite3.Error):
        state.taken(
            replace(only(state), title="half"),
            [item("a")],
            [Ready("a", None, None)],  # type: ignore[arg-type]
            [],
            [],
            NOW,
        )
    assert only(state).title is None
    assert state.fresh(only(state).id, [item("a")]) == [item("a")]
    take(state, item("a"))  # and the file can still be written


def test_a_page_waits_until_it_is_made(state: State) -> None:
    take(state, item("a"), pages=True)
    assert state.next_page([]) == NOW
    assert state.due_page(NOW, ["paper.example"]) is None
    page = state.due_page(NOW, [])
    assert page is not None
    state.page_again(page, NOW + 60, "timed out")
    assert state.due_page(NOW, []) is None
    page = state.due_page(NOW + 60, [])
    assert page is not None
    assert page.tries == 1
    state.page_made(page, Ready("a", None, b"made"))
    assert state.next_page([]) is None
    assert [one.ready.value for one in state.outbox(10)] == [b"made"]


def test_a_version_that_comes_while_its_page_is_fetched_is_fetched_too(state: State) -> None:
    take(state, item("a", "Storm nears"), pages=True)
    page = state.due_page(NOW, [])
    assert page is not None
    take(state, item("a", "Storm is over"), pages=True)
    state.page_made(page, Ready("a", None, b"made"))
    again = state.due_page(NOW, [])
    assert again is not None
    assert again.item.title == "Storm is over"


def test_what_is_given_up_can_be_looked_up(state: State) -> None:
    take(state, item("a"), pages=True)
    page = state.due_page(NOW, [])
    assert page is not None
    state.page_lost(page, "status 404", NOW)
    assert state.lost() == [(FEED, "https://paper.example/a", "Title", NOW, "status 404")]
    assert state.next_page([]) is None


def test_a_feed_that_is_no_longer_followed_keeps_what_is_known_of_it(state: State) -> None:
    take(state, item("a"))
    state.follow(["https://other.example/"], NOW)
    assert [feed.address for feed in state.feeds()] == ["https://other.example/"]
    state.follow([FEED], NOW)
    assert state.fresh(only(state).id, [item("a")]) == []


def test_sitemaps_come_and_go_with_their_index(state: State) -> None:
    state.follow([INDEX], NOW)
    index = only(state)
    new = state.children(index, ["https://paper.example/1.xml", "https://paper.example/2.xml"], NOW)
    assert [one.parent for one in new] == [index.id, index.id]
    assert state.children(index, ["https://paper.example/2.xml"], NOW) == []
    assert [feed.address[-5:] for feed in state.feeds()] == ["2.xml", "p.xml"]
    nested = state.children(new[1], ["https://paper.example/3.xml"], NOW)
    state.follow([INDEX], NOW)
    assert nested[0].id in [feed.id for feed in state.feeds()]
    state.follow([FEED], NOW)
    assert [feed.address for feed in state.feeds()] == [FEED]


def test_two_producers_cannot_share_a_state(state: State, path: Path) -> None:
    with pytest.raises(StateError, match="in use by another producer"):
        State(path)
    reader = State(path, read_only=True)
    assert [feed.address for feed in reader.feeds()] == [FEED]
    reader.close()


def test_a_sitemap_that_its_index_dropped_stays_dropped(state: State) -> None:
    state.follow([INDEX], NOW)
    index = only(state)
    old, _ = state.children(index, ["https://paper.example/1.xml", "https://paper.example/2"], NOW)
    state.children(index, ["https://paper.example/2"], NOW)
    state.saved(old)  # its poll was under way
    state.follow([INDEX], NOW)
    assert old.id not in [feed.id for feed in state.feeds()]
    assert [one.id for one in state.children(index, [old.address], NOW)] == [old.id]


def test_a_sitemap_followed_by_itself_outlives_its_place_in_an_index(state: State) -> None:
    state.follow([INDEX], NOW)
    index = only(state)
    (child,) = state.children(index, ["https://paper.example/1.xml"], NOW)
    state.follow([INDEX, child.address], NOW)
    state.children(index, ["https://paper.example/2.xml"], NOW)
    assert child.id in [feed.id for feed in state.feeds()]
    state.follow([INDEX], NOW)
    state.children(index, [child.address], NOW)
    assert state.feed(child.id).parent == index.id, "whose wishes hold for it from now on"


def test_indexes_that_name_each_other_make_no_circle(state: State) -> None:
    state.follow([INDEX], NOW)
    index = only(state)
    (second,) = state.children(index, ["https://paper.example/2.xml"], NOW)
    (third,) = state.children(second, ["https://paper.example/3.xml"], NOW)
    state.children(third, [INDEX, second.address, third.address], NOW)
    parents = {feed.id: feed.parent for feed in state.feeds()}
    assert parents == {index.id: None, second.id: index.id, third.id: second.id}


def test_pages_of_a_feed_that_is_no_longer_followed_wait_until_it_is(state: State) -> None:
    take(state, item("a"), pages=True)
    state.follow(["https://other.example/"], NOW)
    assert state.next_page([]) is None
    assert state.due_page(NOW, []) is None
    state.follow([FEED], NOW)
    assert state.due_page(NOW, []) is not None


def test_pages_of_a_sitemap_that_its_index_dropped_are_fetched(state: State) -> None:
    state.follow([INDEX], NOW)
    index = only(state)
    (child,) = state.children(index, ["https://paper.example/1.xml"], NOW)
    state.taken(child, [item("a")], [], [("paper.example", item("a"))], [], NOW)
    state.children(index, [], NOW)
    state.follow([INDEX], NOW)
    assert state.due_page(NOW, []) is not None


def test_the_next_of_very_many_pages_is_found_at_once(state: State) -> None:
    pages = [(f"h{n % 500}.example", item(str(n))) for n in range(20_000)]
    state.taken(only(state), [one for _, one in pages], [], pages, [], NOW)
    began = time.perf_counter()
    busy: set[str] = set()
    for _ in range(400):
        page = state.due_page(NOW, busy)
        assert page is not None
        busy.add(page.host)
        state.next_page(busy)
    assert time.perf_counter() - began < 2.0
    assert len(busy) == 400


def test_what_a_sitemap_lists_as_old_is_left_to_other_feeds(state: State) -> None:
    state.follow([FEED, INDEX], NOW)
    feed, sitemap = sorted(state.feeds(), key=lambda one: one.address == INDEX)
    for _ in range(2):
        fresh = state.fresh(sitemap.id, [item("a")])
        state.taken(sitemap, [item("a")], [], [], [], NOW, old=fresh)
    assert state.fresh(sitemap.id, [item("a")]) == []
    assert state.fresh(feed.id, [item("a")]) == [item("a")]


def test_an_item_with_a_new_guid_each_time_is_new_once_and_takes_one_row(state: State) -> None:
    for number in range(5):
        one = replace(item("a"), guid=f"session-{number}")
        found = state.fresh(only(state).id, [one])
        assert found == ([one] if number == 0 else [])
        state.taken(only(state), [one], [], [], [], NOW + number)
    assert count(state, "items") == 1
    changed = replace(item("a", "Storm is over"), guid="session-9")
    assert state.fresh(only(state).id, [changed]) == [changed]


def test_two_items_of_one_feed_with_one_address_are_both_kept(state: State) -> None:
    first, second = item("a"), replace(item("a", "Other"), guid="b")
    for number in range(3):
        fresh = state.fresh(only(state).id, [first, second])
        assert len(fresh) == (0 if number else 2)
        state.taken(only(state), [first, second], [], [], [], NOW + number)


def count(state: State, table: str) -> int:
    database = sqlite3.connect(state.path)
    (rows,) = database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
    database.close()
    return int(rows)


def test_a_full_disk_is_told_as_it_is_and_leaves_what_was(state: State) -> None:
    take(state, item("a"))
    (pages,) = state._db.execute("PRAGMA page_count").fetchone()
    state._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        take(state, *(item(str(number), "T" * 5000) for number in range(50)))
    assert [one.ready.place for one in state.outbox(10)] == ["a"]


def test_how_much_waits_is_known_without_counting(state: State) -> None:
    assert state.waiting() == 0
    ready = [Ready(str(number), None, b"x" * 20_000) for number in range(3_000)]
    state.taken(only(state), [], ready, [], [], NOW)
    state.sent(state.outbox(1_000))
    began = time.perf_counter()
    for _ in range(2_000):
        assert state.waiting() == 2_000
    assert time.perf_counter() - began < 1.0
    state.sent(state.outbox(2_000))
    assert state.waiting() == 0
    state.taken(only(state), [], ready[:1], [], [], NOW)
    assert state.waiting() == 1
