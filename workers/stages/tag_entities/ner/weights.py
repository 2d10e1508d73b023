"""The arrays of an ``ner`` component, named for what they do and laid out for ``numpy``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from workers.stages.tag_entities.ner.maxout import Maxout
from workers.stages.tag_entities.ner.package import Floats, Layer, Package, UnusablePackage
from workers.stages.tag_entities.ner.vectors import Vectors, read_vectors

COMPONENT = "ner"
_WRITTEN = "ORTH"
"""The attribute that is the word as written."""

MISSING, BEGIN, IN, LAST, UNIT, OUT = range(6)
"""Kinds of moves, numbered as in spaCy's files."""


@dataclass(frozen=True)
class HashTable:
    """Rows of which every value of one attribute of words has four."""

    attribute: str
    seed: int
    rows: Floats


@dataclass(frozen=True)
class Static:
    """Vectors of words from elsewhere, and what makes them as wide as the rows of the tables."""

    vectors: Vectors
    weights: Floats


@dataclass(frozen=True)
class Linear:
    """A linear layer: inputs × outputs."""

    weights: Floats
    bias: Floats


@dataclass(frozen=True)
class Move:
    """What the transition system may do with a token; ``OUT`` has no label."""

    kind: int
    label: str


@dataclass(frozen=True)
class Decisions:
    """From vectors of tokens to scores of moves."""

    reduce: Linear
    """To the width of what follows."""
    features: tuple[Floats, Floats, Floats]
    """By which three tokens count: the one in question, the name's first, the one before."""
    unnamed: Floats
    """Stands for the last two where no name is open; with the bias."""
    bias: Floats
    pieces: int
    scores: Linear
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Weights:
    """A whole network: hash embedding, window convolutions, decisions."""

    tables: tuple[HashTable, ...]
    static: Static | None
    mix: Maxout
    windows: tuple[Maxout, ...]
    """Each reads a token and its two neighbours."""
    decisions: Decisions

    @property
    def attributes(self) -> list[str]:
        """What of a word the embedding looks at, by columns."""
        return [table.attribute for table in self.tables] + ["ORTH"] * (self.static is not None)


def read_weights(package: Package) -> Weights:
    """The weights of the package's ``ner``; raises ``UnusablePackage`` if it is built otherwise.

    It must have an embedding layer of its own (``MultiHashEmbed``, with or without static vectors,
    and ``MaxoutWindowEncoder`` with windows of three), as spaCy's models for one core do.
    """
    if (width := package.unpacked(f"{COMPONENT}/cfg").get("beam_width", 1)) != 1:
        raise UnusablePackage(f"{COMPONENT}: decided by a beam of {width}, not greedily")
    layers = package.network(COMPONENT)
    named = {
        layer.name: [other for other in layers if other.name == layer.name] for layer in layers
    }

    def only(name: str, count: int) -> list[Layer]:
        found = named.get(name, [])
        if len(found) != count:
            raise UnusablePackage(f"{COMPONENT}: {len(found)} layers {name!r}, not {count}")
        return found

    static = None
    if "static_vectors" in named:
        (layer,) = only("static_vectors", 1)
        static = _static(layer, package)
    (extract,) = only("extract_features", 1)
    columns: Sequence[str] = extract.attributes["columns"]
    embeds = only("hashembed", len(columns))
    windows = named.get("expand_window", [])
    if any(window.attributes["window_size"] != 1 for window in windows):
        raise UnusablePackage(f"{COMPONENT}: windows of another size than three tokens")
    maxouts = only("maxout", 1 + len(windows))
    norms = only("layernorm", 1 + len(windows))
    mix, *rest = [_maxout(layer, norm) for layer, norm in zip(maxouts, norms, strict=True)]
    wide = static.weights.shape[1] if static else 0
    if len(mix.weights) != wide + sum(embed.parameters["E"].shape[1] for embed in embeds):
        raise UnusablePackage(f"{COMPONENT}: the embedding is not mixed by the first layer")
    (lower,) = only("precomputable_affine", 1)
    upper, reduce = only("linear", 2)  # breadth first: the last layer lies higher than the other
    return Weights(
        tuple(
            HashTable(str(column), embed.attributes["seed"], embed.parameters["E"])
            for column, embed in zip(columns, embeds, strict=True)
        ),
        static,
        mix,
        tuple(rest),
        _decisions(reduce, lower, upper, _moves(package)),
    )


def _static(layer: Layer, package: Package) -> Static:
    vectors = read_vectors(package)
    weights = layer.parameters["W"]
    if layer.attributes.get("key_attr") != _WRITTEN or weights.shape[1] != vectors.table.shape[1]:
        raise UnusablePackage(f"{COMPONENT}: vectors of another kind than the network's")
    return Static(vectors, np.ascontiguousarray(weights.T))


def _maxout(layer: Layer, norm: Layer) -> Maxout:
    weights, bias = layer.parameters["W"], layer.parameters["b"]
    return Maxout(
        _side_by_side(weights),
        np.ascontiguousarray(bias.T.reshape(-1)),
        weights.shape[1],
        norm.parameters["G"].copy(),
        norm.parameters["b"].copy(),
    )


def _decisions(reduce: Layer, lower: Layer, upper: Layer, moves: tuple[Move, ...]) -> Decisions:
    weights, padding = lower.parameters["W"], lower.parameters["pad"]
    features, _, pieces, _ = weights.shape
    if features != 3 or len(moves) != len(upper.parameters["b"]):
        raise UnusablePackage(f"{COMPONENT}: {features} features, {len(moves)} moves")
    first, start, before = map(_side_by_side, weights)
    bias = lower.parameters["b"].T.reshape(-1)
    missing = padding[0, 1:].transpose(0, 2, 1).reshape(2, -1)
    return Decisions(
        _linear(reduce),
        (first, start, before),
        missing.sum(axis=0) + bias,
        bias.copy(),
        pieces,
        _linear(upper),
        moves,
    )


def _side_by_side(weights: Floats) -> Floats:
    """Outputs × pieces × inputs as inputs × (pieces × outputs)."""
    return np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(weights.shape[2], -1))


def _linear(layer: Layer) -> Linear:
    return Linear(np.ascontiguousarray(layer.parameters["W"].T), layer.parameters["b"].copy())


def _moves(package: Package) -> tuple[Move, ...]:
    """All moves in the order of their scores.

    By kind, then by how often a label was seen, the commonest first; labels that were added without
    being seen have numbers below zero and come after all others.
    """
    packed = package.unpacked(f"{COMPONENT}/moves").get("moves", "{}")
    counts = msgspec.json.decode(packed, type=dict[str, dict[str, int]])
    seen: list[tuple[int, str, int]] = []
    added: list[tuple[int, str, int]] = []
    for kind, labels in sorted(counts.items()):
        for count, label in sorted(((n, label) for label, n in labels.items()), reverse=True):
            (added if count < 0 else seen).append((count, label, int(kind)))
    added.sort(key=lambda move: move[:2], reverse=True)  # stable: kinds keep their order
    moves = [Move(kind, label) for _, label, kind in [*seen, *added]]
    moves = [
        move for move in moves if move.kind != MISSING and (move.kind != OUT or not move.label)
    ]
    return tuple(dict.fromkeys(moves))
