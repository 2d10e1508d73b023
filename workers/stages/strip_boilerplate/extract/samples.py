"""What the block model is fitted on: labelled pages, as rows of features."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.pages.markup import can_be_parsed, without_scripts
from workers.pages.stated import stated_in
from workers.stages.strip_boilerplate.extract.blocks import read_blocks
from workers.stages.strip_boilerplate.extract.boosting import Plan, fit
from workers.stages.strip_boilerplate.extract.container import Floats
from workers.stages.strip_boilerplate.extract.extractor import window_on
from workers.stages.strip_boilerplate.extract.features import Window
from workers.stages.strip_boilerplate.extract.labels import labels_of
from workers.stages.strip_boilerplate.extract.trees import Trees

SOURCES = ("fundus", "wcxb")
"""The collections whose licences let a model be shipped; rows of others are never read."""

_ADDRESS = re.compile(
    r"<(?:link|meta)\b[^>]*(?:rel=[\"']?canonical|og:url)[^>]*?https?://(?:www\.)?([^/\"'?\s>]+)",
    re.IGNORECASE,
)
_LABELS_OF_A_SITE = 3
_SIZE_POWER = 2.0


@dataclass(frozen=True)
class Sample:
    """One labelled page."""

    name: str
    source: str
    site: str
    html: str
    article: str
    """The article's text as people marked it."""
    texts: Sequence[str]
    """The blocks of the window."""
    window: Window
    labels: Floats


def read_samples(folder: Path) -> list[Sample]:
    """All pages of the two sources, in the order of ``truth.json``; each ``NAME.html.gz``."""
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    samples = []
    for name, entry in truth.items():
        if entry["source"] not in SOURCES:
            continue
        html = gzip.decompress((folder / f"{name}.html.gz").read_bytes()).decode("utf-8", "replace")
        markup = without_scripts(html)
        if not can_be_parsed(markup):
            continue
        found = window_on(read_blocks(markup), stated_in(html))
        if found is not None:
            labels = np.array(labels_of(found[0], entry["text"]), np.float32)
            site = _site(html) or name
            samples.append(Sample(name, entry["source"], site, html, entry["text"], *found, labels))
    return samples


def folds_of(samples: Sequence[Sample], folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each sample; all pages of a site are in one."""
    sites = sorted({sample.site for sample in samples})
    order = np.random.default_rng(seed).permutation(len(sites))
    fold = {site: int(place) % folds for site, place in zip(sites, order, strict=True)}
    return np.array([fold[sample.site] for sample in samples])


def fit_on(samples: Sequence[Sample], plan: Plan) -> Trees:
    """Fit the model on these pages."""
    return fit(
        np.vstack([sample.window.matrix for sample in samples]),
        np.concatenate([sample.labels for sample in samples]),
        np.concatenate([_weights(sample.texts) for sample in samples]),
        plan,
    )


def _weights(texts: Sequence[str]) -> Floats:
    """All pages weigh the same; of a page's blocks the long ones more, but less than they are."""
    sizes = np.log1p(np.array([len(text) for text in texts])) ** _SIZE_POWER
    weights: Floats = (100 * sizes / sizes.sum()).astype(np.float32)
    return weights


def _site(html: str) -> str | None:
    match = _ADDRESS.search(html)
    return ".".join(match[1].lower().split(".")[-_LABELS_OF_A_SITE:]) if match else None
