"""Raw record to growing record to published record."""

from __future__ import annotations

import base64
import json
import struct
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Raw
from msgspec.structs import replace

from topics import codec
from topics.records import (
    Article,
    Fingerprint,
    Fingerprinted,
    Origin,
    RawArticle,
    StageRun,
    Verdict,
)
from workers.article import bare_article, duplicate, open_article, publish, utc

ORIGIN = Origin("articles.raw", 2, 7, 1_700_000_000_000)
FINGERPRINT = Fingerprint(
    algorithm="fp/1",
    id="a",
    canonical_url="https://example.org/a",
    content_hash="c" * 32,
    headline_hash="d" * 32,
    shingles=20,
    characters=100,
)
RAW = RawArticle(
    content="A text.",
    id="a",
    url="https://example.org/a?utm_source=x",
    headline="A headline",
    source="Example",
    language="en-GB",
    authors=["Ann Example"],
    published_at="2026-01-02T03:04:05+02:00",
    unknown={"desk": "foreign"},
)
ORIGINAL = Verdict(kind="original", version=1, cluster="a")


def printed(fingerprint: Fingerprint, preview: str | None = None) -> Fingerprinted:
    return Fingerprinted(
        fingerprint=fingerprint, raw=Raw(b"{}"), media_type="text/plain", preview=preview
    )


def opened(raw: RawArticle = RAW, verdict: Verdict = ORIGINAL, preview: str | None = None) -> Any:
    return open_article(raw, printed(FINGERPRINT, preview), verdict)


def test_an_opened_article_carries_what_the_producer_said_and_where_it_is_from() -> None:
    article = opened()
    assert article.content == RAW.content
    assert article.published_at == "2026-01-02T01:04:05.000Z"
    assert article.canonical_url == "https://example.org/a"
    assert article.language_declared == "en-GB"
    assert article.language is UNSET
    assert article.unknown == {"desk": "foreign"}
    assert article.provenance == {
        "url": "raw",
        "source": "raw",
        "headline": "raw",
        "authors": "raw",
        "published_at": "raw",
        "language_declared": "raw",
        "canonical_url": "url",
    }
    assert article.preview is UNSET


def test_how_much_of_the_article_the_producer_had_is_carried_on_where_it_was_judged() -> None:
    judged = publish(opened(replace(RAW, quality="paywall")), enriched_at=None)
    assert judged.quality == "paywall"
    assert bare_article(replace(RAW, quality="excerpt"), id="a").quality == "excerpt"
    for raw in (RAW, replace(RAW, quality=None)):
        assert "quality" not in json.loads(codec.encode(publish(opened(raw), enriched_at=None)))
    given = codec.decode(RawArticle, b'{"content": "a", "quality": null}')
    assert given.quality is None


def test_what_is_no_date_is_null_and_its_words_are_kept() -> None:
    article = opened(replace(RAW, published_at="last Tuesday"))
    assert article.published_at is None
    assert article.provenance["published_at"] == "raw, not a date: 'last Tuesday'"


def test_a_producers_field_never_passes_for_what_a_stage_has_found() -> None:
    forged = {"text": "x", "entities": [1], "status": "complete", "version": 9, "stages": []}
    raw = replace(RAW, unknown={**forged, "desk": "foreign"})
    for article in (opened(raw), bare_article(raw, id="a")):
        assert article.unknown == {"desk": "foreign"}
        assert not forged.keys() & codec.decode(Article, codec.encode(article)).unknown.keys()
        written = json.loads(codec.encode(publish(article, enriched_at=None)))
        assert "text" not in written
        assert "entities" not in written


def test_a_revision_says_what_it_revises() -> None:
    verdict = Verdict(kind="revision", version=3, cluster="z", of="a", of_version=2, of_origin="o")
    article = opened(verdict=verdict, preview="Main text")
    assert article.version == 3
    assert (article.duplicates.role, article.duplicates.of) == ("revision", "a")
    assert article.preview == "Main text"


def test_a_copy_that_is_passed_on_says_of_what() -> None:
    verdict = Verdict(
        kind="near_content", version=1, cluster="z", of="z", similarity=0.7, enriched=True
    )
    told = opened(verdict=verdict).duplicates
    assert (told.role, told.of, told.cluster, told.similarity) == ("copy", "z", "z", 0.7)


def test_an_opened_article_names_the_lines_that_its_source_has_printed_before() -> None:
    hashes = [0x0102030405060708, 0xFFFFFFFFFFFFFFFE, 5]
    lines = base64.b64encode(struct.pack("<3Q", *hashes)).decode()
    fingerprint = replace(FINGERPRINT, lines=lines)
    verdict = replace(ORIGINAL, repeated_lines=[0, 2, 7])
    article = open_article(RAW, printed(fingerprint), verdict)
    assert article.repeated_lines == ["0102030405060708", "0000000000000005"]
    assert opened().repeated_lines is UNSET


def test_a_published_record_has_no_content_and_absent_fields_stay_absent() -> None:
    time = datetime(2026, 1, 1, tzinfo=UTC)
    record = publish(opened(), enriched_at=time)
    assert not hasattr(record, "content")
    assert not hasattr(record, "preview")
    assert record.text is UNSET
    assert record.entities is UNSET
    assert record.enriched_at == "2026-01-01T00:00:00.000Z"
    assert record.unknown == {"desk": "foreign"}


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], "complete"),
        (["ok", "skipped"], "complete"),
        (["ok", "failed", "ok"], "partial"),
    ],
)
def test_partial_means_that_a_stage_failed(statuses: list[str], expected: str) -> None:
    runs = [StageRun(name="s", version="1", status=status) for status in statuses]  # type: ignore[arg-type]
    assert publish(replace(opened(), stages=runs), enriched_at=None).status == expected


def test_a_duplicate_points_to_the_earlier_arrival_and_stays_countable() -> None:
    verdict = Verdict(
        kind="same_content",
        version=1,
        cluster="first",
        of="first",
        of_version=2,
        of_origin="articles.raw/0/1@5",
        method="exact/1",
    )
    record = duplicate(RAW, FINGERPRINT, verdict, ORIGIN)
    assert (record.id, record.origin) == ("a", str(ORIGIN))
    assert (record.duplicate_of, record.duplicate_of_version) == ("first", 2)
    assert record.duplicate_of_origin == "articles.raw/0/1@5"
    assert (record.reason, record.method, record.method_version) == ("same_content", "exact", "1")
    assert (record.similarity, record.containment) == (1.0, 1.0)
    assert (record.source, record.headline) == ("Example", "A headline")


def test_an_article_that_passed_is_no_duplicate() -> None:
    with pytest.raises(AssertionError):
        duplicate(RAW, FINGERPRINT, ORIGINAL, ORIGIN)


@pytest.mark.parametrize(
    ("content", "declared", "expected"),
    [
        ("<!doctype html><p>A page.</p>", None, "text/html"),
        ("A text.", None, "text/plain"),
        ("<p>An example of a tag.</p>", "text/plain", "text/plain"),
    ],
)
def test_an_unclaimed_article_has_its_media_type_sniffed(
    content: str, declared: str | None, expected: str
) -> None:
    raw = RawArticle(content=content, media_type=declared)  # type: ignore[arg-type]
    assert bare_article(raw, id="x").media_type == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000Z"),
        (" 2026-01-31T08:15:00Z\n", "2026-01-31T08:15:00.000Z"),
        ("2026-01-31T08:15:00.25+05:30", "2026-01-31T02:45:00.250Z"),
        ("Sat, 31 Jan 2026 08:15:00 +0100", "2026-01-31T07:15:00.000Z"),
        ("Sat, 31 Jan 2026 08:15:00 GMT", "2026-01-31T08:15:00.000Z"),
        ("1 March 2024 10:00 CET", "2024-03-01T00:00:00.000Z"),
        ("Fri, 1 Mar 2024 22:00:00 MSK", "2024-03-01T00:00:00.000Z"),
        ("1 Mar 2024 22:00 (somewhere)", "2024-03-01T00:00:00.000Z"),
        ("1 Mar 2024 10:30 PM", "2024-03-01T00:00:00.000Z"),
        ("1 Mar 2024 10:30 PST", "2024-03-01T18:30:00.000Z"),
        ("1 Mar 2024 10:30:00 -0000", "2024-03-01T10:30:00.000Z"),
        ("1 Mar 2024 10:30", "2024-03-01T10:30:00.000Z"),
        ("1900-01-01", "1900-01-01T00:00:00.000Z"),
        ("2099-12-31T23:59:59Z", "2099-12-31T23:59:59.000Z"),
        ("1899-12-31", None),
        ("0001-01-01", None),
        ("2999-01-01", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2026-02-30", None),
        ("yesterday", None),
        ("\u0000", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(text: str | None, expected: str | None) -> None:
    assert utc(text) == expected


@given(
    st.datetimes(
        timezones=st.timezones(),
        min_value=datetime(1900, 1, 2),
        max_value=datetime(2099, 12, 30),
    )
)
def test_dates_in_every_zone_name_the_same_moment(moment: datetime) -> None:
    milliseconds = moment.microsecond // 1000 * 1000
    try:
        expected = moment.replace(microsecond=milliseconds).astimezone(UTC)
    except OverflowError:
        return
    told = utc(moment.isoformat())
    assert told is not None
    assert datetime.fromisoformat(told) == expected
    seconds = moment.utcoffset()
    if seconds is not None and not seconds.total_seconds() % 60:
        told = utc(format_datetime(moment))
        assert told is not None
        assert datetime.fromisoformat(told) == expected.replace(microsecond=0)


@given(st.text(max_size=60) | st.from_regex(r"[0-9:+\-TZ., ]{0,30}", fullmatch=True))
def test_any_text_is_a_date_in_utc_or_none(text: str) -> None:
    told = utc(text)
    if told is not None:
        assert told.endswith("Z")
        assert utc(told) == told
