"""Endings that a mark separates from the name before them: "İstanbul'da", "EU:n", "NATO-nak".

The mark says where the name ends, so that the ending is no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping

_BEHIND = {
    "'’ʼ‘": "az crh et fi gag tr",
    ":": "fi sv",
    "-": "az ba bs eu hu kk ky mk ro sl sq tt",
}
MARKS: Mapping[str, str] = {
    language: "".join(marks for marks, written in _BEHIND.items() if language in written.split())
    for language in " ".join(_BEHIND.values()).split()
}
"""By language. Languages in which labelled texts count such an ending as part of the name, as
Croatian and Polish ones do, are left out."""


def suffix(name: str, marks: str) -> int:
    """How many characters at the end of a name are a mark and an ending behind it; 0 if none.

    An ending has small letters only: "Bordeaux'hon" has one, "Sana'A" and "O'Brien" have none. At
    least two characters stay.
    """
    at = max((name.rfind(mark) for mark in marks), default=-1)
    ending = name[at + 1 :]
    return len(name) - at if at > 1 and ending.isalpha() and ending.islower() else 0
