"""What the feed producer follows: a ``feeds.toml``, an OPML list, or plain addresses.

A ``feeds.toml``, of which only ``url`` must be given::

    [[feed]]
    url = "https://courier.example/rss.xml"
    name = "Valley Courier"        # what lists call it; else the feed's own title
    source = "courier.example"     # the publisher, in every article; else the article's host
    language = "en"                # BCP 47, where the feed does not say or says it wrongly
    content = "auto"               # "feed": what the feed carries; "page": always the page;
                                   # "auto": the page where the feed has only an excerpt
    every = "15m"                  # at the most so often (s, m, h, d); else by its own rhythm
    headers = { Authorization = "Bearer …" }   # sent to its host; never shown nor logged

    [[feed]]
    url = "https://misto.example/"   # a site's page: the feed that it names is followed

OPML 1 and 2: every outline with an ``xmlUrl``, however nested.
"""

from __future__ import annotations

import re
import tomllib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import unquote, urlsplit, urlunsplit

from lxml import etree

from workers.feeds.fetch.targets import redacted
from workers.feeds.formats import fields
from workers.feeds.formats.decoding import text_of_feed
from workers.feeds.formats.prolog import document
from workers.feeds.items import Unreadable

Content = Literal["auto", "feed", "page"]
LARGEST = 20_000_000
"""Bytes of a list."""
_CONTENTS = get_args(Content)
_KEYS = ("url", "name", "source", "language", "content", "every", "headers")
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_EVERY = re.compile(r"\s*(\d{1,9}(?:\.\d{1,3})?)\s*([smhd]?)\s*")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_SHOWN = 120


class SubscriptionError(ValueError):
    """A list of feeds cannot be used; the message says where and what may be given."""


@dataclass(frozen=True)
class Subscription:
    """One feed to follow, as whoever follows it has said."""

    address: str
    """http or https, without user and password: those become a header."""
    name: str | None = None
    source: str | None = None
    language: str | None = None
    content: Content = "auto"
    every: float | None = None
    """Seconds between polls, at the least, of which an hour holds after a failure; never sooner
    than the bounds of all feeds let."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """For its host only; may be secrets."""


def read_subscriptions(words: Sequence[str]) -> tuple[Subscription, ...]:
    """The feeds of files and addresses, in order, each once.

    Of one that is given several times the first counts, with what only the others say.
    """
    return merged(found for word in words for found in _named(word))


def merged(found: Iterable[Subscription]) -> tuple[Subscription, ...]:
    """Each feed once, in order of first mention."""
    kept: dict[str, Subscription] = {}
    for one in found:
        first = kept.setdefault(one.address, one)
        kept[one.address] = replace(
            first,
            name=first.name or one.name,
            source=first.source or one.source,
            language=first.language or one.language,
            content=one.content if first.content == "auto" else first.content,
            every=one.every if first.every is None else first.every,
            headers={**one.headers, **first.headers},
        )
    return tuple(kept.values())


def _named(word: str) -> Iterator[Subscription]:
    if re.match(r"(?:https?|feed):", word, re.IGNORECASE):
        yield _subscription({"url": word}, word)
        return
    path = Path(word)
    shown = word if len(word) <= _SHOWN else f"{word[:_SHOWN]}…"
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise SubscriptionError(
            f"{shown}: no such file; give a feeds.toml, an .opml file, or addresses that begin "
            "with https:// or http://"
        ) from None
    except OSError as error:
        raise SubscriptionError(f"{shown}: cannot be read: {error.strerror or error}") from None
    if len(data) > LARGEST:
        raise SubscriptionError(f"{shown}: more than {LARGEST:,} bytes, too many for a list")
    if path.suffix.lower() == ".toml":
        yield from from_toml(data, shown)
    elif (
        path.suffix.lower() in (".opml", ".xml") or data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
    ):
        yield from from_opml(data, shown)
    else:
        yield from from_lines(data, shown)


def from_toml(data: bytes, name: str) -> tuple[Subscription, ...]:
    """The feeds of a ``feeds.toml``; ``name`` is what messages call it."""
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SubscriptionError(f"{name}: not UTF-8, at byte {error.start:,}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SubscriptionError(f"{name}: no TOML: {error or 'nested too deep'}") from None
    feeds = table.pop("feed", None)
    if table:
        raise SubscriptionError(f"{name}: nothing is called {_first(table)}; give [[feed]] tables")
    if not isinstance(feeds, list) or not all(isinstance(feed, dict) for feed in feeds):
        raise SubscriptionError(f"{name}: no feeds; give [[feed]] tables, each with a url")
    return merged(_subscription(feed, f"{name}: feed {n}") for n, feed in enumerate(feeds, 1))


def from_opml(data: bytes, name: str) -> tuple[Subscription, ...]:
    """The feeds of an OPML list."""
    decoded = text_of_feed(data, None)
    found = Unreadable("no text") if decoded is None else document(decoded.text)
    if isinstance(found, Unreadable):
        raise SubscriptionError(f"{name}: {found.reason}")
    if found.root != "opml":
        raise SubscriptionError(
            f"{name}: no OPML but <{found.root}>; to follow a feed, give the address it comes from"
        )
    before = (decoded.text if decoded else "").count("\n") - found.body.count("\n")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(found.body.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        line = before + (error.lineno or 1)
        raise SubscriptionError(f"{name}:{line}: ill-formed: {error.msg}") from None
    feeds = []
    for outline in root.iter("{*}outline"):
        given = {key.lower(): value for key, value in outline.attrib.items()}
        if not (url := given.get("xmlurl", "").strip()):
            continue
        called = fields.line(given.get("title")) or fields.line(given.get("text"))
        table = {"url": url, "name": called, "language": fields.language(given.get("language"))}
        where = f"{name}:{before + (outline.sourceline or 1)}"
        where += f" (“{redacted(called)}”)" if called else ""
        feeds.append(_subscription({k: v for k, v in table.items() if v}, where))
    if not feeds:
        raise SubscriptionError(f"{name}: no outline of it has an xmlUrl")
    return merged(feeds)


def from_lines(data: bytes, name: str) -> tuple[Subscription, ...]:
    """The feeds of a list with an address on each line; ``#`` begins a remark."""
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise SubscriptionError(
            f"{name}: no list of feeds; give a feeds.toml, OPML, or an address on each line"
        ) from None
    feeds = [
        _subscription({"url": line.strip()}, f"{name}:{number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    return merged(feeds)


def _subscription(table: Mapping[str, Any], where: str) -> Subscription:
    url = table.get("url")
    if not isinstance(url, str) or not url.strip():
        raise SubscriptionError(f'{where}: no url; give url = "https://…"')
    address, authorization = _address(url, where)
    shown = address if len(address) <= _SHOWN else f"{address[:_SHOWN]}…"
    where = where if shown in where else f"{where} ({shown})"
    for key, value in table.items():
        if key not in _KEYS:
            raise SubscriptionError(f"{where}: nothing is called {key}; give {', '.join(_KEYS)}")
        if key not in ("every", "headers") and not isinstance(value, str):
            raise SubscriptionError(f"{where}: {key} is a text in quotes")
    content = table.get("content", "auto")
    if content not in _CONTENTS:
        raise SubscriptionError(f"{where}: content is one of {', '.join(_CONTENTS)}")
    language = fields.language(table.get("language"))
    if "language" in table and language is None:
        raise SubscriptionError(f'{where}: language is a tag such as "uk" or "pt-BR"')
    return Subscription(
        address=address,
        name=fields.line(table.get("name")),
        source=fields.line(table.get("source")),
        language=language,
        content=content,
        every=_every(table.get("every"), where),
        headers={**authorization, **_headers(table.get("headers", {}), where)},
    )


def _address(url: str, where: str) -> tuple[str, dict[str, str]]:
    """The address without user and password, and the header that these become."""
    url = re.sub(r"^feed:(?=https?://)", "", url.strip(), flags=re.IGNORECASE)
    url = re.sub(r"^feed://", "http://", url, flags=re.IGNORECASE)
    found = fields.address(url, "")
    if found is None:
        where = where.replace(url, "an address")  # it may hold a password
        raise SubscriptionError(f"{where}: no address; it begins with https:// or http://")
    parts = urlsplit(found)
    user, at, host = parts.netloc.rpartition("@")
    plain = urlunsplit((parts.scheme.lower(), host.lower(), parts.path or "/", parts.query, ""))
    if not at:
        return plain, {}
    return plain, {"Authorization": f"Basic {b64encode(unquote(user).encode()).decode()}"}


def _every(given: object, where: str) -> float | None:
    if given is None:
        return None
    text = str(given) if isinstance(given, int | float) else given
    known = _EVERY.fullmatch(text) if isinstance(text, str) else None
    seconds = 0.0 if known is None else float(known[1]) * _UNITS[known[2]]
    if isinstance(given, bool) or not seconds:
        raise SubscriptionError(f'{where}: every is a time such as "90s", "15m", "2h" or "1d"')
    return seconds


def _headers(given: object, where: str) -> dict[str, str]:
    headers = given if isinstance(given, dict) else {"": None}
    for name, value in headers.items():  # a message never has the value
        fine = isinstance(value, str) and value.isprintable() and _HEADER.fullmatch(name)
        if not fine:
            raise SubscriptionError(
                f"{where}: headers are names with a text on one line each"
                + (f"; {name!r} is not" if name else "")
            )
    return dict(headers)


def _first(table: Mapping[str, Any]) -> str:
    return next(iter(table))
