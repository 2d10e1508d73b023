"""One spelling for a name, so that the text's and the gazetteer's can be compared."""

from __future__ import annotations

import unicodedata

import xxhash

_ALIKE = {"’": "'", "ʼ": "'", "‘": "'", "`": "'", ".": "", "\u00ad": ""}
# Arabic writes alif with or without its hamza or madda, and stretches letters to fill a line.
_FOLDED = str.maketrans(_ALIKE | dict.fromkeys("أإآ", "ا") | {"\u0640": ""})
LINE_ENDS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
"""What ends a line, as ``str.splitlines`` has it, for a set in a pattern; no name crosses it."""
_EDGES = " '\"“”«»,;:"


def normalise(name: str) -> str:
    """Fold width, case, apostrophes, alifs, full stops and white space: "U.S." is "us"."""
    if name.isascii():
        folded = name.lower().replace(".", "").replace("`", "'")
    else:
        folded = unicodedata.normalize("NFKC", name).casefold().translate(_FOLDED)
    return " ".join(folded.split()).strip(_EDGES)


def name_hash(normalised: str) -> int:
    """64 bits that stand for a normalised name in the gazetteer's store."""
    return xxhash.xxh3_64_intdigest(normalised.encode("utf-8", "replace"))


def in_language(normalised: str, language: str) -> str:
    """The key of a name that means a place in one language only."""
    return f"{normalised}\0{language}"
