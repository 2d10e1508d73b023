"""Which sitemaps of an index are followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds.imagined import Imagined, body
from workers.feeds import formats
from workers.feeds.fetched import Validators
from workers.feeds.following import MOST_SITEMAPS
from workers.feeds.items import Parsed


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        ([f"{year}-{month:02}" for year in range(2010, 2026) for month in range(1, 13)], "2025-12"),
        ([f"posts-{number}" for number in range(1, 200)] + ["pages", "authors-1"], "posts-199"),
    ],
)
def test_of_an_index_without_dates_the_newest_sitemaps_are_followed(
    names: list[str], newest: str
) -> None:
    listed = "".join(
        f"<sitemap><loc>https://a.example/{name}.xml</loc></sitemap>" for name in names
    )
    index = formats.read(
        f"<sitemapindex>{listed}</sitemapindex>".encode(), url="https://a.example/i.xml"
    )
    assert isinstance(index, Parsed)
    assert f"https://a.example/{newest}.xml" in index.feeds[:MOST_SITEMAPS]


TOP, YEAR, DAY = (f"https://paper.example/{name}.xml" for name in ("top", "2026", "2026-01-01"))


def index(*urls: str) -> str:
    listed = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex>{listed}</sitemapindex>"


def followed(room: Imagined) -> set[str]:
    return {feed.address for feed in room.state.feeds()}


@pytest.mark.parametrize("given", [Validators(), Validators('"a"', None)])
def test_what_is_below_a_dropped_index_is_dropped_and_comes_back_with_it(
    tmp_path: Path, given: Validators
) -> None:
    with Imagined(tmp_path, TOP) as room:
        room.web[TOP] = body(TOP, index(YEAR))
        room.web[YEAR] = body(YEAR, index(DAY), given)
        room.poll(TOP)
        room.poll(YEAR)
        assert followed(room) == {TOP, YEAR, DAY}
        room.web[TOP] = body(TOP, index(TOP + "2"))
        room.poll(TOP)
        assert followed(room) == {TOP, TOP + "2"}
        room.state.follow([TOP], room.now)
        assert followed(room) == {TOP, TOP + "2"}
        room.web[TOP] = body(TOP, index(YEAR))
        room.poll(TOP)
        room.poll(YEAR)
        assert room.wanted[-1].validators == Validators(), "it is asked for all that it names"
        assert followed(room) == {TOP, YEAR, DAY}


def test_what_a_named_index_names_is_left_alone(tmp_path: Path) -> None:
    with Imagined(tmp_path, TOP) as room:
        room.web[TOP] = body(TOP, index(YEAR))
        room.web[YEAR] = body(YEAR, index(DAY), Validators('"a"', None))
        room.poll(TOP)
        room.poll(YEAR)
        room.web[TOP] = body(TOP, index(YEAR, TOP + "2"))
        room.poll(TOP)
        assert followed(room) == {TOP, YEAR, DAY, TOP + "2"}
        room.poll(YEAR)
        assert room.wanted[-1].validators == Validators('"a"', None)


def test_an_index_that_is_dropped_while_it_is_asked_names_nothing(tmp_path: Path) -> None:
    with Imagined(tmp_path, TOP) as room:
        room.web[TOP] = body(TOP, index(YEAR))
        room.poll(TOP)
        (year,) = (feed for feed in room.state.feeds() if feed.address == YEAR)
        room.web[TOP] = body(TOP, index(TOP + "2"))
        room.poll(TOP)
        assert room.state.children(year, [DAY], room.now) == []
        assert followed(room) == {TOP, TOP + "2"}
