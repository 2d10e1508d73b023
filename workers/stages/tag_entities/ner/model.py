"""One model: text in, names out."""

from __future__ import annotations

from workers.stages.tag_entities.backend import Name
from workers.stages.tag_entities.ner.convolutions import convolve
from workers.stages.tag_entities.ner.decoding import Decoder
from workers.stages.tag_entities.ner.lexicon import Lexicon
from workers.stages.tag_entities.ner.package import Package
from workers.stages.tag_entities.ner.reading import Reader
from workers.stages.tag_entities.ner.tokenizer import Tokenizer
from workers.stages.tag_entities.ner.weights import read_weights
from workers.stages.tag_entities.ner.words import LINE_END, SPACE, Words

WORDS = 16_384
"""Word types that are kept: some 40 MB with all that belongs to them. Twice as many take twice that
and save a twentieth of the time."""


class Model:
    """The names that spaCy finds with the ``ner`` of a package, told that lines end sentences.

    Its memory is bounded however many texts it reads (``kept`` word types, and what one more
    text adds), and its results depend on the text alone. Not for use by several threads at once.
    """

    def __init__(self, package: Package, kept: int = WORDS) -> None:
        weights = read_weights(package)
        tokenizer = Tokenizer(package)
        lexicon = Lexicon(package, weights.attributes)
        self._windows = weights.windows
        self._decode = Decoder(weights.decisions)
        self._words = Words(weights, lexicon, tokenizer, kept)
        self._reader = Reader(tokenizer, self._words, kept)
        self.version = package.version

    def names(self, text: str) -> list[Name]:
        """The names in this text, in order and without overlap; none crosses a line's end.

        The text must have no lone surrogates, and it is read as a whole: memory grows by some 5 kB
        with every token.
        """
        tokens = self._reader.read(text)
        vectors = convolve(self._windows, self._words.embed(tokens.rows))
        flags = self._words.flags[tokens.rows]
        found = self._decode(vectors, flags & SPACE != 0, flags & LINE_END != 0)
        return [
            Name(int(tokens.starts[start]), int(tokens.ends[end - 1]), label)
            for start, end, label in found
        ]
