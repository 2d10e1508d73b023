"""The test site itself, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.feeds.fetch.visits import body, want
from tests.feeds.site.site import LOOPBACK
from workers.feeds.fetch.client import Client
from workers.feeds.fetch.rules import Rules
from workers.feeds.fetched import NotModified

ROOT = Path(__file__).parents[3]


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The site's process and port."""
    command = [sys.executable, "-m", "tests.feeds.site"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())["port"]
        finally:
            process.kill()


def order(url: str, **told: Any) -> Any:
    request = Request(url, json.dumps(told).encode() if told else None)
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_it_serves_another_process_and_takes_its_orders(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = served
    base = f"http://127.0.0.1:{port}"
    order(f"{base}/-/publish", host="news.example", count=2)
    order(f"{base}/-/fail", host="news.example", path="/atom.xml", status=503, times=1)
    order(f"{base}/-/robots", host="news.example", text="User-agent: *\nDisallow: /paywall")
    order(f"{base}/-/edit", host="news.example", number=1, words="Words that came later.")

    async def read() -> None:
        rules = Rules(networks=LOOPBACK, ports=(port,), delay=0.0, robots=False)
        async with Client(rules) as client:
            url = f"{base}/@news.example/rss.xml"
            first = body(await client.get(url, want()))
            assert b"Words that came later." in first.data
            assert f"{base}/@news.example/articles/1".encode() in first.data
            again = await client.get(url, want(validators=first.validators))
            assert isinstance(again, NotModified)

    asyncio.run(read())
    seen = order(f"{base}/-/requests?since=0")
    assert [(it["host"], it["path"], it["status"]) for it in seen] == [
        ("news.example", "/rss.xml", 200),
        ("news.example", "/rss.xml", 304),
    ]
    assert all(it["at"] <= it["done"] for it in seen)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
