"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

from typing import Any

import orjson

from workers.feeds.formats import fields
from workers.feeds.formats.times import normalised
from workers.feeds.items import Item, Parsed, Unreadable

_VERSION = "jsonfeed.org/version/"


def read_json(text: str, *, url: str) -> Parsed | Unreadable:
    """What the feed says; items of another shape than the format's are left out and told."""
    try:
        feed = orjson.loads(text)
    except orjson.JSONDecodeError as error:  # also where it nests too deep, or has NaN
        return Unreadable(f"looks like JSON, but is not: {error}"[:300])
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return Unreadable("JSON, but no JSON Feed: it has no list of items")
    if _VERSION not in str(feed.get("version", "")):
        return Unreadable("JSON, but no JSON Feed: its version does not say so")
    given = feed["items"]
    entries = [entry for entry in given[: fields.MOST_ITEMS] if isinstance(entry, dict)]
    spoken = fields.language(feed.get("language"))
    items, shared = fields.told_apart(
        [_item(entry, url, spoken) for entry in entries if _says(entry)]
    )
    said = []
    if len(given) > fields.MOST_ITEMS:
        said.append(f"{len(given):,} items, of which the first {fields.MOST_ITEMS:,} are read")
    if len(entries) < min(len(given), fields.MOST_ITEMS):
        said.append("items that are no objects")
    return Parsed(
        kind="json",
        items=items,
        title=fields.title(_text(feed, "title"), markup=False),
        language=spoken,
        site=fields.address(feed.get("home_page_url"), url),
        complaint=fields.complaints(*said, shared),
    )


def _item(entry: dict[str, Any], base: str, spoken: str | None) -> Item:
    link = fields.address(entry.get("url"), base) or fields.address(entry.get("external_url"), base)
    heading = fields.title(_text(entry, "title"), markup=False)
    html = (_text(entry, "content_html") or "").strip()
    plain = (_text(entry, "content_text") or "").strip()
    summary = (_text(entry, "summary") or "").strip()
    content = html or plain or summary or None
    updated = normalised(_text(entry, "date_modified"))
    return Item(
        guid=fields.name_of(_id(entry), link, heading, content),
        url=link,
        title=heading,
        content=content,
        content_is_html=bool(html),
        summary_only=bool(summary and not html and not plain),
        authors=fields.authors(_authors(entry)),
        published_at=normalised(_text(entry, "date_published")) or updated,
        updated_at=updated,
        language=fields.language(entry.get("language")) or spoken,
    )


def _says(entry: dict[str, Any]) -> bool:
    names = ("url", "external_url", "title", "content_html", "content_text", "summary")
    return bool(_id(entry)) or any(_text(entry, name) for name in names)


def _id(entry: dict[str, Any]) -> str | None:
    """The id; numbers are taken as the text that they stand for (JSON Feed 1.1)."""
    id = entry.get("id")
    return (
        str(id) if isinstance(id, int | float) and not isinstance(id, bool) else _text(entry, "id")
    )


def _authors(entry: dict[str, Any]) -> list[object]:
    people = entry.get("authors")
    people = people if isinstance(people, list) and people else [entry.get("author")]
    return [person.get("name") for person in people if isinstance(person, dict)]


def _text(of: dict[str, Any], name: str) -> str | None:
    value = of.get(name)
    return value if isinstance(value, str) and value.strip() else None
