"""SIGKILL at seeded points of the producer's work: in transactions, deliveries, between the two.

``TEST_SEED`` repeats a run, ``TEST_SEEDS`` makes so many, with ``TEST_KILLS`` deaths in each.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.deployment import Deployment, Record, wait_for
from tests.feeds.dying import POINTS
from tests.feeds.producers import Producer, arrivals, settings
from tests.feeds.site.remote import RemoteSite
from workers.feeds.watch import SENT_TOGETHER

pytestmark = pytest.mark.broker

SECONDS = 120.0
HOSTS = ("news.example", "courier.example", "misto.example")
KILLS = int(os.environ.get("TEST_KILLS", "6"))
RUNS = range(int(os.environ.get("TEST_SEEDS", "1")))


@pytest.fixture
def site() -> Iterator[RemoteSite]:
    with RemoteSite() as site:
        yield site


@pytest.mark.parametrize("run", RUNS)
def test_nothing_is_missed_wherever_the_producer_dies(
    deployment: Deployment, site: RemoteSite, tmp_path: Path, run: int
) -> None:
    first = os.environ.get("TEST_SEED")
    seed = int(first) + run if first else random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}: set TEST_SEED={seed} to repeat")
    dice = random.Random(seed)
    feeds = tmp_path / "feeds.toml"
    paths = ("/rss.xml", "/atom.xml", "/brief.xml")  # the last has excerpts, so that pages are
    urls = [site.url(path, host) for path, host in zip(paths, HOSTS, strict=True)]
    feeds.write_text("".join(f'[[feed]]\nurl = "{url}"\nevery = "1s"\n\n' for url in urls))
    chosen = settings(deployment, site, tmp_path)
    producer = Producer(chosen, feeds, module="tests.feeds.dying")
    # Each point once before any comes twice.
    points = [point for _ in range(KILLS) for point in dice.sample(list(POINTS), len(POINTS))]
    published, died = 0, Counter[str]()
    for point in points[:KILLS]:
        for host in HOSTS:
            count = dice.randrange(3, 9)
            site.publish(host, count)
            published += count
        producer.chosen = {**chosen, "TEST_DIES_AT": f"{point}:{dice.randrange(POINTS[point]) + 1}"}
        with producer as worker:
            wait_for(
                lambda: worker.process.poll() is not None or _all(deployment, published),  # noqa: B023
                SECONDS,
                worker.said,
            )
            died[point] += worker.process.poll() == -signal.SIGKILL
            worker.kill()
        _is_whole(Path(chosen["COPYDESK_FEED_STATE"]))
    producer.chosen = chosen
    with producer as worker:
        wait_for(partial(_all, deployment, published), SECONDS, worker.said)
        assert worker.stop() == 0, worker.said()
    by_id: dict[bytes | None, list[Record]] = defaultdict(list)
    records = arrivals(deployment)
    for record in records:
        by_id[record.key].append(record)
    again = len(records) - len(by_id)
    print(f"{died.total()} deaths ({dict(died)}); {published} stories, {again} came again")
    assert len(by_id) == published
    assert died.total() >= KILLS // 2, "the points are where work is"
    # Only what was on its way to Kafka comes again: at most a batch for each death.
    assert again <= died.total() * SENT_TOGETHER
    for same in by_id.values():
        assert len({record.value for record in same}) == 1, "the same bytes"
        assert len({record.headers["ce_id"] for record in same}) == 1
        assert len(same) <= 1 + died.total()
    asked = Counter(seen["path"] for seen in site.requests() if seen["path"].startswith("/art"))
    assert max(asked.values()) <= 1 + died.total(), "a page is asked for again only after a death"


def _all(deployment: Deployment, published: int) -> bool:
    return len({record.key for record in arrivals(deployment)}) >= published


def _is_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
