"""Feeds made up at random, in all formats and encodings, whole or broken."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WORDS = """
    bridge river Brücke Größe pont église мост річка знову 図書館 朝 다리 강변 الجسر اليوم גשר नदी
    สะพาน γέφυρα ქუჩა կամուրջ 桥 köprü łódź đường & ' " ]]> 🚲
"""
WORDS = tuple(_WORDS.split())
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030")
FORMATS = ("rss", "atom", "rdf", "json", "sitemap")
_GARBAGE = (
    b"<",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"\x00",
    b"\xff\xfe",
    b"<!--",
    b"</item>",
    b"</",
    b'"',
)
_TIMES = ("2026-03-05T10:00:00Z", "Thu, 05 Mar 2026 10:00:00 GMT", "soon", "", "05 марта 2026")


@dataclass(frozen=True)
class MadeUp:
    """A feed as bytes, and what is in it."""

    data: bytes
    url: str
    charset: str | None
    titles: tuple[str, ...]
    links: tuple[str, ...]
    whole: bool
    """Whether nothing was broken."""


def made_up(chance: random.Random) -> MadeUp:
    """One feed; every other one is broken in one to four places."""
    entries = [
        (
            _text(chance),
            f"https://host.example/{number}/{chance.randrange(10**6)}",
            _text(chance, 40),
        )
        for number in range(chance.randrange(1, 8))
    ]
    kind = chance.choice(FORMATS)
    encoding = chance.choice(ENCODINGS)
    text = _RENDER[kind](entries, chance, encoding)
    data = text.encode(encoding, "replace")
    whole = chance.random() < 0.5
    for _ in range(0 if whole else chance.randrange(1, 5)):
        data = _broken(data, chance)
    charset = encoding if whole and encoding == "gb18030" else None
    if not whole:
        charset = chance.choice((None, "utf-8", "latin-1", "koi8-r", "nonsense", "utf-7"))
    return MadeUp(
        data,
        "https://host.example/feed",
        charset,
        tuple(" ".join(title.split()) for title, _, _ in entries),
        tuple(link for _, link, _ in entries),
        whole,
    )


def _text(chance: random.Random, most: int = 6) -> str:
    words = [
        word for word in WORDS if word not in ("&amp;", "&nbsp;", "&#x27;", "<", ">", "\u00ad")
    ]
    return " ".join(chance.choice(words) for _ in range(chance.randrange(1, most)))


Entries = list[tuple[str, str, str]]


def _xml(text: str) -> str:
    return escape(escape(text))  # as a title of RSS is: markup, escaped


def _declared(encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n'


def _rss(entries: Entries, chance: random.Random, encoding: str) -> str:
    items = "".join(
        f"<item><title>{_xml(title)}</title><link>{link}</link>"
        f"<pubDate>{chance.choice(_TIMES)}</pubDate><description>{_xml(text)}</description></item>"
        for title, link, text in entries
    )
    return (
        f'{_declared(encoding)}<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'
    )


def _atom(entries: Entries, chance: random.Random, encoding: str) -> str:
    items = "".join(
        f'<entry><id>urn:{number}</id><title>{escape(title)}</title><link href="{link}"/>'
        f"<updated>{chance.choice(_TIMES)}</updated>"
        f'<content type="html">{_xml(text)}</content></entry>'
        for number, (title, link, text) in enumerate(entries)
    )
    space = "http://www.w3.org/2005/Atom"
    return f'{_declared(encoding)}<feed xmlns="{space}"><title>T</title>{items}</feed>'


def _rdf(entries: Entries, chance: random.Random, encoding: str) -> str:
    items = "".join(
        f'<item rdf:about="{link}"><title>{_xml(title)}</title><link>{link}</link></item>'
        for title, link, _ in entries
    )
    spaces = (
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    )
    head = "<channel><title>T</title></channel>"
    return f"{_declared(encoding)}<rdf:RDF {spaces}>{head}{items}</rdf:RDF>"


def _json(entries: Entries, chance: random.Random, encoding: str) -> str:
    items = [
        {"id": link, "url": link, "title": title, "content_html": text, "date_published": "soon"}
        for title, link, text in entries
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}
    return json.dumps(feed, ensure_ascii=chance.random() < 0.5)


def _sitemap(entries: Entries, chance: random.Random, encoding: str) -> str:
    urls = "".join(
        f"<url><loc>{link}</loc><lastmod>{chance.choice(_TIMES)}</lastmod><news:news>"
        f"<news:title>{_xml(title)}</news:title></news:news></url>"
        for title, link, _ in entries
    )
    spaces = (
        'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    )
    return f"{_declared(encoding)}<urlset {spaces}>{urls}</urlset>"


_RENDER = {"rss": _rss, "atom": _atom, "rdf": _rdf, "json": _json, "sitemap": _sitemap}


def _broken(data: bytes, chance: random.Random) -> bytes:
    at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    match chance.randrange(6):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[at + chance.randrange(1, 20) :]
        case 2:
            return data[:at] + chance.choice(_GARBAGE) + data[at:]
        case 3:
            return data[:end] + data[at:]
        case 4:
            return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        case _:
            return chance.choice(_GARBAGE) * chance.randrange(1, 200) + data
