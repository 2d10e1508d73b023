"""Fingerprints and origins for the tests of the claim."""

import xxhash

from topics.records import Claim, Fingerprint, Origin, Withdrawal

DAY = 86_400_000


def article(
    id: str, content: str, headline: str = "h", *, shingles: int = 200, algorithm: str = "fp/1"
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
