"""An enriched record as ninjs 3.1, IPTC's News in JSON.

ninjs is closed: it has no room for offsets, alternatives, provenance or dates in the text, so that
this is a view for systems that speak ninjs and no replacement of the record. What nobody has said
(urgency, rights, genre) is not made up.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from msgspec import UNSET

from topics.records import EnrichedArticle, Entity

NINJS = "3.1"
SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"
BASE = "urn:copydesk:article:"
"""What an article's id is put behind to make the URI that names it everywhere."""

_PARTIAL = ("excerpt", "paywall", "consent")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_PLACE = "https://sws.geonames.org/{}/"
_ALLOWED = "!$&'()*+,;=:@"
"""What RFC 3986 allows in a path beside letters, digits and ``-._~``."""


def view(article: EnrichedArticle, *, base: str = BASE) -> dict[str, Any]:
    """The article as a ninjs 3.1 object; ``base`` and its id make its ``uri``.

    ``versionCreated`` is when the publisher made this version, as far as anybody has said: the
    article's ``modified_at``, else for a first version ``published_at``, else ``fetched_at``.
    """
    incomplete = article.status == "partial" or article.quality in _PARTIAL
    found: dict[str, Any] = {
        "uri": _name(article.id, base),
        "type": "text",
        "representationType": "partial" if incomplete or article.text is UNSET else "full",
        "version": str(article.version),
        "firstCreated": _time(article.published_at),
        "versionCreated": _version_created(article),
        "pubStatus": "usable",
        "language": article.language or None,
        "edNote": _note(article),
        "by": ", ".join(article.authors) or None,
        "headlines": _texts(article.headline),
        "bodies": _bodies(article),
        "infoSources": [{"name": article.source}] if article.source else None,
        "altIds": _ids(article),
        "renditions": _page(article),
        "associations": _associations(article, base),
        **_concepts(article),
        "standard": {"name": "ninjs", "version": NINJS, "schema": SCHEMA},
    }
    return {name: value for name, value in found.items() if value not in (None, UNSET, [])}


def withdrawn(id: str, *, base: str = BASE) -> dict[str, Any]:
    """What a tombstone says of an article: it is no longer to be used."""
    return {
        "uri": _name(id, base),
        "type": "text",
        "representationType": "partial",
        "pubStatus": "canceled",
        "altIds": [{"role": "copydesk", "value": id}],
        "standard": {"name": "ninjs", "version": NINJS, "schema": SCHEMA},
    }


def _name(id: str, base: str) -> str:
    """A URI for an id of any characters; two ids never have the same."""
    return base + quote(id, safe=_ALLOWED + "/", errors="replace")


def _version_created(article: EnrichedArticle) -> str | None:
    told = [article.modified_at]
    if article.version == 1:
        told.append(article.published_at)
    told += [article.fetched_at, article.enriched_at]
    return next((time for time in map(_time, told) if time), None)


def _time(text: str | None) -> str | None:
    return text if text and _TIME.fullmatch(text) else None


def _note(article: EnrichedArticle) -> str | None:
    """What the editors of the receiving side should know."""
    notes = []
    if article.quality in _PARTIAL:
        notes.append(f"not the whole article: {article.quality}")
    for stage in article.stages:
        if stage.status == "failed":
            notes.append(f"{stage.name} failed" + (f": {stage.reason}" if stage.reason else ""))
    return "; ".join(notes) or None


def _texts(text: str | None) -> list[dict[str, Any]]:
    return [{"role": "main", "contentType": "text/plain", "value": text}] if text else []


def _bodies(article: EnrichedArticle) -> list[dict[str, Any]]:
    if article.text is UNSET:
        return []
    return [{**body, "charCount": len(article.text)} for body in _texts(article.text)]


def _ids(article: EnrichedArticle) -> list[dict[str, str]]:
    ids = [{"role": "copydesk", "value": article.id}]
    if article.feed and article.feed.guid:
        ids.append({"role": "guid", "value": article.feed.guid})
    return ids


def _page(article: EnrichedArticle) -> list[dict[str, str]]:
    address = _uri(article.canonical_url) or _uri(article.url)
    return [{"name": "web", "href": address, "contentType": "text/html"}] if address else []


def _associations(article: EnrichedArticle, base: str) -> list[dict[str, Any]]:
    """Its main picture, and the article of which it is a copy."""
    found: list[dict[str, Any]] = []
    if image := _uri(article.image):
        rendition = {"name": "main", "href": image}
        found.append(
            {"name": "mainImage", "uri": image, "type": "picture", "renditions": [rendition]}
        )
    told = article.duplicates
    if told is not UNSET and told.role == "copy" and told.of:
        found.append(
            {"name": "original", "rel": "copyOf", "uri": _name(told.of, base), "type": "text"}
        )
    return found


def _concepts(article: EnrichedArticle) -> dict[str, list[dict[str, Any]]]:
    """Entities by their kinds; those of no kind of ninjs and the countries are subjects."""
    entities = article.entities if article.entities is not UNSET else []
    countries = article.countries if article.countries is not UNSET else []

    def of(kind: str) -> list[dict[str, Any]]:
        return [_mentioned(entity) for entity in entities if entity.type == kind]

    about = [
        {"literal": item.country, "rel": "about", "creator": "copydesk"}
        | {"relevance": _percent(item.share)}
        for item in countries
    ]
    others = [
        _mentioned(entity)
        | {"creator": "copydesk", "relevance": _percent(entity.salience)}
        | {"confidence": _percent(entity.confidence)}
        for entity in entities
        if entity.type == "other"
    ]
    return {
        "people": of("person"),
        "organisations": of("organisation"),
        "places": [_place(entity) for entity in entities if entity.type == "place"],
        "events": of("event"),
        "subjects": about + others,
    }


def _mentioned(entity: Entity) -> dict[str, Any]:
    return {"name": entity.name, "rel": "mentions"}


def _place(entity: Entity) -> dict[str, Any]:
    place, link = _mentioned(entity), entity.link
    if link is None:
        return place
    point = {"type": "Point", "coordinates": [link.longitude, link.latitude]}
    return place | {"uri": _PLACE.format(link.geonames), "geoJSON": point}


def _percent(share: float) -> int:
    return round(100 * min(max(share, 0.0), 1.0))


def _uri(text: str | None) -> str | None:
    """An address as RFC 3986 writes it; None if it is none."""
    try:
        scheme, host, path, query, fragment = urlsplit((text or "").strip())
    except ValueError:
        return None
    if not scheme or not host:
        return None
    return urlunsplit(
        (
            scheme,
            _quoted(host, _ALLOWED + "[]"),
            _quoted(path, _ALLOWED + "/"),
            _quoted(query, _ALLOWED + "/?"),
            _quoted(fragment, _ALLOWED + "/?"),
        )
    )


def _quoted(part: str, allowed: str) -> str:
    """Percent signs stay where they stand for a character."""
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(part, safe=allowed + "%", errors="replace"))
