"""What comes of days and weeks with feeds that are not always right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds.imagined import NOW, PROSE, Imagined, body, rss
from workers.feeds.fetched import Failed, NotModified, Validators
from workers.feeds.items import Item
from workers.feeds.subscriptions import Subscription

FEED = "https://paper.example/rss"
PAGE = "https://paper.example/bridge"
HOUR = 3600.0


@pytest.mark.parametrize(("chance", "hours"), [(0.0, 11.4), (1.0, 22.75)])
def test_a_page_that_cannot_be_had_is_tried_for_about_a_day(
    tmp_path: Path, chance: float, hours: float
) -> None:
    with Imagined(tmp_path, FEED, chance=chance) as room:
        room.web[FEED] = body(FEED, rss(("1", PAGE, "Bridge", "")))
        room.web[PAGE] = Failed(PAGE, "unreachable", "no route to it")
        room.poll(FEED)
        room.fetch()
        assert room.items[-1] == "lost"
        assert (room.now - NOW) / HOUR == pytest.approx(hours, abs=0.1)


def test_a_feed_that_is_empty_once_is_not_sent_again(tmp_path: Path) -> None:
    with Imagined(tmp_path, FEED) as room:
        full = rss(*((str(n), f"{PAGE}-{n}", f"Bridge {n}", f"{PROSE}{n}") for n in range(5)))
        room.web[FEED] = body(FEED, full)
        room.poll(FEED)
        assert len(room.sent()) == 5
        for _ in range(40):
            room.now += 24 * HOUR
            room.poll(FEED)
        room.web[FEED] = body(FEED, rss())
        room.poll(FEED)
        room.now += HOUR
        room.web[FEED] = body(FEED, full)
        room.poll(FEED)
        assert room.sent() == []


def test_a_feed_whose_place_a_page_takes_is_not_mistaken_for_the_sites_own(tmp_path: Path) -> None:
    with Imagined(tmp_path, FEED) as room:
        room.web[FEED] = body(FEED, rss(("1", PAGE, "Bridge", PROSE)))
        room.poll(FEED)
        front = "<html><head><link rel=alternate type='application/rss+xml' href='/all'></head>"
        room.web[FEED] = body("https://paper.example/", front, media_type="text/html")
        known = room.poll(FEED)
        assert known.url == FEED
        assert known.error is not None
        assert "names https://paper.example/all" in known.error
        room.web[FEED] = body(FEED, rss(("2", f"{PAGE}-2", "Tunnel", PROSE)))
        assert room.poll(FEED).error is None


def test_a_server_that_says_for_ever_that_nothing_is_new_is_not_believed(tmp_path: Path) -> None:
    with Imagined(tmp_path, FEED) as room:
        given = Validators('"a"', None)
        for number in range(10):
            item = (str(number), f"{PAGE}-{number}", "Bridge", f"{PROSE}{number}")
            room.web[FEED] = body(FEED, rss(item), given)
            room.poll(FEED)
            room.now += 12 * HOUR
        room.web[FEED] = NotModified(FEED, {})
        room.poll(FEED)
        assert room.wanted[-1].validators == given
        room.now += 48 * HOUR
        room.poll(FEED)
        assert room.wanted[-1].validators == Validators()


def test_what_one_feed_could_not_bring_is_brought_by_one_that_has_its_text(tmp_path: Path) -> None:
    bare, whole = "https://paper.example/bare", "https://paper.example/whole"
    with Imagined(tmp_path, bare, whole) as room:
        room.web[bare] = body(bare, rss(("1", PAGE, "Bridge", "")))
        room.web[PAGE] = Failed(PAGE, "status", "forbidden", 403)
        room.poll(bare)
        room.fetch()
        assert room.items == ["page", "lost"]
        room.web[whole] = body(whole, rss(("2", PAGE, "Bridge", PROSE)))
        room.poll(whole)
        assert [article["url"] for article in room.sent()] == [PAGE]
        room.poll(whole)
        room.web[bare] = body(bare, rss(("1", PAGE, "Bridge", ""), ("3", PAGE + "-3", "", PROSE)))
        room.poll(bare)
        assert [article["url"] for article in room.sent()] == [PAGE + "-3"]


@pytest.mark.parametrize("given", [Validators(), Validators('"a"', None)])
def test_what_is_lost_is_brought_by_a_feed_that_had_left_it_to_the_other(
    tmp_path: Path, given: Validators
) -> None:
    bare, blank, whole = (f"https://paper.example/{name}" for name in ("bare", "blank", "whole"))
    with Imagined(tmp_path, bare, blank, whole) as room:
        room.web[bare] = body(bare, rss(("1", PAGE, "Bridge", "")))
        room.web[blank] = body(blank, rss(("2", PAGE, "Bridge", "")))
        room.web[whole] = body(whole, rss(("3", PAGE, "Bridge", PROSE)), given)
        for feed in (bare, blank, whole):
            room.poll(feed)
        assert room.items == ["page"]
        room.web[PAGE] = Failed(PAGE, "status", "forbidden", 403)
        room.fetch()
        assert room.items == ["page", "lost"]
        room.poll(whole)
        assert room.wanted[-1].validators == Validators(), "it is asked for all that it has"
        assert [article["url"] for article in room.sent()] == [PAGE]
        for feed in (bare, blank, whole):
            room.poll(feed)
        assert room.wanted[-1].validators == given
        assert room.sent() == []
        assert room.items == ["page", "lost", "article"], "who has no text does not try it again"


def test_a_poll_under_way_learns_what_was_lost_meanwhile(tmp_path: Path) -> None:
    bare, whole = "https://paper.example/bare", "https://paper.example/whole"
    with Imagined(tmp_path, bare, whole) as room:
        room.web[bare] = body(bare, rss(("1", PAGE, "Bridge", "")))
        room.web[whole] = body(whole, rss(("2", PAGE, "Bridge", PROSE)))
        room.poll(bare)
        room.poll(whole)
        (under_way,) = (feed for feed in room.state.feeds() if feed.address == whole)
        room.web[PAGE] = Failed(PAGE, "status", "forbidden", 403)
        room.fetch()
        room.state.saved(under_way)  # 304
        item = Item("2", PAGE, title="Bridge", content=PROSE)
        room.state.taken(under_way, [item], [], [], [], room.now)  # judged before
        room.poll(whole)
        assert [article["url"] for article in room.sent()] == [PAGE]


def test_a_revision_that_is_lost_has_others_bring_nothing_twice(tmp_path: Path) -> None:
    bare, whole = "https://paper.example/bare", "https://paper.example/whole"
    with Imagined(tmp_path, bare, whole) as room:
        room.web[bare] = body(bare, rss(("1", PAGE, "Bridge", "")))
        room.web[whole] = body(whole, rss(("2", PAGE, "Bridge", PROSE)))
        room.web[PAGE] = body(PAGE, f"<h1>Bridge</h1>{PROSE}", media_type="text/html")
        room.poll(bare)
        room.poll(whole)
        room.fetch()
        assert len(room.sent()) == 1
        room.web[PAGE] = Failed(PAGE, "status", "forbidden", 403)
        room.web[bare] = body(bare, rss(("1", PAGE, "Bridge is open", "")))
        room.poll(bare)
        room.fetch()
        room.poll(whole)
        assert room.sent() == []
        assert room.items == ["page", "article", "page", "lost"]


def test_what_waits_for_a_feed_that_nobody_follows_is_brought_by_another(tmp_path: Path) -> None:
    paper, courier = "https://paper.example/rss", "https://courier.example/rss"
    with Imagined(tmp_path, paper, courier) as room:
        room.web[paper] = body(paper, rss(("1", PAGE, "Bridge", ""), ("2", f"{PAGE}-2", "", "")))
        room.web[courier] = body(courier, rss(("3", PAGE, "Bridge", PROSE)))
        for page, title in ((PAGE, "Bridge"), (f"{PAGE}-2", "Tunnel")):
            room.web[page] = body(page, f"<h1>{title}</h1>{PROSE}", media_type="text/html")
        room.poll(paper)
        room.poll(courier)
        assert room.sent() == []
        room.state.follow([courier], room.now)
        room.poll(courier)
        assert [article["url"] for article in room.sent()] == [PAGE]
        room.state.follow([paper, courier], room.now)
        room.fetch()
        (article,) = room.sent()
        assert article["url"] != PAGE, "what another has brought is not fetched any more"
        for feed in (paper, courier):
            room.poll(feed)
        assert room.sent() == []


def test_an_item_whose_guid_changes_while_its_page_waits_can_be_lost_too(tmp_path: Path) -> None:
    bare, whole = "https://paper.example/bare", "https://paper.example/whole"
    with Imagined(tmp_path, bare, whole) as room:
        for number in range(3):
            room.now += 1
            room.web[bare] = body(bare, rss((f"session-{number}", PAGE, "Bridge", "")))
            room.poll(bare)
        room.web[PAGE] = Failed(PAGE, "status", "forbidden", 403)
        room.fetch()
        room.web[whole] = body(whole, rss(("2", PAGE, "Bridge", PROSE)))
        room.poll(whole)
        assert [article["url"] for article in room.sent()] == [PAGE]


def test_a_revision_that_two_feeds_have_comes_once(tmp_path: Path) -> None:
    feeds = ("https://paper.example/all", "https://paper.example/local")
    with Imagined(tmp_path, *feeds) as room:
        for title in ("Bridge", "Bridge opens", "Bridge", "Bridge is open"):
            for feed in feeds:
                room.now += 60
                room.web[feed] = body(feed, rss(("1", PAGE, title, PROSE)))
                room.poll(feed)
            assert [article["headline"] for article in room.sent()] == [title]
        room.now += 60
        room.web[feeds[0]] = body(feeds[0], rss(("1", PAGE, "Bridge is closed", PROSE)))
        room.poll(feeds[0])
        room.now += 60
        room.web[feeds[0]] = body(feeds[0], rss(("1", PAGE, "Bridge is open", PROSE)))
        room.poll(feeds[0])
        titles = [article["headline"] for article in room.sent()]
        assert titles == ["Bridge is closed", "Bridge is open"], "also where one lags behind"


def test_sitemaps_of_days_long_past_are_forgotten(tmp_path: Path) -> None:
    index = "https://paper.example/sitemap.xml"
    with Imagined(tmp_path, index) as room:
        top = room.state.feeds()[0]
        for day in range(100):
            room.now += 24 * HOUR
            named = [f"https://paper.example/{n}.xml" for n in range(max(day - 2, 0), day + 1)]
            (new,) = room.state.children(top, named, room.now)
            room.web[named[-1]] = body(named[-1], rss(("1", f"{PAGE}-{day}", "Bridge", PROSE)))
            room.poll(named[-1])
            room.state.forget_dropped(room.now, {new.id})
        (feeds,) = room.state._db.execute("SELECT COUNT(*) FROM feeds").fetchone()
        (items,) = room.state._db.execute("SELECT COUNT(*) FROM items").fetchone()
        assert len(room.state.feeds()) == 4
        assert (feeds, items) == (32, 31)


def test_a_feed_that_is_asked_once_a_day_is_asked_again_an_hour_after_a_hiccup(
    tmp_path: Path,
) -> None:
    with Imagined(tmp_path, Subscription(FEED, every=24 * HOUR)) as room:
        room.web[FEED] = Failed(FEED, "timeout", "took long")
        assert room.poll(FEED).next_poll == room.now + HOUR
        room.web[FEED] = Failed(FEED, "throttled", "not asked yet", retry_after=600.0)
        assert room.poll(FEED).next_poll == room.now + 600.0
        room.web[FEED] = body(FEED, rss())
        assert room.poll(FEED).next_poll == room.now + 24 * HOUR


def test_a_page_that_is_listed_minutes_before_it_is_there_is_had(tmp_path: Path) -> None:
    with Imagined(tmp_path, FEED) as room:
        room.web[FEED] = body(FEED, rss(("1", PAGE, "Bridge", "The bridge is open.")))
        room.web[PAGE] = Failed(PAGE, "status", "status 404", 404)
        room.poll(FEED)
        for _ in range(3):
            room.fetch_next()
            assert room.sent() == []
        room.web[PAGE] = body(PAGE, f"<h1>Bridge</h1>{PROSE}", media_type="text/html")
        room.fetch()
        (article,) = room.sent()
        assert article["quality"] == "full"


@pytest.mark.parametrize(("chance", "minutes"), [(0.0, 10.5), (1.0, 21)])
def test_what_the_feed_says_stands_for_a_page_that_is_not_there(
    tmp_path: Path, chance: float, minutes: float
) -> None:
    with Imagined(tmp_path, FEED, chance=chance) as room:
        room.web[FEED] = body(FEED, rss(("1", PAGE, "Bridge", "The bridge is open.")))
        room.web[PAGE] = Failed(PAGE, "status", "status 404", 404)
        room.poll(FEED)
        room.fetch()
        assert room.items == ["page", "again", "again", "again", "excerpt"]
        assert (room.now - NOW) / 60 == pytest.approx(minutes)
