"""Fingerprints and origins for the tests of the claim."""

import struct
from base64 import b64encode
from collections.abc import Iterable, Sequence
from unittest.mock import patch

import xxhash
from msgspec import UNSET

from topics.records import Claim, Fingerprint, Origin, Verdict, Withdrawal
from workers.stages.deduplicate import WindowedSeenStore, recovery

DAY = 86_400_000


def article(
    id: str,
    content: str,
    headline: str = "h",
    *,
    shingles: int = 200,
    algorithm: str = "fp/1",
    sketch: bytes | None = None,
    source: str | None = None,
    lines: Sequence[int] = (),
) -> Fingerprint:
    """A fingerprint by what its content and headline are."""
    return Fingerprint(
        algorithm=algorithm,
        id=id,
        canonical_url=None,
        content_hash=digest(content),
        headline_hash=digest(headline),
        shingles=shingles,
        characters=shingles * 7,
        source=source,
        sentence_shingles=shingles if sketch else 0,
        signature=UNSET if sketch is None else b64encode(sketch).decode(),
        numbers=UNSET if sketch is None else "",
        lines=b64encode(struct.pack(f"<{len(lines)}Q", *lines)).decode(),
    )


def digest(text: str) -> str:
    """A hash as fingerprints have it."""
    return xxhash.xxh3_128_hexdigest(text.encode())


def at(offset: int, *, day: float = 0) -> Origin:
    """The arrival at an offset, on a day counted from some day in 2023."""
    return Origin("articles.raw", 0, offset, int((19_600 + day) * DAY))


def withdrawal(claim: Claim) -> Withdrawal:
    """What the runtime sends when this arrival becomes a dead letter."""
    return Withdrawal(id=claim.id, origin=claim.origin)


def restore(store: WindowedSeenStore, log: Iterable[Claim | str], together: int) -> None:
    """Take in a changelog as a worker does, and a few at once too; tombstones are origins."""
    claims = list[Claim]()
    with patch.object(recovery, "AT_ONCE", 1):
        for record in log:
            if isinstance(record, Claim):
                claims.append(record)
            if claims and (record is not claims[-1] or len(claims) == together):
                assert not store.restore_all(claims)
                claims = []
            if isinstance(record, str):
                store.drop(record)
        assert not store.restore_all(claims)


def linked(verdict: Verdict) -> tuple[str, str | None, int | None, str | None]:
    """What a verdict says, and which version of which article it names."""
    return verdict.kind, verdict.of, verdict.of_version, verdict.of_origin
