"""Text as bytes, which are hashed as they are and taken apart several times as fast as text."""

from __future__ import annotations

import xxhash


def encode(text: str) -> bytes:
    """UTF-8, also of a lone surrogate."""
    return text.encode("utf-8", "surrogatepass")


def without_surrogates(text: str) -> str:
    """Text that every encoder takes: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def text_hash(text: str) -> int:
    """64 bits of a text (XXH3), the same in every process."""
    return xxhash.xxh3_64_intdigest(encode(text))


def contains_any(encoded: bytes, of: bytes) -> bool:
    """Whether any of some byte values occurs."""
    return not encoded.isascii() and len(encoded.translate(None, of)) < len(encoded)
