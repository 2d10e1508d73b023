"""Measures how often names are right: ``python -m workers.stages.tag_entities.compile_confidence``.

Its arguments are files of JSON lines with ``text``, ``language`` and ``spans`` (start, end, type;
every person, organisation and place is marked). Each text is read as the stage reads it, and once
more by lists alone; ``confidence.json`` is written, and what it says is printed with the numbers
of names behind it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from topics.records import Article
from workers.entity_models import ModelChoice
from workers.outcome import Passed
from workers.stages.tag_entities.choose import own_engines
from workers.stages.tag_entities.confidence import ANY, BESIDE, FILE, GAZETTEER, UNLINKED
from workers.stages.tag_entities.tag import TagEntities

LEAST = 20
"""Names from which a share is kept."""
TYPES = ("person", "organisation", "place")


class Cell(NamedTuple):
    """What is counted together."""

    method: str
    language: str
    kind: str


def counted(paths: Iterable[Path]) -> tuple[Counter[Cell], Counter[Cell]]:
    """How many names were found, and how many of them are right."""
    engines = own_engines()
    modelled = {language for engine in engines for language in engine.languages}
    by_lists = {record["language"]: ModelChoice(GAZETTEER) for record in _records(paths)}
    own, lists = TagEntities(engines=engines), TagEntities(models=by_lists)
    found: Counter[Cell] = Counter()
    right: Counter[Cell] = Counter()
    for record in _records(paths):
        gold = {(start, end, kind) for start, end, kind in record["spans"]}
        text, language = record["text"], record["language"]
        found_names = [*_names(lists, text, language, GAZETTEER)]
        if language in modelled:
            found_names += _names(own, text, language, BESIDE)
        for cell, name in found_names:
            found[cell] += 1
            right[cell] += name in gold
    return found, right


def shares(
    found: Mapping[Cell, int], right: Mapping[Cell, int]
) -> dict[str, dict[str, dict[str, float]]]:
    """The table of ``confidence.json``: cells with enough names, and ``ANY`` for other languages.

    For those the lowest share of all languages stands: it was measured, and promises least. Where
    no language has enough names, they count together. A share is that of the rule of succession:
    twenty right names of twenty do not make the next one certain.
    """
    table: dict[str, dict[str, dict[str, float]]] = {}
    for method, kind in sorted({(cell.method, cell.kind) for cell in found}):
        cells = [cell for cell in found if (cell.method, cell.kind) == (method, kind)]
        enough = {
            cell.language: _share(right[cell], found[cell])
            for cell in cells
            if found[cell] >= LEAST
        }
        together = sum(found[cell] for cell in cells)
        if enough:
            enough[ANY] = min(enough.values())
        elif together >= LEAST:
            enough[ANY] = _share(sum(right[cell] for cell in cells), together)
        for language, share in enough.items():
            table.setdefault(method, {}).setdefault(language, {})[kind] = share
    return table


def _share(right: int, found: int) -> float:
    return round((right + 1) / (found + 2), 2)


def _records(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        yield from map(json.loads, path.read_text("utf-8").splitlines())


def _names(
    stage: TagEntities, text: str, language: str, by_lists: str
) -> Iterator[tuple[Cell, tuple[int, int, str]]]:
    """The names that the stage finds; ``by_lists`` is the method of those that lists found."""
    outcome = stage(Article(id="text", text=text, language=language))
    if not isinstance(outcome, Passed) or not isinstance(outcome.article.entities, list):
        return
    for entity in outcome.article.entities:
        if entity.type not in TYPES:
            continue
        method = entity.method.partition("/")[0]
        if method == GAZETTEER:
            method = by_lists
        kind = UNLINKED if entity.type == "place" and entity.link is None else entity.type
        for mention in entity.mentions:
            yield Cell(method, language, kind), (mention.start, mention.end, entity.type)


def main() -> None:
    """Measure, write the file and print what it holds."""
    parser = argparse.ArgumentParser(description="Measure how often names are right.")
    parser.add_argument("files", type=Path, nargs="+", help="JSON lines: text, language, spans")
    found, right = counted(parser.parse_args().files)
    table = shares(found, right)
    FILE.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for cell in sorted(found):
        print(*cell, f"{right[cell]} of {found[cell]}: {right[cell] / found[cell]:.2f}", sep="\t")


if __name__ == "__main__":
    main()
