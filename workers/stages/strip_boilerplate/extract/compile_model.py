"""Fit ``model.json`` and say how well it does on sites that it has not seen.

Run ``python -m workers.stages.strip_boilerplate.extract.compile_model --pages FOLDER``. The folder
holds ``truth.json`` (page to ``source`` and ``text``) and a ``PAGE.html.gz`` for each. The same
pages give the same file. The scores are those of cross-validations by site, with the method of the
scrapinghub article extraction benchmark: mean precision and recall of four-word sequences. One such
validation is of other folds and other trees than the next, and ``SEEDS`` of them are averaged,
since one differs from another by as much as most changes are worth.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from workers.stages.strip_boilerplate.extract.boosting import Plan
from workers.stages.strip_boilerplate.extract.extractor import (
    SCANT,
    UNSURE,
    Judged,
    judged,
    kept_text,
    second,
)
from workers.stages.strip_boilerplate.extract.model import FILE, stored_form, trees_from
from workers.stages.strip_boilerplate.extract.samples import (
    SOURCES,
    Sample,
    fit_on,
    folds_of,
    read_samples,
)
from workers.stages.strip_boilerplate.extract.second_opinion import (
    text_found_by_trafilatura,
    tree_of,
)

PLAN = Plan()
FOLDS = 5
SEEDS = 3
_WORD = re.compile(r"\w+")
_LENGTH = 4


def main() -> None:
    """Fit and write the model, or with ``--check`` only cross-validate."""
    parser = argparse.ArgumentParser(description=__doc__, prog="compile_model")
    default = Path("../shared/eval/data/dev/html")
    parser.add_argument("--pages", type=Path, default=default, help=f"default: {default}")
    parser.add_argument("--check", action="store_true", help="cross-validate, write nothing")
    parser.add_argument("--quick", action="store_true", help="fit without cross-validation")
    arguments = parser.parse_args()
    samples = read_samples(arguments.pages)
    print(f"{len(samples)} pages, {len({sample.site for sample in samples})} sites")
    if not arguments.quick:
        cross_validate(samples)
    if not arguments.check:
        stored = stored_form(fit_on(samples, PLAN))
        FILE.write_text(json.dumps(stored, separators=(",", ":")) + "\n", "utf-8")
        print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")


def cross_validate(samples: Sequence[Sample]) -> None:
    """Print the scores of the model alone, with the second opinion, and of that opinion alone."""
    others = [text_found_by_trafilatura(tree_of(sample.html)) for sample in samples]
    asked = 0
    alone, together = [], []
    for seed in range(SEEDS):
        pages = _unseen(samples, replace(PLAN, seed=seed))
        alone.append([kept_text(page.texts, page.probability, page.window.rows) for page in pages])
        texts = []
        for page, text, other in zip(pages, alone[-1], others, strict=True):
            if page.doubt > UNSURE or len(text) < SCANT:
                asked += 1
                found = second(page, text, other)
                texts.append(found.text if found else "")
            else:
                texts.append(text)
        together.append(texts)
    share = asked / len(samples) / SEEDS
    print(f"by site, {FOLDS} folds, {SEEDS} seeds; second opinion on {share:.1%} of the pages")
    for name, answers in (
        ("trafilatura fast", [others]), ("blocks alone", alone), ("extractor", together)
    ):  # fmt: skip
        for source in (*SOURCES, "all"):
            print(f"{name:18}{source:8}", _scores(samples, answers, _of(source)))


def _unseen(samples: Sequence[Sample], plan: Plan) -> list[Judged]:
    """Each page as judged by a model that has seen no page of its site."""
    fold = folds_of(samples, FOLDS, plan.seed)
    pages: dict[int, Judged] = {}
    for number in range(FOLDS):
        known = [sample for sample, at in zip(samples, fold, strict=True) if at != number]
        model = trees_from(stored_form(fit_on(known, plan)))
        for place in np.flatnonzero(fold == number).tolist():
            sample = samples[place]
            pages[place] = judged(sample.texts, sample.window, model)
    return [pages[place] for place in range(len(samples))]


def _of(source: str) -> Callable[[Sample], bool]:
    return lambda sample: source in ("all", sample.source)


def _scores(
    samples: Sequence[Sample], answers: Sequence[Sequence[str]], wanted: Callable[[Sample], bool]
) -> str:
    figures = [_score(samples, texts, wanted) for texts in answers]
    f1, precision, recall = np.mean(figures, axis=0).tolist()
    seeds = " ".join(f"{figure[0]:.4f}" for figure in figures)
    pages = sum(map(wanted, samples))
    return f"F1 {f1:.4f} ({seeds})  precision {precision:.3f}  recall {recall:.3f}  pages {pages}"


def _score(
    samples: Sequence[Sample], texts: Sequence[str], wanted: Callable[[Sample], bool]
) -> tuple[float, float, float]:
    """F1, precision and recall."""
    precisions, recalls = [], []
    for sample, text in zip(samples, texts, strict=True):
        if not wanted(sample):
            continue
        predicted, true = _sequences(text), _sequences(sample.article)
        shared = (predicted & true).total()
        if predicted:
            precisions.append(shared / predicted.total())
        recalls.append(shared / max(1, true.total()))
    precision, recall = float(np.mean(precisions)), float(np.mean(recalls))
    return 2 * precision * recall / (precision + recall), precision, recall


def _sequences(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    starts = range(max(len(words) - _LENGTH, 0) + 1) if words else range(0)
    return Counter(tuple(words[start : start + _LENGTH]) for start in starts)


if __name__ == "__main__":
    main()
