"""One spelling for a name, so that the text's and the gazetteer's can be compared."""

from __future__ import annotations

import re
import unicodedata

import xxhash

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "`": "'", ".": "", "\u00ad": ""})
_SPACE = re.compile(r"\s+")


def normalise(name: str) -> str:
    """Fold width, case, apostrophes, full stops and white space: "U.S." and "us" are the same."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_APOSTROPHES)
    return _SPACE.sub(" ", folded).strip(" '\"“”«»,;:")


def name_hash(normalised: str) -> int:
    """64 bits that stand for a normalised name in the gazetteer's store."""
    return xxhash.xxh3_64_intdigest(normalised.encode("utf-8", "replace"))
