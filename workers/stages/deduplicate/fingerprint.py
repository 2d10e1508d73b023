"""What the claim compares: identity, hashes and sketches of one article."""

from __future__ import annotations

from itertools import compress
from urllib.parse import urlsplit

import xxhash
from msgspec import UNSET

from topics.records import Fingerprint, RawArticle
from workers.canonical_url import canonical_url, url_id
from workers.normalise import normalise, normalised_lines
from workers.stages.deduplicate.hard_wrap import unwrapped
from workers.stages.deduplicate.lines import line_hashes
from workers.stages.deduplicate.main_text import MainText
from workers.stages.deduplicate.numbers import numbers
from workers.stages.deduplicate.sentences import is_sentence
from workers.stages.deduplicate.shingles import distinct, tokens, trigrams
from workers.stages.deduplicate.signature import signature
from workers.utf8 import encode

ALGORITHM = "fp/2"
"""Rises when the same article may get another fingerprint; stored with every claim."""
LONGEST_SOURCE = 253
"""Characters of a source that count; of a host name there are no more."""


def fingerprint(article: RawArticle, main: MainText) -> Fingerprint:
    """Identify an article; hash its main text and headline (128-bit XXH3, hex), sketch the text.

    The id is the producer's if it is not blank, else a hash of the canonical URL, else one of
    content and headline. Sketches are of the article's own sentences, hashes of all lines. Time is
    linear in the text's length.
    """
    lines = normalised_lines(main.text)
    text = " ".join(filter(None, lines))
    content_hash = _hash(text)
    headline_hash = _hash(normalise(article.headline or ""))
    url = canonical_url(article.url) if article.url else None
    if article.id and article.id.strip():
        id = article.id
    elif url is not None:
        id = url_id(url)
    else:
        id = "text-" + _hash(content_hash + headline_hash)

    whole = unwrapped(main.text.split("\n"), lines)
    words = tokens(whole)
    own = list(map(is_sentence, whole, words))
    all_trigrams, own_trigrams = trigrams(words, own)
    return Fingerprint(
        algorithm=ALGORITHM,
        id=id,
        canonical_url=url,
        content_hash=content_hash,
        headline_hash=headline_hash,
        shingles=distinct(all_trigrams, sum(map(len, words))),
        characters=len(text),
        source=_source(article.source, url),
        sentence_shingles=len(set(own_trigrams)),
        signature=signature(own_trigrams) if own_trigrams else UNSET,
        numbers=numbers(" ".join(compress(whole, own))) if own_trigrams else UNSET,
        lines=line_hashes(lines),
    )


def _source(declared: str | None, canonical: str | None) -> str | None:
    name = " ".join((declared or "").casefold().split())
    if not name and canonical is not None:
        name = urlsplit(canonical).hostname or ""
    return name.removeprefix("www.")[:LONGEST_SOURCE].rstrip() or None


def _hash(text: str) -> str:
    return xxhash.xxh3_128_hexdigest(encode(text))
