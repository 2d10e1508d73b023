"""What comes of days and weeks with feeds that are not always right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds.imagined import NOW, PROSE, Imagined, body, rss
from workers.feeds.fetched import Failed, NotModified, Validators

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
