"""What a ninjs 3.1 object may hold, as IPTC documents it: names, types, closed objects.

Written from the documentation, https://iptc.org/std/ninjs/, and only as deep as an article needs:
renditions of moving pictures, planned coverage, contacts and rights are left out.
"""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
URI: dict[str, Any] = {
    "type": "string",
    "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$",
}
TIME: dict[str, Any] = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
PERCENT: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 100}
WHOLE: dict[str, Any] = {"type": "integer"}


def one_of(*values: str) -> dict[str, Any]:
    return {"enum": list(values)}


def closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def many(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "array", "items": closed(properties, *required)}


WRITTEN = {"role": TEXT, "contentType": TEXT, "value": TEXT}
CONCEPT = {"name": TEXT, "rel": TEXT, "uri": URI, "literal": TEXT}
POSITION = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3}
POINT = closed({"type": one_of("Point"), "coordinates": POSITION}, "type", "coordinates")
RENDITION = {"name": TEXT, "href": URI, "contentType": TEXT, "width": WHOLE, "height": WHOLE}
TYPE = one_of(
    *("text", "audio", "video", "picture", "graphic"),
    *("composite", "component", "event", "planning"),
)

ITEM: dict[str, Any] = {
    "uri": URI,
    "type": TYPE,
    "representationType": one_of("full", "partial"),
    "profile": TEXT,
    "version": TEXT,
    "firstCreated": TIME,
    "versionCreated": TIME,
    "contentCreated": TIME,
    "embargoedUntil": TIME,
    "expires": TIME,
    "pubStatus": one_of("usable", "withheld", "canceled"),
    "urgency": {"type": "integer", "minimum": 1, "maximum": 9},
    "copyrightHolder": TEXT,
    "copyrightNotice": TEXT,
    "usageTerms": TEXT,
    "edNote": TEXT,
    "language": TEXT,
    "title": TEXT,
    "by": TEXT,
    "slugline": TEXT,
    "located": TEXT,
    "descriptions": many(WRITTEN, "value"),
    "headlines": many(WRITTEN, "value"),
    "bodies": many({**WRITTEN, "charCount": WHOLE, "wordCount": WHOLE}, "value"),
    "people": many(CONCEPT),
    "organisations": many(CONCEPT),
    "places": many({**CONCEPT, "geoJSON": POINT}),
    "subjects": many({**CONCEPT, "creator": TEXT, "relevance": PERCENT, "confidence": PERCENT}),
    "events": many({**CONCEPT, "id": TEXT}),
    "objects": many(CONCEPT),
    "infoSources": many({"name": TEXT, "role": TEXT, "uri": URI, "literal": TEXT}),
    "genres": many({"name": TEXT, "uri": TEXT, "literal": TEXT}),
    "altIds": many({"role": TEXT, "value": TEXT}),
    "trustIndicators": many({"role": URI, "title": TEXT, "href": URI}),
    "digitalSourceType": closed({"name": TEXT, "uri": URI, "literal": TEXT}),
    "renditions": many(RENDITION, "name"),
    "standard": closed({"name": TEXT, "version": TEXT, "schema": URI}),
}
# An associated item may have all that an item has, and says what it is to it.
ASSOCIATED = closed({**ITEM, "name": TEXT, "rel": TEXT}, "name", "uri")
STRUCTURE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **closed({**ITEM, "associations": {"type": "array", "items": ASSOCIATED}}, "uri"),
}
