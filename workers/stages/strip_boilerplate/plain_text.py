"""Takes boilerplate out of plain text: what is surely none of the article's; all else is verbatim.

First rules for what a line says and how lines stand together, then lines that other articles of the
source had too, then the line model; each with the reason that the record shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from workers.stages.strip_boilerplate.cuts import Cut, Line, cut_line, lines_of
from workers.stages.strip_boilerplate.durations import is_duration
from workers.stages.strip_boilerplate.junk_lines import Junk, in_company, junk_line
from workers.stages.strip_boilerplate.line_edges import edge_cuts
from workers.stages.strip_boilerplate.line_heads import Heads, heads_of
from workers.stages.strip_boilerplate.line_model import LineModel
from workers.stages.strip_boilerplate.main_text import MOST_LINES, unlikely_lines
from workers.stages.strip_boilerplate.notices import notices_in
from workers.stages.strip_boilerplate.sidebars import (
    chronology,
    headlines_to_the_end,
    is_longer_than_headlines,
    sidebar_lines,
    stamp_of,
    stands_alone,
)
from workers.stages.strip_boilerplate.stamps import Stamp
from workers.stages.strip_boilerplate.statements import is_statement

DURATION = "duration_line"
"""A player's statement of its length, or how long the text takes to read."""
STAMP = "stamp_line"
"""A counter or a day with a clock time, and nothing else."""
SIDEBAR = "sidebar"
"""Other headlines, each with a stamp after it, or below a label to the end of the text."""
REPEATED = "repeated_line"
"""A line that other articles of the source had too, and that does not read like the article's."""
UNLIKELY = "line_model"
"""A line that the line model is sure about."""


@dataclass
class _Rows:
    """The lines that are not blank, and what is known of each of them."""

    lines: Sequence[Line]
    texts: list[str] = field(init=False)
    reasons: list[str | None] = field(init=False)
    """Why a line goes, if it does."""
    stamps: list[Stamp | None] = field(init=False)
    heads: Heads | None = field(init=False)
    """None if there are more than the line model reads: they take much memory."""

    def __post_init__(self) -> None:
        self.texts = [line.text.strip() for line in self.lines]
        self.reasons = [None] * len(self.lines)
        self.stamps = list(map(stamp_of, self.texts))
        self.heads = heads_of(self.texts) if len(self.texts) <= MOST_LINES else None

    @property
    def gone(self) -> set[int]:
        """Rows that go."""
        return {row for row, reason in enumerate(self.reasons) if reason}


def junk_in(
    content: str,
    headline: str | None = None,
    repeated: Callable[[str], bool] | None = None,
    model: LineModel | None = None,
) -> tuple[list[Line], list[Cut]]:
    """The lines of a plain text, and what to cut out of them.

    ``repeated`` says whether other articles of the source had a line; the line model is the
    package's if none is given. The title is never cut: the
    line that is ``headline``, the first line that says nothing else by its words, and what the
    first sentences take up.
    """
    lines = lines_of(content)
    rows = _Rows([line for line in lines if not line.blank])
    named = {row for row, text in enumerate(rows.texts) if headline and text == headline.strip()}
    found = _cut_by_words(rows, named)
    first = next((row for row, reason in enumerate(rows.reasons) if not reason), None)
    protected = named | ({first} if first is not None else set())
    _cut_runs(rows, found, protected)
    _cut_unlikely(rows, named, repeated, model)
    cuts: list[Cut] = []
    for line, reason in zip(rows.lines, rows.reasons, strict=True):
        cuts += [cut_line(line, reason)] if reason else edge_cuts(line)
    return lines, cuts


def _cut_by_words(rows: _Rows, named: Collection[int]) -> list[Junk | None]:
    """Cut what is junk by itself, and weak lines beside it; what each line is said to be."""
    found: list[Junk | None] = []
    notices = notices_in(rows.texts, rows.heads)
    for row, text in enumerate(rows.texts):
        stamp = rows.stamps[row]
        junk = None if row in named or stamp is not None else junk_line(text, notices[row])
        found.append(junk)
        if row in named:
            continue
        if stamp is not None:
            rows.reasons[row] = STAMP if stands_alone(stamp) else None
        elif junk is not None:
            rows.reasons[row] = None if junk.weak else junk.reason
        elif is_duration(text):
            rows.reasons[row] = DURATION
    for row in in_company(found, [bool(reason) for reason in rows.reasons]):
        if (junk := found[row]) is not None:
            rows.reasons[row] = junk.reason
    return found


def _cut_runs(rows: _Rows, found: Sequence[Junk | None], protected: Collection[int]) -> None:
    listed = sidebar_lines(rows.texts, rows.stamps, protected)
    others = (text for row, text in enumerate(rows.texts) if row not in listed)
    # Where nothing else is a story this is the text: a programme, a live blog.
    told = listed and any(is_statement(text) or is_longer_than_headlines(text) for text in others)
    for row in listed:
        rows.reasons[row] = SIDEBAR if told else None
        if not told and row > 0 and rows.stamps[row - 1] is not None:
            rows.reasons[row - 1] = None
    for row in chronology(rows.texts, rows.stamps):
        rows.reasons[row] = None
        if rows.reasons[row + 1] == SIDEBAR:
            rows.reasons[row + 1] = None
    gone = rows.gone
    heads = {row for row in gone if (junk := found[row]) is not None and junk.heads and row > 0}
    for row in headlines_to_the_end(rows.texts, heads, gone, protected):
        rows.reasons[row] = SIDEBAR


def _cut_unlikely(
    rows: _Rows,
    named: Collection[int],
    repeated: Callable[[str], bool] | None,
    model: LineModel | None,
) -> None:
    again = {row for row, text in enumerate(rows.texts) if repeated is not None and repeated(text)}
    for row in unlikely_lines(rows.texts, rows.gone, again, model, rows.heads):
        if row not in named and rows.reasons[row] is None:
            rows.reasons[row] = REPEATED if row in again else UNLIKELY
