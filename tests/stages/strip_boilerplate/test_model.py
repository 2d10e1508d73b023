"""Trees: fitting, storing, asking; and the model that ships."""

from __future__ import annotations

import json

import numpy as np
import pytest

from workers.stages.strip_boilerplate.extract.boosting import Plan, fit
from workers.stages.strip_boilerplate.extract.features import FEATURES
from workers.stages.strip_boilerplate.extract.labels import labels_of
from workers.stages.strip_boilerplate.extract.model import (
    FILE,
    block_model,
    stored_form,
    trees_from,
)
from workers.stages.strip_boilerplate.extract.trees import Floats, Trees

PLAN = Plan(trees=30, levels=2, columns=1.0)


def rows() -> tuple[Floats, Floats, Floats]:
    """Positive where the first column is high and the second low; the others are noise."""
    matrix = np.random.default_rng(3).random((400, len(FEATURES)), np.float32)
    labels = ((matrix[:, 0] > 0.5) & (matrix[:, 1] < 0.6)).astype(np.float32)
    return matrix, labels, np.ones(400, np.float32)


def test_a_tree_asks_a_question_a_level() -> None:
    trees = Trees(
        features=np.array([[0, 1]]),
        borders=np.array([[0.5, 0.5]], np.float32),
        leaves=np.array([[-4, 0, 2, 8]], np.float32),
        bias=0.0,
    )
    matrix = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    logits = np.array([-4.0, 0.0, 2.0, 8.0])
    assert trees.probability(matrix) == pytest.approx(1 / (1 + np.exp(-logits)))


def test_fitting_finds_what_tells_the_rows_apart() -> None:
    matrix, labels, weights = rows()
    found = fit(matrix, labels, weights, PLAN).probability(matrix)
    assert ((found > 0.5) == (labels > 0.5)).mean() > 0.97


def test_the_same_rows_give_the_same_trees_and_another_seed_others() -> None:
    once, again = (json.dumps(stored_form(fit(*rows(), PLAN))) for _ in range(2))
    other = json.dumps(stored_form(fit(*rows(), Plan(trees=30, levels=2, seed=1))))
    assert once == again
    assert once != other


def test_trees_are_stored_as_they_were_fitted() -> None:
    trees = fit(*rows(), PLAN)
    stored = trees_from(json.loads(json.dumps(stored_form(trees))))
    matrix = rows()[0]
    assert stored.probability(matrix) == pytest.approx(trees.probability(matrix), abs=1e-6)


def test_trees_that_ask_for_an_unknown_feature_are_refused() -> None:
    stored = stored_form(fit(*rows(), PLAN))
    with pytest.raises(KeyError):
        trees_from(stored | {"features": ["shoe_size"]})


def test_the_model_that_ships_is_small_and_of_this_version_of_the_features() -> None:
    assert FILE.stat().st_size < 64_000
    assert block_model().features.max() < len(FEATURES)


def test_labels_are_the_share_of_sequences_that_the_article_has() -> None:
    article = "The ferry left the harbour at dawn. Nobody waved. It came back at night with fish."
    texts = [
        "Home News Sport and Weather",
        "The ferry left the harbour at dawn.",
        "Nobody waved.",
        "Nobody asked.",
        "It came back at night with bread.",
        "",
    ]
    labels = labels_of(texts, article)
    assert labels == pytest.approx([0, 1, 1, 0, 0.75, 0])
