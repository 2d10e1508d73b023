"""The block model that ships with the package, in ``model.json``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from workers.stages.strip_boilerplate.extract.features import FEATURES
from workers.stages.strip_boilerplate.extract.trees import Trees

FILE = Path(__file__).with_name("model.json")


@cache
def block_model() -> Trees:
    """The shipped model; read once per process."""
    return trees_from(json.loads(FILE.read_text(encoding="utf-8")))


def trees_from(stored: dict[str, Any]) -> Trees:
    """The trees that ``stored_form`` wrote; KeyError if they ask for an unknown feature."""
    place = {name: column for column, name in enumerate(FEATURES)}
    column = np.array([place[name] for name in stored["features"]], np.int64)
    return Trees(
        column[np.array(stored["asked"], np.int64)],
        np.array(stored["borders"], np.float32),
        np.array(stored["leaves"], np.float32) / np.float32(1000),
        float(stored["bias"]),
    )


def stored_form(trees: Trees) -> dict[str, Any]:
    """The trees as JSON: the features that are asked for by name, leaves in thousandths."""
    used, asked = np.unique(trees.features, return_inverse=True)
    return {
        "features": [FEATURES[column] for column in used],
        "bias": round(trees.bias, 6),
        "asked": asked.reshape(trees.features.shape).tolist(),
        "borders": [[float(f"{border:.5g}") for border in row] for row in trees.borders.tolist()],
        "leaves": np.rint(trees.leaves * 1000).astype(int).tolist(),
    }
