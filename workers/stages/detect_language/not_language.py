"""What has letters and is yet in no language: noise, code, markup, keys and hashes."""

from __future__ import annotations

import re
from collections.abc import Sequence

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

STRUCTURE = 0.3
"""Share of visible characters in keys, assignments, calls and the like: code, logs, data."""
FEWEST_STRUCTURES = 2
_TIGHT_MARKS = 1 / 60
"""Marks per visible character, most with no space after them; with fewer those are not sought."""

_MARKS = re.compile(r"[{}\[\]()<>;=_\\|&$#*+/^~`@%]")
_HARD_MARKS = re.compile(r"[{}<>=_\\^~`]|\|\||\w\(|\$(?=[A-Za-z{(])|;(?=\s*(?:\}|$))", re.MULTILINE)
_TOKEN = re.compile(
    r"(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9+/=_\-.:]{16,}"  # keys, hashes, identifiers
    r"|[A-Za-z0-9+/=_\-.:]{36,}"
)
_TIGHT = re.compile(r"[=_:.,*\[({][^\s.,:)\]]|[<>=]\s|\":|;$", re.MULTILINE)
_STRUCTURES = re.compile(
    r"""
    \b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*                    # a log's time
    | \b[A-Z][a-z]{2}\ {1,2}\d{1,2}\ \d\d:\d\d:\d\d\b
    | \b\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d
    | "[^"\n]{1,40}"\s?:(?=\s?["\[{\d\-tfn])                       # a key of JSON
    | \b[A-Za-z][\w.\-]{0,40}=[^\s=]{1,60}                         # an assignment, an attribute
    | (?<=[\w)\]])\ [=<>!+\-*/|&]?=\ (?=["'\w(\[{\-])
    | (?<=\w)\ [<>]\ (?=\d)
    | \b[A-Za-z]\w*(?:\.[A-Za-z]\w+){2,8}                          # dotted names, and others
    | \b[a-z][a-z0-9]{0,30}(?:_[a-z0-9]{1,30}){1,8}\b
    | \b[a-z]{2,30}(?:[A-Z][a-z0-9]{1,30}){1,8}\b
    | \b[A-Za-z_]\w{1,40}\((?!-?[^\W\d]{1,20}\))[^()\s]{0,40}\)[:;,]?   # a call, but no (s)
    | \b[a-z]\w{1,30}\[\d{1,10}\]:?                                   # a process
    | \b\d{1,3}(?:\.\d{1,3}){3}\b                                 # a machine
    | (?<![\w,.])(?=[\d,.]*[A-Za-z])[\w.\-]{1,40}(?:,[\w.\-]{1,40}){2,20}(?![\w,])  # a row
    | \b(?:SELECT\s[a-z*][^;]{0,200}?\sFROM|INSERT\ INTO|UPDATE\s[a-z]\S{0,40}\sSET|DELETE\ FROM
        |CREATE\ TABLE|WHERE|(?:ORDER|GROUP)\ BY|JOIN|VALUES)\s[a-z(]\S{0,40}      # a query
    """,
    re.VERBOSE | re.ASCII,
)

FEWEST_ROWS = 4
ROWS = 0.6
"""Share of lines that are keys, or parts of programs, from which a text is a program's."""
# Lines without the signs that the rules above count: settings by keys in lower case, of which some
# have nothing but more keys below; columns of a table; what programs begin and end with.
_KEYS = re.compile(
    r"^[ ]{0,40}(?:- )?[a-z][\w./-]{0,40}:(?P<value>(?: \S+){1,3})?$", re.MULTILINE | re.ASCII
)
_FEWEST_BARE_KEYS = 2
_PARTS = re.compile(
    r"""
    ^[ ]{0,40}(?:
      (?:import|from|package|using|use|require|include|export)\s[\w.:*/'"]+(?:\sas\s\w+)?
        (?:\simport\s[\w.,\ *]+)?;?
      | (?:class|def|func|function|fn|struct|module|if|for|while|try|else|elif|except)\b.*[:{(]
      | (?:pass|break|continue|end|fi|done|esac|return(?:\s\S+)?|[)}\]]+);?
      | (?i:create\ table|create\ (?:unique\ )?index|alter\ table|drop\ table)\s\S.*
      | [`"]?[a-z_]\w*[`"]?\s(?i:(?:tiny|small|big)?int(?:eger)?|(?:big)?serial|text|(?:var)?char
        |bool(?:ean)?|date|time(?:stamp)?(?:tz)?|datetime|numeric|decimal|real|float|double|jsonb?
        |uuid|blob)(?:\(\d+(?:,\s?\d+)?\))?(?:\s[A-Z]{2,}.*)?,?
    )$
    """,
    re.VERBOSE | re.MULTILINE | re.ASCII,
)


def is_language(text: str) -> bool:
    """Whether a sample has a few letters, most of them in one writing system, and is no code."""
    found = scripts(text)
    letters = found.total()
    if letters < FEWEST_LETTERS or found.most_common(1)[0][1] < letters * ONE_SCRIPT:
        return False
    words = text.split()
    visible = sum(map(len, words))
    return not (
        _is_code(text, visible)
        or _is_tokens(words, visible)
        or _is_structured(text, visible)
        or _is_rows(text)
    )


def _is_code(text: str, visible: int) -> bool:
    hard = len(_HARD_MARKS.findall(text))
    return (
        hard >= max(FEWEST_HARD_MARKS, HARD_MARKS * visible)
        and len(_MARKS.findall(text)) >= CODE_MARKS * visible
    )


def _is_tokens(words: Sequence[str], visible: int) -> bool:
    odd = sum(len(word) for word in words if len(word) >= 16 and _TOKEN.fullmatch(word))
    return odd >= TOKENS * visible


def _is_structured(text: str, visible: int) -> bool:
    """Whether much of it is what programs write or read, though few of its signs are odd ones."""
    if len(_TIGHT.findall(text)) < max(1, _TIGHT_MARKS * visible):
        return False
    found = [len(one[0].strip()) for one in _STRUCTURES.finditer(text)]
    return len(found) >= FEWEST_STRUCTURES and sum(found) >= STRUCTURE * visible


def _is_rows(text: str) -> bool:
    """Whether most lines are a program's, or its settings'."""
    lines = text.count("\n") + 1
    if lines < FEWEST_ROWS:
        return False
    least = max(FEWEST_ROWS, ROWS * lines)
    keys = list(_KEYS.finditer(text))
    if len(keys) >= least:
        bare = sum(key["value"] is None for key in keys)
        return _FEWEST_BARE_KEYS <= bare < len(keys)
    return len(_PARTS.findall(text)) >= least
