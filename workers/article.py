"""The ends of an article's way: raw record to growing record to published record."""

from __future__ import annotations

from binascii import a2b_base64
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from msgspec import UNSET

from topics.headers import rfc3339
from topics.records import (
    Article,
    Duplicate,
    Duplicates,
    EnrichedArticle,
    Fingerprint,
    Fingerprinted,
    Origin,
    RawArticle,
    Role,
    StageRun,
    Verdict,
    VerdictKind,
)
from workers.stages.deduplicate.media_type import sniff

_OWN = frozenset(Article.__struct_fields__ + EnrichedArticle.__struct_fields__)
_ROLES: dict[VerdictKind, Role] = {"original": "original", "revision": "revision"}
_YEARS = range(1900, 2100)
_CARRIED = ("url", "source", "headline", "authors", "published_at", "fetched_at", "language")


def open_article(
    raw: RawArticle,
    printed: Fingerprinted,
    verdict: Verdict,
) -> Article:
    """The growing record of an arrival that passed its claim."""
    fingerprint, preview = printed.fingerprint, printed.preview
    given = "raw" if raw.feed is None else "feed"
    provenance = {
        "language_declared" if name == "language" else name: given
        for name in _CARRIED
        if getattr(raw, name) is not None
    }
    if fingerprint.canonical_url is not None:
        provenance["canonical_url"] = "url"
    published_at = utc(raw.published_at)
    if raw.published_at and not published_at:
        provenance["published_at"] = f"raw, not a date: {raw.published_at[:80]!r}"
    return Article(
        id=fingerprint.id,
        content=raw.content,
        version=verdict.version,
        media_type=printed.media_type,
        preview=UNSET if preview is None else preview,
        url=raw.url,
        canonical_url=fingerprint.canonical_url,
        source=raw.source,
        headline=raw.headline,
        authors=raw.authors or [],
        published_at=published_at,
        fetched_at=utc(raw.fetched_at),
        feed=raw.feed,
        quality=raw.quality or UNSET,
        language_declared=raw.language,
        repeated_lines=_repeated_lines(fingerprint, verdict) or UNSET,
        duplicates=Duplicates(
            role=_ROLES.get(verdict.kind, "copy"),
            of=verdict.of,
            cluster=verdict.cluster,
            similarity=verdict.similarity,
        ),
        provenance=provenance,
        stages=[
            StageRun(
                name="deduplicate",
                version=fingerprint.algorithm.rpartition("/")[2],
                status="ok",
            )
        ],
        unknown=_foreign(raw),
    )


def _foreign(raw: RawArticle) -> dict[str, Any]:
    """The producer's own fields, without those that would pass for what a stage has found."""
    return {name: value for name, value in raw.unknown.items() if name not in _OWN}


def _repeated_lines(fingerprint: Fingerprint, verdict: Verdict) -> list[str]:
    lines = a2b_base64(fingerprint.lines or "")
    return [
        lines[8 * number : 8 * number + 8][::-1].hex()
        for number in verdict.repeated_lines
        if 8 * number + 8 <= len(lines)
    ]


def bare_article(raw: RawArticle, *, id: str) -> Article:
    """The growing record of an article that no claim was asked about."""
    return Article(
        id=id,
        content=raw.content,
        media_type=raw.media_type or sniff(raw.content),
        url=raw.url,
        source=raw.source,
        headline=raw.headline,
        authors=raw.authors or [],
        published_at=utc(raw.published_at),
        fetched_at=utc(raw.fetched_at),
        feed=raw.feed,
        quality=raw.quality or UNSET,
        language_declared=raw.language,
        unknown=_foreign(raw),
    )


def publish(article: Article, *, enriched_at: datetime | None) -> EnrichedArticle:
    """The published record: everything but the content, with its status."""
    failed = any(run.status == "failed" for run in article.stages)
    shared = {
        name: getattr(article, name)
        for name in EnrichedArticle.__struct_fields__
        if name in Article.__struct_fields__
    }
    return EnrichedArticle(
        **shared,
        status="partial" if failed else "complete",
        enriched_at=None if enriched_at is None else rfc3339(enriched_at),
    )


def duplicate(
    raw: RawArticle, fingerprint: Fingerprint, verdict: Verdict, origin: Origin
) -> Duplicate:
    """The record of an arrival that repeats an earlier one."""
    assert not verdict.passes
    assert verdict.of is not None
    assert verdict.of_origin is not None
    method, _, method_version = (verdict.method or fingerprint.algorithm).partition("/")
    return Duplicate(
        id=fingerprint.id,
        origin=str(origin),
        duplicate_of=verdict.of,
        duplicate_of_version=verdict.of_version or 1,
        duplicate_of_origin=verdict.of_origin,
        cluster=verdict.cluster,
        reason=verdict.kind,  # type: ignore[arg-type]  # passing kinds are excluded above
        similarity=1.0 if verdict.similarity is None else verdict.similarity,
        containment=1.0 if verdict.containment is None else verdict.containment,
        method=method,
        method_version=method_version or "1",
        evidence=verdict.evidence,
        url=raw.url,
        canonical_url=fingerprint.canonical_url,
        source=raw.source,
        headline=raw.headline,
        authors=raw.authors or [],
        published_at=utc(raw.published_at),
        fetched_at=utc(raw.fetched_at),
        feed=raw.feed,
        unknown=_foreign(raw),
    )


def utc(text: str | None) -> str | None:
    """A producer's date (RFC 3339, ISO 8601 or RFC 5322) in UTC; null where it is none.

    A date without a zone is taken to be UTC; of one whose zone has a name that RFC 5322 does not
    know only the day is kept. Years in which no article can be from are those of empty fields and
    mistakes.
    """
    for parse in (datetime.fromisoformat, _of_mail):
        try:
            time = parse((text or "").strip())
            time = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return rfc3339(time) if time.year in _YEARS else None
    return None


def _of_mail(text: str) -> datetime:
    time = parsedate_to_datetime(text)
    # The parser reads past a name that it does not know, and past "pm".
    if time.tzinfo is None and any(char.isalpha() for char in text.rpartition(":")[2]):
        return time.replace(hour=0, minute=0, second=0)
    return time
