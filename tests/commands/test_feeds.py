"""``copydesk feeds``: what it lists, and what it revives while a producer has the file open."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from workers.commands import main
from workers.feeds import watch
from workers.feeds.fetched import Validators
from workers.feeds.known import Known, Page
from workers.feeds.state import State
from workers.feeds.watch import Watch

GONE, FAILING, FINE = (f"https://{name}.example/feed" for name in ("gone", "failing", "fine"))


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    """A producer's, which is open all the time."""
    path = tmp_path / "feeds.sqlite"
    monkeypatch.setenv("COPYDESK_FEED_STATE", str(path))
    state = State(path)
    state.follow([GONE, FAILING, FINE], time.time())
    later = time.time() + 7200.5
    changes = {
        GONE: {"retired": "status 410", "failures": 1, "next_poll": later},
        FAILING: {"error": "status 500", "error_kind": "status", "failures": 9, "digest": b"1"},
        FINE: {
            "last_success": time.time() - 90,
            "validators": Validators("a", "b"),
            "complaint": "line 7: no tag",
        },
    }
    for feed in state.feeds():
        said = {"next_poll": later, "last_poll": time.time(), **changes[feed.address]}
        state.saved(replace(feed, **said))  # type: ignore[arg-type]
    yield state
    state.close()


def feeds(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["feeds", *words])
    return int(str(ended.value.code))


def test_each_feed_is_listed_with_its_state(
    state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    assert feeds() == 1, "one is failing"
    rows = {row["feed"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {row["state"] for row in rows.values()} == {"retired", "failing", "fine"}
    assert rows[GONE]["error"] == "status 410"
    assert rows[GONE]["next_poll"] is None
    assert rows[FINE]["next_poll"].endswith("Z")
    assert (rows[FINE]["flaws"], rows[GONE]["flaws"]) == ("line 7: no tag", None)
    feeds("--only", "retired")
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_retired_feed_is_revived(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    assert feeds("--revive", GONE, FAILING) == 0
    assert "status 410" in capsys.readouterr().out
    for feed in state.feeds():
        if feed.address in (GONE, FAILING):
            assert (feed.retired, feed.failures, feed.error, feed.digest) == (None, 0, None, None)
            assert feed.next_poll <= time.time()


@pytest.mark.parametrize("url", [FINE, "https://nobody.example/feed"])
def test_what_is_not_to_be_revived_is_told(
    state: State, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    before = state.feeds()
    assert feeds("--revive", url) == 1
    assert url in capsys.readouterr().err
    assert state.feeds() == before


def test_a_word_that_is_no_address_is_told(
    state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    assert feeds("--revive", "gone.example") == 2
    assert "no such file" in capsys.readouterr().err


class Asked:
    """Notes who is asked, and stops after two."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.following: Watch

    async def poll(self, feed: Known) -> Sequence[Known]:
        self.asked.add(feed.address)
        if len(self.asked) == 2:
            self.following.stop()
        return [replace(feed, next_poll=time.time() + 3600)]

    async def fetch(self, page: Page) -> None:
        raise AssertionError(page)


def test_a_producer_that_runs_asks_what_was_revived(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LONGEST_WAIT", 0.05)
    asked = Asked()

    async def deliver(ready: object) -> None:
        raise AssertionError(ready)

    async def story() -> None:
        asked.following = Watch(state, asked, asked, deliver, clock=time.time)
        async with asyncio.timeout(30):
            running = asyncio.create_task(asked.following.run())
            await asyncio.sleep(0)
            assert await asyncio.to_thread(feeds, "--revive", GONE, FAILING) == 0
            await running

    asyncio.run(story())
    assert asked.asked == {GONE, FAILING}
