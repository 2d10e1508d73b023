"""Rules that take known classes of junk out of plain text; everything else stays verbatim."""

from __future__ import annotations

from workers.stages.strip_boilerplate.cuts import Cut, Line, cut_line, lines_of
from workers.stages.strip_boilerplate.durations import is_duration
from workers.stages.strip_boilerplate.line_edges import edge_cuts
from workers.stages.strip_boilerplate.sidebars import sidebar_lines, stamp_of, stands_alone

DURATION = "duration_line"
"""A player's statement of its length."""
STAMP = "stamp_line"
"""A counter or a day with a clock time, and nothing else."""
SIDEBAR = "sidebar"
"""Other headlines, each with a stamp after it."""


def junk_in(content: str, headline: str | None = None) -> tuple[list[Line], list[Cut]]:
    """The lines of a plain text, and what to cut out of them.

    The title is never cut: the line that is ``headline``, and the first line that is no stamp and
    no duration.
    """
    lines = lines_of(content)
    whole: dict[int, str] = {}
    stamps = [None if line.blank else stamp_of(line.text) for line in lines]
    titles = {
        index for index, line in enumerate(lines) if headline and line.text.strip() == headline
    }
    for index, line in enumerate(lines):
        stamp = stamps[index]
        if line.blank or index in titles:
            continue
        if stamp is not None:
            if stands_alone(stamp):
                whole[index] = STAMP
        elif is_duration(line.text):
            whole[index] = DURATION
    text = (i for i, line in enumerate(lines) if not line.blank and i not in whole)
    titles.update([first] if (first := next(text, None)) is not None else [])
    whole |= dict.fromkeys(sidebar_lines(lines, stamps, titles), SIDEBAR)
    cuts: list[Cut] = []
    for index, line in enumerate(lines):
        if reason := whole.get(index):
            cuts.append(cut_line(line, reason))
        elif not line.blank:
            cuts += edge_cuts(line)
    return lines, cuts
