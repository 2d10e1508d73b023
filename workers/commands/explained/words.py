"""What is told of an article, in words and numbers; how they look is up to the views."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import orjson
from msgspec import UNSET

from topics.records import (
    DeadLetter,
    Duplicate,
    EnrichedArticle,
    Entity,
    Feed,
    StageRun,
)
from workers.commands.explained.explanation import Explanation
from workers.commands.letter_views import REASONS

DUPLICATE_REASONS = {
    "repeat": "the same article again: its id and its text are known already",
    "same_content": "another article with the same text",
    "near_content": "its own sentences are a version of those of an earlier article",
}
ROLES = {
    "original": "an original: no earlier article has this text",
    "revision": "a revision: the same id with changed text",
    "copy": "a copy of an earlier article, enriched all the same",
}
REMOVAL_REASONS = {
    "outside_main_text": "visible on the page, but not part of its article",
    "leading_mark": "image marks, a counter and a date before the text of a line",
    "trailing_bar": "a vertical bar after the text, with nothing behind it",
    "duration_line": "a player's statement of its length",
    "stamp_line": "a counter or a day with a clock time, and nothing else",
    "trailing_link": "words that lead to the rest, after the last sentence",
    "counter": "how often the article was viewed, shared or commented on",
    "sidebar": "other headlines, each with a stamp after it or below a label",
    "advertisement": "a label that says an advertisement stands here",
    "cookie_notice": "a notice about cookies",
    "copyright": "a notice of rights",
    "navigation": "what leads about a page, or asks for a comment",
    "related_link": "a label for other articles",
    "share": "asks to pass the article on",
    "subscription": "asks to subscribe, sign up or follow",
    "repeated_line": "other articles of the source had this line too",
    "line_model": "hardly a line of the article, by the line model",
}
"""In words; a reason that is not here is told by its name alone."""
_EVIDENCE = {
    "content_hash": "hash of the normalised text, equal in both",
    "shared_shingles": "word triples in both",
    "shared_numbers": "numbers in both",
    "matches": "equal min-hashes",
    "lead_matches": "equal in the lead",
    "headline": "the headlines are the same",
    "through_copy": "linked through another copy",
    "original": "what became of the original",
}
_OF = {
    "shared_shingles": ("shingles", "{} of the {} of the shorter text (estimated)"),
    "shared_numbers": ("numbers", "{} of the {} of the text that has fewer"),
    "matches": (None, "{} of 128"),
    "lead_matches": (None, "{} of 32"),
}
"""Counts that are told together with what they are a part of."""
# Shown in places of their own.
_ELSEWHERE = frozenset(
    (
        *("schema_version", "status", "text", "removed", "removed_summary", "rendering"),
        *("entities", "duplicates", "provenance", "stages", "unknown"),
        *("language", "language_confidence", "language_alternatives"),
        "language_shares",
        *("evidence", "reason", "similarity", "containment", "method", "method_version"),
        *("duplicate_of", "duplicate_of_version", "duplicate_of_origin", "cluster", "origin"),
        *("stage", "message", "payload"),
    )
)
_LONGEST_VALUE = 2000


def headline(explanation: Explanation) -> str:
    """What to call the article: its headline, else its first line, else its id."""
    record = explanation.shown or explanation.outcome
    first = explanation.text.strip().split("\n", 1)[0][:200]
    return getattr(record, "headline", None) or first or record.id or explanation.subject


def outcome(explanation: Explanation) -> str:
    """The outcome in one sentence."""
    record = explanation.outcome
    if isinstance(record, Duplicate):
        return f"Duplicate ({record.reason}): {DUPLICATE_REASONS.get(record.reason, '')}"
    if isinstance(record, DeadLetter):
        return (
            f"Dead letter: {record.reason} in {record.stage} – "
            f"{REASONS.get(record.reason, 'no reason that is known')}"
        )
    if record.status == "partial":
        return "Enriched, but only in part: an optional stage failed"
    return "Enriched: no stage failed"


def letter(record: DeadLetter) -> Iterator[tuple[str, str]]:
    """What a dead letter says, but for its payload."""
    yield "failed in", record.stage
    yield "reason", f"{record.reason}: {REASONS.get(record.reason, 'no reason that is known')}"
    yield "message", record.message


def language(record: EnrichedArticle) -> str:
    """The language and how sure that is; empty where no stage looked."""
    if record.language is UNSET:
        return ""
    told = named(record.language)
    if record.language_confidence is not UNSET and record.language != "und":
        told += f", confidence {record.language_confidence:.3f}"
    return told


def named(tag: str) -> str:
    """A language tag with its English name: ``Ukrainian (uk)``."""
    from babel import Locale, UnknownLocaleError

    if tag == "und":
        return "undetermined (und)"
    try:
        name = Locale.parse(tag, sep="-").get_display_name("en")
    except (UnknownLocaleError, ValueError, TypeError):
        return tag
    return f"{name} ({tag})" if name else tag


def alternatives(record: EnrichedArticle) -> list[tuple[str, str, str]]:
    """(engine, language, confidence) of what was not taken, as the record has them."""
    if record.language_alternatives is UNSET:
        return []
    return [
        (other.engine, named(other.language), f"{other.confidence:.3f}")
        for other in record.language_alternatives
    ]


def shares(record: EnrichedArticle) -> str:
    """How much of the article is in which language; empty where that was not worked out."""
    if record.language_shares is UNSET:
        return ""
    return "; ".join(f"{named(part.language)} {part.share:.0%}" for part in record.language_shares)


def removals(record: EnrichedArticle) -> list[tuple[str, str, str, str]]:
    """(reason, what that is, spans, characters) of what was removed."""
    if record.removed_summary is UNSET:
        return []
    return [
        (reason, REMOVAL_REASONS.get(reason, ""), f"{total.count:,}", f"{total.characters:,}")
        for reason, total in record.removed_summary.items()
    ]


def duplicates(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """The verdict with its evidence."""
    record, verdict = explanation.outcome, explanation.verdict
    if isinstance(record, Duplicate):
        yield "reason", f"{record.reason}: {DUPLICATE_REASONS.get(record.reason, '')}"
        yield "duplicate of", f"{record.duplicate_of}, version {record.duplicate_of_version}"
        yield from _original(explanation, record.duplicate_of_origin)
        yield "cluster", record.cluster
        yield "similarity", f"{record.similarity:.4f}"
        yield "containment", f"{record.containment:.4f}"
        yield "method", f"{record.method}, version {record.method_version}"
        yield from _evidence(record.evidence)
    elif isinstance(record, EnrichedArticle) and record.duplicates is not UNSET:
        found = record.duplicates
        yield "role", ROLES.get(found.role, found.role)
        if found.of is not None:
            yield f"{'revises' if found.role == 'revision' else 'copies'}", found.of
            yield from _original(explanation, verdict.of_origin if verdict else None)
        yield "version", str(record.version)
        yield "cluster", found.cluster
        if found.similarity is not None:
            yield "similarity", f"{found.similarity:.4f}"
        if verdict is not None:
            if verdict.containment is not None:
                yield "containment", f"{verdict.containment:.4f}"
            yield from _evidence(verdict.evidence)
            if verdict.repeated_lines:
                yield "lines its source had before", f"{len(verdict.repeated_lines)}"
    yield from _fingerprint(explanation)


def _original(explanation: Explanation, origin: str | None) -> Iterator[tuple[str, str]]:
    found = explanation.original
    if found is None:
        if origin is not None:
            yield "its origin", origin
        return
    yield "which is", found.where
    for name in ("headline", "source", "url"):
        if value := getattr(found, name):
            yield f"its {name}", value


def _evidence(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    told_with = {whole for part, (whole, _) in _OF.items() if part in evidence}
    for name, value in evidence.items():
        if name in told_with:
            continue
        told = {True: "yes", False: "no"}[value] if isinstance(value, bool) else _short(value)
        if name in _OF:
            whole, form = _OF[name]
            told = form.format(told, "?" if whole is None else _short(evidence.get(whole)))
        yield _EVIDENCE.get(name, name), told


def _fingerprint(explanation: Explanation) -> Iterator[tuple[str, str]]:
    found = explanation.fingerprint
    if found is None:
        return
    yield "compared by", found.algorithm
    yield (
        "main text",
        f"{found.characters:,} characters, {found.shingles:,} word triples, "
        f"{found.sentence_shingles:,} of them in sentences",
    )
    yield "content hash", found.content_hash
    if found.source:
        yield "lines counted for", found.source


def metadata(explanation: Explanation) -> list[tuple[str, str, str]]:
    """(field, value, provenance) of every field with a value, the producer's own fields last."""
    record = explanation.shown or explanation.outcome
    provenance: Mapping[str, str] = getattr(record, "provenance", {})
    rows = []
    for name in record.__struct_fields__:
        value = getattr(record, name)
        where = provenance.get(name, "")
        if name not in _ELSEWHERE and (value not in (None, UNSET, [], {}) or where):
            rows.append((name, _short("" if value in (None, UNSET) else value), where))
    known = {name for name, _, _ in rows}
    rows += [(name, "(above)", where) for name, where in provenance.items() if name not in known]
    unknown: Mapping[str, Any] = getattr(record, "unknown", {})
    rows += [(name, _short(value), "the producer's own field") for name, value in unknown.items()]
    return rows


def stages(record: EnrichedArticle) -> list[StageRun]:
    """The stages' runs, in order."""
    return list(record.stages)


def entities(record: EnrichedArticle) -> list[Entity]:
    """The entities by salience; empty where none were looked for."""
    if record.entities is UNSET:
        return []
    return sorted(record.entities, key=lambda entity: -entity.salience)


def _short(value: object) -> str:
    if isinstance(value, Feed):
        parts = ((name, getattr(value, name)) for name in value.__struct_fields__)
        value = [f"{name} {part}" for name, part in parts if part is not None]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = "; ".join(value)
    told = (
        value
        if isinstance(value, str)
        else orjson.dumps(value, default=msgspec.to_builtins).decode()
    )
    return (
        told if len(told) <= _LONGEST_VALUE else f"{told[:_LONGEST_VALUE]}… ({len(told):,} in all)"
    )
