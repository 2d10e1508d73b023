"""Two hundred feeds made up at random: each is read or told, and what is whole comes out whole."""

from __future__ import annotations

import os
import random

import hypothesis
from hypothesis import strategies as st

from tests.feeds.made_up import made_up
from workers.feeds.formats import read
from workers.feeds.items import Parsed, Unreadable

FEEDS = 200


def test_two_hundred_made_up_feeds() -> None:
    seed = int(os.environ.get("TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"seed {seed}: set TEST_SEED={seed} to repeat")
    seen = {"whole": 0, "broken": 0, "unreadable": 0}

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=FEEDS,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(st.integers(0, 2**64))
    def each(number: int) -> None:
        feed = made_up(random.Random(number))
        found = read(feed.data, url=feed.url, charset=feed.charset)
        assert found == read(feed.data, url=feed.url, charset=feed.charset)
        seen["whole" if feed.whole else "broken"] += 1
        if isinstance(found, Unreadable):
            seen["unreadable"] += 1
            assert not feed.whole, found.reason
            assert found.reason
            assert len(found.reason) < 400
            return
        assert isinstance(found, Parsed)
        assert len({item.guid for item in found.items}) == len(found.items)
        for item in found.items:
            assert item.guid
            assert item.url is None or item.url.startswith(("http://", "https://"))
        if feed.whole:
            assert found.complaint is None
            assert [item.url for item in found.items] == list(feed.links)
            assert [item.title for item in found.items] == list(feed.titles)

    each()
    print(seen)
    assert seen["whole"] + seen["broken"] >= FEEDS
    assert min(seen.values()) > 10


@hypothesis.settings(max_examples=200, deadline=None, print_blob=True)
@hypothesis.given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "utf-7", "cp037", "x"]))
def test_any_bytes_are_read_or_told(data: bytes, charset: str | None) -> None:
    for start in (b"", b"<rss><channel>", b"<feed>", b"<urlset>", b'{"items":[', b"<html>"):
        found = read(start + data, url="https://host.example/", charset=charset)
        assert isinstance(found, Parsed | Unreadable)
