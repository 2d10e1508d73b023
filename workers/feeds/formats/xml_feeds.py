"""RSS 0.9x to 2.0, RDF and Atom, read by feedparser: strictly, else in its tolerant mode."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

import feedparser

from workers.feeds.formats import fields
from workers.feeds.formats.prolog import Document
from workers.feeds.formats.times import normalised
from workers.feeds.items import FeedKind, Item, Parsed, Unreadable

ROOTS = ("rss", "rdf", "feed", "channel")
_MOST_MARKS = 120_000
"""Tags outside of CDATA, for each of which the parser takes some hundredths of a millisecond."""
_TOLERATED = 3_000_000
_TOLERATED_MARKS = 200_000
"""Characters, and tags and references, that are read of an ill-formed feed: the tolerant mode is
the slower."""
# What is not closed goes to the end: that keeps it linear.
_CDATA = re.compile(r"<!\[CDATA\[(?:.*?\]\]>|.*)", re.DOTALL)
_MARK = re.compile(r"<!\[CDATA\[(?:.*?\]\]>|.*)|<", re.DOTALL)
_TAG = re.compile(r"<(/?)[A-Za-z](?:[^<>/]|/(?!>))*+(/?)")
_MOST_BASES = 200
_DEEPEST = 300
"""Open elements: ``xml:base`` may grow with each, so that many take time by their square."""
_END = re.compile(r"</(?:[\w.-]{1,60}:)?(?:item|entry)\s*>", re.IGNORECASE)
_OPEN = re.compile(r"<([\w.:-]{1,120})")
_CHANNEL = re.compile(r"<channel[\s>]", re.IGNORECASE)
_ILL_FORMED = "< "
"""What makes a feed ill-formed and says nothing, so that it is read in the tolerant mode."""
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000}
_YEAR = 31_536_000.0
_HTML = ("text/html", "application/xhtml+xml")
_SHOWN = 200


def read_xml(found: Document, *, url: str) -> Parsed | Unreadable:
    """What the feed says; ill-formed ones as far as they can be understood."""
    body, cut = _bounded(found)
    if body is None:
        return Unreadable(f"looks like {_named(found.root)}, but has more tags than any feed")
    if body.count("base=") > _MOST_BASES and _depth(body) > _DEEPEST:
        return Unreadable(f"looks like {_named(found.root)}, but nests too deep")
    if _is_heavy(body) and (fault := _fault(body)) is not None:
        body, cut = _cut(found, _TOLERATED)
        if body is None or _is_heavy(body):
            many = f"{len(found.body):,} characters"
            return Unreadable(f"an ill-formed feed of {many}, too many: {fault}")
    try:
        said = _parsed(body, url)
    except Exception as error:  # whatever its parser raises on input of no known shape
        return Unreadable(f"a feed that its parser fails at: {_brief(error)}")
    fault = _brief(said.get("bozo_exception")) if said.get("bozo") else None
    channel = said.get("feed", {})
    entries = said.get("entries", [])
    if fault and not entries and not fields.line(_text(channel, "title")):
        return Unreadable(f"looks like {_named(found.root)}, but is ill-formed: {fault}")
    if len(entries) > fields.MOST_ITEMS:
        cut = f"{len(entries):,} entries, of which the first {fields.MOST_ITEMS:,} are read"
    kind: FeedKind = "atom" if found.root == "feed" else "rss"
    spoken = fields.language(_text(channel, "language"))
    items, shared = fields.told_apart(
        [_item(entry, kind, url, spoken) for entry in entries[: fields.MOST_ITEMS] if _says(entry)]
    )
    return Parsed(
        kind=kind,
        items=items,
        title=fields.title(_text(channel, "title"), markup=_marked(channel, "title", kind)),
        language=spoken,
        site=fields.address(_text(channel, "link"), url),
        ttl=_ttl(channel),
        complaint=fields.complaints(found.complaint, fault, cut, shared),
    )


def _parsed(body: str, url: str) -> Any:
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _parse(body, headers)
        except Exception:  # the strict mode's: of a namespace with a blank in it, for one
            return _parse(f"{_ILL_FORMED}{body}", headers)


def _parse(body: str, headers: dict[str, str]) -> Any:
    return feedparser.parse(
        io.BytesIO(body.encode("utf-8", "replace")),
        response_headers=headers,
        resolve_relative_uris=False,
        sanitize_html=False,
    )


def _item(entry: Any, kind: FeedKind, base: str, spoken: str | None) -> Item:
    link = fields.address(_text(entry, "feedburner_origlink"), base)
    link = link or fields.address(_text(entry, "link"), base)
    heading = fields.title(_text(entry, "title"), markup=_marked(entry, "title", kind))
    content, is_html, summary_only = _content(entry)
    published = _time(entry, "published")
    updated = _time(entry, "updated")
    people = dict.get(entry, "authors") or []
    named = [person.get("name") or person.get("email") for person in people if person]
    return Item(
        guid=fields.name_of(_text(entry, "id"), link, heading, content),
        url=link,
        title=heading,
        content=content,
        content_is_html=is_html,
        summary_only=summary_only,
        authors=fields.authors(named or [_text(entry, "author")]),
        published_at=published or _time(entry, "created") or updated,
        updated_at=updated,
        language=fields.language(_text(entry, "language")) or _language_of_content(entry) or spoken,
    )


def _says(entry: Any) -> bool:
    """Whether an entry has anything by which it could be told from an empty one."""
    return any(_text(entry, name) for name in ("id", "link", "title", "summary")) or bool(
        dict.get(entry, "content")
    )


def _content(entry: Any) -> tuple[str | None, bool, bool]:
    """The longest text of an entry, whether it is HTML, whether it is a summary only."""
    bodies = [body for body in _bodies(entry) if body[0]]
    summary = (_text(entry, "summary") or "").strip()
    if bodies:
        text, type_ = max(bodies, key=lambda body: len(body[0]))
        if len(text) >= len(summary):
            return text, _is_html(text, type_), False
    if not summary:
        return None, True, False
    detail = dict.get(entry, "summary_detail") or {}
    # A summary that is longer than the content beside it is the fuller of the two.
    return summary, _is_html(summary, detail.get("type")), not bodies


def _bodies(entry: Any) -> Iterator[tuple[str, str | None]]:
    for body in dict.get(entry, "content") or []:
        value, type_ = body.get("value"), body.get("type")
        if isinstance(value, str) and (
            type_ is None or type_.startswith("text/") or "html" in type_
        ):
            yield value.strip(), type_


def _is_html(text: str, type_: str | None) -> bool:
    """Whether a text is HTML by its type and by itself: descriptions without any are plain."""
    return (type_ is None or type_ in _HTML) and fields.has_markup(text)


def _marked(entry: Any, name: str, kind: FeedKind) -> bool:
    """Whether a title may have markup: in RSS nothing says, in Atom its type does."""
    detail = dict.get(entry, f"{name}_detail") or {}
    return kind == "rss" or detail.get("type") in _HTML


def _language_of_content(entry: Any) -> str | None:
    details = [*(dict.get(entry, "content") or []), dict.get(entry, "summary_detail") or {}]
    return next(filter(None, (fields.language(detail.get("language")) for detail in details)), None)


def _time(entry: Any, name: str) -> str | None:
    return normalised(_text(entry, name), dict.get(entry, f"{name}_parsed"))


def _ttl(channel: Any) -> float | None:
    """What the feed asks to wait: minutes of ``ttl``, else the period of ``sy:`` and how often."""
    minutes = re.fullmatch(r"\s*(\d{1,6})\s*", _text(channel, "ttl") or "")
    if minutes and int(minutes[1]):
        return min(int(minutes[1]) * 60.0, _YEAR)
    period = (_text(channel, "sy_updateperiod") or "").strip().lower()
    often = re.fullmatch(r"\s*(\d{1,6})\s*", _text(channel, "sy_updatefrequency") or "1")
    seconds = _YEAR if period == "yearly" else _PERIODS.get(period)
    if seconds is None or often is None or not int(often[1]):
        return None
    return seconds / int(often[1])


def _text(of: Any, name: str) -> str | None:
    value = dict.get(of, name)  # its own ``get`` takes one field for another
    return value if isinstance(value, str) else None


def _bounded(found: Document) -> tuple[str | None, str | None]:
    """The feed up to the last entry that ends within the bound, and what was left out."""
    body = found.body
    if body.count("<") <= _MOST_MARKS or _marks(body, "<") <= _MOST_MARKS:
        return body, None
    marks = 0
    for mark in _MARK.finditer(body):
        marks += mark.end() - mark.start() == 1
        if marks > _MOST_MARKS:
            break
    return _cut(found, mark.start())


def _cut(found: Document, most: int) -> tuple[str | None, str | None]:
    """The feed up to the last entry that ends within so many characters, and what was left out."""
    body = found.body
    ends = [end.end() for end in _END.finditer(body, 0, most)]
    root = _OPEN.match(body)
    if not ends or root is None:
        return None, None
    inside = _CHANNEL.search(body, 0, ends[0]) is not None and found.root == "rss"
    closing = ("</channel>" if inside else "") + f"</{root[1]}>"
    return body[: ends[-1]] + closing, f"a long feed, of which the first {len(ends):,} are read"


def _is_heavy(body: str) -> bool:
    """Whether the tolerant mode would take too long over it."""
    return len(body) > _TOLERATED + 500 or _marks(body, "<&") > _TOLERATED_MARKS


def _depth(body: str) -> int:
    level = deepest = 0
    for tag in _TAG.finditer(_CDATA.sub("", body)):
        level += 0 if tag[2] else -1 if tag[1] else 1
        deepest = max(deepest, level)
    return deepest


def _marks(body: str, of: str) -> int:
    outside = _CDATA.sub("", body)
    return sum(map(outside.count, of))


def _fault(body: str) -> str | None:
    from xml.parsers import expat

    parser = expat.ParserCreate("utf-8")
    try:
        parser.Parse(body.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        return _brief(error)
    return None


def _named(root: str) -> str:
    return {"feed": "Atom", "rdf": "RDF"}.get(root, "RSS")


def _brief(error: object) -> str:
    """An error in one short line, without the name of the file that there is none of."""
    said = " ".join(str(error).split()) or type(error).__name__
    return re.sub(r"^<unknown>:(\d+):(\d+): ", r"line \1, column \2: ", said)[:_SHOWN]
