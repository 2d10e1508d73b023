"""Reads labelled sentences: tokens and IOB2 tags in columns, one token a line."""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

LABELS = frozenset({"PER", "ORG", "LOC"})

_TEXT = "# text = "
_CLOSING = frozenset(".,:;!?)]}%…。，、；：！？）」』”’")
_OPENING = frozenset("([{（「『“‘")


class NamedSpan(NamedTuple):
    """A name in a text; offsets are code points, end exclusive."""

    start: int
    end: int
    label: str


class Tagged(NamedTuple):
    """A sentence and its names, in order and without overlap."""

    text: str
    names: tuple[NamedSpan, ...] = ()


def read_corpus(path: Path) -> list[Tagged]:
    """The sentences of a file, which may be compressed by xz.

    Columns are separated by tabs: an index, the token, the tag and what else; or only the token and
    the tag. Empty lines end sentences. The text is that of the line ``# text = …`` above, if the
    tokens are found in it in order, else the tokens joined by rules of spacing. Names of other
    labels than ``LABELS`` are not marked.
    """
    content = path.read_bytes()
    text = (lzma.decompress(content) if path.suffix == ".xz" else content).decode()
    return list(_sentences(text.split("\n")))


def _sentences(lines: Iterable[str]) -> Iterator[Tagged]:
    text: str | None = None
    words: list[str] = []
    tags: list[str] = []
    for line in lines:
        columns = line.rstrip("\r\n").split("\t")
        if line.startswith("#") and len(columns) == 1:
            if line.startswith(_TEXT):
                text = line[len(_TEXT) :].strip()
        elif len(columns) > 1:
            word, tag = columns[1:3] if len(columns) > 2 else columns
            words.append(word)
            tags.append(tag)
        elif words:
            yield _tagged(text, words, tags)
            text, words, tags = None, [], []
    if words:
        yield _tagged(text, words, tags)


def _tagged(text: str | None, words: Sequence[str], tags: Sequence[str]) -> Tagged:
    places = _found(text, words) if text else None
    if text is None or places is None:
        text, places = _joined(words)
    names = [
        NamedSpan(places[first][0], places[last][1], label) for first, last, label in _names(tags)
    ]
    return Tagged(text, tuple(names))


def _names(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """First and last token of each name; a tag I- that continues nothing begins a name."""
    begun: tuple[int, str] | None = None
    for number, tag in enumerate([*tags, "O"]):
        mark, _, label = tag.partition("-")
        if begun and (mark != "I" or label != begun[1]):
            yield begun[0], number - 1, begun[1]
            begun = None
        if not begun and label in LABELS:
            begun = number, label


def _found(text: str, words: Sequence[str]) -> list[tuple[int, int]] | None:
    """Where the tokens lie in a text that has nothing but them and white space."""
    places: list[tuple[int, int]] = []
    after = 0
    for word in words:
        start = text.find(word, after)
        if start < 0 or text[after:start].strip():
            return None
        after = start + len(word)
        places.append((start, after))
    return None if text[after:].strip() else places


def _joined(words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Tokens with spaces, but none before what closes and behind what opens."""
    text = ""
    places: list[tuple[int, int]] = []
    for number, word in enumerate(words):
        close = (
            number == 0
            or word in _CLOSING
            or words[number - 1] in _OPENING
            or word.startswith(("'", "’"))
            or word in ("n't", "n’t")
        )
        text += word if close else " " + word
        places.append((len(text) - len(word), len(text)))
    return text, places
