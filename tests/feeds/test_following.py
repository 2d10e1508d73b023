"""What comes of following feeds, with true requests to the test site."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.feeds.newsroom import Desk, Newsroom
from tests.feeds.site import Site
from tests.feeds.site.formats import DOCUMENTS
from workers.feeds.fetched import Body
from workers.feeds.habit import DAY
from workers.feeds.items import Item
from workers.feeds.known import Known, Ready
from workers.feeds.paging import TRIES
from workers.feeds.rhythm import Bounds
from workers.feeds.state import State
from workers.feeds.subscriptions import Subscription

Work = Callable[[Site, Callable[..., Newsroom]], Awaitable[None]]


@pytest.fixture
def at_site(tmp_path: Path) -> Callable[[Work], None]:
    """Run a coroutine with a site and a maker of newsrooms that follow paths of it."""

    def run(work: Work) -> None:
        async def on_site() -> None:
            async with Site() as site:

                def newsroom(*urls: str, **said: Any) -> Newsroom:
                    feeds = [Subscription(address=url, **said) for url in urls]
                    return Newsroom(site, tmp_path / "feeds.sqlite", feeds)

                await work(site, newsroom)

        asyncio.run(on_site())

    return run


def test_every_kind_of_feed_gives_each_story_once(at_site: Callable[[Work], None]) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        paths = sorted(path for path in DOCUMENTS if "opml" not in path and "bomb" not in path)
        hosts = [f"h{number}.example" for number in range(len(paths))]
        for host in hosts:
            site.publish(host, 3)
        room = newsroom(*(site.url(path, host) for path, host in zip(paths, hosts, strict=True)))
        articles = await room.round()
        by_host = {host: [a for a in articles if host in a["url"]] for host in hosts}
        assert {host: len(found) for host, found in by_host.items()} == dict.fromkeys(hosts, 3)
        assert len({article["id"] for article in articles}) == len(articles)
        assert all(len(article["content"]) > 200 for article in articles)
        assert await room.round() == []
        site.publish(hosts[0])
        assert len(await room.round()) == 1

    at_site(work)


def test_a_feed_without_news_costs_one_conditional_request(
    at_site: Callable[[Work], None],
) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=5)
        room = newsroom(*(site.url(path) for path in ("/rss.xml", "/atom.xml", "/feed.json")))
        await room.round()
        asked = len(site.seen)
        for _ in range(4):
            assert await room.round() == []
        later = site.seen[asked:]
        assert len(later) == 12
        assert {seen.status for seen in later} == {304}

    at_site(work)


def test_a_server_that_knows_no_conditions_costs_no_reading(
    at_site: Callable[[Work], None],
) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=5)
        room = newsroom(site.url("/rss.xml?etag=none&modified=none"))
        await room.round()
        assert await room.round() == []
        assert room.polls == ["new", "unchanged"]

    at_site(work)


def test_an_edited_story_comes_again_under_its_id(at_site: Callable[[Work], None]) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=2)
        room = newsroom(site.url("/rss.xml"))
        first = await room.round()
        site.edit(0, "The bridge is open again, the council says.")
        (again,) = await room.round()
        assert again["id"] in {article["id"] for article in first}
        assert "The bridge is open again" in again["content"]

    at_site(work)


def test_a_feed_that_moved_for_good_is_asked_at_its_new_address(
    at_site: Callable[[Work], None],
) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=2)
        room = newsroom(site.url("/moved/2/rss.xml"), site.url("/found/1/atom.xml"))
        await room.round()
        asked = len(site.seen)
        await room.round()
        paths = [seen.path for seen in site.seen[asked:]]
        assert sorted(paths) == ["/atom.xml", "/found/1/atom.xml", "/rss.xml"]

    at_site(work)


def test_a_feed_that_is_gone_is_not_asked_again(at_site: Callable[[Work], None]) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        room = newsroom(site.url("/status/410"))
        await room.round()
        asked = len(site.seen)
        await room.round()
        assert len(site.seen) == asked
        (known,) = room.known().values()
        assert known.retired
        assert "410" in known.retired

    at_site(work)


def test_a_feed_that_vanishes_where_it_moved_is_asked_at_its_first_address(
    at_site: Callable[[Work], None],
) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=2)
        room = newsroom(site.url("/moved/1/rss.xml"))
        await room.round()
        site.fail("/rss.xml", 410)
        await room.round()
        (known,) = room.known().values()
        assert known.url == known.address
        assert known.retired is None

    at_site(work)


def test_a_server_in_trouble_is_left_alone_and_nothing_is_missed(
    at_site: Callable[[Work], None],
) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=1)
        room = newsroom(site.url("/rss.xml"))
        await room.round()
        site.publish(count=1)
        site.fail("/rss.xml", 503, headers={"Retry-After": "7200"})
        assert await room.round() == []
        (known,) = room.known().values()
        assert known.next_poll >= room.clock() + 7100
        assert known.failures == 1
        assert known.error
        assert "503" in known.error
        asked = len(site.seen)
        assert await room.round() == []
        assert len(site.seen) == asked, "whoever starts anew knows it too"
        room.later += 7200
        assert len(await room.round()) == 1
        (known,) = room.known().values()
        assert (known.failures, known.error) == (0, None)

    at_site(work)


def test_a_page_that_cannot_be_had_now_is_had_later(at_site: Callable[[Work], None]) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=2)
        room = newsroom(site.url("/rss.xml"), content="page")
        (first,) = [seen.path for seen in await _paths_of_pages(site, room)][:1]
        assert first
        site.publish(count=1)
        site.fail("/articles/2", 500, times=2)
        assert await room.round() == []
        assert await room.round() == [], "it is not asked again at once"
        room.later += 120.0
        assert await room.round() == []
        room.later += 3600.0
        (article,) = await room.round()
        assert article["url"].endswith("/articles/2")
        assert room.items.count("again") == 2

    at_site(work)


async def _paths_of_pages(site: Site, room: Newsroom) -> list[Any]:
    await room.round()
    return [seen for seen in site.seen if seen.path.startswith("/articles/")]


def test_what_the_feed_says_stands_for_a_page_that_is_kept_back(
    at_site: Callable[[Work], None],
) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=1)
        site.fail("/articles/0", 403)
        room = newsroom(site.url("/rss.xml"), content="page")
        (article,) = await room.round()
        assert article["quality"] in ("full", "excerpt")
        assert room.items == ["page", "excerpt"]

    at_site(work)


def test_an_item_of_which_nothing_can_be_had_is_told(
    at_site: Callable[[Work], None], tmp_path: Path
) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=1)
        site.fail("/articles/0", 503, times=TRIES)
        room = newsroom(site.url("/news-sitemap.xml"))
        for _ in range(TRIES):
            assert await room.round() == []
            room.later += 2 * DAY
        assert room.items[-1] == "lost"

    at_site(work)
    state = State(tmp_path / "feeds.sqlite", read_only=True)
    ((_, url, _, _, why),) = state.lost()
    state.close()
    assert url is not None
    assert url.endswith("/articles/0")
    assert "503" in why


def test_robots_are_obeyed_for_pages_too(at_site: Callable[[Work], None]) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=1)
        site.robots("User-agent: *\nDisallow: /articles/\n")
        room = newsroom(site.url("/rss.xml"), content="page")
        (article,) = await room.round({"robots": True})
        assert article["quality"] in ("full", "excerpt")
        assert not [seen for seen in site.seen if seen.path.startswith("/articles/")]

    at_site(work)


def test_a_page_that_is_no_feed_and_names_none_is_told(at_site: Callable[[Work], None]) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=1)
        room = newsroom(site.url("/articles/0"))
        await room.round()
        (known,) = room.known().values()
        assert known.error_kind == "unreadable"

    at_site(work)


def test_headers_of_a_subscription_go_to_its_host_only(at_site: Callable[[Work], None]) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=1)
        elsewhere = site.url("/rss.xml", "other.example")
        room = newsroom(
            site.url(f"/to/x?url={elsewhere}"),
            site.url("/atom.xml"),
            headers={"Authorization": "Bearer secret"},
            content="page",
        )
        site.publish("other.example")
        await room.round()
        told = {(seen.host, seen.path): seen.headers.get("authorization") for seen in site.seen}
        assert told["news.example", "/to/x"] == "Bearer secret"
        assert told["news.example", "/articles/0"] == "Bearer secret"
        assert told["other.example", "/rss.xml"] is None
        assert told["other.example", "/articles/0"] is None

    at_site(work)


def test_a_feed_taken_from_the_list_leaves_pages_that_stop_nobody(
    at_site: Callable[[Work], None],
) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=3)
        brief, other = site.url("/brief.xml"), site.url("/rss.xml", "courier.example")
        room = newsroom(brief)
        await room.round()
        state = State(room.path)
        feed, *_ = state.feeds()
        pages = [("news.example", Item(guid="x", url=site.url("/x.html")))]
        state.taken(feed, [one for _, one in pages], [], pages, [], room.clock())
        state.close()
        asked = len(site.seen)
        assert await newsroom(other).round() == []
        assert "/x.html" not in [seen.path for seen in site.seen[asked:]]

    at_site(work)


def test_the_pause_that_a_page_asks_for_holds_for_all_pages_of_its_host(
    at_site: Callable[[Work], None],
) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=1)
        room = newsroom(site.url("/rss.xml"))
        await room.round()
        state = State(room.path)
        (feed,) = state.feeds()
        items = [Item(guid=str(n), url=site.url(f"/status/429?retry=900&n={n}")) for n in range(20)]
        state.taken(feed, items, [], [("news.example", one) for one in items], [], room.clock())
        state.close()
        await room.round()
        assert sum(seen.path.startswith("/status") for seen in site.seen) == 1
        database = sqlite3.connect(room.path)
        pages = database.execute("SELECT tries, next_try FROM pages").fetchall()
        database.close()
        assert sorted(tries for tries, _ in pages) == [0] * 19 + [1]
        assert min(when for _, when in pages) > room.clock() + 800

    at_site(work)


def test_a_page_that_breaks_its_reader_takes_nothing_from_what_the_feed_says(
    at_site: Callable[[Work], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Desk.article

    async def article(
        self: Desk, subscription: Subscription, feed: Known, item: Item, page: Body | None
    ) -> Ready | str:
        if page is not None:
            return "the process ended"
        return await make(self, subscription, feed, item, page)

    monkeypatch.setattr(Desk, "article", article)

    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=2)
        room = newsroom(site.url("/brief.xml"))
        assert [one["quality"] for one in await room.round()] == ["excerpt"] * 2
        assert room.items == ["page", "page", "excerpt", "excerpt"]

    at_site(work)


def test_nobody_is_asked_more_often_than_the_bounds_let(at_site: Callable[[Work], None]) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        room = newsroom(site.url("/rss.xml"), every=1.0)
        await room.round()
        (known,) = room.known().values()
        assert known.next_poll >= (known.last_poll or 0.0) + Bounds().shortest

    at_site(work)


def test_requests_made_are_requests_needed_and_rested_between(
    at_site: Callable[[Work], None],
) -> None:
    # Three feeds of one host, whose pages are fetched, beside another host.
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        hosts = ("news.example", "other.example")
        for host in hosts:
            site.publish(host, 4)
        paths = ("/brief.xml", "/rss.xml", "/atom.xml")
        room = newsroom(*(site.url(path, host) for host in hosts for path in paths))
        for _ in range(2):
            before = len(site.seen)
            await room.round({"delay": 0.1})
            for host in hosts:
                begun = [one.at for one in site.seen[before:] if one.host == host]
                assert min(later - earlier for earlier, later in pairwise(begun)) >= 0.1
        assert len(room.sent) == 8
        for host in hosts:
            seen = [one for one in site.seen if one.host == host]
            feeds = [one.status for one in seen if one.path in paths]
            assert sorted(feeds) == [200] * 3 + [304] * 3
            assert len(seen) - len(feeds) <= 4, "a page for each story at the most"
        assert set(site.at_once.values()) == {1}

    at_site(work)


def test_the_last_item_is_known_however_old_it_is(at_site: Callable[[Work], None]) -> None:
    async def work(site: Site, newsroom: Callable[..., Newsroom]) -> None:
        site.publish(count=2)
        room = newsroom(site.url("/rss.xml"))
        room.later += 60 * DAY
        assert len(await room.round()) == 2
        (known,) = room.known().values()
        assert known.habit == ()
        assert known.last_item is not None
        assert 59 * DAY < room.clock() - known.last_item < 61 * DAY

    at_site(work)
