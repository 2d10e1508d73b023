"""A teacher of names: a large encoder that learnt to tag them, too slow for articles but better.

``learn`` trains one from the encoder's weights; ``EncoderTeacher`` reads text with it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import msgspec
import numpy as np
from safetensors.numpy import load_file, save_file

from workers.stages.tag_entities.backend import Name
from workers.stages.tag_entities.training.corpus import NamedSpan, Tagged
from workers.stages.tag_entities.training.encoder import Weights, load, scores
from workers.stages.tag_entities.training.pieces import (
    LENGTHS,
    TAGS,
    WRITTEN,
    Pieces,
    batches,
    cut,
    filled,
    open_tokenizer,
)

SEED = 0


class Rates(NamedTuple):
    """How fast the encoder's weights learn, and those that begin from nothing."""

    encoder: float = 5e-5
    fresh: float = 1e-3


FRESH = ("written", "head.weight", "head.bias")
DROP = 0.1
WARM_UP = 0.1
LEARNT_FILE, SAID_FILE = "names.safetensors", "said.json"
_SENTENCE_END = re.compile(r"(?<=[.!?…”\"])\s+(?=[A-Z“\"])")
_IMPOSSIBLE = -1e4


class _Adam(NamedTuple):
    mean: Weights
    square: Weights


def learn(
    encoder: Path,
    tagged: Sequence[Tagged],
    out: Path,
    report: Callable[[str], object] = str,
    rates: Rates = Rates(),  # noqa: B008
) -> None:
    """Train the encoder of a folder on texts, each as often as it is given; write what it learnt.

    One pass; the folder has ``model.safetensors`` and ``tokenizer.json``.
    """
    tokenizer = open_tokenizer(encoder / "tokenizer.json")
    dice = random.Random(SEED)  # noqa: S311
    learnt, fixed = load(encoder / "model.safetensors", WRITTEN, len(TAGS), SEED)
    groups = list(batches((cut(tokenizer, one) for one in tagged), dice))
    adam = _Adam(*(jax.tree.map(jnp.zeros_like, learnt) for _ in range(2)))
    total = 0.0
    for step, group in enumerate(groups):
        done = step / len(groups)
        slope = min((step + 1) / (WARM_UP * len(groups)), (1 - done) / (1 - WARM_UP))
        key = jax.random.key(step, impl="unsafe_rbg")  # the default one takes long
        scaled = Rates(*(rate * slope for rate in rates))
        learnt, adam, loss = _step(learnt, adam, fixed, filled(group), key, scaled, step + 1)
        total += float(loss)
        if step % 20 == 19:
            report(f"{step + 1} of {len(groups)} batches, loss {total / 20:.4f}")
            total = 0.0
    out.mkdir(parents=True, exist_ok=True)
    save_file(_flat(learnt), out / LEARNT_FILE)


def _loss(learnt: Weights, fixed: Weights, batch: Any, key: Any) -> Any:
    numbers, written, tags = batch
    likely = jax.nn.log_softmax(scores(learnt, fixed, numbers, written, key, DROP))
    counted = tags >= 0
    right = jnp.take_along_axis(likely, jnp.maximum(tags, 0)[..., None], -1)[..., 0]
    return -(right * counted).sum() / jnp.maximum(counted.sum(), 1)


@jax.jit
def _gradient(learnt: Weights, fixed: Weights, batch: Any, key: Any) -> Any:
    loss, gradient = jax.value_and_grad(_loss)(learnt, fixed, batch, key)
    norm = jnp.sqrt(sum((one**2).sum() for one in jax.tree.leaves(gradient)))
    return loss, jax.tree.map(lambda one: one / jnp.maximum(norm, 1.0), gradient)


def _step(
    learnt: Weights, adam: _Adam, fixed: Weights, batch: Any, key: Any, rates: Rates, step: int
) -> tuple[Weights, _Adam, Any]:
    loss, gradient = _gradient(learnt, fixed, tuple(map(jnp.asarray, batch)), key)
    rates_of = {
        name: jax.tree.map(lambda _, n=name: rates.fresh if n in FRESH else rates.encoder, weights)
        for name, weights in learnt.items()
    }
    learnt, mean, square = _moved(learnt, adam.mean, adam.square, gradient, rates_of, float(step))
    return learnt, _Adam(mean, square), loss


@jax.jit
def _moved(learnt: Any, mean: Any, square: Any, gradient: Any, rates: Any, step: Any) -> Any:
    mean = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, mean, gradient)
    square = jax.tree.map(lambda a, b: 0.99 * a + 0.01 * b * b, square, gradient)

    def moved(weight: Any, first: Any, second: Any, rate: Any) -> Any:
        way = first / (1 - 0.9**step) / (jnp.sqrt(second / (1 - 0.99**step)) + 1e-8)
        decay = 0.01 if weight.ndim > 1 else 0.0
        return weight - rate * (way + decay * weight)

    return jax.tree.map(moved, learnt, mean, square, rates), mean, square


def _flat(weights: Weights) -> dict[str, np.ndarray]:
    flat = {name: np.asarray(one) for name, one in weights.items() if name != "layers"}
    return flat | {f"layers/{name}": np.asarray(one) for name, one in weights["layers"].items()}


class EncoderTeacher:
    """Names by an encoder that ``learn`` trained; its folder keeps what it said of texts."""

    def __init__(self, encoder: Path, learnt: Path) -> None:
        _, self._fixed = load(encoder / "model.safetensors", WRITTEN, len(TAGS), SEED)
        self._learnt: Weights = {"layers": {}}
        for name, one in load_file(learnt / LEARNT_FILE).items():
            group, _, part = name.rpartition("/")
            (self._learnt[group] if group else self._learnt)[part] = jnp.asarray(one)
        self._tokenizer = open_tokenizer(encoder / "tokenizer.json")
        self._said = learnt / SAID_FILE
        self._known: dict[str, list[NamedSpan]] = {}
        if self._said.is_file():
            self._known = msgspec.json.decode(
                self._said.read_bytes(), type=dict[str, list[NamedSpan]]
            )

    def remember(self, texts: Sequence[str]) -> None:
        """Read all these texts, which is faster than one by one, and keep their names."""
        new = [text for text in texts if text not in self._known]
        self._known.update(zip(new, self.tagged(new), strict=True))
        self._said.write_bytes(msgspec.json.encode(self._known))

    def tagged(self, texts: Sequence[str]) -> list[list[NamedSpan]]:
        """The names of each text, in order; of a text no name goes over the end of a line."""
        parts = [(n, start, part) for n, text in enumerate(texts) for start, part in _parts(text)]
        cuts = [cut(self._tokenizer, Tagged(part)) for _, _, part in parts]
        order = sorted(range(len(cuts)), key=lambda n: len(cuts[n].numbers))
        found: dict[int, list[NamedSpan]] = {}
        identity = {id(one): number for number, one in enumerate(cuts)}
        for group in batches([cuts[number] for number in order]):
            batch = filled(group)
            numbers, written = jnp.asarray(batch.numbers), jnp.asarray(batch.written)
            every = scores(self._learnt, self._fixed, numbers, written, jax.random.key(0))
            likely = np.asarray(jax.nn.log_softmax(every))
            for one, row in zip(group, likely, strict=False):
                found[identity[id(one)]] = _names(one, row)
        names: list[list[NamedSpan]] = [[] for _ in texts]
        for number, (text, start, _) in enumerate(parts):
            names[text] += [NamedSpan(a + start, b + start, c) for a, b, c in found[number]]
        return names

    def names(self, text: str) -> list[Name]:
        """The names in one text; see ``Backend``."""
        known = self._known.get(text)
        return [Name(*name) for name in (self.tagged([text])[0] if known is None else known)]


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Lines, and of long ones groups of sentences that the encoder can read at once."""
    start = 0
    for line in text.split("\n"):
        most = LENGTHS[-2] * 3  # characters: there are about four to a piece
        begin = 0
        ends = [match.end() for match in _SENTENCE_END.finditer(line)] + [len(line)]
        last = 0
        for end in ends:
            if end - begin > most and last > begin:
                yield start + begin, line[begin:last]
                begin = last
            last = end
        if line[begin:].strip():
            yield start + begin, line[begin:]
        start += len(line) + 1


def _names(cut: Pieces, likely: np.ndarray) -> list[NamedSpan]:
    """The likeliest names of which every tag I- continues one of its label."""
    words = [word for word in cut.words if word[0] < len(likely)]
    if not words:
        return []
    forbidden = np.zeros((len(TAGS), len(TAGS)))
    for old, before in enumerate(TAGS):
        for new, tag in enumerate(TAGS):
            if tag[0] == "I" and before[1:] != tag[1:]:
                forbidden[old, new] = _IMPOSSIBLE
    best = likely[words[0][0]] + forbidden[0]
    ways = []
    for place, _, _ in words[1:]:
        each = best[:, None] + forbidden
        ways.append(each.argmax(0))
        best = each.max(0) + likely[place]
    tags = [int(best.argmax())]
    for way in reversed(ways):
        tags.append(int(way[tags[-1]]))
    names: list[NamedSpan] = []
    for number, (_, start, end) in zip(reversed(tags), words, strict=True):
        mark, _, label = TAGS[number].partition("-")
        if mark == "B":
            names.append(NamedSpan(start, end, label))
        elif mark == "I":
            names[-1] = names[-1]._replace(end=end)
    return names
