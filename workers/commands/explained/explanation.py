"""All that is known of one article; both views show this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from topics.records import (
    DeadLetter,
    Duplicate,
    EnrichedArticle,
    Fingerprint,
    Removal,
    Verdict,
)


@dataclass(frozen=True)
class Original:
    """The earlier article that one repeats or revises, as far as it could be looked up."""

    where: str
    """A file's line or a record's place."""
    headline: str | None = None
    source: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Seen:
    """One record of the article on Kafka, in words."""

    time: str
    place: str
    by: str
    outcome: str
    detail: str


@dataclass(frozen=True)
class Explanation:
    """One article: its outcome, and how that came about."""

    subject: str
    """Where it was found: ``FILE``, ``FILE:LINE``, a URL, an arrival's origin."""
    outcome: EnrichedArticle | Duplicate | DeadLetter
    published: bool = False
    """Whether the outcome lies on Kafka; else it is what would have been published."""
    shown: EnrichedArticle | None = None
    """Whose text is shown: the outcome itself, or what the stages make of a duplicate."""
    removed: tuple[Removal, ...] = ()
    """What was cut; offsets into ``source``."""
    source: str | None = None
    """The content, or a page's text rendering; None where it is gone."""
    page: bool = False
    """Whether the content is HTML."""
    fingerprint: Fingerprint | None = None
    verdict: Verdict | None = None
    original: Original | None = None
    notes: tuple[str, ...] = ()
    """What a reader must know about how this was found out."""
    seen: tuple[Seen, ...] = ()
    """The article's records on Kafka, in order of time."""

    @property
    def text(self) -> str:
        """The kept text; empty where there is none."""
        text = self.shown.text if self.shown is not None else ""
        return text if isinstance(text, str) else ""
