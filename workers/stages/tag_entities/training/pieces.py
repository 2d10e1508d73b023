"""Texts as an encoder reads them: pieces of words, how each word is written, and tags of names."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tokenizers import Encoding, Tokenizer

from workers.stages.tag_entities.training.corpus import Tagged

LABELS = ("PER", "ORG", "LOC")
TAGS = ("O", *(f"{mark}-{label}" for label in LABELS for mark in "BI"))
PADDING = 1
"""The piece that stands behind a text's end."""
NO_TAG = -1
"""For all pieces of a word but the first, and for what is no word."""
WRITTEN = 8
LENGTHS = (32, 64, 128, 256)
"""Pieces to which texts are filled up, so that few shapes are compiled."""
TOGETHER = 1024
"""Pieces in a batch."""


class Pieces(NamedTuple):
    """A text in pieces: their numbers, how the words are written, tags, and where words lie."""

    numbers: list[int]
    written: list[int]
    tags: list[int]
    words: list[tuple[int, int, int]]
    """The first piece of each word, and its start and end in the text."""


class Batch(NamedTuple):
    """Texts of about one length; arrays of texts × pieces."""

    numbers: np.ndarray
    written: np.ndarray
    tags: np.ndarray


def open_tokenizer(path: Path) -> Any:
    """The encoder's own division into pieces, without limits of length."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def cut(tokenizer: Any, tagged: Tagged) -> Pieces:
    """A text in pieces, with the tags of its names."""
    encoding: Encoding = tokenizer.encode(tagged.text)
    words: list[tuple[int, int, int]] = []
    written: list[int] = []
    belongs: list[int | None] = []
    for place, (number, (start, end)) in enumerate(
        zip(encoding.word_ids, encoding.offsets, strict=True)
    ):
        if number is None:
            pass
        elif belongs and belongs[-1] == number:
            words[-1] = (*words[-1][:2], end)
        else:
            words.append((place, start, end))
        belongs.append(number)
    word = -1
    for place, number in enumerate(belongs):
        if number is not None and words[word + 1 : word + 2] and words[word + 1][0] == place:
            word += 1
        written.append(0 if number is None else _written(tagged.text[slice(*words[word][1:])]))
    tags = [NO_TAG] * len(belongs)
    names = iter(tagged.names)
    name = next(names, None)
    begun = False
    for place, start, end in words:
        while name and name.end <= start:
            name, begun = next(names, None), False
        inside = name is not None and name.start < end
        tags[place] = 0
        if name and inside:
            tags[place] = TAGS.index(f"{'I' if begun else 'B'}-{name.label}")
            begun = True
    return Pieces(list(encoding.ids), written, tags, words)


def _written(word: str) -> int:
    """How a word is written: small, with a capital, in capitals, one capital, mixed, digits …"""
    if word.isalpha():
        if word.islower():
            return 1
        if word.isupper():
            return 3 if len(word) > 1 else 4
        return 2 if word[0].isupper() and word[1:].islower() else 5
    return 6 if word[:1].isdigit() else 7


def batches(texts: Iterable[Pieces], dice: random.Random | None = None) -> Iterator[list[Pieces]]:
    """Texts by length, some hundreds of pieces at a time; in any order if there are ``dice``."""
    by_length: dict[int, list[Pieces]] = {length: [] for length in LENGTHS}
    for one in texts:
        by_length[next((n for n in LENGTHS if len(one.numbers) <= n), LENGTHS[-1])].append(one)
    made = []
    for length, group in by_length.items():
        if dice:
            dice.shuffle(group)
        size = TOGETHER // length
        made += [group[start : start + size] for start in range(0, len(group), size)]
    if dice:
        dice.shuffle(made)
    yield from made


def filled(texts: Sequence[Pieces]) -> Batch:
    """A batch as arrays, filled up to one of ``LENGTHS`` and to its number of texts."""
    longest = max(len(one.numbers) for one in texts)
    length = next((n for n in LENGTHS if longest <= n), LENGTHS[-1])
    shape = TOGETHER // length, length
    numbers = np.full(shape, PADDING, np.int32)
    written = np.zeros(shape, np.int32)
    tags = np.full(shape, NO_TAG, np.int32)
    for row, one in enumerate(texts):
        numbers[row, : len(one.numbers)] = one.numbers[:length]
        written[row, : len(one.numbers)] = one.written[:length]
        tags[row, : len(one.numbers)] = one.tags[:length]
    return Batch(numbers, written, tags)
