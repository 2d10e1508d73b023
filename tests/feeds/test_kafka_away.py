"""Producers that start while Kafka is away: feeds are followed, articles wait, and it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment import copydesk, wait_for
from tests.feeds.producers import Producer, written
from tests.feeds.site.remote import RemoteSite
from workers.feeds.state import State
from workers.feeds.state_file import StateError
from workers.runtime import broker, topic_admin
from workers.settings import Settings

pytestmark = pytest.mark.broker

SECONDS = 120.0


@pytest.fixture
def site() -> Iterator[RemoteSite]:
    with RemoteSite() as site:
        site.publish(count=5)
        yield site


@pytest.fixture
def port() -> int:
    return broker.free_port()


@pytest.fixture
def chosen(site: RemoteSite, tmp_path: Path, port: int) -> dict[str, str]:
    return {
        "COPYDESK_BOOTSTRAP": f"127.0.0.1:{port}",
        "COPYDESK_FEED_STATE": str(tmp_path / "feeds.sqlite"),
        "COPYDESK_LOG_FORMAT": "json",
        "COPYDESK_GRACE": "1",
        **site.settings,
    }


@pytest.fixture
def feeds(site: RemoteSite, tmp_path: Path) -> Path:
    path = tmp_path / "feeds.toml"
    path.write_text(f'[[feed]]\nurl = "{site.url("/rss.xml")}"\n')
    return path


def waiting(chosen: dict[str, str]) -> int:
    """Articles in the outbox; -1 while there is no state."""
    try:
        state = State(Path(chosen["COPYDESK_FEED_STATE"]), read_only=True)
    except StateError:
        return -1
    try:
        return state.waiting()
    finally:
        state.close()


def test_what_came_while_kafka_was_away_is_sent_when_it_is_there(
    chosen: dict[str, str], feeds: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Producer(chosen, feeds, wait=False) as worker:
        wait_for(lambda: "Kafka is not there yet" in worker.said(), SECONDS, worker.said)
        wait_for(lambda: waiting(chosen) == 5, SECONDS, worker.said)
        status, told = worker.health()
        assert status == 503
        assert "Kafka has not been reached yet" in str(told)
        monkeypatch.setattr(broker, "free_port", lambda: port)
        with broker.embedded() as address:
            settings = Settings(bootstrap=address)
            asyncio.run(topic_admin.create(settings))
            wait_for(lambda: waiting(chosen) == 0, SECONDS, worker.said)
            assert len(written(settings)) == 5
            wait_for(lambda: worker.health()[0] == 200, SECONDS, worker.said)
            assert worker.stop() == 0, worker.said()


def test_a_kafka_that_stays_away_ends_the_producer_in_time(
    chosen: dict[str, str], feeds: Path
) -> None:
    chosen["COPYDESK_FEED_KAFKA_WAIT"] = "1"
    with Producer(chosen, feeds, wait=False) as worker:
        assert worker.process.wait(SECONDS) == 2
        said = worker.said()
    assert "gives_up_in" in said
    assert chosen["COPYDESK_BOOTSTRAP"] in said.splitlines()[-1]
    assert said.splitlines()[-1].startswith("copydesk produce: ")
    assert "Traceback" not in said


def test_a_stop_does_not_wait_for_kafka(chosen: dict[str, str], feeds: Path) -> None:
    with Producer(chosen, feeds, wait=False) as worker:
        wait_for(lambda: waiting(chosen) == 5, SECONDS, worker.said)
        assert worker.stop() == 2
        assert "waits in " + chosen["COPYDESK_FEED_STATE"] in worker.said().splitlines()[-1]
        assert "Traceback" not in worker.said()
    assert waiting(chosen) == 5


def test_who_asks_once_is_told_at_once(
    chosen: dict[str, str], feeds: Path, site: RemoteSite
) -> None:
    done = copydesk("produce", str(feeds), input=None, **chosen)
    assert done.returncode == 2
    assert chosen["COPYDESK_BOOTSTRAP"].encode() in done.stderr
    assert b"Traceback" not in done.stderr
    assert not site.requests()
