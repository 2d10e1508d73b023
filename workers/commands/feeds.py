"""``copydesk feeds``: how each feed of the producer is doing."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from workers import settings
from workers.commands import CommandError
from workers.commands.times import span, told
from workers.feeds.habit import per_day, silent_after
from workers.feeds.health import CONDITIONS, condition, flaws
from workers.feeds.known import Known
from workers.feeds.revival import revive
from workers.feeds.state import State
from workers.feeds.state_file import StateError
from workers.feeds.subscriptions import SubscriptionError, read_subscriptions


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--state", metavar="FILE", help="the producer's state (COPYDESK_FEED_STATE)"
    )
    parser.add_argument(
        "--only", choices=CONDITIONS, action="append", help="only feeds in this state; repeatable"
    )
    parser.add_argument(
        "--lost", action="store_true", help="items of the last 30 days that became no article"
    )
    parser.add_argument(
        "--revive",
        nargs="+",
        metavar="URL",
        help="ask feeds that are retired or failing again, now, at their own addresses",
    )
    parser.add_argument("--json", action="store_true", help="JSON lines instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print a table, or JSON lines; the status is 1 if a feed is failing or silent."""
    chosen = settings.load(feed_state=arguments.state)
    path = Path(chosen.feed_state)
    if not path.is_file():
        raise CommandError(
            f"there is no {path}: name the producer's state file by --state or "
            "COPYDESK_FEED_STATE, or start it: copydesk produce --watch feeds.toml"
        )
    try:
        if arguments.revive:
            return _revive(path, arguments.revive)
        state = State(path, read_only=True)
        if arguments.lost:
            return _lost(state, as_json=arguments.json)
        feeds, (pages, articles) = state.feeds(), state.backlog()
    except (StateError, SubscriptionError) as error:
        raise CommandError(str(error)) from None
    except sqlite3.Error as error:
        raise CommandError(f"{path} cannot be read: {error}") from None
    now = time.time()
    rows = [(feed, condition(feed, now)) for feed in feeds]
    shown = [row for row in rows if not arguments.only or row[1] in arguments.only]
    as_json = arguments.json or not sys.stdout.isatty()
    (_print_json if as_json else _print_table)(shown, now)
    if not as_json:
        print(f"{len(feeds)} feeds; {pages} pages to fetch, {articles} articles wait for Kafka")
    return int(any(state in ("failing", "silent") for _, state in rows))


def _revive(path: Path, urls: Sequence[str]) -> int:
    """Revive the feeds of these addresses; the status is 1 if one of them was not to be."""
    status = 0
    for one in read_subscriptions(urls):
        before = revive(path, one.address, time.time())
        if before is None:
            status = 1
            print(f"{one.address}: no feed of {path} that is retired or failing", file=sys.stderr)
        else:
            why = before.retired or before.error
            print(f"{one.address}: the producer asks it again within a minute; it was: {why}")
    return status


def _print_json(rows: Sequence[tuple[Known, str]], now: float) -> None:
    for feed, state in rows:
        print(
            json.dumps(
                {
                    "feed": feed.address,
                    "url": feed.url,
                    "title": feed.title,
                    "kind": feed.kind,
                    "state": state,
                    "last_poll": _time(feed.last_poll),
                    "last_success": _time(feed.last_success),
                    "last_item": _time(feed.last_item),
                    "next_poll": None if feed.retired else _time(feed.next_poll),
                    "items_per_day": _rounded(per_day(feed.habit, now)),
                    "silent_after_seconds": silent_after(feed.habit),
                    "failures": feed.failures,
                    "error": feed.retired or feed.error,
                    "flaws": flaws(feed),
                },
                ensure_ascii=False,
            )
        )


def _print_table(rows: Sequence[tuple[Known, str]], now: float) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for title in (
        "state",
        "feed",
        "last answer",
        "last item",
        "items/day",
        "next poll",
        "error or flaws",
    ):
        table.add_column(title, justify="right" if title == "items/day" else "left")
    colours = {"fine": "green", "failing": "red", "silent": "yellow"}
    for feed, state in rows:
        rate = per_day(feed.habit, now)
        table.add_row(
            Text(state, style=colours.get(state, "")),
            Text(feed.address),
            _ago(feed.last_success, now),
            _ago(feed.last_item, now),
            "" if rate is None else f"{rate:.1f}",
            "" if feed.retired else _until(feed.next_poll, now),
            Text(feed.retired or feed.error or flaws(feed) or ""),
        )
    Console().print(table)


def _lost(state: State, *, as_json: bool) -> int:
    for feed, url, title, at, error in state.lost():
        if as_json or not sys.stdout.isatty():
            one = {"feed": feed, "url": url, "title": title, "at": _time(at), "error": error}
            print(json.dumps(one, ensure_ascii=False))
        else:
            print(f"{_time(at)}  {url or title or '(no address)'}  {error}")
    return 0


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else told(round(seconds * 1000))


def _ago(seconds: float | None, now: float) -> str:
    return "never" if seconds is None else f"{_span(now - seconds)} ago"


def _until(seconds: float, now: float) -> str:
    return "due" if seconds <= now else f"in {_span(seconds - now)}"


def _span(seconds: float) -> str:
    return span(1000 * round(max(seconds, 0.0)))
