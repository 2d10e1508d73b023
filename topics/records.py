"""Every record type that travels on a topic.

Offsets into text are code points, zero-based, end exclusive: ``text[start:end] == mention``.
Times are RFC 3339 strings in UTC; languages are BCP 47 tags, ``und`` when undetermined. A field
that is *absent* was not worked out by any stage; an *empty* one was worked out and nothing was
found; ``null`` means that the source did not say.

Fields may be added with a default and never change their type. Fields that this version does not
know are kept in ``unknown`` and written out again at the top level of the record.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from topics import sketches
from topics.entities import CountryShare as CountryShare
from topics.entities import Entity as Entity
from topics.entities import EntityType as EntityType
from topics.entities import Link as Link
from topics.entities import Mention as Mention
from topics.origin import LONGEST_TOPIC as LONGEST_TOPIC
from topics.origin import Origin as Origin
from topics.sketches import Count

SCHEMA_VERSION = "1.0"

MediaType = Literal["text/html", "text/plain"]
Quality = Literal["full", "excerpt", "paywall", "consent"]
"""How much of the article its producer had: all, a part by its own word or by its look, what stands
before a paywall, or no more than a notice that asks for consent."""
StageStatus = Literal["ok", "skipped", "failed"]
DuplicateReason = Literal["repeat", "same_content", "near_content"]
VerdictKind = Literal["original", "revision", "repeat", "same_content", "near_content"]
Role = Literal["original", "revision", "copy"]
# fmt: off
Reason = Literal[
    "undecodable", "invalid", "too_large", "no_text",
    "timeout", "out_of_memory", "crashed", "stage_bug",
]
# fmt: on
REASONS: tuple[Reason, ...] = get_args(Reason)


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Where a producer found the article."""

    url: str | None = None
    guid: str | None = None
    kind: str | None = None
    """``rss``, ``atom``, ``file`` and the like."""


class RawArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article as it arrives (``articles.raw``); any service may produce it."""

    content: str
    """The page (HTML) or the text."""
    schema_version: str = SCHEMA_VERSION
    id: str | None = None
    """Names the article across its versions; made of the canonical URL or content if absent."""
    url: str | None = None
    media_type: MediaType | None = None
    """Sniffed from the content if absent."""
    headline: str | None = None
    source: str | None = None
    """The publisher: a name or a domain."""
    language: str | None = None
    """The language that the source declares (BCP 47)."""
    authors: list[str] | None = None
    published_at: str | None = None
    fetched_at: str | None = None
    feed: Feed | None = None
    quality: Quality | UnsetType | None = UNSET
    """How much of the article this is, where the producer has judged it."""
    unknown: dict[str, Any] = field(default_factory=dict)


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What the claim compares: a pure function of one raw article."""

    algorithm: Annotated[str, Meta(max_length=64)]
    """Name and version of the method, stored with every claim; unequal ones are never compared."""
    id: str
    canonical_url: str | None
    content_hash: sketches.Digest
    """Of the normalised main text."""
    headline_hash: sketches.Digest
    """Of the normalised headline."""
    shingles: Count
    """Distinct word 3-grams in the main text; short texts match only with their headline."""
    characters: Count
    """Length of the normalised main text in code points."""
    source: str | None = None
    """Whose lines are counted together: the producer's source, else the canonical URL's host."""
    sentence_shingles: Count = 0
    """Number of distinct word 3-grams in the article's own sentences."""
    signature: sketches.Sketch | UnsetType = UNSET
    """MinHash signature of the article's own sentences, for near-duplicates."""
    numbers: sketches.Numbers | UnsetType = UNSET
    """The numbers in the article's own sentences; of more than 24 those with the least hashes."""
    lines: sketches.Lines | UnsetType = UNSET
    """The lines of the main text, in order; of more than 64 the first 40 and the last 24."""


class Fingerprinted(
    msgspec.Struct, frozen=True, kw_only=True, tag="fingerprinted", tag_field="record"
):
    """A fingerprint with its article, undecoded (``articles.fingerprinted``)."""

    fingerprint: Fingerprint
    raw: msgspec.Raw
    """The bytes of the ``articles.raw`` record, unchanged."""
    media_type: MediaType
    """Declared by the producer, or sniffed."""
    preview: str | None = None
    """The cheap main text of an HTML page, for detect_language; null for plain text, and for a page
    that no parser may see."""
    schema_version: str = SCHEMA_VERSION


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, tag="withdrawal", tag_field="record"):
    """An original became a dead letter after its claim: later copies must not point to it.

    Travels on ``articles.fingerprinted``, so that its place among the claims is its offset.
    """

    id: str
    origin: str
    schema_version: str = SCHEMA_VERSION


class Takedown(msgspec.Struct, frozen=True, kw_only=True, tag="takedown", tag_field="record"):
    """All claims of an article are to be dropped, as if it had never arrived.

    Travels on ``articles.fingerprinted``, so that its place among the claims is its offset: what of
    the article is behind it is a new one.
    """

    id: str
    schema_version: str = SCHEMA_VERSION


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the claim decided about one arrival."""

    kind: VerdictKind
    version: Count
    """Version of the article under its id that this arrival is (or repeats)."""
    cluster: str
    """Id of the original that this arrival is, or is a version or copy of."""
    of: str | None = None
    """Id of the earlier article that this one repeats, copies or revises."""
    of_version: Count | None = None
    of_origin: str | None = None
    similarity: float | None = None
    containment: float | None = None
    method: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    enriched: bool = False
    """A copy that is enriched all the same: from another source, under the policy ``pass``."""
    repeated_lines: list[Annotated[int, Meta(ge=0, lt=64)]] = field(default_factory=list)
    """Which of the fingerprint's ``lines`` other articles of its source had before."""

    @property
    def passes(self) -> bool:
        """Whether the arrival goes on its way: first seen, a revision, or an enriched copy."""
        return self.kind in ("original", "revision") or self.enriched


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One stored verdict (``articles.claims``): the changelog from which a SeenStore recovers."""

    origin: str
    algorithm: Annotated[str, Meta(max_length=64)]
    id: str
    content_hash: sketches.ToldDigest
    headline_hash: sketches.ToldDigest
    shingles: Count
    verdict: Verdict
    withdrawn: bool = False
    sequence: Annotated[int, Meta(ge=0, le=1 << 62)] = 0
    """Its place in the order of all claims: the earliest of several is known after a recovery."""
    day: Annotated[int, Meta(ge=0, lt=1 << 31)] | UnsetType = UNSET
    """Since the epoch: it is forgotten with this one, unless something keeps it longer."""
    source: str | None = None
    sentence_shingles: Count = 0
    signature: sketches.ToldSketch | UnsetType = UNSET
    numbers: sketches.ToldNumbers | UnsetType = UNSET
    lines: sketches.ToldLines | UnsetType = UNSET
    schema_version: str = SCHEMA_VERSION


class LanguageAlternative(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine also thinks, best first."""

    language: str
    """A language, or a form of the article's: ``zh-Hant``, ``sr-Latn``, ``nn``."""
    confidence: float
    engine: str
    """Who thinks so; ``script`` and ``variety`` for forms."""


class LanguageShare(msgspec.Struct, frozen=True, kw_only=True):
    """How much of an article is in a language."""

    language: str
    share: Annotated[float, Meta(ge=0, le=1)]
    """Of what was read of the article, by letters."""


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """One span that strip_boilerplate took out; offsets into ``content`` (or the ``rendering``)."""

    start: int
    end: int
    reason: str
    text: str


class RemovedTotal(msgspec.Struct, frozen=True, kw_only=True):
    """How much was removed for one reason."""

    count: int
    characters: int


class Duplicates(msgspec.Struct, frozen=True, kw_only=True):
    """How a published article stands to the others."""

    role: Role
    of: str | None
    """The article that this one revises or copies; null for an original."""
    cluster: str
    similarity: float | None = None


class StageRun(msgspec.Struct, frozen=True, kw_only=True):
    """One stage's part in a record."""

    name: str
    version: str
    status: StageStatus
    reason: str | None = None


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """The growing record between stages (``articles.unique``, ``.identified``, ``.cleaned``)."""

    id: str
    content: str | UnsetType = UNSET
    """The page or text as it arrived; absent once strip_boilerplate has made ``text`` of it."""
    schema_version: str = SCHEMA_VERSION
    version: int = 1
    media_type: MediaType = "text/plain"
    preview: str | UnsetType = UNSET
    """The cheap main text of an HTML page; absent once detect_language has read it."""
    url: str | None = None
    canonical_url: str | None = None
    source: str | None = None
    headline: str | None = None
    authors: list[str] = field(default_factory=list)
    published_at: str | None = None
    modified_at: str | None = None
    image: str | None = None
    """The address of the main image, as the page declares it."""
    fetched_at: str | None = None
    feed: Feed | None = None
    quality: Quality | UnsetType = UNSET
    language: str | UnsetType = UNSET
    language_confidence: float | UnsetType = UNSET
    language_alternatives: list[LanguageAlternative] | UnsetType = UNSET
    language_shares: list[LanguageShare] | UnsetType = UNSET
    language_declared: str | None = None
    text: str | UnsetType = UNSET
    removed: list[Removal] | UnsetType = UNSET
    removed_summary: dict[str, RemovedTotal] | UnsetType = UNSET
    rendering: str | UnsetType = UNSET
    entities: list[Entity] | UnsetType = UNSET
    countries: list[CountryShare] | UnsetType = UNSET
    """The countries that the places are in, largest share first."""
    repeated_lines: list[str] | UnsetType = UNSET
    """Hashes (hex) of normalised lines that other articles of the source had before, if any."""
    duplicates: Duplicates | UnsetType = UNSET
    provenance: dict[str, str] = field(default_factory=dict)
    """Field name → where its value came from: ``raw``, ``url``, ``json-ld``, ``page`` …"""
    stages: list[StageRun] = field(default_factory=list)
    unknown: dict[str, Any] = field(default_factory=dict)


class EnrichedArticle(msgspec.Struct, frozen=True, kw_only=True):
    """What copydesk publishes (``articles.enriched``)."""

    id: str
    status: Literal["complete", "partial"]
    """``partial``: an optional stage failed; ``stages`` says which and why."""
    schema_version: str = SCHEMA_VERSION
    version: int = 1
    url: str | None = None
    canonical_url: str | None = None
    source: str | None = None
    headline: str | None = None
    authors: list[str] = field(default_factory=list)
    published_at: str | None = None
    modified_at: str | None = None
    image: str | None = None
    fetched_at: str | None = None
    enriched_at: str | None = None
    feed: Feed | None = None
    quality: Quality | UnsetType = UNSET
    """How much of the article the producer had; absent where it has not judged that."""
    language: str | UnsetType = UNSET
    language_confidence: float | UnsetType = UNSET
    language_alternatives: list[LanguageAlternative] | UnsetType = UNSET
    language_shares: list[LanguageShare] | UnsetType = UNSET
    language_declared: str | None = None
    text: str | UnsetType = UNSET
    """Kept lines verbatim, joined by ``\\n``."""
    removed: list[Removal] | UnsetType = UNSET
    """What was cut, with offsets into the plain-text content; empty for HTML."""
    removed_summary: dict[str, RemovedTotal] | UnsetType = UNSET
    rendering: str | UnsetType = UNSET
    """For HTML, if spans are asked for: the text rendering that ``removed`` points into."""
    entities: list[Entity] | UnsetType = UNSET
    countries: list[CountryShare] | UnsetType = UNSET
    """The countries that the places are in, largest share first."""
    duplicates: Duplicates | UnsetType = UNSET
    provenance: dict[str, str] = field(default_factory=dict)
    stages: list[StageRun] = field(default_factory=list)
    unknown: dict[str, Any] = field(default_factory=dict)


class Duplicate(msgspec.Struct, frozen=True, kw_only=True):
    """An arrival that repeats an earlier one (``articles.duplicates``), countable as coverage."""

    id: str
    origin: str
    duplicate_of: str
    duplicate_of_version: int
    duplicate_of_origin: str
    cluster: str
    reason: DuplicateReason
    similarity: float
    containment: float
    method: str
    method_version: str
    schema_version: str = SCHEMA_VERSION
    evidence: dict[str, Any] = field(default_factory=dict)
    url: str | None = None
    canonical_url: str | None = None
    source: str | None = None
    headline: str | None = None
    authors: list[str] = field(default_factory=list)
    published_at: str | None = None
    fetched_at: str | None = None
    feed: Feed | None = None
    unknown: dict[str, Any] = field(default_factory=dict)


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An arrival that could not be processed.

    On ``articles.dead-letter`` the value is the bytes that were consumed and the rest travels in
    ``dlq.*`` headers (see ``headers.py``); ``copydesk enrich`` and ``tail`` write this record.
    """

    id: str | None
    stage: str
    reason: Reason
    message: str
    payload: str | None = None
    """The consumed bytes as text (undecodable ones as U+FFFD), for reading only."""
    origin: str | None = None
