"""What makes an item another version of itself: what a reader sees of it, and when it changed.

Markup, scripts, attributes and white space are no part of it: many sites put a token, a counter or
the number of an advertisement into them at each request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from workers.canonical_url import canonical_url
from workers.feeds.items import Item
from workers.normalise import normalise
from workers.pages.markup import tagless, without_scripts
from workers.utf8 import encode

WORDS = 16
"""Bytes of a version that stand for what a reader sees; the rest is for the time of change."""
STAMPED = 3
"""Items of a poll that must have changed in nothing but their time, and most of those known, for
that time to be the one at which the feed was made."""


def read_by(text: str, *, html: bool) -> str:
    """The letters of a text as a reader takes them in: no markup, no white space, one case."""
    seen = tagless(without_scripts(text)) if html else text
    return "".join(normalise(seen).split())


def words_of(item: Item) -> str:
    """A hash of what a reader sees of an item: title, text and the path of its address.

    What follows the path may be made anew at each request, and under one guid it is one article.
    """
    path = urlsplit(canonical_url(item.url or "") or "").path
    text = read_by(item.content or "", html=item.content_is_html)
    parts = (path, read_by(item.title or "", html=False), text)
    return hashlib.blake2b(encode("\0".join(parts)), digest_size=WORDS).hexdigest()


def with_words(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items with their hashes, which take too long to be made on an event loop."""
    return tuple(replace(item, words=words_of(item)) for item in items)


def version_of(item: Item) -> bytes:
    """What tells a version of an item from its others."""
    changed = encode(item.updated_at or "")
    words = bytes.fromhex(item.words or words_of(item))
    return words + hashlib.blake2b(changed, digest_size=8).digest()


def same_words(version: bytes, other: bytes) -> bool:
    """Whether a reader sees the same of both."""
    return version[:WORDS] == other[:WORDS]


def is_stamp(redated: int, known: int) -> bool:
    """Whether new times of change are no news.

    Some programs give each item the time at which they made the feed. ``redated`` of the ``known``
    items of a poll have changed in nothing else.
    """
    return redated >= STAMPED and 2 * redated > known
