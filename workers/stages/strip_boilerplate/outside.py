"""Which part of a page's visible text is not in its article."""

from __future__ import annotations

from workers.stages.strip_boilerplate.cuts import Cut, lines_of

OUTSIDE = "outside_main_text"
"""A line of a page's visible text that is not in its article."""

_WINDOW = 50_000
_SAMPLE = 40


def outside_lines(rendering: str, text: str) -> list[Cut]:
    """The lines of the rendering that the text lacks, as spans into the rendering.

    White space does not count, and a line of which a long beginning or end is in the text counts as
    kept: the two break lines differently. Linear: each line is looked for in a stretch of the text
    around the last one found.
    """
    main = "".join(text.split())
    cuts: list[Cut] = []
    position = 0
    for line in lines_of(rendering):
        words = "".join(line.text.split())
        if not words:
            continue
        at = _find(main, words, position)
        if at < 0:
            cuts.append(Cut(line.start, line.end, OUTSIDE))
        else:
            position = at
    return cuts


def _find(main: str, words: str, position: int) -> int:
    start, end = max(position - _WINDOW // 5, 0), position + _WINDOW
    at = main.find(words, start, end)
    if at < 0 and len(words) > _SAMPLE:
        at = main.find(words[:_SAMPLE], start, end)
        if at < 0:
            at = main.find(words[-_SAMPLE:], start, end)
    return at
