"""Which lines of a text are read: its sentences, not the menus and notices around them."""

from __future__ import annotations

import re

from workers.stages.detect_language.consent import names_cookies

EXCERPT = 3000
"""Characters from which a text is read only at its start, in its middle and at its end."""
_PART = EXCERPT // 3
PROSE = 100
"""Characters of a line that make it prose; fewer if it has the end of a sentence."""
_SENTENCE = 40
_SHORT_SENTENCE = 15
"""The same where words are not separated by spaces."""
_UNSTOPPED = 40
"""Characters that make prose of a line in a script that marks no sentence's end, or seldom."""
ENOUGH = 120
"""Characters of prose from which the other lines are left out."""

_END = re.compile(r"[.!?…;:](?=[\s\"'”’»)\]]|$)|[。！？।॥։؟۔።៕။]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u4e00-\u9fff]")
_WITHOUT_STOPS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def excerpt(text: str) -> str:
    """The text, or its start, middle and end: what is read does not grow with it."""
    if len(text) <= EXCERPT:
        return text
    middle = (len(text) - _PART) // 2
    parts = (text[:_PART], text[middle : middle + _PART], text[-_PART:])
    return "\n".join(parts)


def body(text: str) -> list[str]:
    """The lines that hold sentences, without notices about cookies; all lines if that is little.

    Such notices stay if they are most of it: whether the text is about cookies is told later.
    """
    lines = [line for line in (line.strip() for line in text.splitlines()) if line]
    prose = [line for line in lines if _is_prose(line)]
    if names_cookies("\n".join(prose).lower()):
        others = [line for line in prose if not names_cookies(line.lower())]
        kept = sum(map(len, others))
        if kept < ENOUGH:
            return lines
        prose = others if 2 * kept >= sum(map(len, prose)) else prose
    return prose if sum(map(len, prose)) >= ENOUGH else lines


def _is_prose(line: str) -> bool:
    if len(line) < _SHORT_SENTENCE:
        return False
    unspaced = _UNSPACED.search(line) is not None
    if len(line) >= _UNSTOPPED and unspaced and _WITHOUT_STOPS.search(line) is not None:
        return True
    if len(line) >= PROSE and (unspaced or not _is_menu(line)):
        return True
    return len(line) >= (_SHORT_SENTENCE if unspaced else _SENTENCE) and bool(_END.search(line))


def _is_menu(line: str) -> bool:
    """Names in a row without a sentence's end, in a script with capitals."""
    if _END.search(line):
        return False
    words = [word for word in line.split() if word[0].isalpha()]
    return sum(word[0].isupper() for word in words) > 0.6 * len(words)
