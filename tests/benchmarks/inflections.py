"""Our rules for endings beside lemmatisers, on names of places as inflected texts have them.

``python -m tests.benchmarks.inflections FILE…``: files of JSON lines with ``text``, ``language``
and ``spans`` (start, end, type). Of the marked places the share that the gazetteer knows: as they
stand, by our rules, and by the lemmas of simplemma (MIT) and pymorphy3 (MIT; its Ukrainian
dictionary is GPL-3.0), as far as they are installed, which copydesk does not ask for. A guess may
also hit what is no place: of the marked persons and organisations of one word the share that each
way takes for one. All look up in the same gazetteer.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table

from tests.benchmarks import report
from workers.stages.tag_entities.gazetteer import Gazetteer, open_gazetteer
from workers.stages.tag_entities.gazetteer_file import CITY
from workers.stages.tag_entities.link import GUESSED_FROM, Linker

Known = Callable[[str], bool]
PARSES = 4
"""Readings of a word alone that count."""


class Marked(NamedTuple):
    """The marked names of one language's texts, each as often as it stands there."""

    places: list[str]
    others: list[str]
    """Persons and organisations of one word."""


class Rates(NamedTuple):
    """Shares of names that are known as places, and the CPU time of telling (repeats included)."""

    places: float
    others: float
    microseconds: float


def marked(paths: Iterable[Path]) -> dict[str, Marked]:
    """The marked names by language."""
    found: dict[str, Marked] = defaultdict(lambda: Marked([], []))
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            for start, end, kind in record["spans"]:
                name = record["text"][start:end]
                if kind == "place":
                    found[record["language"]].places.append(name)
                elif " " not in name:
                    found[record["language"]].others.append(name)
    return dict(found)


def ways(gazetteer: Gazetteer, language: str) -> Iterator[tuple[str, Known]]:
    """By name, what tells whether a name is known as a place."""
    exact = partial(_exact, gazetteer, language)
    yield "as it stands", exact
    linker = Linker(gazetteer, language)
    yield "rules", lambda name: bool(linker.candidates(name))
    if find_spec("simplemma") and language in _simplemma_languages():
        yield "simplemma", lambda name: _by_lemmas(exact, name, _simplemma(language, name))
    if language in ("ru", "uk") and find_spec("pymorphy3"):
        analyzer = import_module("pymorphy3").MorphAnalyzer(lang=language)
        yield "pymorphy3", lambda name: _by_lemmas(exact, name, _pymorphy(analyzer, name))


def rates(known: Known, names: Marked) -> Rates:
    """How one way does on these names."""
    known("x")  # what is loaded at the first call is not timed
    began = time.process_time()
    places = sum(map(known, names.places))
    others = sum(map(known, names.others))
    spent = time.process_time() - began
    return Rates(
        places / max(1, len(names.places)),
        others / max(1, len(names.others)),
        1e6 * spent / max(1, len(names.places) + len(names.others)),
    )


def _exact(gazetteer: Gazetteer, language: str, name: str, least: int = 0) -> bool:
    return any(
        not place.demonym and (place.kind != CITY or place.population >= least)
        for place in gazetteer.find(name, language)
    )


def _by_lemmas(exact: Callable[..., bool], name: str, lemmas: Iterable[str]) -> bool:
    return exact(name) or any(exact(lemma, least=GUESSED_FROM) for lemma in lemmas)


def _simplemma_languages() -> frozenset[str]:
    data = import_module("simplemma").__file__
    assert data
    folder = Path(data).parent / "strategies" / "dictionaries" / "data"
    return frozenset(path.name.split(".")[0] for path in folder.iterdir())


def _simplemma(language: str, name: str) -> Iterator[str]:
    lemmatize = import_module("simplemma").lemmatize
    yield " ".join(lemmatize(word, lang=language) for word in name.split())


def _pymorphy(analyzer: Any, name: str) -> Iterator[str]:
    """The lemma, of a word alone its likeliest ones; of more words also the last one's gender."""
    words = name.split()
    first = [analyzer.parse(word)[0] for word in words]
    yield " ".join(parse.normal_form for parse in first)
    if len(words) == 1:
        yield from (parse.normal_form for parse in analyzer.parse(name)[:PARSES])
        return
    gender = first[-1].tag.gender
    agreed = []
    for parse in first:
        adjective = gender and "ADJ" in str(parse.tag.POS)
        nominative = parse.inflect({"nomn", gender}) if adjective else None
        agreed.append(nominative.word if nominative else parse.normal_form)
    yield " ".join(agreed)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.inflections",
        description=(__doc__ or "").partition("\n")[0],
    )
    parser.add_argument("files", type=Path, nargs="+", help="JSON lines: text, language, spans")
    parsed = parser.parse_args(arguments)
    gazetteer = open_gazetteer()
    table = Table("language", "places", "way", "known", "others taken for places", "µs a name")
    for language, names in sorted(marked(parsed.files).items()):
        for way, known in ways(gazetteer, language):
            found = rates(known, names)
            table.add_row(
                language,
                f"{len(names.places):,}",
                way,
                f"{found.places:.2f}",
                f"{found.others:.2f} of {len(names.others):,}",
                f"{found.microseconds:.0f}",
            )
    report.console(110).print(table)


if __name__ == "__main__":
    main()
