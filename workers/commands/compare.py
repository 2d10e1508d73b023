"""``copydesk compare``: what another version of the pipeline makes of the same articles."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from workers.commands import CommandError
from workers.commands.counts import zero_or_more

if TYPE_CHECKING:
    from workers.commands.compared.comparison import Comparison

OVER = 1
_SHARE = re.compile(r"(?:([A-Za-z_]\w*)=)?(\d+(?:\.\d+)?)%?", re.ASCII)


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "What differs between two files of outcomes, by id and version, field by field: as "
        "copydesk enrich, copydesk tail and copydesk run --output write them, also .gz. Both are "
        "read twice and their places kept on disk, so that they may be larger than memory."
    )
    parser.add_argument("old", metavar="OLD.jsonl", help="outcomes before; - for standard input")
    parser.add_argument("new", metavar="NEW.jsonl", help="outcomes after")
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="FIELD",
        help="leave a field out as well; dots reach inside: entities.salience",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also enriched_at, fetched_at, provenance, schema_version and the stages' versions, "
        "which are left out by default",
    )
    parser.add_argument(
        "--examples",
        type=zero_or_more,
        default=3,
        metavar="N",
        help="so many of the articles that differ most, of each kind (default: 3)",
    )
    parser.add_argument(
        "--fail-over",
        action="append",
        default=[],
        type=_limit,
        metavar="[FIELD=]SHARE",
        help="end with status 1 if more differ, such as 1%% of all articles, or text=5%%: of those "
        "in both files in this field",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print what differs; 1 if it is more than was allowed."""
    from workers.commands.compared.comparison import Comparison
    from workers.commands.compared.differences import IGNORED
    from workers.commands.compared.index import FileError, Index

    names = (arguments.old, arguments.new)
    if names == ("-", "-"):
        raise CommandError("only one of both can be standard input")
    ignored = (*(() if arguments.all else IGNORED), *arguments.ignore)
    found = Comparison(arguments.examples, ignored)
    try:
        with Index(*names) as index:
            found.take(index)
    except FileError as error:
        raise CommandError(str(error)) from None
    _check_fields(found, arguments.fail_over)
    over = [limit for limit in arguments.fail_over if found.share(limit[0]) > limit[1]]
    _print(found, names, over, json=arguments.json)
    for field, most in over:
        print(
            f"{_named(field)}: {found.share(field):.3%}, more than {most:.3%}",
            file=sys.stderr,
        )
    return OVER if over else 0


def _check_fields(found: Comparison, limits: Sequence[tuple[str | None, float]]) -> None:
    """CommandError for a limit that nothing could ever be over."""
    from topics.records import EnrichedArticle

    known = found.seen | set(EnrichedArticle.__struct_fields__)
    for name, _ in limits:
        if name in found.ignored:
            raise CommandError(f"--fail-over {name}: this field is left out (--all, --ignore)")
        if name is not None and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise CommandError(f"--fail-over {name}: no record has this field{meant}")


def _print(
    found: Comparison,
    names: Sequence[str],
    over: Sequence[tuple[str | None, float]],
    *,
    json: bool,
) -> None:
    from workers.commands.compared import views

    if json:
        told: list[dict[str, Any]] = [
            {"field": field, "share": found.share(field), "most": most} for field, most in over
        ]
        print(orjson.dumps(views.described(found, told)).decode())
        return
    from workers.commands.trace import wide_console

    console = wide_console()
    for part in views.tables(found, names):
        console.print(part, highlight=False)


def _named(field: str | None) -> str:
    return "articles that differ" if field is None else f"articles with another {field}"


def _limit(text: str) -> tuple[str | None, float]:
    match = _SHARE.fullmatch(text)
    if match is None or float(match[2]) > 100:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no share: write 1% (of all articles), or FIELD=1%"
        )
    return match[1], float(match[2]) / 100
