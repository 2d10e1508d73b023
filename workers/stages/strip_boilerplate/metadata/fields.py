"""The fields of a page's metadata, and what of the text in a page may stand in each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Generic, Literal, TypeVar
from urllib.parse import urljoin, urlsplit

from workers.stages.strip_boilerplate.metadata.dates import date_of
from workers.utf8 import without_surrogates

Where = Literal["json-ld", "microdata", "meta", "html", "guess"]
"""Which part of the page: JSON-LD, microdata, ``meta`` elements, other elements, or a guess."""

LONGEST_TEXT = 500
LONGEST_URL = 2048
MOST_AUTHORS = 20

_TAG = re.compile(r"^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
"""Control characters that are no white space."""
_MARKUP = re.compile(r"<[^<>]*>")
_HANDLE = re.compile(r"(?<!\S)[(\[]?[^\s@]*@\S+")
_BRACKETED = re.compile(r"^[(\[]([^()\[\]]*)[)\]]$")

Value = TypeVar("Value", bound="str | tuple[str, ...]")


@dataclass(frozen=True)
class Said(Generic[Value]):
    """A value and where it came from."""

    value: Value
    where: Where


@dataclass(frozen=True)
class Metadata:
    """What was found; None where the page does not say."""

    headline: Said[str] | None = None
    authors: Said[tuple[str, ...]] | None = None
    published_at: Said[str] | None = None
    """RFC 3339 in UTC; midnight where only a day is given."""
    modified_at: Said[str] | None = None
    canonical_url: Said[str] | None = None
    """Absolute, as the page writes it."""
    source: Said[str] | None = None
    """The name of the site."""
    language: Said[str] | None = None
    """A BCP 47 tag."""
    image: Said[str] | None = None
    """The address of the article's main image, absolute."""


def text_of(value: object) -> str | None:
    """A short text without markup, in one line; None for anything else."""
    if not isinstance(value, str):
        return None
    text = _CONTROLS.sub("", unescape(value[: 4 * LONGEST_TEXT]))
    text = " ".join(_MARKUP.sub(" ", text).split())
    return without_surrogates(text[:LONGEST_TEXT]) or None


def address_of(value: object, base: str | None) -> str | None:
    """A whole web address; a relative one is taken to be on the page's own (``base``)."""
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST_URL:
        return None
    try:
        address = urljoin(base or "", value.strip())
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    strange = any(char.isspace() or ord(char) < 32 for char in address)
    return None if strange or without_surrogates(address) != address else address


def article_address_of(value: object, base: str | None) -> str | None:
    """The same for an article: the address of a mere site names none."""
    address = address_of(value, base)
    if address is None:
        return None
    parts = urlsplit(address)
    return address if (parts.path + parts.query) > "/" else None


def language_of(value: object) -> str | None:
    """A BCP 47 tag with its usual letter case (RFC 5646, 2.1.1); None for what is none."""
    if not isinstance(value, str) or not _TAG.match(value.strip()):
        return None
    first, *rest = re.split("[-_]", value.strip())
    cased = [part.title() if len(part) == 4 and part.isalpha() else part for part in rest]
    cased = [part.upper() if len(part) == 2 else part for part in cased]
    return "-".join([first.lower(), *cased])


def authors_of(values: Iterable[object]) -> tuple[str, ...]:
    """Names, each once; several in one text are parted at semicolons and bars.

    Addresses, of profiles and of mail, are no names.
    """
    names: dict[str, str] = {}
    for value in values:
        for part in re.split(r"[;|]", text_of(value) or ""):
            name = _BRACKETED.sub(r"\1", _HANDLE.sub("", part).strip(" ,\t"))
            if any(map(str.isalnum, name)) and "://" not in name and not name.startswith("www."):
                names.setdefault(name.casefold(), name)
    return tuple(names.values())[:MOST_AUTHORS]


def metadata_of(
    stated: Mapping[str, Sequence[Sequence[object]]], base: str | None, where: Where
) -> Metadata:
    """Of each field the first value that can be one; ``stated`` has them in groups, best first.

    Authors are all those of the first group with any.
    """

    def first(field: str, of: Callable[[object], str | None]) -> Said[str] | None:
        values = (of(value) for values in stated.get(field, ()) for value in values)
        value = next((value for value in values if value), None)
        return Said(value, where) if value else None

    authors = (authors_of(values) for values in stated.get("authors", ()))
    names = next((names for names in authors if names), None)
    return Metadata(
        headline=first("headline", text_of),
        authors=Said(names, where) if names else None,
        published_at=first("published_at", date_of),
        modified_at=first("modified_at", date_of),
        canonical_url=first("canonical_url", lambda value: article_address_of(value, base)),
        source=first("source", text_of),
        language=first("language", language_of),
        image=first("image", lambda value: address_of(value, base)),
    )
