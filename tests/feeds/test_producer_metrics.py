"""What the producer's metrics say of its feeds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workers import settings
from workers.feeds.known import Known
from workers.runtime.feed_producer import FeedProducer


def test_a_feed_that_fails_takes_nothing_from_when_another_answered(tmp_path: Path) -> None:
    producer = FeedProducer(settings.load(feed_state=str(tmp_path / "feeds.sqlite")), [])
    before = Known(id=1, address="https://a.example/", url="https://a.example/", next_poll=0.0)
    producer._changed(before, replace(before, last_success=2_000.0))
    dead = replace(before, id=2, last_success=1_000.0, failures=3)
    producer._changed(dead, replace(dead, failures=4, error="no answer"))
    assert b"last_success_timestamp_seconds 2000.0" in producer.metrics.page()
