"""The producer as a process, from a site's feeds to a broker: once, and for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment import (
    Deployment,
    copydesk,
    wait_for,
)
from tests.feeds.producers import Producer, arrivals, settings
from tests.feeds.site.remote import RemoteSite

pytestmark = pytest.mark.broker

SECONDS = 120.0
HOSTS = ("news.example", "courier.example", "misto.example")


@pytest.fixture
def site() -> Iterator[RemoteSite]:
    with RemoteSite() as site:
        yield site


@pytest.fixture
def feeds(site: RemoteSite, tmp_path: Path) -> Path:
    path = tmp_path / "feeds.toml"
    urls = [
        site.url("/rss.xml", HOSTS[0]),
        site.url("/atom.xml", HOSTS[1]),
        site.url("/brief.xml", HOSTS[2]),
    ]
    path.write_text("".join(f'[[feed]]\nurl = "{url}"\nevery = "1s"\n\n' for url in urls))
    return path


def test_feeds_once_and_what_is_known_of_them(
    deployment: Deployment, site: RemoteSite, feeds: Path, tmp_path: Path
) -> None:
    for host in HOSTS:
        site.publish(host, 4)
    chosen = settings(deployment, site, tmp_path)
    done = copydesk("produce", str(feeds), input=None, **chosen)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        b"3 feeds, 0 of them failing; 12 articles produced, 0 of them straight to the dead "
        b"letters; 0 pages still to be fetched\n"
    )
    records = arrivals(deployment)
    assert len({record.key for record in records}) == len(records) == 12
    assert {record.json["feed"]["url"].split("@")[1].split("/")[0] for record in records} == {
        *HOSTS
    }
    for record in records:
        assert record.headers["ce_type"] == "news.article.raw.v1"
        assert "fetched_at" in record.json

    listed = copydesk("feeds", input=None, **chosen)
    assert listed.returncode == 0, listed.stderr
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [row["state"] for row in rows] == ["fine"] * 3
    again = copydesk("produce", str(feeds), input=None, **chosen)
    assert b"; 0 articles produced" in again.stdout


def test_a_producer_that_is_stopped_goes_on_where_it_was(
    deployment: Deployment, site: RemoteSite, feeds: Path, tmp_path: Path
) -> None:
    site.publish(HOSTS[0], 3)
    producer = Producer(settings(deployment, site, tmp_path), feeds)
    with producer as worker:
        wait_for(lambda: len(arrivals(deployment)) >= 3, SECONDS, worker.said)
        site.publish(HOSTS[1], 2)
        wait_for(lambda: len(arrivals(deployment)) >= 5, SECONDS, worker.said)
        assert 'news_feed_items_total{result="article"} 5.0' in worker.metrics()
        assert worker.stop() == 0, worker.said()
    site.publish(HOSTS[2], 2)
    with producer as worker:
        wait_for(lambda: len(arrivals(deployment)) >= 7, SECONDS, worker.said)
        assert worker.stop() == 0, worker.said()
    records = arrivals(deployment)
    assert len({record.key for record in records}) == len(records) == 7
