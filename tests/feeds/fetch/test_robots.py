"""What sites allow, how long it is believed, and what becomes of those that do not say."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.feeds.fetch.clocks import HandClock
from workers.feeds.fetch.robots import LIMIT, Robots, Ruling, relevant
from workers.feeds.fetch.rules import Rules
from workers.feeds.fetched import Body, Failed, FailureKind, Result, Validators

ORIGIN = "https://news.example"
DAY = 86_400.0
Said = str | Failed


def failed(kind: FailureKind, status: int | None = None, wait: float | None = None) -> Failed:
    return Failed(f"{ORIGIN}/robots.txt", kind, "It went wrong.", status, wait)


class Desk:
    """Robots whose files a test writes."""

    def __init__(self, said: Said, rules: Rules | None = None) -> None:
        self.said = said
        self.asked: list[str] = []
        self.clock = HandClock()
        self.gate: asyncio.Event | None = None
        self.robots = Robots(rules or Rules(), self.clock, self._ask)

    async def _ask(self, url: str) -> Result:
        self.asked.append(url)
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.said, Failed):
            return self.said
        return Body(url, self.said.encode(), {}, Validators())

    async def ruling(self, path: str = "/rss.xml", origin: str = ORIGIN) -> Ruling | Failed:
        return await self.robots.ruling(origin, origin + path)


def told(said: Said, story: Callable[[Desk], Awaitable[None]]) -> None:
    async def play() -> None:
        await story(Desk(said))

    asyncio.run(play())


RULES = """\
Sitemap: https://news.example/sitemap.xml
User-agent: *
Disallow: /all
Crawl-delay: 3

User-agent: OtherBot
User-agent: CopyDesk
Disallow: /private
Allow: /private/feed$
Crawl-delay: 7.5

User-agent: copydesk-images
Disallow: /
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/all/x", True),
        ("/private/x", False),
        ("/private/feed", True),
        ("/private/feed/2", False),
        ("/%70rivate/x", False),
        ("/robots.txt", True),
    ],
)
def test_our_own_group_counts_where_there_is_one(path: str, allowed: bool) -> None:
    async def story(desk: Desk) -> None:
        assert await desk.ruling(path) == Ruling(allowed, 7.5)

    told(RULES, story)


def test_the_group_for_all_counts_otherwise() -> None:
    async def story(desk: Desk) -> None:
        assert await desk.ruling("/all/x") == Ruling(False, 3.0)
        assert await desk.ruling("/private/x") == Ruling(True, 3.0)

    told(RULES.replace("CopyDesk", "Elsewhere"), story)


@pytest.mark.parametrize("said", ["86400", "1e300", "inf", "nan", "-5", "soon"])
def test_a_crawl_delay_is_kept_to_a_cap_and_nonsense_is_none(said: str) -> None:
    async def story(desk: Desk) -> None:
        ruling = await desk.ruling()
        assert isinstance(ruling, Ruling)
        assert ruling.delay == (60.0 if said in ("86400", "1e300") else 0.0)

    told(f"User-agent: *\nCrawl-delay: {said}\n", story)


def test_rules_are_asked_once_a_day_and_per_origin() -> None:
    async def story(desk: Desk) -> None:
        for _ in range(3):
            await desk.ruling()
        assert len(desk.asked) == 1
        await desk.ruling(origin="http://news.example")
        assert desk.asked[1:] == ["http://news.example/robots.txt"]
        desk.clock.time += DAY - 1
        await desk.ruling()
        assert len(desk.asked) == 2
        desk.clock.time += 1
        desk.said = "User-agent: *\nDisallow: /"
        assert await desk.ruling() == Ruling(False)

    told("", story)


@pytest.mark.parametrize(
    "said",
    [
        failed("status", 404),
        failed("status", 403),
        failed("gone", 410),
        failed("redirects", 302),
        failed("refused", 302),
    ],
)
def test_a_site_without_rules_allows_all(said: Failed) -> None:
    async def story(desk: Desk) -> None:
        assert await desk.ruling() == Ruling(True)
        desk.clock.time += DAY - 1
        await desk.ruling()
        assert len(desk.asked) == 1

    told(said, story)


@pytest.mark.parametrize(
    "said",
    [
        failed("status", 500),
        failed("throttled", 503),
        failed("throttled", 429),
        failed("unreachable"),
        failed("timeout"),
        failed("broken"),
    ],
)
def test_a_site_that_cannot_say_is_left_alone_for_a_while(said: Failed) -> None:
    async def story(desk: Desk) -> None:
        for _ in range(2):
            ruling = await desk.ruling()
            assert isinstance(ruling, Failed)
            assert (ruling.kind, ruling.status) == (said.kind, said.status)
            assert "robots.txt" in ruling.reason
        assert len(desk.asked) == 1
        desk.clock.time += 600
        desk.said = ""
        assert await desk.ruling() == Ruling(True)

    told(said, story)


def test_as_long_as_the_site_asks() -> None:
    async def story(desk: Desk) -> None:
        await desk.ruling()
        desk.clock.time += 3599
        assert isinstance(await desk.ruling(), Failed)
        assert len(desk.asked) == 1
        desk.clock.time += 1
        await desk.ruling()
        assert len(desk.asked) == 2

    told(failed("throttled", 503, 3600.0), story)


def test_rules_that_were_had_hold_on_while_the_site_is_down() -> None:
    async def story(desk: Desk) -> None:
        assert await desk.ruling("/a") == Ruling(False)
        desk.said = failed("unreachable")
        desk.clock.time += DAY
        assert await desk.ruling("/a") == Ruling(False)
        assert await desk.ruling("/b") == Ruling(True)
        assert len(desk.asked) == 2
        desk.said = failed("status", 404)
        desk.clock.time += 600
        assert await desk.ruling("/a") == Ruling(True)

    told("User-agent: *\nDisallow: /a", story)


def test_many_who_ask_at_once_ask_the_site_once_even_if_the_first_gives_up() -> None:
    async def story(desk: Desk) -> None:
        desk.gate = asyncio.Event()
        asking = [asyncio.create_task(desk.ruling()) for _ in range(10)]
        await desk.clock.pass_by(0)
        assert len(desk.asked) == 1
        asking[0].cancel()
        await desk.clock.pass_by(0)
        assert len(desk.asked) == 2
        desk.gate.set()
        assert await asyncio.gather(*asking[1:]) == [Ruling(True)] * 9
        assert len(desk.asked) == 2

    told("", story)


def test_names_of_others_are_taken_out_and_the_groups_stay() -> None:
    text = "User-agent: A\nuser agent : copy*desk # us\r\nUSERAGENT *\nUser-Agent: **\nAllow: /x"
    assert relevant(text, "copydesk").splitlines() == [
        "User-agent: -",
        "User-agent: copydesk",
        "User-agent: *",
        "User-agent: *",
        "Allow: /x",
    ]


@pytest.mark.parametrize("agent", ["bot{}", "copydesk{}", "c{:*>{}}", "*{:*>{}}", "copydesk"])
def test_a_file_of_many_names_and_rules_costs_little(agent: str) -> None:
    """Each rule for each name would be hundreds of millions of them."""
    names = "".join(f"User-agent: {agent.format(n, n % 90 + 1)}\n" for n in range(20_000))
    text = names[: LIMIT // 2] + "\n" + "Allow: /a*b\n" * (LIMIT // 25)
    text += "User-agent: *\nUser-agent: copydesk\nDisallow: /private"

    async def story(desk: Desk) -> None:
        tracemalloc.start()
        begun = time.process_time()
        assert isinstance(await desk.ruling("/" + "ab" * 1000), Ruling)
        assert await desk.ruling("/private") == Ruling(False)
        assert time.process_time() - begun < 20
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 100_000_000

    told(text, story)


def test_what_is_kept_of_all_sites_is_bounded() -> None:
    async def story(desk: Desk) -> None:
        for number in range(200):
            await desk.ruling(origin=f"https://{number}.example")
        assert 50 < len(desk.robots) < 70
        before = len(desk.asked)
        await desk.ruling(origin="https://199.example")
        assert len(desk.asked) == before
        await desk.ruling(origin="https://0.example")
        assert len(desk.asked) == before + 1

    told("#" * LIMIT, story)


@pytest.mark.parametrize(
    "text", ["\0\0\0", "Disallow: /", "<html>not here</html>", "\ufeff" + RULES]
)
def test_any_text_is_read_somehow(text: str) -> None:
    async def story(desk: Desk) -> None:
        ruling = await desk.ruling("/private/x")
        assert isinstance(ruling, Ruling)
        assert ruling.allowed == ("User-agent" not in text)

    told(text, story)


LINES = st.sampled_from(
    (
        *("User-agent: *", "Disallow:", "Allow:", "http://[", "//[x", "*", "$", "%zz", "%e4", "?"),
        *("Crawl-delay:", "Request-rate:", "Visit-time:", "1/1s", ";", "[", ":", " ", "\n"),
    )
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(LINES | st.text(max_size=4), max_size=14),
    st.sampled_from(["/", "/%e4?x=[", "//[x", "/a;b"]),
)
def test_whatever_a_site_writes_there_is_a_ruling(lines: list[str], path: str) -> None:
    async def story(desk: Desk) -> None:
        assert isinstance(await desk.ruling(path), Ruling)

    told("User-agent: *\n" + "".join(lines), story)
