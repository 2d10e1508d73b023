"""Two feeds of the list that turn out to be one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds.imagined import PROSE, Imagined, body, rss
from workers.feeds.fetched import Failed, NotModified, Validators
from workers.feeds.health import condition
from workers.feeds.known import Known
from workers.feeds.revival import revive
from workers.feeds.subscriptions import Subscription

OLD, NEW = "http://paper.example/rss", "https://paper.example/rss"
PAGE = "https://paper.example/bridge"
LINKED = ("1", PAGE, "Bridge", PROSE)
LINKLESS = ("2", "", "Tunnel", PROSE + "a tunnel")
LATER = ("3", "", "Ferry", PROSE + "a ferry")


def lists(room: Imagined, *items: tuple[str, str, str, str]) -> None:
    """Both addresses give these items: the old one leads to the new one for good."""
    room.web[NEW] = body(NEW, rss(*items))
    room.web[OLD] = body(NEW, rss(*items), moved=NEW)


def polled(room: Imagined, *feeds: str) -> list[Known]:
    """Ask those that are asked at all, in this order."""
    room.now += 600
    ended = retired(room)
    return [room.poll(feed) for feed in feeds if feed not in ended]


def retired(room: Imagined) -> dict[str, str]:
    return {feed.address: feed.retired for feed in room.state.feeds() if feed.retired}


@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)])
def test_the_one_that_comes_last_is_retired_and_nothing_comes_twice(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    with Imagined(tmp_path, OLD, NEW) as room:
        lists(room, LINKED, LINKLESS)
        polled(room, *order)
        assert len(room.sent()) == 2
        first, last = order
        assert retired(room) == {last: f"it is the same feed as {first}"}
        assert {condition(feed, room.now) for feed in room.state.feeds()} == {"fine", "retired"}
        lists(room, LINKED, LINKLESS, LATER)
        room.state.part(room.now)
        assert [one.address for one in polled(room, *order)] == [first]
        (article,) = room.sent()
        assert article["headline"] == "Ferry"


@pytest.mark.parametrize("how", ["leaves", "moves", "fails", "ends"])
def test_the_other_goes_on_where_the_first_one_was(tmp_path: Path, how: str) -> None:
    with Imagined(tmp_path, OLD, NEW) as room:
        lists(room, LINKED, LINKLESS)
        polled(room, NEW, OLD)
        assert len(room.sent()) == 2
        lists(room, LINKED, LINKLESS, LATER)
        polled(room, NEW, OLD)
        assert len(room.sent()) == 1
        if how == "leaves":
            room.state.follow([OLD], room.now)
        elif how == "moves":
            elsewhere = "https://courier.example/rss"
            room.web[NEW] = body(elsewhere, rss(), moved=elsewhere)
            polled(room, NEW)
        else:
            kind = "gone" if how == "ends" else "unreachable"
            room.web[NEW] = Failed(NEW, kind, "said")  # type: ignore[arg-type]
            for _ in range(3):
                assert polled(room, NEW) or how == "ends"
        room.state.part(room.now)
        assert OLD not in retired(room)
        (old,) = (feed for feed in room.state.feeds() if feed.address == OLD)
        assert old.next_poll <= room.now
        lists(room, LINKED, LINKLESS, LATER, ("4", "", "Market", PROSE + "a market"))
        polled(room, OLD)
        assert [article["headline"] for article in room.sent()] == ["Market"]


def test_what_waits_for_the_one_that_left_is_brought_by_the_other(tmp_path: Path) -> None:
    with Imagined(tmp_path, OLD, NEW) as room:
        lists(room, ("1", PAGE, "Bridge", ""))
        polled(room, NEW, OLD)
        room.state.follow([OLD], room.now)
        polled(room, OLD)
        room.web[PAGE] = body(PAGE, f"<h1>Bridge</h1>{PROSE}", media_type="text/html")
        room.fetch()
        (article,) = room.sent()
        assert article["feed"]["url"] == OLD


def test_nothing_new_at_the_others_address_is_the_same_too(tmp_path: Path) -> None:
    with Imagined(tmp_path, OLD, NEW) as room:
        room.web[NEW] = body(NEW, rss(LINKLESS))
        room.web[OLD] = body(OLD, rss(), Validators('"a"', None))
        polled(room, NEW, OLD)
        assert retired(room) == {}
        room.web[OLD] = NotModified(NEW, {}, moved=NEW)
        polled(room, OLD)
        assert OLD in retired(room)


def test_feeds_with_headers_of_their_own_are_not_the_same(tmp_path: Path) -> None:
    desk = Subscription(NEW, headers={"Authorization": "Bearer desk"})
    with Imagined(tmp_path, OLD, desk) as room:
        lists(room, LINKED)
        polled(room, NEW, OLD)
        assert retired(room) == {}


def test_a_feed_that_only_leads_to_another_for_now_is_not_the_same(tmp_path: Path) -> None:
    with Imagined(tmp_path, OLD, NEW) as room:
        lists(room, LINKED)
        room.web[OLD] = body(NEW, rss(LINKED))
        polled(room, NEW, OLD)
        assert retired(room) == {}


def test_one_that_is_revived_is_asked_and_found_to_be_the_same_again(tmp_path: Path) -> None:
    with Imagined(tmp_path, OLD, NEW) as room:
        lists(room, LINKED)
        polled(room, NEW, OLD)
        assert revive(room.state.path, OLD, room.now) is not None
        assert retired(room) == {}
        polled(room, OLD)
        assert OLD in retired(room)
