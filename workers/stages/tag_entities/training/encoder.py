"""A large encoder of text, MPNet, computed by JAX: for a teacher's training and labelling only.

Follows Song et al. 2020 (MPNet), as the weights of all-mpnet-base-v2 expect it: layers with the
norm behind each part, and relative positions in shared buckets. The vocabulary is in lower case;
how a word is written comes as a feature of its own, added to its embedding.
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load_file

from workers.stages.tag_entities.training.pieces import PADDING

HEADS = 12
EPSILON = 1e-5
BUCKETS, FARTHEST = 32, 128

Weights = dict[str, Any]

_LAYER = {
    "q": "attention.attn.q",
    "k": "attention.attn.k",
    "v": "attention.attn.v",
    "o": "attention.attn.o",
    "norm": "attention.LayerNorm",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
    "last": "output.LayerNorm",
}
"""Our names of a layer's parts, and those in the file."""


def load(path: Path, features: int, labels: int, seed: int) -> tuple[Weights, Weights]:
    """The weights to train, with a fresh head, and those that stay: of words and positions.

    ``path`` is a file in the format safetensors. Layers are stacked, the first axis is the layer's.
    """
    stored = load_file(path)
    layers = 1 + max(int(name.split(".")[2]) for name in stored if ".layer." in name)
    stacked: Weights = {}
    for part, name in _LAYER.items():
        for kind in ("weight", "bias"):
            parts = [stored[f"encoder.layer.{n}.{name}.{kind}"] for n in range(layers)]
            stacked[f"{part}.{kind}"] = np.stack(
                [one.T.copy() if one.ndim == 2 else one for one in parts]
            )
    width = stored["embeddings.LayerNorm.weight"].shape[0]
    random = np.random.default_rng(seed)
    learnt: Weights = {
        "layers": stacked,
        "norm.weight": stored["embeddings.LayerNorm.weight"],
        "norm.bias": stored["embeddings.LayerNorm.bias"],
        "distances": stored["encoder.relative_attention_bias.weight"],
        "written": random.normal(0, 0.02, (features, width)).astype(np.float32),
        "head.weight": random.normal(0, 0.02, (width, labels)).astype(np.float32),
        "head.bias": np.zeros(labels, np.float32),
    }
    fixed: Weights = {
        "words": stored["embeddings.word_embeddings.weight"],
        "positions": stored["embeddings.position_embeddings.weight"],
    }
    on_device: tuple[Weights, Weights] = jax.tree.map(jnp.asarray, (learnt, fixed))
    return on_device


@partial(jax.jit, static_argnames="drop")
def scores(
    learnt: Weights, fixed: Weights, pieces: Any, written: Any, key: Any, drop: float = 0.0
) -> Any:
    """Scores of labels: a batch of pieces and how they are written to batch × length × labels."""
    batch, length = pieces.shape
    there = pieces != PADDING
    hidden = (
        fixed["words"][pieces]
        + fixed["positions"][jnp.cumsum(there, axis=1) * there + PADDING]
        + learnt["written"][written]
    )
    hidden = _dropped(_normed(hidden, learnt["norm.weight"], learnt["norm.bias"]), key, drop)
    near = learnt["distances"][_buckets(length)].transpose(2, 0, 1)
    shift = near[None] + jnp.where(there, 0.0, -1e9)[:, None, None, :]

    def layer(hidden: Any, given: tuple[Weights, Any]) -> tuple[Any, None]:
        weights, key = given
        one, two = jax.random.split(key)

        def linear(part: str, values: Any) -> Any:
            return values @ weights[f"{part}.weight"] + weights[f"{part}.bias"]

        def heads(part: str) -> Any:
            return linear(part, hidden).reshape(batch, length, HEADS, -1)

        match = jnp.einsum("bqhd,bkhd->bhqk", heads("q"), heads("k"))
        size = hidden.shape[-1] // HEADS
        weight = jax.nn.softmax(match / math.sqrt(size) + shift)
        seen = jnp.einsum("bhqk,bkhd->bqhd", weight, heads("v")).reshape(hidden.shape)
        seen = _dropped(linear("o", seen), one, drop) + hidden
        seen = _normed(seen, weights["norm.weight"], weights["norm.bias"])
        wide = jax.nn.gelu(linear("wide", seen), approximate=False)
        after = _dropped(linear("narrow", wide), two, drop) + seen
        return _normed(after, weights["last.weight"], weights["last.bias"]), None

    depth = learnt["layers"]["q.weight"].shape[0]
    keys = jax.random.split(jax.random.fold_in(key, 1), depth)
    hidden, _ = jax.lax.scan(layer, hidden, (learnt["layers"], keys))
    return _dropped(hidden, key, drop) @ learnt["head.weight"] + learnt["head.bias"]


def _normed(values: Any, weight: Any, bias: Any) -> Any:
    centred = values - values.mean(-1, keepdims=True)
    spread = jnp.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
    return centred / spread * weight + bias


def _dropped(values: Any, key: Any, drop: float) -> Any:
    if not drop:
        return values
    kept = jax.random.bernoulli(key, 1 - drop, values.shape)
    return jnp.where(kept, values / (1 - drop), 0.0)


def _buckets(length: int) -> np.ndarray:
    """The number of the bucket for each pair of places: near ones have their own."""
    places = np.arange(length)
    ahead = places[None, :] - places[:, None]
    far = np.abs(ahead)
    half, exact = BUCKETS // 2, BUCKETS // 4
    steps = np.log(np.maximum(far, 1) / exact) / math.log(FARTHEST / exact) * (half - exact)
    coarse = np.minimum(exact + steps.astype(int), half - 1)
    return np.asarray(np.where(far < exact, far, coarse) + half * (ahead > 0))
