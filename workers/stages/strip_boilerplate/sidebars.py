"""Lines that are stamps, and lists of other headlines with a stamp after each."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from dataclasses import replace

from workers.stages.strip_boilerplate.junk_words import words
from workers.stages.strip_boilerplate.stamps import LONGEST, Stamp, may_be_stamp, read_stamp
from workers.stages.strip_boilerplate.statements import (
    FULL_STOPS,
    is_statement,
    is_wordy,
    marks_sentences,
)
from workers.stages.strip_boilerplate.text_tokens import CLOSING, DIGIT, NUMBER_OR_WORD, fold

_LONGEST_HEADLINE = 160
_MOST_HEADLINES = 20
_FEWEST_ENTRIES = 3
_FULL_STOPS = ".。．।۔።։။"
_AROUND = " \t\r\ufeff\u00a0•·●▪|.,()–—-"
"""What may stand around a stamp: white space, bullets, bars."""
_MOST_AROUND = 20
_AFTER_LABEL = _AROUND + ":：՝"


def stamp_of(line: str) -> Stamp | None:
    """The stamp that a line consists of; None if it is anything else."""
    if len(line) > LONGEST + _MOST_AROUND or not DIGIT.search(line):
        return None
    line = line.strip(_AROUND)
    label = _label_length(line)
    line = line[label:].lstrip(_AFTER_LABEL)
    if len(line) > LONGEST or not (label or may_be_stamp(line)):
        return None
    stamp = read_stamp(line)
    if stamp is None:
        return None
    rest = line[stamp.end :].strip(_AROUND)
    if rest:
        # "Published …, updated …": two stamps, if the second has a label as well.
        other = stamp_of(rest) if label else None
        return other if other is not None and other.labelled else None
    return replace(stamp, labelled=label > 0)


def _label_length(line: str) -> int:
    """Length of the words before a stamp that say what it is the time of; 0 if others are there."""
    end, told = 0, False
    token = NUMBER_OR_WORD.match(line)
    while token is not None and token["word"]:
        word = fold(token["word"])
        if word not in words("published") and word not in words("when"):
            break
        told = told or word in words("published")
        end = token.end()
        token = NUMBER_OR_WORD.search(line, end)
    return end if told else 0


def stands_alone(stamp: Stamp) -> bool:
    """Whether a line that is this stamp is junk wherever it stands.

    One with a label is, with a year or a clock time. A counter is, with a relative day, a year
    or a clock time; so is a day with a clock time. A mere date or clock time is not: it may be
    an entry of a schedule.
    """
    if stamp.labelled:
        return stamp.day and (stamp.clock or stamp.year)
    if stamp.counter:
        return stamp.clock or stamp.relative or stamp.year
    return stamp.day and stamp.clock


def sidebar_lines(
    lines: Sequence[str], stamps: Sequence[Stamp | None], protected: Collection[int]
) -> set[int]:
    """Indexes of the lines of every run of two or more (headline, stamp) pairs.

    None of the lines is blank, and protected lines are nobody's headline. A run in which no
    stamp stands alone counts from three pairs on and if each headline reads like one, so that
    programmes and timetables stay.
    """
    found: set[int] = set()
    at = 0
    while at + 1 < len(lines):
        run: list[int] = []
        strong, wordy = False, True
        while at + 1 < len(lines) and _is_pair(lines, stamps, protected, at):
            stamp = stamps[at + 1]
            strong = strong or (stamp is not None and stands_alone(stamp))
            wordy = wordy and _is_wordy(lines[at])
            run += (at, at + 1)
            at += 2
        if len(run) >= 4 and (strong or (len(run) >= 6 and wordy)):
            found.update(run)
        at += not run
    return found


def chronology(lines: Sequence[str], stamps: Sequence[Stamp | None]) -> list[int]:
    """Indexes of the stamps of a chronology: three or more, each above a sentence of its own.

    In a text that does not mark where its sentences end any long line may be one, if the last
    stamp has such a line below it: in a list of headlines nothing follows the last stamp.
    """
    dated = [row for row, stamp in enumerate(stamps) if stamp is not None and not stamp.counter]
    below = [row for row in dated if row + 1 < len(lines)]
    found = [row for row in below if is_statement(lines[row + 1])]
    if len(found) >= _FEWEST_ENTRIES:
        return found
    found = [row for row in below if stamps[row + 1] is None and is_wordy(lines[row + 1])]
    if len(found) < _FEWEST_ENTRIES or found[-1] != dated[-1] or marks_sentences(lines):
        return []
    return found


def headlines_to_the_end(
    lines: Sequence[str], heads: Set[int], gone: Set[int], protected: Collection[int]
) -> set[int]:
    """Indexes of the headlines below a label for other articles, if nothing else follows them.

    ``heads`` are the labels, ``gone`` all lines that go anyway. What has a sentence after it stays:
    it may be the story. So does everything below a story whose own sentences have no full stop.
    """
    found: set[int] = set()
    for row in range(len(lines) - 1, -1, -1):
        if row in heads:
            above = [lines[other] for other in range(row) if other not in gone]
            return found if marks_sentences(above) else set()
        if row in gone:
            continue
        if row in protected or len(found) == _MOST_HEADLINES or not _is_headline(lines[row]):
            break
        found.add(row)
    return set()


def is_longer_than_headlines(text: str) -> bool:
    """Whether a line has more characters than any headline."""
    return len(text) > _LONGEST_HEADLINE


def _is_pair(
    lines: Sequence[str], stamps: Sequence[Stamp | None], protected: Collection[int], first: int
) -> bool:
    return (
        stamps[first + 1] is not None
        and stamps[first] is None
        and first not in protected
        and _is_headline(lines[first])
    )


def _is_headline(text: str) -> bool:
    """Whether a line may be a headline: short, and no sentence with a full stop."""
    text = text.strip()
    if len(text) > _LONGEST_HEADLINE or not any(map(str.isalpha, text)):
        return False
    bare = text.rstrip(CLOSING)
    return not bare.endswith(FULL_STOPS) or bare.endswith("..") or _is_dotted(bare)


def _is_wordy(text: str) -> bool:
    """Whether a line has the four words of a short headline, or eight letters without spaces."""
    return len(text.split()) >= 4 or sum("\u0e00" <= char <= "\uffdc" for char in text) >= 8


def _is_dotted(text: str) -> bool:
    """Whether a text ends in an abbreviation of single letters with full stops, as in "U.N."."""
    last = text.split()[-1]
    letters = last.split(".")[:-1]
    return len(letters) > 1 and all(len(letter.strip("(\"'“‘«")) <= 1 for letter in letters)
