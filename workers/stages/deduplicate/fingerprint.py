"""What the claim compares: identity, hashes and size of one article."""

from __future__ import annotations

import xxhash

from topics.records import Fingerprint, RawArticle
from workers.stages.deduplicate.canonical_url import canonical_url
from workers.stages.deduplicate.main_text import MainText
from workers.stages.deduplicate.normalise import normalise, shingles

ALGORITHM = "fp/1"
"""Rises when the same article may get another fingerprint; stored with every claim."""


def fingerprint(article: RawArticle, main: MainText) -> Fingerprint:
    """Identify an article and hash its normalised main text and headline (128-bit XXH3, hex).

    The id is the producer's if it is not blank, else a hash of the canonical URL, else one of
    content and headline.
    """
    text = normalise(main.text)
    content_hash = _hash(text)
    headline_hash = _hash(normalise(article.headline or ""))
    url = canonical_url(article.url) if article.url else None
    if article.id and article.id.strip():
        id = article.id
    elif url is not None:
        id = url_id(url)
    else:
        id = "text-" + _hash(content_hash + headline_hash)
    return Fingerprint(
        algorithm=ALGORITHM,
        id=id,
        canonical_url=url,
        content_hash=content_hash,
        headline_hash=headline_hash,
        shingles=shingles(text),
        characters=len(text),
    )


def url_id(canonical: str) -> str:
    """The id of an article that has a canonical URL and no id; the same for http and https."""
    return "url-" + _hash(canonical.partition("://")[2])


def _hash(text: str) -> str:
    return xxhash.xxh3_128_hexdigest(text.encode("utf-8", "surrogatepass"))
