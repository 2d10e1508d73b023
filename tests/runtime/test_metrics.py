"""The metrics page: every series is there at 0 and goes when its partition goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from topics.records import REASONS
from workers.pipeline import STEPS
from workers.runtime.metrics import LANGUAGES, OUTCOMES, Metrics

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def samples(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """Label values (in the order of their names) → value."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.page().decode())
        for sample in family.samples
        if sample.name == name
    }


def test_every_label_value_is_there_at_zero() -> None:
    metrics = Metrics()
    processed = samples(metrics, "news_messages_processed_total")
    assert processed == {(outcome, step): 0.0 for outcome in OUTCOMES for step in STEPS}
    letters = samples(metrics, "news_dead_letters_total")
    assert letters == {(reason, step): 0.0 for reason in REASONS for step in STEPS}
    assert samples(metrics, "news_stage_failures_total").keys() == letters.keys()
    languages = samples(metrics, "news_articles_language_total")
    assert languages == {(language,): 0.0 for language in (*LANGUAGES, "other")}
    for name in ("repeat", "same_content", "near_content"):
        assert samples(metrics, "news_duplicates_total")[name,] == 0
    assert samples(metrics, "news_retries_total")["delivery", "claim"] == 0


def test_a_worker_shows_its_own_steps_only() -> None:
    metrics = Metrics(("detect_language",))
    assert {step for _, step in samples(metrics, "news_messages_processed_total")} == {
        "detect_language"
    }
    assert samples(metrics, "news_duplicates_total") == {}
    assert samples(metrics, "news_articles_language_total") == {}


def test_our_own_metrics_share_a_prefix_and_are_explained() -> None:
    families = list(text_string_to_metric_families(Metrics().page().decode()))
    ours = [f for f in families if not f.name.startswith(("process_", "python_"))]
    assert len(ours) > 20
    assert [f.name for f in ours if not f.name.startswith("news_")] == []
    assert [f.name for f in ours if not f.documentation] == []


def test_a_partition_that_moved_is_forgotten() -> None:
    metrics = Metrics()
    for partition in (0, 1):
        metrics.lag.labels("claim", "t", str(partition)).set(5)
    metrics.oldest_unprocessed.labels("claim", "t", "0").set(5)
    metrics.forget_partition("claim", "t", 0)
    metrics.forget_partition("claim", "t", 7)
    assert list(samples(metrics, "news_consumer_lag_messages")) == [("1", "claim", "t")]
    assert samples(metrics, "news_oldest_unprocessed_age_seconds") == {}


def test_what_articles_consist_of_is_counted_where_it_was_worked_out() -> None:
    metrics = Metrics()
    metrics.content(kept=90, removed=10, entities=["place", "place", "person"])
    metrics.content(kept=0, removed=0, entities=[])
    metrics.content(kept=None, removed=None, entities=None)
    characters = samples(metrics, "news_text_characters_total")
    assert characters == {("kept",): 90.0, ("removed",): 10.0}
    assert samples(metrics, "news_removed_share_count") == {(): 1.0}
    assert samples(metrics, "news_removed_share_sum") == {(): 0.1}
    counted = {k: v for k, v in samples(metrics, "news_entities_total").items() if v}
    assert counted == {("place",): 2.0, ("person",): 1.0}
    assert samples(metrics, "news_entities_per_article_count") == {(): 2.0}


def test_the_pool_is_asked_when_the_page_is_served() -> None:
    metrics, busy = Metrics(), 1
    metrics.show_pool(
        busy=lambda: busy, idle=lambda: 2, waiting=lambda: 3, largest=lambda: 4, limit=5
    )
    busy = 7
    assert samples(metrics, "news_pool_processes") == {("busy",): 7.0, ("idle",): 2.0}
    assert samples(metrics, "news_pool_waiting_tasks") == {(): 3.0}
    assert samples(metrics, "news_pool_largest_process_bytes") == {(): 4.0}
    assert samples(metrics, "news_pool_process_limit_bytes") == {(): 5.0}


@pytest.mark.parametrize(
    ("language", "label"),
    [("uk", "uk"), ("pt-BR", "pt"), ("zh-Hant", "zh"), ("tlh", "other"), (None, "und")],
)
def test_languages_are_a_closed_set(language: str | None, label: str) -> None:
    metrics = Metrics()
    metrics.published(language=language, arrived=None, dated=None, now=NOW)
    counted = {k: v for k, v in samples(metrics, "news_articles_language_total").items() if v}
    assert counted == {(label,): 1.0}


def test_a_clock_ahead_of_ours_counts_as_no_latency_and_is_counted() -> None:
    metrics = Metrics()
    ahead = NOW + timedelta(hours=1)
    metrics.published(language="en", arrived=ahead, dated=NOW - timedelta(hours=2), now=NOW)
    metrics.queued("claim", 2**62)
    metrics.queued("claim", -1)  # no timestamp at all
    assert samples(metrics, "news_negative_latencies_total") == {(): 2.0}
    assert samples(metrics, "news_end_to_end_latency_seconds_sum") == {(): 0.0}
    assert samples(metrics, "news_publish_age_seconds_sum") == {(): 7200.0}
    assert samples(metrics, "news_stage_queue_seconds_count")["claim",] == 1
