"""News sitemaps, other sitemaps, and indexes of sitemaps."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from lxml import etree

from workers.feeds.formats import fields
from workers.feeds.formats.prolog import Document
from workers.feeds.formats.times import normalised
from workers.feeds.items import Item, Parsed, Unreadable

ROOTS = ("urlset", "sitemapindex")
_MOST_READ = 50_000
"""Entries; the protocol allows no more in one file."""
_NEWS = re.compile(r"(?<![^\W\d_])news(?![^\W\d_])", re.IGNORECASE)

Entry = dict[str, str]


def read_sitemap(found: Document, *, url: str) -> Parsed | Unreadable:
    """The pages or sitemaps that it lists; of too many the newest."""
    index = found.root == "sitemapindex"
    complaints = [found.complaint]
    try:
        entries = _entries(found.body, "sitemap" if index else "url", complaints)
    except etree.XMLSyntaxError as error:
        return Unreadable(f"looks like a sitemap, but is ill-formed: {error}"[:300])
    if not any("loc" in entry for entry in entries) and complaints[-1]:
        return Unreadable(f"looks like a sitemap, but is ill-formed: {complaints[-1]}")
    if index:
        return Parsed(
            kind="sitemap-index",
            feeds=_sitemaps(entries, url, complaints),
            complaint=fields.complaints(*complaints),
        )
    items = [item for entry in entries if (item := _item(entry, url)) is not None]
    if len(items) < len(entries):
        complaints.append("entries without an address")
    if len(items) > fields.MOST_ITEMS:
        complaints.append(
            f"{len(items):,} pages, of which the {fields.MOST_ITEMS:,} newest are read"
        )
        items.sort(key=lambda item: item.published_at or item.updated_at or "", reverse=True)
    kept, _ = fields.told_apart(items[: fields.MOST_ITEMS])
    news = any("news" in entry for entry in entries)
    return Parsed(
        kind="news-sitemap" if news else "sitemap",
        items=kept,
        complaint=fields.complaints(*complaints),
    )


def _entries(body: str, wanted: str, complaints: list[str | None]) -> list[Entry]:
    """The fields of each entry; what has been read of one is let go of at once."""
    parsing = etree.iterparse(
        io.BytesIO(body.encode("utf-8", "replace")),
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        encoding="utf-8",
    )
    entries: list[Entry] = []
    for _, element in parsing:
        if _local(element) != wanted:
            continue
        if len(entries) == _MOST_READ:
            complaints.append(f"more than {_MOST_READ:,} entries")
            break
        entries.append(dict(_fields(element)))
        element.clear()
        while (earlier := element.getprevious()) is not None:
            element.getparent().remove(earlier)
    if parsing.error_log:
        fault = parsing.error_log[0]
        complaints.append(f"line {fault.line}: {' '.join(fault.message.split())}"[:200])
    return entries


def _fields(entry: etree._Element) -> Iterator[tuple[str, str]]:
    """Names and texts of an entry's elements; those of the extension for news as ``news:…``."""
    for element in entry.iter():
        name = _local(element)
        space = str(element.tag).rpartition("}")[0]
        if "news" in space or element.prefix == "news":
            name = "news" if name == "news" else f"news:{name}"
        elif "}" in str(element.tag) and element.getparent() is not entry:
            continue  # of images and videos
        yield name, (element.text or "").strip()


def _item(entry: Entry, base: str) -> Item | None:
    url = fields.address(entry.get("loc"), base)
    if url is None:
        return None
    return Item(
        guid=fields.name_of(None, url, None, None),
        url=url,
        title=fields.title(entry.get("news:title")),
        published_at=normalised(entry.get("news:publication_date")),
        updated_at=normalised(entry.get("lastmod")),
        language=fields.language(entry.get("news:language")),
    )


def _sitemaps(entries: list[Entry], base: str, complaints: list[str | None]) -> tuple[str, ...]:
    """Addresses, those with news in their name first, then the most lately changed.

    Many indexes say of none when it changed, and list the oldest first: of these the ones with the
    highest numbers in their names come first, which are dates or count up.
    """
    dated = {
        url: normalised(entry.get("lastmod")) or ""
        for entry in entries
        if (url := fields.address(entry.get("loc"), base)) is not None
    }
    if len(dated) < len(entries):
        complaints.append("entries without an address, or twice")
    newest = sorted(dated, key=lambda url: (dated[url], _numbers(url)), reverse=True)
    newest.sort(key=lambda url: _NEWS.search(url.partition("://")[2].partition("/")[2]) is None)
    if len(newest) > fields.MOST_ITEMS:
        complaints.append(f"{len(newest):,} sitemaps, the best {fields.MOST_ITEMS:,} are named")
    return tuple(newest[: fields.MOST_ITEMS])


def _numbers(url: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"[0-9]{1,12}", url.partition("://")[2].partition("/")[2])))


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()
