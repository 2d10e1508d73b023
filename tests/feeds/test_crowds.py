"""Many pages at once, many hosts that lead to one, and producers that start again and again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.feeds.newsroom import Desk, Newsroom
from tests.feeds.site import Site
from workers.feeds import following, page_queue, watch
from workers.feeds.fetch import client
from workers.feeds.fetch.clock import SystemClock
from workers.feeds.fetch.politeness import Turns
from workers.feeds.fetched import Visit
from workers.feeds.items import Item
from workers.feeds.known import Ready
from workers.feeds.paging import FIRST_WAIT
from workers.feeds.rhythm import Bounds
from workers.feeds.state import VISITS_KEPT, State
from workers.feeds.subscriptions import Subscription

NOW = 1_800_000_000.0


def at_site(path: Path, work: Callable[[Site, Path], Awaitable[None]]) -> None:
    async def on_site() -> None:
        async with Site() as site:
            await work(site, path / "feeds.sqlite")

    asyncio.run(on_site())


def newsroom(site: Site, path: Path, *urls: str) -> Newsroom:
    return Newsroom(site, path, [Subscription(address=url) for url in urls])


def wait_for_pages(room: Newsroom, pages: Sequence[tuple[str, Item]]) -> None:
    """As if the first feed had listed these."""
    state = State(room.path)
    state.follow([one.address for one in room.subscriptions], room.clock())
    feed, *_ = state.feeds()
    state.taken(feed, [one for _, one in pages], [], pages, [], room.clock())
    state.close()


def test_more_pages_than_may_wait_are_taken_at_later_polls_and_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_PAGES", 10)

    async def work(site: Site, path: Path) -> None:
        site.publish(count=28)
        room = newsroom(site, path, site.url("/sitemap.xml"))
        # What the sitemap lists is the same each time, and would be answered by 304.
        came = [len(await room.round()) for _ in range(4)]
        assert came == [10, 10, 8, 0]
        assert len({ready.key for ready in room.sent}) == 28
        assert Counter(room.items) == {"page": 28, "later": 18 + 8, "article": 28}
        newest = sorted(int(str(ready.place).rpartition("/")[2]) for ready in room.sent[:10])
        assert newest == [*range(18, 28)], "the newest first"
        statuses = [seen.status for seen in site.seen if seen.path == "/sitemap.xml"]
        assert statuses == [200, 200, 200, 304]

    at_site(tmp_path, work)


def test_the_news_of_one_feed_do_not_wait_behind_all_that_another_lists(tmp_path: Path) -> None:
    state = State(tmp_path / "feeds.sqlite")
    state.follow([f"https://paper.example/{name}" for name in ("all", "news")], NOW)
    long, news = state.feeds()

    def listed(feed: str, count: int) -> list[tuple[str, Item]]:
        items = (
            Item(f"{feed}{n}", f"https://paper.example/{feed}/{n}", updated_at=f"2026-01-{n:05}")
            for n in range(count)
        )
        return [("paper.example", item) for item in items]

    state.taken(long, [], [], listed("all", 500), [], NOW)
    state.taken(news, [], [], listed("news", 3), [], NOW + 60)
    order = []
    while page := state.due_page(NOW + 60, []):
        order.append(page.item.guid)
        state.page_made(page, Ready("", None, b""))
    assert len(order) == 503
    at = [order.index(f"news{n}") for n in range(3)]
    assert max(at) < page_queue.AT_ONCE + 3
    assert order[0] == "all499", "of one poll the newest first"
    state.close()


def test_a_slow_host_that_many_lead_to_holds_up_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TOGETHER", 8)
    monkeypatch.setattr(watch, "FOR_FEEDS", 2)
    monkeypatch.setattr(watch, "FOR_PAGES", 2)

    async def work(site: Site, path: Path) -> None:
        for host in ("slow.example", "other.example"):
            site.publish(host, 20)
        room = newsroom(site, path, site.url("/rss.xml"))
        pages = []
        for n in range(20):
            led = site.url(f"/to/{n}?url={site.url(f'/articles/{n}', 'slow.example')}", f"s{n}")
            site.addresses[f"s{n}"] = ["127.0.0.1"]
            pages.append((f"s{n}", Item(guid=f"s{n}", url=led)))
        for n in range(10):
            own = Item(guid=f"o{n}", url=site.url(f"/articles/{n}", f"o{n}.example"))
            site.publish(f"o{n}.example", 20)
            pages.append((f"o{n}.example", own))
        wait_for_pages(room, pages)
        site.robots("User-agent: *\nCrawl-delay: 0.2\n", "slow.example")
        assert len(await room.round({"robots": True})) == 30
        seen = [one for one in site.seen if one.path != "/robots.txt"]
        places = [one.host for one in seen]
        slow = [at for at, host in enumerate(places) if host == "slow.example"]
        others = [at for at, host in enumerate(places) if host.startswith("o")]
        assert len(slow) == 20
        assert max(others) < slow[8], "the others are done long before"
        asked = Counter(host for host in places if host.startswith("s") and host[1:].isdigit())
        assert asked.total() <= 2 * 20, "whoever was sent away comes again when it is its turn"
        gaps = [b.at - a.at for a, b in pairwise([seen[at] for at in slow])]
        assert min(gaps) >= 0.2

    at_site(tmp_path, work)


def test_feeds_that_lead_to_one_host_take_turns_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MOST_LED", 2)

    async def work(site: Site, path: Path) -> None:
        hosts = [f"h{n}.example" for n in range(12)]
        burner = site.url("/rss.xml", "burner.example")
        site.publish("burner.example", 2)
        urls = [site.url(f"/to/{n}?url={burner}?of={n}", host) for n, host in enumerate(hosts)]
        room = newsroom(site, path, *urls)
        await room.round({"delay": 0.05})
        known = room.known().values()
        assert {feed.via for feed in known} == {"burner.example"}
        assert not [feed.error for feed in known if feed.error]
        before = len(site.seen)
        await room.round({"delay": 0.05})
        again = Counter(one.host for one in site.seen[before:])
        assert again["burner.example"] == 12
        assert max(again[host] for host in hosts) == 1, "now it is known who leads there"

    at_site(tmp_path, work)


@pytest.mark.parametrize("host", ["news.example", "www.news.example"])
def test_rests_outlast_the_producer(tmp_path: Path, host: str) -> None:
    async def work(site: Site, path: Path) -> None:
        for _ in range(4):
            await newsroom(site, path, site.url("/rss.xml")).round({"delay": 0.4})
            host_now = host if len(site.seen) % 2 else "news.example"
            room = newsroom(site, path, site.url("/atom.xml", host_now))
            await room.round({"delay": 0.4})
        times = [one.at for one in site.seen]
        assert len(times) == 8
        assert min(later - earlier for earlier, later in pairwise(times)) >= 0.4

    at_site(tmp_path, work)


def test_who_dies_of_a_feed_or_page_does_not_ask_for_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dying(*asked: object) -> None:
        raise MemoryError

    monkeypatch.setattr(client.Client, "get", dying)

    async def work(site: Site, path: Path) -> None:
        room = newsroom(site, path, site.url("/rss.xml"))
        wait_for_pages(room, [("p.example", Item(guid="p", url=site.url("/x", "p.example")))])
        began = room.clock()
        with pytest.raises(MemoryError):
            await room.round()
        (known,) = room.known().values()
        assert known.next_poll >= began + Bounds().shortest
        state = State(path)
        state.follow([known.address], began)
        assert (state.next_page([]) or 0.0) >= began + FIRST_WAIT
        state.close()

    at_site(tmp_path, work)


def test_what_an_orderly_end_interrupts_is_due_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def lasting(*asked: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(client.Client, "get", lasting)

    async def work(site: Site, path: Path) -> None:
        room = newsroom(site, path, site.url("/rss.xml"))
        wait_for_pages(room, [("p.example", Item(guid="p", url=site.url("/x", "p.example")))])
        (before,) = room.known().values()
        ending = asyncio.create_task(room.round())
        await begun.wait()
        ending.cancel()
        await asyncio.gather(ending, return_exceptions=True)
        (known,) = room.known().values()
        assert known == before
        state = State(path)
        state.follow([known.address], room.clock())
        assert (state.next_page([]) or 0.0) <= room.clock()
        state.close()

    at_site(tmp_path, work)


def test_a_host_with_a_page_does_not_wait_for_hosts_with_thousands(tmp_path: Path) -> None:
    state = State(tmp_path / "feeds.sqlite")
    state.follow(["https://paper.example/"], NOW)
    (feed,) = state.feeds()
    long = [(f"h{n % 5}", Item(f"l{n}", f"https://h{n % 5}/{n}")) for n in range(500)]
    state.taken(feed, [], [], long, [], NOW)
    for _ in range(20):
        page = state.due_page(NOW + 60, [])
        assert page is not None
        state.page_made(page, Ready("", None, b""))
    state.taken(feed, [], [], [("new", Item("n", "https://new/"))], [], NOW + 60)
    order = []
    while page := state.due_page(NOW + 60, []):
        order.append(page.host)
        state.page_made(page, Ready("", None, b""))
    assert order.index("new") <= 5
    assert len(order) == 481
    state.close()


def test_feeds_of_a_host_with_many_take_turns_with_those_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TOGETHER", 2)
    monkeypatch.setattr(watch, "FOR_PAGES", 1)

    async def work(site: Site, path: Path) -> None:
        hosts = ["a.example"] * 8 + ["b.example", "c.example"]
        room = newsroom(site, path, *(site.url(f"/rss.xml?{n}", h) for n, h in enumerate(hosts)))
        await room.round()
        order = [seen.host for seen in site.seen]
        assert sorted(order) == hosts
        assert order.index("b.example") <= 2
        assert order.index("c.example") <= 3

    at_site(tmp_path, work)


def test_a_robots_txt_that_leads_to_a_crowded_host_waits_for_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MOST_LED", 1)

    async def work(site: Site, path: Path) -> None:
        hosts = [f"h{n}.example" for n in range(6)]
        central = site.url("/robots.txt", "central.example")
        site.robots("User-agent: *\nDisallow: /private/\n", "central.example")
        for host in hosts:
            site.publish(host, 1)
            site.fail("/robots.txt", 302, host, 1_000, headers={"Location": central})
        room = newsroom(site, path, *(site.url("/rss.xml", host) for host in hosts))
        came = await asyncio.wait_for(room.round({"robots": True, "delay": 0.05}), 20)
        assert len(came) == 6
        asked = Counter(one.host for one in site.seen if one.path == "/robots.txt")
        assert max(asked[host] for host in hosts) <= 3, "whoever was sent away waits"

    at_site(tmp_path, work)


def test_a_pause_is_not_longer_than_was_asked_though_the_clock_was_wrong(tmp_path: Path) -> None:
    turns = Turns(SystemClock(), 60.0, before={"h": Visit(4e9, 4e9 + 900)})
    assert 0 < turns.paused("h") <= 900


def test_an_article_that_two_feeds_bring_at_once_comes_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    making = asyncio.Barrier(2)
    made = Desk.article

    async def together(self: Desk, *order: Any) -> Any:
        if order[2].url.endswith("/0"):
            await making.wait()  # both have found it new by now
        return await made(self, *order)

    monkeypatch.setattr(Desk, "article", together)

    async def work(site: Site, path: Path) -> None:
        site.publish(count=2)
        feed = site.url("/rss.xml")
        leads = [site.url(f"/to/x?url={feed}?of={host}", f"{host}.example") for host in "ab"]
        room = newsroom(site, path, *leads)
        room.subscriptions = [Subscription(address=url, content="feed") for url in leads]
        assert len(await asyncio.wait_for(room.round(), 20)) == 2
        assert room.items == ["article"] * 2
        assert await room.round() == []

    at_site(tmp_path, work)


def test_visits_that_no_longer_matter_are_forgotten(tmp_path: Path) -> None:
    state = State(tmp_path / "feeds.sqlite")
    visits = {
        "old.example": Visit(NOW - VISITS_KEPT - 1),
        "late.example": Visit(NOW - 1),
        "paused.example": Visit(NOW - 2 * VISITS_KEPT, NOW + 900),
        "ahead.example": Visit(NOW + 2 * VISITS_KEPT),  # by a clock that was wrong
    }
    for host, visit in visits.items():
        state.visited(host, visit)
    kept = state.visits(NOW)
    assert kept == {host: visits[host] for host in ("late.example", "paused.example")}
    state.close()


def test_an_overloaded_host_costs_one_page_one_try(tmp_path: Path) -> None:
    async def work(site: Site, path: Path) -> None:
        room = newsroom(site, path, site.url("/rss.xml", "other.example"))
        items = [Item(guid=str(n), url=site.url(f"/status/429?n={n}")) for n in range(20)]
        wait_for_pages(room, [("news.example", item) for item in items])
        await room.round()
        assert sum(seen.path.startswith("/status") for seen in site.seen) == 1
        database = sqlite3.connect(path)
        tries = [tries for (tries,) in database.execute("SELECT tries FROM pages")]
        database.close()
        assert sorted(tries) == [0] * 19 + [1]

    at_site(tmp_path, work)
