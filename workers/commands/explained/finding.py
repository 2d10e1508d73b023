"""Explain a record that is not on Kafka: from a file, or from the web."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from topics import codec
from topics.codec import DecodeError
from topics.records import DeadLetter, Duplicate, EnrichedArticle, Origin, RawArticle
from workers import sources
from workers.commands import CommandError
from workers.commands.explained.explanation import Explanation, Original
from workers.runtime.explaining import Explainer, Worked
from workers.runtime.fetch import fetch
from workers.runtime.local import INPUT
from workers.settings import Settings


@dataclass(frozen=True)
class Found:
    """An explanation, and the record that it is of, as JSON."""

    explanation: Explanation
    record: dict[str, Any]


async def in_file(settings: Settings, name: str, line: int | None) -> Found:
    """Explain one record of a file; those before it are claimed first, as enrich would.

    CommandError if there is no such line.
    """
    records = sources.read([name])
    before: list[str] = []
    wanted: list[sources.Found] = []

    def earlier() -> Iterator[bytes]:
        for found in records:
            if found.line is None and line not in (None, 1):
                raise CommandError(f"{name} is one article and has no lines to choose from")
            if line is None or found.line in (None, line):
                wanted.append(found)
                return
            if found.line > line:
                return
            before.append(found.where)
            yield found.value

    async with Explainer(settings, one=line in (None, 1)) as explainer:
        claimed = await explainer.claim(earlier())
        if not wanted:
            raise CommandError(_no_line(name, line, before))
        found = wanted[0]
        worked = await explainer.work(found.value, Origin(INPUT, 0, claimed + 1, 0))
    notes = []
    if found.line is not None:
        notes.append(f"this is line {found.line}; {_more(name, records)}")
        if claimed:
            told = "the article" if claimed == 1 else f"the {claimed:,} articles"
            notes.append(f"{told} before it {'was' if claimed == 1 else 'were'} claimed first")
    original = None
    at = _of_origin(worked)
    if at is not None and at.topic == INPUT and 0 < at.offset <= len(before):
        original = _original(name, before[at.offset - 1])
    return _found(worked, found.where, tuple(notes), original)


async def on_the_web(settings: Settings, url: str) -> Found:
    """Fetch a page and explain it; FetchError if there is none."""
    fetched = await fetch(url, limit=settings.article_limit)
    raw = RawArticle(
        content=fetched.content,
        url=fetched.url,
        media_type=fetched.media_type,
        fetched_at=fetched.fetched_at,
    )
    async with Explainer(settings, one=True) as explainer:
        worked = await explainer.work(codec.encode(raw), Origin(INPUT, 0, 1, 0))
    notes = [f"fetched {fetched.fetched_at}"]
    if fetched.redirected:
        notes.append(f"{url} led to {fetched.url}")
    notes.append("no other article was claimed before it: it cannot be a duplicate here")
    return _found(worked, fetched.url, tuple(notes), None)


def explained(worked: Worked, subject: str, **more: Any) -> Explanation:
    """What the stages made of a record here, as an explanation."""
    cuts, printed = worked.cuts, worked.printed
    outcome = worked.outcome.value
    assert isinstance(outcome, EnrichedArticle | Duplicate | DeadLetter)
    return Explanation(
        subject=subject,
        outcome=outcome,
        shown=worked.shown,
        removed=cuts.removed if cuts else (),
        source=cuts.source if cuts else None,
        page=printed is not None and printed.media_type == "text/html",
        fingerprint=printed.fingerprint if printed else None,
        verdict=worked.verdict,
        **more,
    )


def _found(
    worked: Worked, subject: str, notes: tuple[str, ...], original: Original | None
) -> Found:
    if isinstance(worked.outcome.value, Duplicate):
        notes += ("it would not have been enriched: text and entities show what the stages find",)
    return Found(
        explained(worked, subject, notes=notes, original=original),
        orjson.loads(worked.outcome.line()),
    )


def _of_origin(worked: Worked) -> Origin | None:
    told = worked.verdict.of_origin if worked.verdict else None
    return None if told is None else Origin.parse(told)


def _original(name: str, where: str) -> Original:
    """The record at a place that was read before; its place alone if it cannot be read again."""
    if name == sources.STANDARD_INPUT:
        return Original(where)
    for found in sources.read([name]):
        if found.where == where:
            return original_of(found.value, where)
    return Original(where)


def original_of(value: bytes | None, where: str) -> Original:
    """What a raw record says of itself; its place alone if it is none."""
    try:
        raw = codec.decode(RawArticle, value)
    except DecodeError:
        return Original(where)
    return Original(where, raw.headline, raw.source, raw.url)


def _more(name: str, records: Iterator[sources.Found]) -> str:
    if name == sources.STANDARD_INPUT:  # whose next line may take for ever
        return "--line N explains another one"
    return "--line N explains another one" if next(records, None) else "there is none after it"


def _no_line(name: str, line: int | None, before: list[str]) -> str:
    if line is None:
        return f"{name} holds no article"
    if not before:
        return f"{name} holds no article in line {line} or before"
    return f"{name} has no article in line {line}; the last one is {before[-1]}"
