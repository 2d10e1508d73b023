"""Which lines of a text are surely not the article's, as the line model sees them all together."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import compress, islice
from math import log

import numpy as np
import numpy.typing as npt

from workers.stages.strip_boilerplate.line_features import NAMES, Features, features_of
from workers.stages.strip_boilerplate.line_heads import Heads
from workers.stages.strip_boilerplate.line_model import LineModel, line_model
from workers.stages.strip_boilerplate.statements import is_statement

SURE = 0.15
"""A line goes if it is the article's with less probability than this; chosen by cross-validation,
where it keeps more than .99 of the article's characters, and most lists within a text."""
SURE_OF_SENTENCE = 0.02
"""The same for a plain sentence: one that closes a story may stand below what a site has put in."""
SURE_IF_REPEATED = 0.9
"""The same for a line that other articles of the source had too: on pages of one site such lines
are ninety times as frequent among boilerplate as among the articles' lines."""
SURE_IF_SENTENCE = 0.5
"""The same for one that reads like a sentence: the background of a story is repeated as well."""
_QUANTITY = re.compile(r"(?<![\w:/.-])\d[\d.,]{0,8}\s?(?:%|[^\W\d_])")
"""A number and what it counts or measures."""
Limits = npt.NDArray[np.float64]
_FEWEST_LINES, MOST_LINES = 4, 5_000
"""A text of fewer lines tells too little of what surrounds them; one of more is no article."""
_SENTENCE = 0.3
_TITLE_REACH, _FIRST_REACH = 12, 3
_TITLE_WORDS, _TITLE_LENGTH = log(2.5 + 1), log(200 + 1)
"""More words, and fewer characters, on the scale of the features."""
_TITLE_COMMON = 0.5
_LENGTH, _WORDS, _PROSE = NAMES.index("length"), NAMES.index("words"), NAMES.index("prose")
_ENDS, _DIGITS = NAMES.index("ends_sentence"), NAMES.index("digits")
_TELLING = NAMES.index("telling_words")
_IN_BODY, _COMMON = NAMES.index("in_body"), NAMES.index("common")


def unlikely_lines(
    lines: Sequence[str],
    junk: Collection[int],
    repeated: Collection[int] = (),
    model: LineModel | None = None,
    heads: Heads | None = None,
) -> list[int]:
    """Indexes of the lines that are surely not the article's.

    ``junk`` are lines of which this is known already, ``repeated`` those that other articles of the
    source had; the model is the package's if none is given, and ``heads`` are those of the lines if
    they are known already. Lines are stripped, none is blank. A
    title stays, the first line right before the article stays, and so does everything where no line
    is probably an article's.
    """
    if not _FEWEST_LINES <= len(lines) <= MOST_LINES:
        return []
    rows = features_of(lines, heads)
    probable = (model or line_model()).content_probability(rows)
    junk = frozenset(junk)
    if not (probable >= 0.5).any():
        return []
    limits = np.full(len(lines), SURE)
    limits[plain_sentences(lines, rows)] = SURE_OF_SENTENCE
    for row in repeated:
        sentence = rows[row, _PROSE] > _SENTENCE
        limits[row] = SURE_IF_SENTENCE if sentence else SURE_IF_REPEATED
    limits[titles(rows, junk)] = 0
    left = (row for row in range(len(lines)) if row not in junk)
    others = list(islice(left, _FIRST_REACH + 1))
    if (probable[others[1:]] >= 0.5).any() or (others[:1] == [0] and _may_be_title(rows, 0)):
        limits[others[0]] = 0
    limits = _lowered(limits, rows, probable, junk, repeated)
    unlikely = list(compress(range(len(lines)), (probable < limits).tolist()))
    listed = _figures(lines, [row for row in unlikely if row not in junk and row not in repeated])
    return [row for row in unlikely if row not in listed]


def _lowered(
    limits: Limits,
    rows: Features,
    probable: Limits,
    junk: Collection[int],
    repeated: Collection[int],
) -> Limits:
    """The limits with that of sentences for each short one right below a sentence that stays.

    That is how interviews and dialogues go, and how stories end: in a word or two.
    """
    limits = limits.copy()
    short = (rows[:, _ENDS] > 0) & (rows[:, _TELLING] == 0)
    for row in np.flatnonzero((probable < limits) & short).tolist():
        above = row - 1
        told = above >= 0 and above not in junk and rows[above, _ENDS] > 0
        if told and probable[above] >= limits[above] and row not in repeated:
            limits[row] = min(limits[row], SURE_OF_SENTENCE)
    return limits


def _figures(lines: Sequence[str], rows: Sequence[int]) -> set[int]:
    """Of some lines the runs that list quantities: recipes, results, tables.

    A menu or a list of headlines has numbers only where it counts its items.
    """
    found: set[int] = set()
    run: list[int] = []
    for row in [*rows, -2]:
        if run and row != run[-1] + 1:
            figures = sum(_QUANTITY.search(lines[one]) is not None for one in run)
            if figures >= max(2, len(run) / 2):
                found.update(run)
            run = []
        run.append(row)
    return found


def plain_sentences(lines: Sequence[str], rows: Features) -> list[int]:
    """The lines that read like a sentence, without a number or a word of sites' own lines."""
    plain = (rows[:, _ENDS] > 0) & (rows[:, _DIGITS] == 0) & (rows[:, _TELLING] == 0)
    return [row for row in np.flatnonzero(plain).tolist() if is_statement(lines[row])]


def titles(rows: Features, junk: Collection[int] = ()) -> list[int]:
    """The lines that may be the article's title.

    That is the line shortly before the first sentences that shares most words with them, and the
    first line if it stands right before them.
    """
    body = np.flatnonzero((rows[:, _IN_BODY] > 0) & (rows[:, _PROSE] > _SENTENCE))
    if not len(body):
        return []
    first, junk = int(body[0]), frozenset(junk)
    before = [line for line in range(max(first - _TITLE_REACH, 0), first) if line not in junk]
    found = {
        line
        for line in before[:1]
        if first - line <= _FIRST_REACH and all(other in junk for other in range(line))
    }
    shared = [(float(rows[line, _COMMON]), line) for line in before if _may_be_title(rows, line)]
    if shared and (best := max(shared))[0] >= _TITLE_COMMON:
        found.add(best[1])
    return sorted(found)


def _may_be_title(rows: Features, line: int) -> bool:
    return bool(rows[line, _WORDS] > _TITLE_WORDS and rows[line, _LENGTH] < _TITLE_LENGTH)
