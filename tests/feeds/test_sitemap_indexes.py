"""Which sitemaps of an index are followed."""

from __future__ import annotations

import pytest

from workers.feeds import formats
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
