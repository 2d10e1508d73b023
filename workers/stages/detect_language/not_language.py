"""What has letters and is yet in no language: noise, code, markup, keys and hashes."""

from __future__ import annotations

import re

from workers.stages.detect_language.scripts import scripts

FEWEST_LETTERS = 3
ONE_SCRIPT = 0.4
"""Least share of the commonest script; Japanese mixes four and counts as one."""
CODE_MARKS = 0.06
"""Share of brackets, operators and the like among the visible characters from which it is code."""
HARD_MARKS = 0.03
"""The same for those that prose hardly has."""
FEWEST_HARD_MARKS = 3
TOKENS = 0.5
"""Share of characters in words that no language has from which it is noise."""

_MARKS = re.compile(r"[{}\[\]()<>;=_\\|&$#*+/^~`@%]")
_HARD_MARKS = re.compile(r"[{}<>=_\\^~`]|\|\||\w\(|\$(?=[A-Za-z{(])|;(?=\s*(?:\}|$))", re.MULTILINE)
_TOKEN = re.compile(
    r"(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9+/=_\-.:]{16,}"  # keys, hashes, identifiers
    r"|[A-Za-z0-9+/=_\-.:]{36,}"
)


def is_language(text: str) -> bool:
    """Whether a sample has a few letters, most of them in one writing system, and is no code."""
    found = scripts(text)
    letters = found.total()
    if letters < FEWEST_LETTERS or found.most_common(1)[0][1] < letters * ONE_SCRIPT:
        return False
    return not (_is_code(text) or _is_tokens(text))


def _is_code(text: str) -> bool:
    visible = sum(map(len, text.split()))
    hard = len(_HARD_MARKS.findall(text))
    return (
        hard >= max(FEWEST_HARD_MARKS, HARD_MARKS * visible)
        and len(_MARKS.findall(text)) >= CODE_MARKS * visible
    )


def _is_tokens(text: str) -> bool:
    words = text.split()
    odd = sum(len(word) for word in words if len(word) >= 16 and _TOKEN.fullmatch(word))
    return odd >= TOKENS * sum(map(len, words))
