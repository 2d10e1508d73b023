"""Fit the line model: ``line_model.json`` and its card, ``line_model.md``.

Run ``python -m workers.stages.strip_boilerplate.compile_line_model ../shared/eval/data/dev``. It
takes some minutes, one thread and the same arrays each time. Only texts of the collections wcxb and
fundus are read (see the card): the others in that folder may not be used for this.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from workers.stages.strip_boilerplate.compile_line_texts import Text, texts_in, thinned
from workers.stages.strip_boilerplate.line_features import NAMES, Features, features_of
from workers.stages.strip_boilerplate.line_model import FILE, LineModel, read_model
from workers.stages.strip_boilerplate.main_text import SURE, titles
from workers.stages.strip_boilerplate.plain_text import junk_in

CARD = FILE.with_suffix(".md")
SEED = 0
FOLDS = 5
TREES, LEAVES, RATE = 80, 10, 0.15
_DIGITS = 6
_LIMITS = (0.05, 0.1, 0.15, 0.2, 0.3)


@dataclass(frozen=True, eq=False)
class Sample:
    """One text as the trainer takes it."""

    text: Text
    rows: Features
    content: npt.NDArray[np.bool_]
    characters: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]


def sample(text: Text) -> Sample:
    """Features and weights of a text.

    Long lines weigh more, long texts less than their lines together, and titles nothing, since the
    labels leave them out for no reason of their own.
    """
    rows = features_of(text.lines)
    characters = np.array([len(line) for line in text.lines], np.float64)
    weights = np.log1p(characters) ** 2
    weights *= min(len(weights), 100) ** 0.5 / weights.sum()
    weights[titles(rows)] = 0
    return Sample(text, rows, np.array(text.content, np.bool_), characters, weights)


def fit(samples: Sequence[Sample]) -> dict[str, Any]:
    """The arrays of a model, as they are stored."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    trainer = HistGradientBoostingClassifier(
        max_iter=TREES, max_leaf_nodes=LEAVES, learning_rate=RATE, max_bins=63, min_samples_leaf=60,
        l2_regularization=1.0, early_stopping=False, random_state=SEED,
    )  # fmt: skip
    trainer.fit(
        np.vstack([one.rows for one in samples]),
        np.concatenate([one.content for one in samples]),
        sample_weight=np.concatenate([one.weights for one in samples]),
    )
    trees = [_tree(predictors[0].nodes) for predictors in trainer._predictors]
    nodes = max(len(tree["feature"]) for tree in trees)
    start = float(trainer._baseline_prediction[0, 0])
    stored: dict[str, Any] = {"features": list(NAMES), "start": start}
    # A node that no line goes to the right of fills trees that have fewer nodes.
    for name, filler, width in (
        ("feature", 0, nodes), ("threshold", 1e9, nodes), ("leaves", 0, nodes),
        ("value", 0, nodes + 1),
    ):  # fmt: skip
        stored[name] = [tree[name] + [filler] * (width - len(tree[name])) for tree in trees]
    return stored


def _tree(nodes: Any) -> dict[str, list[Any]]:
    """Nodes and leaves from left to right; see ``LineModel``."""
    tree: dict[str, list[Any]] = {"feature": [], "threshold": [], "leaves": [], "value": []}
    spans: list[tuple[int, int]] = []

    def walk(index: int) -> None:
        node = nodes[index]
        if node["is_leaf"]:
            tree["value"].append(_rounded(node["value"]))
            return
        first = len(tree["value"])
        walk(int(node["left"]))
        spans.append((first, len(tree["value"])))
        tree["feature"].append(int(node["feature_idx"]))
        tree["threshold"].append(_rounded(node["num_threshold"]))
        walk(int(node["right"]))

    walk(0)
    everything = (1 << 12) - 1
    tree["leaves"] = [everything & ~((1 << end) - (1 << start)) for start, end in spans]
    return tree


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


@dataclass
class Score:
    """Sums over texts, as the evaluation of lines counts."""

    content: float = 0
    kept: float = 0
    kept_content: float = 0
    boilerplate_lines: int = 0
    gone: int = 0

    def add(self, one: Sample, kept: npt.NDArray[np.bool_]) -> None:
        """Count one text of which some lines are kept."""
        self.content += one.characters[one.content].sum()
        self.kept += one.characters[kept].sum()
        self.kept_content += one.characters[kept & one.content].sum()
        self.boilerplate_lines += int((~one.content).sum())
        self.gone += int((~one.content & ~kept).sum())

    def row(self) -> str:
        """Share of the content's characters kept, of boilerplate lines removed, char-F1."""
        recall, precision = self.kept_content / self.content, self.kept_content / self.kept
        f1 = 2 * precision * recall / (precision + recall)
        return f"{recall:.4f} | {self.gone / self.boilerplate_lines:.3f} | {f1:.4f}"


def cross_validated(samples: Sequence[Sample], thin: Sequence[Sample]) -> list[str]:
    """Rows of the card's table: every text is scored by a model that saw no text of its site."""
    scores: defaultdict[str, Score] = defaultdict(Score)
    for fold in range(FOLDS):
        seen = [one for one in [*samples, *thin] if one.text.fold(FOLDS) != fold]
        model = _model(fit(seen))
        for name, group in (("pages", samples), ("thinned", thin)):
            for one in group:
                if one.text.fold(FOLDS) == fold and (name == "thinned" or one.text.labelled):
                    _add_scores(scores, name, one, model)
    return [f"| {name} | {score.row()} |" for name, score in scores.items()]


def _add_scores(scores: defaultdict[str, Score], name: str, one: Sample, model: LineModel) -> None:
    probable = model.content_probability(one.rows)
    for limit in _LIMITS:
        kept = probable >= limit
        kept[titles(one.rows)] = True
        scores[f"{name} | {limit}"].add(one, kept)
    lines, cuts = junk_in("\n".join(one.text.lines), model=model)
    whole = {(cut.start, cut.end) for cut in cuts}
    kept = np.array([(line.start, line.end) not in whole for line in lines])
    scores[f"{name} | all rules, and the model below {SURE}"].add(one, kept)


def _model(stored: dict[str, Any]) -> LineModel:
    path = FILE.with_suffix(".tmp")
    path.write_text(json.dumps(stored), encoding="utf-8")
    try:
        return read_model(path)
    finally:
        path.unlink()


def main() -> None:
    """Cross-validate, fit on everything, write the model and the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="lines.jsonl, and html/ with truth.json")
    arguments = parser.parse_args()
    texts = texts_in(arguments.data)
    samples = [sample(text) for text in texts]
    thin = [sample(text) for text in thinned(texts, SEED)]
    rows = cross_validated(samples, thin)
    print("\n".join(rows))
    stored = fit([*samples, *thin])
    FILE.write_text(json.dumps(stored, separators=(",", ":")) + "\n", encoding="utf-8")
    CARD.write_text(_card(texts, rows, FILE.stat().st_size), encoding="utf-8")


def _card(texts: Sequence[Text], rows: Sequence[str], size: int) -> str:
    lines = sum(len(text.lines) for text in texts)
    sites = len({text.site for text in texts})
    counts = {source: sum(t.source == source for t in texts) for source in ("fundus", "wcxb")}
    table = "\n".join(rows)
    return _CARD_TEXT.format(
        texts=len(texts), lines=lines, sites=sites, wcxb=counts["wcxb"], fundus=counts["fundus"],
        trees=TREES, leaves=LEAVES, rate=RATE, seed=SEED, features=len(NAMES), size=size, sure=SURE,
        folds=FOLDS, table=table, labelled=sum(text.labelled for text in texts),
    )  # fmt: skip


_CARD_TEXT = """# The line model

Says for each line of a plain text how probable it is that it belongs to the article. Used by the
stage strip_boilerplate to remove lines below {sure}; written by `compile_line_model.py`.

- **Kind.** Gradient-boosted trees for two classes: {trees} trees of up to {leaves} leaves, learning
  rate {rate}, {features} features (`line_features.py`), seed {seed}; {size:,} bytes of JSON. Fitted
  with scikit-learn, run with NumPy.
- **Data.** The visible text of {texts} web pages of {sites} sites, {lines:,} lines: {wcxb} article
  pages of wcxb (Web Content Extraction Benchmark, (c) 2026 Murrough Foley, CC BY 4.0,
  github.com/Murrough-Foley/web-content-extraction-benchmark) and {fundus} of the test data of
  fundus (MIT, github.com/flairNLP/fundus). Changed: rendered as lines, labelled by overlap with the
  collections' article texts. Each text is learnt from twice, the second time with most boilerplate
  left out, as other programs' extractions have it. No text of them is in the model or the program.
- **Languages.** By py3langid, 317 texts are English, 37 German and 24 in 17 others. The features
  name no language, but function words and the words of sites' own lines are listed for some sixty.
- **Labels.** Automatic, with errors mostly among short lines. They leave titles out; titles had no
  weight, and the stage protects them.
- **Not for** poems, tables, transcripts of code; texts of fewer than four lines are not judged.
- **Licence.** Of the model: Apache-2.0, with the attributions above.

Scores: cross-validated in {folds} folds by site, never on texts of a site that was learnt from; on
the {labelled} labelled texts (pages) and all thinned ones, the model and the protection of titles
alone, but for the last row of each, which is what the stage does.

| texts | removed below | content characters kept | boilerplate lines removed | char-F1 |
|---|---|---|---|---|
{table}
"""


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()
