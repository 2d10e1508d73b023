"""Trains spaCy's convolutional network for names, and writes it as a pipeline's folder.

A word is known by its norm, prefix, suffix and shape, each by rows of a hash table, so that one
network reads any language and keeps no list of words. Same data, same weights: the order of the
examples and what drops out come from a fixed seed, and one thread computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.training import Example
from spacy.util import compile_infix_regex, filter_spans
from spacy.vectors import Vectors
from thinc.api import Adam, Model, fix_random_seed

from workers.stages.tag_entities.ner import Package
from workers.stages.tag_entities.ner.vectors import HEAD, KEYS_FILE, RECORD, ROWS_FILE, SHORT, WIDE
from workers.stages.tag_entities.training.corpus import Tagged

SEED = 0
COMPONENT = "ner"
STATIC = "static_vectors"
ATTRIBUTES = ("NORM", "PREFIX", "SUFFIX", "SHAPE")
UNSPACED = r"[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
"""Characters that are a token each, since no space says where a word ends."""
SHARPEST, GENTLEST = 200, 1200
"""Words in a batch, at first and after some thousand batches."""
WARM_UP = 100

_WHEEL_LABELS = {
    "PER": "PERSON",
    "LOC": "GPE",
    "MISC": "NORP",
}
_NOT_NEEDED = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]


@dataclass(frozen=True)
class Plan:
    """How a network is built and trained."""

    rows: tuple[int, int, int, int] = (5000, 1000, 2500, 2500)
    """Sizes of the hash tables, as ``ATTRIBUTES``."""
    epochs: int = 10
    rate: float = 1e-3
    dropout: float = 0.15


def blank(plan: Plan, labels: Sequence[str]) -> Language:
    """A pipeline for any language with an untrained network."""
    pipeline = spacy.blank("xx")
    infixes = [*(pipeline.Defaults.infixes or ()), f"(?<={UNSPACED})", f"(?={UNSPACED})"]
    tokenizer: Any = pipeline.tokenizer
    tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    component: Any = pipeline.add_pipe(COMPONENT, config={"model": _architecture(plan.rows)})
    for label in labels:
        component.add_label(label)
    return pipeline


def from_wheel(package: str, labels: Sequence[str], examples: Sequence[Tagged]) -> Language:
    """An installed pipeline with a network for these labels, which starts from its weights."""
    pipeline = spacy.load(Package(package).file("."), exclude=_NOT_NEEDED)
    old: Any = pipeline.get_pipe(COMPONENT)
    model = pipeline.config["components"][COMPONENT]["model"]
    pipeline.remove_pipe(COMPONENT)
    new: Any = pipeline.add_pipe(COMPONENT, config={"model": model})
    for label in labels:
        new.add_label(label)
    new.initialize(lambda: [example(pipeline, one) for one in examples[:200]], nlp=pipeline)
    _copy(old, new)
    return pipeline


def example(pipeline: Language, tagged: Tagged) -> Example:
    """A sentence for training; a name that begins or ends inside a token takes all of it."""
    predicted = pipeline.make_doc(tagged.text)
    reference = predicted.copy()
    spans = [
        reference.char_span(start, end, label=label, alignment_mode="expand")
        for start, end, label in tagged.names
    ]
    reference.ents = filter_spans([span for span in spans if span])
    return Example(predicted, reference)


def train(
    pipeline: Language,
    tagged: Sequence[Tagged],
    plan: Plan,
    fresh: bool,
    report: Callable[[str], object] = str,
) -> None:
    """Train the pipeline's network in place; its weights are averages over all batches.

    A ``fresh`` network starts from random weights, any other from those that it has. After every
    epoch ``report`` is told how far it is.
    """
    fix_random_seed(SEED)
    examples = [example(pipeline, one) for one in tagged if one.text.strip()]
    component: Any = pipeline.get_pipe(COMPONENT)
    if fresh:
        component.initialize(lambda: examples[:500], nlp=pipeline)
    optimiser = Adam(plan.rate, use_averages=True, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0)
    order = np.random.default_rng(SEED)
    total = plan.epochs * sum(len(one.reference) for one in examples)
    done = step = 0
    for _ in range(plan.epochs):
        losses: dict[str, float] = {}
        shuffled = [examples[number] for number in order.permutation(len(examples))]
        for batch in _batches(shuffled, step):
            warm = min(1.0, (step + 1) / WARM_UP)
            optimiser.learn_rate = plan.rate * warm * max(0.02, 1 - done / total)
            component.update(batch, drop=plan.dropout, sgd=optimiser, losses=losses)
            done += sum(len(one.reference) for one in batch)
            step += 1
        report(f"{done} of {total} words, loss {losses.get(COMPONENT, 0.0):.0f}")
    with component.model.use_params(optimiser.averages):
        averages = [
            (node, name, node.get_param(name).copy())
            for node in component.model.walk()
            for name in node.param_names
            if node.has_param(name)
        ]
    for node, name, values in averages:
        node.set_param(name, values)


def average(pipeline: Language, other: Language) -> None:
    """Give a pipeline the mean of its network's weights and another's of the same kind.

    Of two that started from the same weights and learnt from different labels the mean is better
    than either.
    """
    one: Any = pipeline.get_pipe(COMPONENT)
    two: Any = other.get_pipe(COMPONENT)
    moves, others = _moves(one), _moves(two)
    order = [others.index(move) for move in moves]
    for mine, theirs in zip(_weighted(one.model), _weighted(two.model), strict=True):
        for name in mine.param_names:
            values: Any = theirs.get_param(name)
            if len(values) == len(order):
                values = values[order]  # the commoner label comes first
            mine.set_param(name, (mine.get_param(name) + values) / 2)


def write(pipeline: Language, folder: Path, meta: dict[str, Any]) -> None:
    """Write the pipeline with weights of half precision, and without the words it has met.

    The numbers are stored as float32, as spaCy reads them; half of their bits are zeros, which go
    when the file is packed.
    """
    component: Any = pipeline.get_pipe(COMPONENT)
    for node in component.model.walk():
        for name in node.param_names:
            if node.has_param(name):
                values = node.get_param(name)
                node.set_param(name, values.astype(np.float16).astype(np.float32))
    _shorten_vectors(pipeline)
    pipeline.meta.clear()
    pipeline.meta.update(meta)
    folder.mkdir(parents=True, exist_ok=True)
    pipeline.to_disk(folder, exclude=["vectors"])
    if len(pipeline.vocab.vectors):
        _write_vectors(pipeline.vocab.vectors, Package(folder))
    (folder / "vocab" / "strings.json").write_text("[]\n")


def _shorten_vectors(pipeline: Language) -> None:
    """Make the words' vectors as wide as the network needs them, so that their file is smaller.

    They are linear in the first layer, so what that makes of them can be stored in their place; the
    layer itself becomes the identity.
    """
    component: Any = pipeline.get_pipe(COMPONENT)
    for node in component.model.walk():
        if node.name == STATIC:
            vectors: Any = pipeline.vocab.vectors
            narrow = (vectors.data @ node.get_param("W").T).astype(np.float16).astype(np.float32)
            keys = list(vectors.key2row)
            rows = [vectors.key2row[key] for key in keys]
            short: Any = Vectors(strings=pipeline.vocab.strings, data=narrow, name=vectors.name)
            for key, row in zip(keys, rows, strict=True):
                short.add(key, row=row)
            pipeline.vocab.vectors = short
            node._dims["nM"] = narrow.shape[1]  # ``set_dim`` refuses to change a width
            node.set_param("W", np.eye(narrow.shape[1], dtype=np.float32))


def _write_vectors(vectors: Any, package: Package) -> None:
    """The vectors in spaCy's format, the words in order and all numbers of one size."""
    np.save(package.file(ROWS_FILE).with_suffix(".npy"), vectors.data)
    package.file(ROWS_FILE).with_suffix(".npy").rename(package.file(ROWS_FILE))
    pairs = np.zeros(len(vectors.key2row), RECORD)
    pairs["wide"], pairs["short"] = WIDE, SHORT
    for number, (word, row) in enumerate(sorted(vectors.key2row.items())):
        pairs[number]["word"], pairs[number]["row"] = word, row
    head = bytes([HEAD]) + len(pairs).to_bytes(4, "big")
    package.file(KEYS_FILE).write_bytes(head + pairs.tobytes())
    package.file(KEYS_FILE).with_name("vectors.cfg").write_text('{"mode": "default"}\n')


def _batches(examples: Sequence[Example], step: int) -> Iterator[list[Example]]:
    batch: list[Example] = []
    words = 0
    for one in examples:
        batch.append(one)
        words += len(one.reference)
        if words >= min(GENTLEST, SHARPEST + step):
            yield batch
            batch, words = [], 0
            step += 1
    if batch:
        yield batch


def _architecture(rows: Sequence[int]) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": 96,
                "attrs": list(ATTRIBUTES),
                "rows": list(rows),
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": 96,
                "depth": 4,
                "window_size": 1,
                "maxout_pieces": 3,
            },
        },
    }


def _copy(old: Any, new: Any) -> None:
    """All weights of layers of one shape; of the last layer the rows of labels that correspond."""
    for one, other in zip(_weighted(old.model), _weighted(new.model), strict=True):
        for name in one.param_names:
            values: Any = one.get_param(name)
            if values.shape == other.get_param(name).shape:
                other.set_param(name, values.copy())
                continue
            scores: Any = other.get_param(name).copy()
            known = {move: number for number, move in enumerate(_moves(old))}
            for number, move in enumerate(_moves(new)):
                kind, _, label = move.partition("-")
                found = known.get(f"{kind}-{_WHEEL_LABELS.get(label, label)}" if label else kind)
                if found is not None:
                    scores[number] = values[found]
            other.set_param(name, scores)


def _weighted(model: Model[Any, Any]) -> list[Model[Any, Any]]:
    return [node for node in model.walk() if node.param_names]


def _moves(component: Any) -> list[str]:
    moves = component.moves
    return [moves.get_class_name(number) for number in range(moves.n_moves)]
