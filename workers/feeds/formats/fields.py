"""The fields of an item made fit: lengths bounded, addresses absolute, names stable."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import unescape
from urllib.parse import urljoin, urlsplit

from workers.canonical_url import LONGEST as LONGEST_URL
from workers.canonical_url import canonical_url
from workers.feeds.items import Item
from workers.feeds.versions import read_by

MOST_ITEMS = 5_000
LONGEST_TITLE = 1_000
LONGEST_GUID = 512
_MOST_AUTHORS = 50
_LONGEST_AUTHOR = 200
_LONGEST_LANGUAGE = 35
"""Characters of a language tag that every program must bear (RFC 5646)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TAG = re.compile(
    r"<(script|style)\b.*?</\1\s*>|</?[A-Za-z][^<>]*>|<!--.*?-->|<![A-Z][^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_LONGEST_MARKUP = 20_000
"""Characters of a title with its tags."""
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|\w{2,12});")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


def line(text: str | None, most: int = LONGEST_TITLE) -> str | None:
    """One line of plain text, cut to a length; None where nothing is left."""
    return " ".join(_CONTROL.sub(" ", text or "").split())[:most].rstrip() or None


def title(text: str | None, *, markup: bool = True) -> str | None:
    """A title as text: without tags, entities resolved, if it may have markup."""
    if text and markup:
        text = unescape(_TAG.sub("", text[:_LONGEST_MARKUP]))
    return line(text)


def has_markup(text: str) -> bool:
    """Whether a text is HTML, by a tag or an entity."""
    return _MARKUP.search(text) is not None


def address(link: object, base: str) -> str | None:
    """An http or https address, absolute, as it was given otherwise; None for anything else."""
    if not isinstance(link, str):
        return None
    link = re.sub(r"[\t\r\n]", "", link.strip())
    if not link or len(link) > LONGEST_URL:
        return None
    try:
        link.encode("utf-8")
        found = urljoin(base, link)
        parts = urlsplit(found)
        fine = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return None
    if not fine or len(found) > LONGEST_URL or _CONTROL.search(found):
        return None
    return found.replace(" ", "%20")


def language(tag: object) -> str | None:
    """A language tag (BCP 47) as the feed gives it; None for what is none."""
    if not isinstance(tag, str):
        return None
    tag = tag.strip().replace("_", "-")
    return tag if len(tag) <= _LONGEST_LANGUAGE and _LANGUAGE.fullmatch(tag) else None


def authors(names: Iterable[object]) -> tuple[str, ...]:
    """Authors' names, each once, in order."""
    lines = (
        line(unescape(name), _LONGEST_AUTHOR) if isinstance(name, str) else None for name in names
    )
    return tuple(dict.fromkeys(filter(None, lines)))[:_MOST_AUTHORS]


def name_of(guid: object, url: str | None, heading: str | None, content: str | None) -> str:
    """What names an entry: its guid, else its address, else a hash of what it says.

    A pure function of the entry, so that it is the same at every poll; bounded in length.
    """
    told = line(guid, LONGEST_URL + 1) if isinstance(guid, str) else None
    if told is None and url is None:
        content = content or ""
        seen = read_by(content, html=has_markup(content))
        return "text-" + _hash(f"{heading or ''}\n{seen}")
    name = told or url or ""
    return name if len(name) <= LONGEST_GUID else "sha256-" + _hash(name)


def told_apart(items: Sequence[Item]) -> tuple[tuple[Item, ...], str | None]:
    """The items of one feed, each entry once and under a name of its own; and what was wrong.

    A guid that entries with different addresses (or titles, without addresses) share names none of
    them: there these join it. An entry that is there twice under one guid and address is there
    once, as it first stands. An address of several entries names none of them either.
    """
    places: dict[str, set[str | None]] = {}
    for item in items:
        places.setdefault(item.guid, set()).add(item.url or item.title)
    shared = {guid for guid, urls in places.items() if len(urls) > 1}
    kept: dict[str, Item] = {}
    for item in items:
        if item.guid in shared:
            joined = f"{item.guid} {item.url or item.title or ''}"
            item = replace(item, guid=name_of(joined, None, None, None))
        kept.setdefault(item.guid, item)
    pages = Counter(canonical_url(item.url) for item in kept.values() if item.url)
    told = (
        replace(item, own_url=False) if item.url and pages[canonical_url(item.url)] > 1 else item
        for item in kept.values()
    )
    complaint = None
    if shared:
        complaint = f"guids that several entries share, {len(shared)} of them"
    return tuple(told), complaint


def complaints(*said: str | None) -> str | None:
    """Several complaints as one, or none."""
    return "; ".join(dict.fromkeys(filter(None, said))) or None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
