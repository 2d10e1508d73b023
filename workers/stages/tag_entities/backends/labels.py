"""What the labels of other makers' models mean here."""

from __future__ import annotations

import re

from topics.records import EntityType

_TYPES: dict[str, EntityType] = {
    **dict.fromkeys(("per", "pers", "person", "persname", "people", "human", "prs"), "person"),
    **dict.fromkeys(
        ("org", "organization", "organisation", "company", "corporation", "institution", "orgname"),
        "organisation",
    ),
    **dict.fromkeys(
        (
            "loc", "location", "gpe", "place", "fac", "facility", "city", "country", "region",
            "placename", "geogname", "geopolitical entity",
        ),
        "place",
    ),
    **dict.fromkeys(("event", "evt", "evn"), "event"),
    **dict.fromkeys(("date",), "date"),
    **dict.fromkeys(
        (
            "misc", "miscellaneous", "norp", "product", "prod", "pro", "work_of_art", "work of art",
            "law", "other",
        ),
        "other",
    ),
}  # fmt: skip
_OF_CHAIN = re.compile(r"(?:[BILUESMO]|I?N)[-_](?=\w)|(?<=\w)[-_][BILUESM]$", re.IGNORECASE)


def entity_type(label: str) -> EntityType | None:
    """The type that a label stands for, in any of the usual schemes; None: of no use here.

    Marks of a place in a chain of tokens (``B-PER``, ``U-LOC``) and subtypes (``org.media``,
    ``LOC_city`` if the whole is not known) are left away.
    """
    plain = _OF_CHAIN.sub("", label.strip(), count=1).casefold()
    for name in (plain, re.split(r"[.:/|_-]", plain, maxsplit=1)[0]):
        if name in _TYPES:
            return _TYPES[name]
    return None


def position(label: str) -> tuple[str, str]:
    """A chain label's position (B, I, L, U, O; plain labels count as I) and what it labels."""
    if label in ("O", "o", ""):
        return "O", ""
    head, dash, rest = label.partition("-")
    if dash and head.upper() in _POSITIONS:
        return _POSITIONS[head.upper()], rest
    return "I", label


_POSITIONS = {"B": "B", "I": "I", "M": "I", "L": "L", "E": "L", "U": "U", "S": "U"}
