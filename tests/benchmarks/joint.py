"""One model for many languages beside a model for each: how good, how large, how soon ready.

``python -m tests.benchmarks.joint CORPORA MODELS``: ``CORPORA`` has the labelled corpora that the
models are trained on, and ``MODELS`` the folders of models that

    python -m workers.stages.tag_entities.train CORPORA --out MODELS da pt sv

made; every one of its languages is compared. Scores are those of ``training/card.py`` on the
development parts, which neither kind of model learnt from. A process of its own for the joint model
and one for all the others together tells time and memory from the first line to the first names.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import spacy
from rich.table import Table

from tests.benchmarks import report
from tests.benchmarks.names import start_up
from workers.stages.tag_entities.trained import FOLDER
from workers.stages.tag_entities.training.card import measured
from workers.stages.tag_entities.training.corpus import Tagged
from workers.stages.tag_entities.training.recipes import UNER, reader

JOINT = FOLDER / "many"
LOADING = (
    "from pathlib import Path; from workers.stages.tag_entities.ner import *; "
    "models = [Model(Package(Path(one))) for one in {}]; "
    "[one.names('Anna Berg kom till Oslo.') for one in models]; model = models[0]"
)


class Compared(NamedTuple):
    """F1 on one language's development part."""

    language: str
    sentences: int
    joint: float
    alone: float


class Cost(NamedTuple):
    """What one kind of model takes."""

    what: str
    megabytes: float
    """On disk."""
    seconds: float
    resident: float
    """MB."""


def compared(joint: Path, alone: Path, language: str, tagged: Sequence[Tagged]) -> Compared:
    """Both models of one language on the same sentences."""
    one, other = (measured(spacy.load(folder), tagged) for folder in (joint, alone))
    return Compared(language, len(tagged), one.f1, other.f1)


def cost(what: str, folders: Sequence[Path]) -> Cost:
    """What these models take together."""
    size = sum(path.stat().st_size for one in folders for path in one.rglob("*") if path.is_file())
    return Cost(what, size / 1e6, *start_up(LOADING.format([str(folder) for folder in folders])))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.joint", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("corpora", type=Path, help="labelled corpora")
    parser.add_argument("models", type=Path, help="folder of the models for one language each")
    parsed = parser.parse_args(arguments)
    alone = [folder for name in UNER if (folder := parsed.models / name).is_dir()]
    if not alone:
        sys.exit(f"{parsed.models} has no model of {', '.join(UNER)}: train them, see --help")
    read = reader(parsed.corpora)
    console = report.console(110)
    table = Table("language", "sentences", "F1 of the joint model", "of one for it alone")
    for folder in alone:
        one = compared(JOINT, folder, folder.name, read(f"{UNER[folder.name]}-dev"))
        table.add_row(one.language, f"{one.sentences:,}", f"{one.joint:.3f}", f"{one.alone:.3f}")
    console.print(table)
    table = Table("models", "MB on disk", "s to the first names", "MB resident")
    for taken in (cost("joint", [JOINT]), cost(f"{len(alone)} alone", alone)):
        table.add_row(
            taken.what, f"{taken.megabytes:.1f}", f"{taken.seconds:.2f}", f"{taken.resident:.0f}"
        )
    console.print(table)


if __name__ == "__main__":
    main()
