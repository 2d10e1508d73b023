"""Explain what was published of an article: the records on Kafka, and what can be made again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from topics import catalog, codec
from topics.codec import DecodeError
from topics.records import DeadLetter, Duplicate, EnrichedArticle, Origin, Verdict
from workers.commands import CommandError
from workers.commands.explained.explanation import Explanation, Original, Seen
from workers.commands.explained.finding import Found, explained, original_of
from workers.commands.explained.placing import place
from workers.commands.reading import report
from workers.commands.times import short_time
from workers.runtime.explaining import STRIPPING, Cuts, Explainer
from workers.runtime.letters import Letter
from workers.runtime.published import Published, at, published
from workers.runtime.record import Consumed
from workers.runtime.trace import Sighting, Trace
from workers.settings import Settings

_OTHERS_NAMED = 5
GONE = "the raw record is not there any more"


async def on_kafka(
    settings: Settings, word: str, *, since: int | None
) -> tuple[Found | None, Trace]:
    """The newest telling outcome of an id or origin, None if there is none; and what was found."""
    found = await published(settings, word, since=since, report=report)
    if found.outcome is None:
        return None, found.trace
    if found.record is None:
        raise CommandError(f"{found.outcome.place} has just been deleted; try again")
    record = _decoded(found.outcome, found.record)
    notes = tuple(_others(found))
    if isinstance(record, EnrichedArticle):
        explanation = await _enriched(settings, found, record)
    elif isinstance(record, Duplicate):
        explanation = await _duplicate(settings, found, record)
    else:
        explanation = Explanation(
            subject=str(found.outcome.origin),
            outcome=record,
            notes=(f"all of it: copydesk dead-letters show {found.outcome.place}",),
        )
    explanation = replace(
        explanation,
        published=True,
        notes=notes + explanation.notes,
        original=await _original(settings, record, explanation.verdict),
        seen=tuple(map(_seen, found.trace.sightings)),
    )
    return Found(explanation, _as_json(found.outcome, found.record, record)), found.trace


async def _enriched(settings: Settings, found: Published, record: EnrichedArticle) -> Explanation:
    assert found.outcome is not None
    removed = record.removed if isinstance(record.removed, list) else []
    verdict = _verdict(found.claim)
    base = Explanation(
        subject=str(found.outcome.origin),
        outcome=record,
        shown=record,
        removed=tuple(removed),
        verdict=verdict,
    )
    if found.raw is None or found.raw.value is None:
        return replace(base, notes=(f"{GONE}: where and what was cut shows only if published",))
    async with Explainer(settings, one=True, steps=STRIPPING) as explainer:
        again = await explainer.again(found.raw.value, verdict, record)
    if again is None:
        return replace(base, notes=("strip_boilerplate, run again here, fails: no cuts to show",))
    printed, cuts = again
    page = printed.media_type == "text/html"
    base = replace(base, source=cuts.source, page=page, fingerprint=printed.fingerprint)
    spans = removed or not page  # of a page they are published only where a setting asks for them
    if spans and cuts.source is not None and place(cuts.source, base.text, removed) is not None:
        return replace(base, notes=("what was removed is as published",))
    return replace(base, removed=cuts.removed, notes=(_rerun(record, cuts),))


def _rerun(record: EnrichedArticle, cuts: Cuts) -> str:
    told = "what was removed was found by running strip_boilerplate again here on the raw record"
    was = [run.version for run in record.stages if run.name == "strip_boilerplate"]
    if was and was[0] != cuts.version:
        told += f" (version {cuts.version}; it was published by version {was[0]})"
    if cuts.text != record.text:
        told += ", which gives another text than was published: places of cuts are approximate"
    return told


async def _duplicate(settings: Settings, found: Published, record: Duplicate) -> Explanation:
    assert found.outcome is not None
    subject = str(found.outcome.origin)
    verdict = _verdict(found.claim)
    if found.raw is None or found.raw.value is None:
        note = f"{GONE}: only the evidence can be shown"
        return Explanation(subject=subject, outcome=record, verdict=verdict, notes=(note,))
    async with Explainer(settings, one=True) as explainer:
        worked = await explainer.work(found.raw.value, found.outcome.origin)
    note = "it was not enriched: text and entities show what the stages find in the raw record"
    here = explained(worked, subject, notes=(note,))
    return replace(here, outcome=record, verdict=verdict)


def _decoded(seen: Sighting, record: Consumed) -> EnrichedArticle | Duplicate | DeadLetter:
    try:
        if seen.topic == catalog.ENRICHED.name:
            return codec.decode(EnrichedArticle, record.value)
        if seen.topic == catalog.DUPLICATES.name:
            return codec.decode(Duplicate, record.value)
    except DecodeError as error:
        raise CommandError(f"{seen.place} is not what copydesk writes: {error}") from None
    letter = Letter.of(record)
    return DeadLetter(
        id=letter.id or None,
        stage=letter.stage,
        reason=letter.reason,  # type: ignore[arg-type]  # whatever the header says is shown
        message=letter.message,
        payload=None if record.value is None else record.value.decode("utf-8", "replace"),
        origin=str(letter.origin),
    )


def _verdict(claim: Consumed | None) -> Verdict | None:
    try:
        return None if claim is None else codec.decode_claim(claim.value).verdict
    except DecodeError:
        return None


async def _original(
    settings: Settings, record: EnrichedArticle | Duplicate | DeadLetter, verdict: Verdict | None
) -> Original | None:
    """The original's own raw record, as far as it is still there."""
    told = record.duplicate_of_origin if isinstance(record, Duplicate) else None
    told = told or (verdict.of_origin if verdict else None)
    try:
        origin = None if told is None else Origin.parse(told)
    except ValueError:
        return None
    if origin is None:
        return None
    if origin.topic != settings.topic(catalog.RAW.name):
        return Original(str(origin))
    raw = await at(settings, str(origin).rpartition("@")[0])
    return original_of(raw.value, str(origin)) if raw is not None else Original(str(origin))


def _others(found: Published) -> list[str]:
    if not found.others:
        return []
    named = [
        f"{str(seen.origin).rpartition('@')[0]} ({seen.outcome})"
        for seen in found.others[-_OTHERS_NAMED:]
    ]
    more = len(found.others) - len(named)
    told = ", ".join(named) + (f" and {more:,} more" if more else "")
    return [f"other arrivals of it, each to be explained by its origin: {told}"]


def _seen(seen: Sighting) -> Seen:
    told = f"of another article: {seen.detail}" if seen.copy else seen.detail
    if seen.version is not None:
        told = f"version {seen.version}{'; ' if told else ''}{told}"
    time = short_time(seen.timestamp, seconds_only=False)
    return Seen(time, seen.place, seen.stage, seen.outcome, told)


def _as_json(
    seen: Sighting, record: Consumed, decoded: EnrichedArticle | Duplicate | DeadLetter
) -> dict[str, Any]:
    """As enrich writes it, with its place: topic, place, key, headers, value."""
    value = codec.encode(decoded) if isinstance(decoded, DeadLetter) else record.value or b"null"
    return {
        "topic": seen.topic,
        "place": seen.place,
        "key": None if record.key is None else record.key.decode("utf-8", "replace"),
        "headers": dict(record.headers),
        "value": orjson.loads(value),
    }
