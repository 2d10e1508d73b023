"""Every metric of every worker, declared in this one file.

Label values are closed sets, created at 0 so that a rate is there before the first event. Nothing
is labelled by URL, id or feed. ``stage`` is a step of ``workers/pipeline.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from topics.entities import ENTITY_TYPES
from topics.records import REASONS
from workers.pipeline import STEPS

OUTCOMES = ("ok", "duplicate", "dead_letter", "error")
LANGUAGES = (
    "ar", "bg", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hr",
    "hu", "id", "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sr", "sv", "th",
    "tr", "uk", "ur", "vi", "zh", "und",
)  # fmt: skip
OTHER = "other"
DUPLICATE_REASONS = ("repeat", "same_content", "near_content")
RETRY_REASONS = ("delivery", "crashed")
WRITE_ERRORS = ("delivery", "too_large")
POOL_STATES = ("busy", "idle")
POOL_ENDS = ("timeout", "out_of_memory", "crashed", "renewed")
FATES = ("kept", "removed")

_PROCESSING = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_QUEUE = (0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 3600, 21_600, 86_400)
_LATENCY = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400)
_AGE = (60, 300, 900, 3600, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800)
_CANDIDATES = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
_SHARE = (0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1)
_ENTITIES = (0, 1, 2, 5, 10, 20, 50, 100, 200)
_LOOP = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5)


class Metrics:
    """The metrics of one worker process, in a registry of their own."""

    def __init__(self, steps: Iterable[str] = STEPS) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._steps = tuple(steps)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"news_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"news_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, buckets: Iterable[float], *labels: str) -> Histogram:
            return Histogram(
                f"news_{name}", text, labels, buckets=tuple(buckets), registry=registry
            )

        self.messages_processed = counter(
            "messages_processed_total", "Articles that a step has finished.", "stage", "outcome"
        )
        self.dead_letters = counter(
            "dead_letters_total", "Dead letters written, by reason.", "stage", "reason"
        )
        self.duplicates = counter("duplicates_total", "Duplicates found, by reason.", "reason")
        self.stage_failures = counter(
            "stage_failures_total",
            "Failures of optional stages; the article went on as partial.",
            "stage",
            "reason",
        )
        self.processing = histogram(
            "processing_duration_seconds",
            "Time that a step worked on one article.",
            _PROCESSING,
            "stage",
        )
        self.stage_queue = histogram(
            "stage_queue_seconds",
            "From a record's time to the start of its work.",
            _QUEUE,
            "stage",
        )
        self.end_to_end = histogram(
            "end_to_end_latency_seconds",
            "From the fetch of an article (or its arrival) to its publication.",
            _LATENCY,
        )
        self.publish_age = histogram(
            "publish_age_seconds", "From an article's own date to its publication.", _AGE
        )
        self.negative_latencies = counter(
            "negative_latencies_total", "Latencies below zero, counted as zero: skewed clocks."
        )
        self.lag = gauge(
            "consumer_lag_messages",
            "Records between the end of a partition and the first unfinished one.",
            "stage",
            "topic",
            "partition",
        )
        self.oldest_unprocessed = gauge(
            "oldest_unprocessed_age_seconds",
            "Age of the first unfinished record, as far as it is known; 0 without lag.",
            "stage",
            "topic",
            "partition",
        )
        self.watermark = gauge(
            "watermark_timestamp_seconds", "Time of the newest finished record.", "stage"
        )
        self.retries = counter("retries_total", "Tries after the first.", "stage", "reason")
        self.dead_letter_write_errors = counter(
            "dead_letter_write_errors_total",
            "Tries to write a dead letter that failed.",
            "stage",
            "reason",
        )
        self.rebalances = counter("rebalances_total", "Assignments of partitions.", "stage")
        self.kafka_silence = gauge(
            "kafka_silence_seconds",
            "How long ago Kafka last told how far a hop's topic goes; by its first step.",
            "stage",
        )
        self.breaker_open = gauge(
            "breaker_open",
            "1 while a hop is paused because too much fails; by its first step.",
            "stage",
        )
        self.breaker_openings = counter(
            "breaker_openings_total", "Pauses because too much failed, by first step.", "stage"
        )
        self.commit_duration = histogram(
            "commit_duration_seconds", "Time of one commit of offsets.", _PROCESSING, "stage"
        )
        self.event_loop_lag = histogram(
            "event_loop_lag_seconds", "How late the event loop runs what is due.", _LOOP
        )
        self.inflight = gauge("inflight_messages", "Articles in hand.", "stage")
        self.pool_processes = gauge("pool_processes", "Processes of the pool, by state.", "state")
        self.pool_waiting = gauge("pool_waiting_tasks", "Tasks that wait for a process.")
        self.pool_ended = counter(
            "pool_ended_total",
            "Processes of the pool that ended and were replaced; renewed: for age or size.",
            "reason",
        )
        self.pool_largest = gauge(
            "pool_largest_process_bytes", "Resident size of the pool's largest process."
        )
        self.pool_limit = gauge(
            "pool_process_limit_bytes", "Resident size at which a process is killed."
        )
        self.candidates = histogram(
            "claim_candidates",
            "Earlier texts with which an article's sentences were compared.",
            _CANDIDATES,
        )
        self.state_entries = gauge("state_entries", "Verdicts in the claim's memory.", "stage")
        self.state_bytes = gauge("state_bytes", "Size of the claim's memory.", "stage")
        self.state_window_age = gauge(
            "state_window_age_seconds",
            "Age of the oldest day in the claim's memory, at the newest claim's time.",
            "stage",
        )
        self.recovery_seconds = gauge(
            "state_recovery_seconds", "Time of the last recovery of the claim's memory.", "stage"
        )
        self.languages = counter(
            "articles_language_total", "Published articles by language.", "language"
        )
        self.characters = counter(
            "text_characters_total",
            "Characters of published articles: their text, and what was removed around it.",
            "fate",
        )
        self.removed_share = histogram(
            "removed_share",
            "Share of a published article's characters that was removed.",
            _SHARE,
        )
        self.entities = counter(
            "entities_total", "Entities in published articles, by type.", "type"
        )
        self.entities_per_article = histogram(
            "entities_per_article", "Entities of a published article.", _ENTITIES
        )
        self.build_info = gauge(
            "build_info", "1, with the versions as labels.", "version", "models"
        )
        self._create()

    def _create(self) -> None:
        for step in self._steps:
            for outcome in OUTCOMES:
                self.messages_processed.labels(step, outcome)
            for reason in REASONS:
                self.dead_letters.labels(step, reason)
                self.stage_failures.labels(step, reason)
            for cause in RETRY_REASONS:
                self.retries.labels(step, cause)
            for error in WRITE_ERRORS:
                self.dead_letter_write_errors.labels(step, error)
            for metric in (
                self.processing,
                self.stage_queue,
                self.watermark,
                self.rebalances,
                self.breaker_open,
                self.breaker_openings,
                self.commit_duration,
                self.inflight,
            ):
                metric.labels(step)
        if "claim" in self._steps:
            for size in (self.state_entries, self.state_bytes, self.state_window_age):
                size.labels("claim")
            self.recovery_seconds.labels("claim")
            for likeness in DUPLICATE_REASONS:
                self.duplicates.labels(likeness)
        if self._steps and self._steps[-1] == STEPS[-1]:
            for language in (*LANGUAGES, OTHER):
                self.languages.labels(language)
            for fate in FATES:
                self.characters.labels(fate)
            for kind in ENTITY_TYPES:
                self.entities.labels(kind)
        for state in POOL_STATES:
            self.pool_processes.labels(state)
        for end in POOL_ENDS:
            self.pool_ended.labels(end)

    def published(
        self,
        *,
        language: str | None,
        arrived: datetime | None,
        dated: datetime | None,
        now: datetime,
    ) -> None:
        """Count one published article; ``arrived`` is its fetch, or its place in Kafka."""
        tag = (language or "und").partition("-")[0]
        self.languages.labels(tag if tag in LANGUAGES else OTHER).inc()
        if arrived is not None:
            self.end_to_end.observe(self._positive((now - arrived).total_seconds()))
        if dated is not None:
            self.publish_age.observe(self._positive((now - dated).total_seconds()))

    def content(
        self, *, kept: int | None, removed: int | None, entities: Sequence[str] | None
    ) -> None:
        """Count what a published article consists of; None: that was not worked out.

        ``kept`` and ``removed`` are characters, ``entities`` the type of each.
        """
        if kept is not None and removed is not None:
            self.characters.labels("kept").inc(kept)
            self.characters.labels("removed").inc(removed)
            if kept + removed:
                self.removed_share.observe(removed / (kept + removed))
        if entities is not None:
            self.entities_per_article.observe(len(entities))
            for kind in entities:
                self.entities.labels(kind).inc()

    def show_pool(
        self,
        *,
        busy: Callable[[], int],
        idle: Callable[[], int],
        waiting: Callable[[], int],
        largest: Callable[[], int],
        limit: int,
    ) -> None:
        """Ask the pool for its figures whenever the page is served; sizes in bytes."""
        self.pool_processes.labels("busy").set_function(busy)
        self.pool_processes.labels("idle").set_function(idle)
        self.pool_waiting.set_function(waiting)
        self.pool_largest.set_function(largest)
        self.pool_limit.set(limit)

    def queued(self, step: str, timestamp_ms: int) -> None:
        """Note how long a record waited for its step."""
        if timestamp_ms > 0:
            waited = self._positive(time.time() - timestamp_ms / 1000)
            self.stage_queue.labels(step).observe(waited)

    def forget_partition(self, step: str, topic: str, partition: int) -> None:
        """Take back the gauges of a partition that moved to another worker."""
        for metric in (self.lag, self.oldest_unprocessed):
            # remove() of labels that were never set raises KeyError.
            try:
                metric.remove(step, topic, str(partition))
            except KeyError:
                continue

    def page(self) -> bytes:
        """The text that ``/metrics`` serves."""
        return generate_latest(self.registry)

    def _positive(self, seconds: float) -> float:
        if seconds < 0:
            self.negative_latencies.inc()
            return 0.0
        return seconds
