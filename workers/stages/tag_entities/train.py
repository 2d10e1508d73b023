"""Train the models: ``python -m workers.stages.tag_entities.train FOLDER --out FOLDER [MODEL…]``.

FOLDER has the labelled corpora by the names in ``training/recipes.py``. ``--pages`` names a file of
web pages (lines.jsonl, truth.json) whose articles the English model also learns from: a large
encoder learns names from the corpora and labels them. That takes half an hour on two cores;
``--teacher`` names a folder that keeps what it learnt and said, for the next time. Each model is
written to a folder of its name, with its card; that takes some minutes and one thread, and gives
the same weights each time on one machine. Needs the packages of the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from threadpoolctl import threadpool_limits

from workers.stages.tag_entities.english import PACKAGE
from workers.stages.tag_entities.reading import stretches
from workers.stages.tag_entities.tag import TagEntities
from workers.stages.tag_entities.trained import SHIPPED
from workers.stages.tag_entities.training.card import measured, write_card
from workers.stages.tag_entities.training.corpus import Tagged
from workers.stages.tag_entities.training.encoder_parts import put_together
from workers.stages.tag_entities.training.network import SEED, blank, from_wheel, train, write
from workers.stages.tag_entities.training.recipes import RECIPES, Reader, Recipe, reader
from workers.stages.tag_entities.training.silver import (
    Teacher,
    Teachers,
    completed,
    labelled,
    texts,
)


@dataclass(frozen=True)
class Unlabelled:
    """What a network learns besides labelled text: pages, and who labels them."""

    pages: Sequence[Path] = ()
    teacher: Path | None = None
    """A folder for what the encoder learnt and said; what is there is not done again."""


def make(
    name: str, recipe: Recipe, read: Reader, out: Path, unlabelled: Unlabelled | None = None
) -> Path:
    """Train one model and write it; returns its folder."""
    tagged: Sequence[Tagged] = list(recipe.read(read))
    if recipe.wheel:
        tagged = _with_teachers(recipe, read, tagged, unlabelled or Unlabelled())
        pipeline = from_wheel(recipe.wheel, recipe.labels, tagged)
    else:
        pipeline = blank(recipe.plan, recipe.labels)
    train(pipeline, tagged, recipe.plan, not recipe.wheel, _say)
    if recipe.then:
        tagged = list(recipe.then(read))
        train(pipeline, tagged, recipe.last, False, _say)
    folder = out / name
    meta = {
        "lang": pipeline.lang,
        "name": name,
        "version": recipe.version,
        "license": recipe.licence,
    }
    write(pipeline, folder, meta)
    scores = {
        language: measured(pipeline, read(corpus))
        for language, corpus in recipe.development.items()
    }
    write_card(folder, name, recipe, len(tagged), scores, SEED)
    return folder


def _say(what: str) -> None:
    print(what, flush=True)


def _with_teachers(
    recipe: Recipe, read: Reader, tagged: Sequence[Tagged], unlabelled: Unlabelled
) -> list[Tagged]:
    """The sentences with names that no corpus labels, and the pages with all their names."""
    (language,) = recipe.languages
    other = Teacher(PACKAGE)
    own = list(completed(TagEntities(engines=(other,)), language, tagged))
    if not unlabelled.pages or not recipe.teaching:
        return own
    articles = list(texts(unlabelled.pages, language))
    with TemporaryDirectory() as scratch:
        from workers.stages.tag_entities.training import teacher  # here: only this needs JAX

        encoder = put_together(Path(scratch))
        learnt = unlabelled.teacher or encoder
        if not (learnt / teacher.LEARNT_FILE).is_file():
            teacher.learn(encoder, list(recipe.teaching(read)), learnt, _say)
        first = teacher.EncoderTeacher(encoder, learnt)
        first.remember([piece for article in articles for _, piece in stretches(article)])
    stage = TagEntities(engines=(Teachers(first, other),))
    return [*own, *labelled(stage, language, articles)]


def main() -> None:
    """Train the models named on the command line, or all that are shipped."""
    parser = argparse.ArgumentParser(description="Train models of names.")
    parser.add_argument("folder", type=Path, help="labelled corpora")
    parser.add_argument(
        "models", nargs="*", help=f"of {', '.join(RECIPES)}; default: {', '.join(SHIPPED)}"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pages", type=Path, action="append", default=[], help="a file of them")
    parser.add_argument("--teacher", type=Path, help="keeps what the encoder learns and says")
    arguments = parser.parse_intermixed_args()  # options may stand before the models
    with threadpool_limits(1):
        for name in arguments.models or SHIPPED:
            read = reader(arguments.folder)
            unlabelled = Unlabelled(arguments.pages, arguments.teacher)
            folder = make(name, RECIPES[name], read, arguments.out, unlabelled)
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            print(json.dumps({"model": str(folder), "bytes": size}), flush=True)


if __name__ == "__main__":
    main()
