"""What is another version of an item, and what only looks like one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from workers.feeds import reading
from workers.feeds.fetched import Body, Validators
from workers.feeds.formats.fields import name_of
from workers.feeds.items import Item
from workers.feeds.state import State
from workers.feeds.subscriptions import Subscription
from workers.feeds.versions import version_of, with_words

NOW = 1_800_000_000.0
FEED = "https://paper.example/feed"
STORY = "<p>Міст через річку <b>знову</b> відкрили.</p><p>Рух пішов о 6:00.</p>"
ITEM = Item(
    guid="a", url="https://paper.example/bridge?id=1", title="The bridge", content=STORY,
    updated_at="2026-03-05T06:00:00.000Z",
)  # fmt: skip


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = State(tmp_path / "feeds.sqlite")
    state.follow([FEED], NOW)
    yield state
    state.close()


def fresh(state: State, *items: Item) -> list[Item]:
    """The items of one poll that are news; it is taken in."""
    (feed,) = state.feeds()
    found = state.fresh(feed.id, items)
    state.taken(feed, items, [], [], [], NOW)
    return found


@pytest.mark.parametrize(
    "content",
    [
        STORY.replace("<p>", '<p data-nonce="8f3a">', 1),
        STORY + '<img src="https://count.example/~4/x7Gh1" width="1" height="1" alt="">',
        STORY + "<script>var ad = 918273;</script><style>.ad-77 {}</style><!-- 12:07:33 -->",
        STORY.replace("<b>", '<span class="ad-slot-44"></span><b>'),
        STORY.replace("<b>", "").replace("</b>", ""),
        STORY.replace("<p>", "\n  <p>").replace(" через", "\u00a0через "),
        STORY.replace("річку", "річ\u00adку").replace("<p>", "<P>"),
        STORY.replace("</p><p>", "<br><br>"),
    ],
)
def test_markup_is_no_part_of_a_version(content: str) -> None:
    assert version_of(replace(ITEM, content=content)) == version_of(ITEM)


@pytest.mark.parametrize(
    "change",
    [
        {"content": STORY.replace("6:00", "7:00")},
        {"content": STORY + "<p>12 коментарів</p>"},
        {"title": "The bridge is open"},
        {"url": "https://paper.example/bridge-open"},
        {"updated_at": "2026-03-05T09:00:00.000Z"},
        {"content": None},
    ],
)
def test_what_a_reader_sees_is_a_version(change: dict[str, str]) -> None:
    assert version_of(replace(ITEM, **change)) != version_of(ITEM)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    ["https://paper.example/bridge?id=1&session=77", "https://paper.example/bridge/?id=1#t9"],
)
def test_what_follows_the_path_of_an_address_is_none(url: str) -> None:
    assert version_of(replace(ITEM, url=url)) == version_of(ITEM)


def test_what_is_made_in_a_process_of_its_own_is_the_same() -> None:
    (made,) = with_words([ITEM])
    assert made.words
    assert version_of(made) == version_of(ITEM)


def test_an_item_without_a_name_is_named_by_what_a_reader_sees() -> None:
    names = {name_of(None, None, "Bridge", f'<p id="{n}">Open.</p>') for n in range(5)}
    assert len(names) == 1
    assert name_of(None, None, "Bridge", "<p>Shut.</p>") not in names


def test_a_new_token_at_every_poll_makes_no_news(state: State) -> None:
    for poll in range(5):
        text = f'<p data-token="{poll * 7919}">The bridge is open.</p><!-- {poll} -->'
        found = fresh(state, *(replace(ITEM, guid=str(n), content=text) for n in range(4)))
        assert len(found) == (0 if poll else 4)


def test_times_at_which_the_feed_was_made_are_no_news(state: State) -> None:
    items = [replace(ITEM, guid=str(n), url=f"https://paper.example/{n}") for n in range(6)]
    assert len(fresh(state, *items)) == 6
    for poll in range(1, 4):
        stamped = [replace(item, updated_at=f"2026-03-05T06:{poll:02}:00.000Z") for item in items]
        changed = replace(stamped[0], title=f"The bridge, part {poll}")
        assert fresh(state, changed, *stamped[1:]) == [changed]


def test_the_time_of_change_of_one_item_is_news(state: State) -> None:
    items = [replace(ITEM, guid=str(n), url=f"https://paper.example/{n}") for n in range(6)]
    fresh(state, *items)
    one = replace(items[3], updated_at="2026-03-05T12:00:00.000Z")
    assert fresh(state, *items[:3], one, *items[4:]) == [one]
    assert fresh(state, *items[:3], one, *items[4:]) == []


def test_a_new_guid_and_time_at_every_poll_make_no_news(state: State) -> None:
    for poll in range(4):
        items = [
            replace(ITEM, guid=f"{poll}-{n}", url=f"https://paper.example/{n}",
                    updated_at=f"2026-03-05T06:{poll:02}:00.000Z")
            for n in range(5)
        ]  # fmt: skip
        assert len(fresh(state, *items)) == (0 if poll else 5)


def test_items_are_read_with_their_hashes() -> None:
    data = (
        b'<rss version="2.0"><channel><title>T</title><item><guid>1</guid><title>Bridge</title>'
        b"<description>&lt;p&gt;Open&lt;/p&gt;</description></item></channel></rss>"
    )
    body = Body(FEED, data, {}, Validators())
    read = reading.read_feed(reading.Reading(Subscription(FEED), body))
    assert isinstance(read, reading.Read)
    assert all(item.words for item in read.parsed.items)
