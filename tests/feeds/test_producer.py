"""The producer as a process, from a site's feeds to a broker: once, for ever, killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.deployment import (
    READY_SECONDS,
    Deployment,
    Record,
    RunningWorker,
    copydesk,
    wait_for,
)
from tests.feeds.site.remote import RemoteSite
from topics import catalog
from workers.feeds.watch import SENT_TOGETHER
from workers.runtime.broker import free_port

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


def settings(deployment: Deployment, site: RemoteSite, tmp_path: Path) -> dict[str, str]:
    return {
        "COPYDESK_TOPIC_PREFIX": deployment.settings.topic_prefix,
        "COPYDESK_BOOTSTRAP": deployment.settings.bootstrap,
        "COPYDESK_FEED_STATE": str(tmp_path / "state" / "feeds.sqlite"),
        "COPYDESK_LOG_FORMAT": "json",
        **site.settings,
    }


def arrivals(deployment: Deployment) -> list[Record]:
    return deployment.read(catalog.RAW)["articles.raw"]


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


def test_nothing_is_missed_when_the_producer_is_killed(
    deployment: Deployment, site: RemoteSite, feeds: Path, tmp_path: Path
) -> None:
    seed = int(os.environ.get("TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"seed {seed}: set TEST_SEED={seed} to repeat")
    dice = random.Random(seed)
    producer = Producer(settings(deployment, site, tmp_path), feeds)
    published = 0
    kills = 4
    for _ in range(kills):
        with producer as worker:
            # At a moment between the first request for these stories and the last one's arrival.
            asked = len(site.requests())
            moment = asked + dice.randrange(1, 25)
            for host in HOSTS:
                count = dice.randrange(3, 12)
                site.publish(host, count)
                published += count
            wait_for(partial(_asked, site, moment), SECONDS, worker.said)
            worker.kill()
    with producer as worker:
        wait_for(
            lambda: len({record.key for record in arrivals(deployment)}) >= published,
            SECONDS,
            worker.said,
        )
        assert worker.stop() == 0, worker.said()
    by_id: dict[bytes | None, list[Record]] = defaultdict(list)
    for record in arrivals(deployment):
        by_id[record.key].append(record)
    assert len(by_id) == published
    again = [records for records in by_id.values() if len(records) > 1]
    assert sum(len(records) - 1 for records in again) <= kills * SENT_TOGETHER
    for records in again:
        assert len({record.value for record in records}) == 1, "the same bytes"
        assert len({record.headers["ce_id"] for record in records}) == 1


def _asked(site: RemoteSite, moment: int) -> bool:
    return len(site.requests()) >= moment


class Producer:
    """``copydesk produce --watch`` as a process, started anew by each ``with``."""

    def __init__(self, chosen: dict[str, str], feeds: Path) -> None:
        self._chosen = chosen
        self._feeds = feeds
        self.worker: RunningWorker

    def __enter__(self) -> RunningWorker:
        port = free_port()
        log = self._feeds.with_name("producer.log")
        with log.open("ab") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "workers.commands", "produce", "--watch", str(self._feeds)],
                env={**os.environ, **self._chosen, "COPYDESK_HTTP_PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )
        self.worker = RunningWorker((), process, port, log)
        wait_for(self.worker.ready_or_ended, READY_SECONDS, self.worker.said)
        assert process.poll() is None, self.worker.said()[-3000:]
        return self.worker

    def __exit__(self, *error: object) -> None:
        if self.worker.process.poll() is None:
            self.worker.kill()
