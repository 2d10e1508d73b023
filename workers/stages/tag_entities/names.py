"""One spelling for a name, so that the text's and the gazetteer's can be compared."""

from __future__ import annotations

import unicodedata

import xxhash

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "`": "'", ".": "", "\u00ad": ""})
_EDGES = " '\"“”«»,;:"


def normalise(name: str) -> str:
    """Fold width, case, apostrophes, full stops and white space: "U.S." and "us" are the same."""
    wide = name if name.isascii() else unicodedata.normalize("NFKC", name)
    return " ".join(wide.casefold().translate(_APOSTROPHES).split()).strip(_EDGES)


def name_hash(normalised: str) -> int:
    """64 bits that stand for a normalised name in the gazetteer's store."""
    return xxhash.xxh3_64_intdigest(normalised.encode("utf-8", "replace"))


def in_language(normalised: str, language: str) -> str:
    """The key of a name that means a place in one language only."""
    return f"{normalised}\0{language}"
