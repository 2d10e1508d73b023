"""Claims as the changelog and the outputs show them, and back: nothing is computed anew.

What a verdict says follows from the numbers that are kept with the claim, so that a redelivery gets
the same one to the last digit.
"""

from __future__ import annotations

from binascii import b2a_base64
from struct import pack
from typing import Any

from msgspec import UNSET

from topics.records import Claim, Fingerprint, Origin, Verdict
from workers.stages.deduplicate.arrival import Arrival
from workers.stages.deduplicate.near_texts import Text
from workers.stages.deduplicate.seen_rows import (
    KINDS,
    NOWHERE,
    PASSED,
    SAME_HEADLINE,
    THROUGH_COPY,
    WITHDRAWN,
    Row,
    SeenRows,
)
from workers.stages.deduplicate.similarity import HASHES, LEAD_HASHES, NUMBERS, Similarity

EXACT = "exact/1"
NEAR = "minhash/1"
"""Method and version; the version rises when the same two fingerprints may be judged otherwise."""
SCALE = 10_000
"""Similarities are told, and kept, with four decimals."""
_NOT_ALIKE = Similarity(0, 0, 0, 0, 0, 1)


def verdict_of(rows: SeenRows, number: int) -> Verdict:
    """The verdict that was given."""
    row = rows[number]
    kind = KINDS[row.kind]
    told: dict[str, Any] = {}
    if kind not in ("original", "revision"):
        headline = bool(row.flags & SAME_HEADLINE)
        evidence: dict[str, Any] = {"content_hash": row.content.hex(), "headline": headline}
        if kind == "near_content":
            evidence = {
                "shared_shingles": row.shared,
                "shingles": row.smaller,
                "shared_numbers": row.shared_numbers,
                "numbers": row.numbers,
                "matches": row.matches,
                "lead_matches": row.lead_matches,
                "headline": headline,
                "through_copy": bool(row.flags & THROUGH_COPY),
            }
        told = {
            "similarity": row.similarity / SCALE,
            "containment": row.containment / SCALE,
            "method": rows.method_name(row.method),
            "evidence": evidence,
        }
    return Verdict(
        kind=kind,
        version=row.version,
        cluster=rows.clusters[number],
        of=rows.targets[number],
        of_version=row.of_version or None,
        of_origin=None if row.of_partition == NOWHERE else str(rows.target_origin(row)),
        enriched=kind not in ("original", "revision") and bool(row.flags & PASSED),
        repeated_lines=[line for line in range(row.met.bit_length()) if row.met >> line & 1],
        **told,
    )


def claim_of(rows: SeenRows, number: int, told: Fingerprint | Text | None) -> Claim:
    """The claim for the changelog.

    ``told`` is the fingerprint, or what is still known of it when a claim is withdrawn: its lines
    and its source are not, and need not be, since they no longer count.
    """
    row = rows[number]
    near: dict[str, Any] = {}
    if isinstance(told, Fingerprint):
        near = {
            "source": told.source,
            "sentence_shingles": told.sentence_shingles,
            "signature": told.signature,
            "numbers": told.numbers,
            "lines": told.lines,
        }
    elif told is not None:
        numbers = pack(f"<{len(told.numbers)}H", *told.numbers)
        near = {
            "sentence_shingles": told.shingles,
            "signature": b2a_base64(told.sketch, newline=False).decode(),
            "numbers": b2a_base64(numbers, newline=False).decode(),
        }
    return Claim(
        origin=str(rows.origin(row)),
        algorithm=rows.algorithm_name(row.algorithm),
        id=rows.ids[number],
        content_hash=row.content.hex(),
        headline_hash=row.headline.hex(),
        shingles=row.shingles,
        verdict=verdict_of(rows, number),
        withdrawn=bool(row.flags & WITHDRAWN),
        sequence=row.sequence,
        day=row.kept,
        **{name: value for name, value in near.items() if value is not UNSET},
    )


def row_of(rows: SeenRows, record: Claim, arrival: Arrival, origin: Origin, kept: int) -> Row:
    """The row for a claim from the changelog; ValueError if it says what no verdict does."""
    verdict = record.verdict
    target = None if verdict.of_origin is None else Origin.parse(verdict.of_origin)
    if verdict.version < 1:
        raise ValueError(f"version {verdict.version} of an article")
    nothing = verdict.of is None or target is None
    if nothing and (verdict.kind == "repeat" or not verdict.passes):
        raise ValueError(f"a {verdict.kind} of nothing")
    told = verdict.evidence
    alike = _similarity(told) if told else _NOT_ALIKE
    return Row(
        # By place, in the order of the fields: by name takes 2 µs more, of 60.
        rows.topic(origin.topic),
        origin.partition,
        origin.offset,
        origin.timestamp,
        rows.topic(target.topic) if target else 0,  # of_topic
        target.partition if target else NOWHERE,  # of_partition
        target.offset if target else 0,  # of_offset
        target.timestamp if target else 0,  # of_timestamp
        record.sequence,
        arrival.content,
        arrival.headline,
        _bits(verdict.repeated_lines) if verdict.repeated_lines else 0,  # met
        verdict.version,
        verdict.of_version or 0,
        record.shingles,
        alike.shared,
        alike.smaller,
        arrival.source,
        0,  # place
        kept,
        KINDS.index(verdict.kind),
        (SAME_HEADLINE if told.get("headline") else 0)
        | (THROUGH_COPY if told.get("through_copy") else 0)
        | (PASSED if verdict.passes else 0)
        | (WITHDRAWN if record.withdrawn else 0),  # flags
        rows.algorithm(record.algorithm),
        alike.matches,
        alike.lead_matches,
        alike.numbers,
        alike.shared_numbers,
        0 if verdict.similarity is None else scaled(verdict.similarity),
        0 if verdict.containment is None else scaled(verdict.containment),
        rows.method(verdict.method or ""),
    )


def scaled(share: float) -> int:
    """A share of one as it is kept."""
    return min(max(0, round(share * SCALE)), SCALE)


def _similarity(told: dict[str, Any]) -> Similarity:
    """What the evidence of a verdict says, as far as it is possible."""

    def count(name: str, most: int = 0xFFFFFFFF) -> int:
        value = told.get(name, 0)
        return min(value, most) if isinstance(value, int) and value >= 0 else 0

    return Similarity(
        matches=count("matches", HASHES),
        lead_matches=count("lead_matches", LEAD_HASHES),
        shared_numbers=count("shared_numbers", min(NUMBERS, count("numbers"))),
        numbers=count("numbers", NUMBERS),
        shared=count("shared_shingles", max(1, count("shingles"))),
        smaller=max(1, count("shingles")),
    )


def _bits(places: list[int]) -> int:
    bits = 0
    for place in places:
        if 0 <= place < 64:
            bits |= 1 << place
    return bits
