"""Feeds that are followed although something is wrong with them: it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from tests.feeds.imagined import PROSE, Imagined, body, rss
from workers.feeds.fetched import NotModified
from workers.feeds.health import DOWNGRADED, flaws
from workers.feeds.known import Known
from workers.runtime.feed_producer import FeedProducer
from workers.settings import Settings

FEED, PLAIN = "https://paper.example/rss", "http://paper.example/rss"
ITEM = ("1", "https://paper.example/bridge", "Bridge", PROSE)


def test_what_was_ill_formed_is_known_until_the_feed_is_mended(tmp_path: Path) -> None:
    with Imagined(tmp_path, FEED) as room:
        whole = rss(ITEM)
        room.web[FEED] = body(FEED, whole.replace("</channel>", "<b></channel>"))
        known = room.poll(FEED)
        assert len(room.sent()) == 1
        assert known.complaint
        assert flaws(known) == known.complaint
        room.web[FEED] = NotModified(FEED, {})
        assert room.poll(FEED).complaint == known.complaint
        room.web[FEED] = body(FEED, whole)
        assert flaws(room.poll(FEED)) is None


def test_a_feed_that_leads_from_https_to_http_is_known(tmp_path: Path) -> None:
    with Imagined(tmp_path, FEED) as room:
        room.web[FEED] = body(PLAIN, rss(ITEM), downgraded=True)
        assert flaws(room.poll(FEED)) == DOWNGRADED
        room.web[FEED] = NotModified(FEED, {})
        assert flaws(room.poll(FEED)) is None
        room.web[FEED] = NotModified(PLAIN, {}, moved=PLAIN, downgraded=True)
        assert flaws(room.poll(FEED)) == DOWNGRADED
        room.web[PLAIN] = body(PLAIN, rss(ITEM))
        assert flaws(room.poll(FEED)) == DOWNGRADED, "it has moved there for good"


def logged(tmp_path: Path, knowns: Sequence[Known]) -> list[dict[str, Any]]:
    """What a producer logs of a feed of which this is known, one after another."""
    producer = FeedProducer(Settings(feed_state=str(tmp_path / "feeds.sqlite")), [])
    try:
        with capture_logs() as lines:
            for before, after in pairwise(knowns):
                producer._changed(before, after)
    finally:
        producer._state.close()
    return [{key: line[key] for key in ("log_level", "event")} for line in lines]


def test_a_flaw_is_logged_when_it_is_another_one(tmp_path: Path) -> None:
    fine = Known(1, FEED, FEED, 0.0)
    said = [None, "line 7: no tag", "line 9: no tag", "no encoding", "no encoding", None]
    ill = {"log_level": "warning", "event": "feed is ill-formed"}
    told = logged(tmp_path, [replace(fine, complaint=one) for one in said])
    assert told == [ill, ill]
    leads = [replace(fine, downgraded=one) for one in (False, True, True, False, True)]
    assert logged(tmp_path, leads) == [{"log_level": "warning", "event": f"feed {DOWNGRADED}"}] * 2
