"""Lines that are stamps, and lists of other headlines with a stamp after each."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from workers.stages.strip_boilerplate.cuts import Line
from workers.stages.strip_boilerplate.stamps import LONGEST, Stamp, read_stamp

_LONGEST_HEADLINE = 160
_FULL_STOPS = ".。．।۔።։။"
_CLOSING = "\"'”’»)]）」』"


def stamp_of(line: str) -> Stamp | None:
    """The stamp that a line consists of; None if it is anything else."""
    line = line.strip()
    if len(line) > LONGEST or not any(map(str.isdecimal, line)):
        return None
    stamp = read_stamp(line)
    return stamp if stamp and not line[stamp.end :].strip(" .,|)") else None


def stands_alone(stamp: Stamp) -> bool:
    """Whether a line that is this stamp is junk wherever it stands.

    A counter with a day or glued to a clock is; so is a day with a clock time. A mere date or clock
    time is not: it may be an entry of a schedule.
    """
    return stamp.counter or (stamp.day and stamp.clock)


def sidebar_lines(
    lines: Sequence[Line], stamps: Sequence[Stamp | None], protected: Collection[int]
) -> set[int]:
    """Indexes of the lines of every run of two or more (headline, stamp) pairs.

    Blank lines between do not count. At least one stamp of a run must stand alone, so that
    schedules stay; protected lines are nobody's headline.
    """
    found: set[int] = set()
    rows = [index for index, line in enumerate(lines) if not line.blank]
    at = 0
    while at + 1 < len(rows):
        run: list[int] = []
        strong = False
        while at + 1 < len(rows) and _is_pair(lines, stamps, protected, rows[at], rows[at + 1]):
            stamp = stamps[rows[at + 1]]
            strong = strong or (stamp is not None and stands_alone(stamp))
            run += rows[at : at + 2]
            at += 2
        if len(run) >= 4 and strong:
            found.update(run)
        at += not run
    return found


def _is_pair(
    lines: Sequence[Line],
    stamps: Sequence[Stamp | None],
    protected: Collection[int],
    first: int,
    second: int,
) -> bool:
    return (
        stamps[second] is not None
        and stamps[first] is None
        and first not in protected
        and _is_headline(lines[first].text)
    )


def _is_headline(text: str) -> bool:
    """Whether a line may be a headline: short, and no sentence with a full stop."""
    text = text.strip()
    if len(text) > _LONGEST_HEADLINE or not any(map(str.isalpha, text)):
        return False
    bare = text.rstrip(_CLOSING)
    return not bare.endswith(tuple(_FULL_STOPS)) or bare.endswith("..") or _is_dotted(bare)


def _is_dotted(text: str) -> bool:
    """Whether a text ends in an abbreviation of single letters with full stops, as in "U.N."."""
    last = text.split()[-1]
    letters = last.split(".")[:-1]
    return len(letters) > 1 and all(len(letter.strip("(\"'“‘«")) <= 1 for letter in letters)
