"""What is started when: hosts, order, ends."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from workers.feeds import watch
from workers.feeds.hosts import host_of
from workers.feeds.items import Item
from workers.feeds.known import Known, Page, Ready
from workers.feeds.state import State
from workers.feeds.watch import Watch

LATER = 3600.0


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = State(tmp_path / "feeds.sqlite")
    yield state
    state.close()


class Asked:
    """Answers every poll with one item whose page is to be fetched; notes what ran together."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.polls: Counter[str] = Counter()
        self.pages: list[str] = []
        self.running: Counter[str] = Counter()
        self.most = 0
        self.after_poll: Callable[[Known], None] = lambda feed: None
        self.next = LATER

    async def _visit(self, host: str) -> None:
        assert not self.running[host], f"two requests to {host} at once"
        self.running[host] += 1
        self.most = max(self.most, self.running.total())
        for _ in range(3):
            await asyncio.sleep(0)
        self.running[host] -= 1

    async def poll(self, feed: Known) -> Sequence[Known]:
        host = host_of(feed.url)
        await self._visit(host)
        self.polls[feed.address] += 1
        after = replace(feed, next_poll=time.time() + self.next)
        number = self.polls[feed.address]
        item = Item(guid=str(number), url=f"https://{host}/{feed.id}/{number}")
        fresh = self.state.fresh(feed.id, [item])
        self.state.taken(after, [item], [], [(host, one) for one in fresh], [], time.time())
        self.after_poll(after)
        return [after]

    async def fetch(self, page: Page) -> None:
        await self._visit(page.host)
        assert page.item.url
        self.pages.append(page.item.url)
        self.state.page_made(page, Ready(page.item.url, None, b"article"))


class Kafka:
    def __init__(self) -> None:
        self.got: list[str] = []
        self.refuses = False

    async def __call__(self, ready: Sequence[Ready]) -> None:
        await asyncio.sleep(0)
        if self.refuses:
            raise ConnectionError("no broker")
        self.got += [one.place for one in ready]


def addresses(hosts: int, feeds: int) -> list[str]:
    return [
        f"https://h{host}.example/feed/{feed}" for host in range(hosts) for feed in range(feeds)
    ]


def made(state: State, asked: Asked, kafka: Kafka) -> Watch:
    return Watch(state, asked, asked, kafka, clock=time.time)


def test_once_asks_each_feed_and_page_once(state: State) -> None:
    state.follow(addresses(100, 3), time.time() + LATER)
    asked, kafka = Asked(state), Kafka()
    asyncio.run(made(state, asked, kafka).run(once=True))
    assert set(asked.polls.values()) == {1}
    assert len(asked.polls) == len(asked.pages) == len(kafka.got) == 300
    assert state.backlog() == (0, 0)
    assert 2 < asked.most <= watch.TOGETHER


def test_hosts_are_asked_together_and_each_one_thing_at_a_time(state: State) -> None:
    # `_visit` holds it against two at a host; pages and feeds share the hosts here.
    state.follow(addresses(2, 50), time.time())
    asked, kafka = Asked(state), Kafka()
    asyncio.run(made(state, asked, kafka).run(once=True))
    assert asked.most == 2


def test_a_feed_is_asked_again_when_it_is_due(state: State) -> None:
    state.follow(addresses(3, 1), time.time())
    asked, kafka = Asked(state), Kafka()
    asked.next = 0.01
    following = made(state, asked, kafka)

    def enough(feed: Known) -> None:
        if asked.polls.total() >= 20:
            following.stop()

    asked.after_poll = enough
    asyncio.run(following.run())
    assert min(asked.polls.values()) >= 3
    assert state.waiting() == 0, "what was made before the end was sent"
    assert kafka.got


def test_what_a_stop_interrupts_is_done_the_next_time(state: State) -> None:
    state.follow(addresses(40, 1), time.time())
    asked, kafka = Asked(state), Kafka()
    following = made(state, asked, kafka)
    asked.after_poll = lambda feed: following.stop()
    asyncio.run(following.run())
    assert len(kafka.got) < 40
    asyncio.run(made(state, asked, kafka).run(once=True))
    assert sorted({host_of(place) for place in kafka.got}) == sorted(
        host_of(address) for address in addresses(40, 1)
    )


def test_a_kafka_that_takes_nothing_ends_the_producer(state: State) -> None:
    state.follow(addresses(3, 1), time.time())
    asked, kafka = Asked(state), Kafka()
    kafka.refuses = True
    with pytest.raises(ConnectionError):
        asyncio.run(made(state, asked, kafka).run())
    assert state.waiting() >= 1, "and nothing is forgotten"
    kafka.refuses = False
    asyncio.run(made(state, asked, kafka).run(once=True))
    assert len(set(kafka.got)) == len(kafka.got)
    assert sum(place.endswith("/1") for place in kafka.got) == 3


def test_feeds_that_are_always_due_leave_room_for_pages(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TOGETHER", 8)
    monkeypatch.setattr(watch, "FOR_FEEDS", 2)
    monkeypatch.setattr(watch, "FOR_PAGES", 2)
    state.follow(addresses(60, 1), time.time())
    feed, *_ = state.feeds()
    pages = [(f"p{n}.example", Item(f"p{n}", f"https://p{n}.example/{n}")) for n in range(10)]
    state.taken(feed, [item for _, item in pages], [], pages, [], time.time())
    asked = Asked(state)
    asked.next = 0.0
    following = made(state, asked, Kafka())

    def enough(feed: Known) -> None:
        if asked.polls.total() >= 150:
            following.stop()

    asked.after_poll = enough
    asyncio.run(following.run())
    assert len([url for url in asked.pages if url.startswith("https://p")]) == 10


def test_a_host_with_more_feeds_than_turns_has_turns_for_its_pages(state: State) -> None:
    state.follow(addresses(1, 30), time.time())
    feed, *_ = state.feeds()
    pages = [("h0.example", Item(f"p{n}", f"https://h0.example/p{n}")) for n in range(10)]
    state.taken(feed, [item for _, item in pages], [], pages, [], time.time())
    asked = Asked(state)
    asked.next = 0.0
    following = made(state, asked, Kafka())

    def enough(feed: Known) -> None:
        if asked.polls.total() >= 60:
            following.stop()

    asked.after_poll = enough
    asyncio.run(following.run())
    assert len(asked.pages) >= 50
    assert asked.polls.total() == 60


def test_pages_that_wait_for_a_hand_cost_nothing(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TOGETHER", 8)
    monkeypatch.setattr(watch, "FOR_FEEDS", 2)
    state.follow(addresses(1, 1), time.time())
    (feed,) = state.feeds()
    pages = [(f"p{n}.example", Item(f"p{n}", f"https://p{n}.example/{n}")) for n in range(20)]
    after = replace(feed, next_poll=time.time() + LATER)
    state.taken(after, [item for _, item in pages], [], pages, [], time.time())
    looks = 0

    def clock() -> float:
        nonlocal looks
        looks += 1
        return time.time()

    class Slow(Asked):
        async def fetch(self, page: Page) -> None:
            self.pages.append(page.host)
            await asyncio.Event().wait()

    async def story() -> None:
        asked = Slow(state)
        following = Watch(state, asked, asked, Kafka(), clock=clock)
        running = asyncio.create_task(following.run())
        for _ in range(500):
            await asyncio.sleep(0)
        assert len(asked.pages) == 6
        assert looks < 50
        following.stop()
        await running

    asyncio.run(story())


def test_a_sitemap_that_its_index_dropped_is_asked_no_more(state: State) -> None:
    index = "https://h0.example/sitemap.xml"
    state.follow([index], time.time())
    asked = Asked(state)
    asked.next = 0.0
    following = made(state, asked, Kafka())
    (known,) = state.feeds()
    (child,) = state.children(known, ["https://h1.example/1.xml"], time.time())

    def then(feed: Known) -> None:
        if asked.polls[index] == 5:
            state.children(state.feed(known.id), [], time.time())
            asked.polls[child.address] = 0
        elif asked.polls[index] == 10:
            following.stop()

    asked.after_poll = then
    asyncio.run(following.run())
    assert asked.polls[child.address] <= 1


@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_that_is_set_back_keeps_nothing_waiting(state: State, restarted: bool) -> None:
    now, ahead = time.time(), 40 * 86_400.0
    state.follow(addresses(1, 1), now)
    (feed,) = state.feeds()
    state.saved(replace(feed, last_poll=now + ahead, next_poll=now + ahead + 600))
    (feed,) = state.feeds()
    item = Item(guid="p", url="https://h9.example/p")
    state.taken(feed, [item], [], [("h9.example", item)], [], now + ahead)
    page = state.due_page(now + ahead, [])
    assert page is not None
    state.page_again(page, now + ahead + 600, "put off")

    async def story() -> None:
        shown = now if restarted else now + ahead
        asked = Asked(state)
        following = Watch(state, asked, asked, Kafka(), clock=lambda: shown)
        running = asyncio.create_task(following.run())
        await asyncio.sleep(0.05)
        shown = now
        following._wake.set()
        await asyncio.sleep(0.05)
        assert [round(when - now) for when, _ in following._heap] == [600]
        assert round((state.next_page([]) or 0.0) - now) == 600
        following.stop()
        async with asyncio.timeout(10):
            await running
        assert not asked.polls

    asyncio.run(story())


def test_a_bug_ends_the_producer(state: State) -> None:
    state.follow(addresses(3, 1), time.time())
    asked = Asked(state)

    def bug(feed: Known) -> None:
        raise ZeroDivisionError

    asked.after_poll = bug
    with pytest.raises(ZeroDivisionError):
        asyncio.run(made(state, asked, Kafka()).run())


def test_a_full_outbox_stops_the_asking(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MOST_WAITING", 5)
    state.follow(addresses(30, 1), time.time())
    asked, kafka = Asked(state), Kafka()
    most = 0

    async def slow(ready: Sequence[Ready]) -> None:
        nonlocal most
        most = max(most, state.waiting())
        for _ in range(20):
            await asyncio.sleep(0)
        await kafka(ready)

    asyncio.run(Watch(state, asked, asked, slow, clock=time.time).run(once=True))
    assert len(kafka.got) == 30
    assert most <= 5 + watch.TOGETHER


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Paper.Example:8443/feed", "paper.example"),
        ("https://user:secret@paper.example./", "paper.example"),
        ("http://[::1]:80/", "::1"),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_feed_whose_twin_is_gone_is_asked_again(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LONGEST_WAIT", 0.0)
    state.follow(addresses(2, 1), time.time())
    gone, twin = state.feeds()
    state.saved(replace(gone, retired="status 410"))
    state.saved(replace(twin, url=gone.url, retired="it is the same feed", same_as=gone.id))
    asked = Asked(state)
    following = made(state, asked, Kafka())
    asked.after_poll = lambda feed: following.stop()
    asyncio.run(asyncio.wait_for(following.run(), 10))
    assert set(asked.polls) == {twin.address}
