"""Every topic of the pipeline: what it carries, how it is laid out, who writes and reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from topics import records

DAY_MS = 86_400_000
COMPACTED_WITHIN_MS = 7 * DAY_MS
"""How long what a later record of its key replaces, or a tombstone takes away, may stay."""
MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""The largest record: an article at its limit, its preview, and room for the envelope."""
OTHERS = "other services"
OPERATORS = "operators"


@dataclass(frozen=True)
class Topic:
    """One topic's declaration; ``name`` is without the prefix that a deployment may set."""

    name: str
    state: str
    """The article's state, as in the CloudEvents type ``news.article.<state>.v1``."""
    description: str
    records: tuple[type[msgspec.Struct], ...]
    """Record types of the value; empty where the value is another topic's bytes."""
    key: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    partitions: int | None
    """None: as many as the deployment's setting says."""
    retention_ms: int
    """How long records stay; -1 for ever."""
    compacted: bool = False
    """Whether the last record of each key stays, until a tombstone takes it away."""
    tombstones: bool = False
    """Whether a record without a value may come: what was told of its key no longer holds."""

    @property
    def public(self) -> bool:
        """Whether other programs than copydesk write or read it: the contract proper."""
        return not {OTHERS, OPERATORS}.isdisjoint((*self.producers, *self.consumers))

    @property
    def needed(self) -> Mapping[str, str]:
        """The part of its configuration without which what the pipeline promises does not hold."""
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            # The claim's window moves by the times of articles.raw: one producer with a clock in
            # the future must not empty it. Elsewhere a worker whose clock is an hour ahead could
            # deliver nothing (Kafka 4 refuses its times), and one behind would have it deleted
            # early.
            "message.timestamp.type": "LogAppendTime",
        }

    def layout(self, *, min_insync: int | None = None) -> Mapping[str, str]:
        """Topic-level configuration for the broker."""
        settings = {
            **self.needed,
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
        }
        if self.compacted:
            # By then what a tombstone is about is gone, however little is written.
            settings["max.compaction.lag.ms"] = str(COMPACTED_WITHIN_MS)
        if min_insync is not None:
            settings["min.insync.replicas"] = str(min_insync)
        return settings


RAW = Topic(
    name="articles.raw",
    state="raw",
    description="Articles as they arrive; any service may produce them.",
    records=(records.RawArticle,),
    key="the producer's id, else the URL, else none",
    producers=("copydesk produce", OTHERS),
    consumers=("deduplicate (fingerprint)",),
    partitions=None,
    retention_ms=7 * DAY_MS,
)
FINGERPRINTED = Topic(
    name="articles.fingerprinted",
    state="fingerprinted",
    description="Fingerprints with their undecoded articles, in the order of their claims.",
    records=(records.Fingerprinted, records.Withdrawal, records.Takedown),
    key="id",
    producers=(
        "deduplicate (fingerprint)",
        "deduplicate (claim)",  # these four give claims back
        "detect_language",
        "strip_boilerplate",
        "tag_entities",
        "copydesk forget",
    ),
    consumers=("deduplicate (claim)",),
    partitions=1,
    retention_ms=2 * DAY_MS,
)
CLAIMS = Topic(
    name="articles.claims",
    state="claimed",
    description="The claim's changelog: one verdict per arrival, from which its state recovers.",
    records=(records.Claim,),
    key="origin",
    producers=("deduplicate (claim)",),
    consumers=("deduplicate (claim)",),
    partitions=1,
    retention_ms=-1,  # a version counts as long as it is repeated; then it gets a tombstone
    compacted=True,
    tombstones=True,
)
UNIQUE = Topic(
    name="articles.unique",
    state="unique",
    description="Articles seen for the first time, revisions, and copies that are enriched too.",
    records=(records.Article,),
    key="id",
    producers=("deduplicate (claim)",),
    consumers=("detect_language",),
    partitions=None,
    retention_ms=2 * DAY_MS,
)
IDENTIFIED = Topic(
    name="articles.identified",
    state="identified",
    description="Articles with their language.",
    records=(records.Article,),
    key="id",
    producers=("detect_language",),
    consumers=("strip_boilerplate",),
    partitions=None,
    retention_ms=2 * DAY_MS,
)
CLEANED = Topic(
    name="articles.cleaned",
    state="cleaned",
    description="Articles with their own text only.",
    records=(records.Article,),
    key="id",
    producers=("strip_boilerplate",),
    consumers=("tag_entities",),
    partitions=None,
    retention_ms=2 * DAY_MS,
)
ENRICHED = Topic(
    name="articles.enriched",
    state="enriched",
    description="The product: cleaned, tagged, linked articles, one per version; null: forget it.",
    records=(records.EnrichedArticle,),
    key="id",
    producers=("tag_entities", "copydesk forget"),
    consumers=(OTHERS,),
    partitions=None,
    retention_ms=30 * DAY_MS,
    tombstones=True,
)
DUPLICATES = Topic(
    name="articles.duplicates",
    state="duplicate",
    description="Arrivals that repeat an earlier one, with the original and the evidence.",
    records=(records.Duplicate,),
    key="id",
    producers=("deduplicate (claim)", "copydesk forget"),
    consumers=(OTHERS,),
    partitions=None,
    retention_ms=30 * DAY_MS,
    tombstones=True,
)
DEAD_LETTER = Topic(
    name="articles.dead-letter",
    state="dead-letter",
    description="What could not be processed: the consumed bytes; dlq.* headers say where and why.",
    records=(),
    key="as consumed",
    producers=("every worker", "copydesk produce", "copydesk forget"),
    consumers=(OPERATORS,),
    partitions=None,
    retention_ms=30 * DAY_MS,
    tombstones=True,
)

TOPICS: tuple[Topic, ...] = (
    RAW,
    FINGERPRINTED,
    CLAIMS,
    UNIQUE,
    IDENTIFIED,
    CLEANED,
    ENRICHED,
    DUPLICATES,
    DEAD_LETTER,
)
BY_NAME: Mapping[str, Topic] = {topic.name: topic for topic in TOPICS}
