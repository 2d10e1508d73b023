"""What JSON-LD says about the article of a page (schema.org ``Article`` and its kinds)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from workers.stages.strip_boilerplate.metadata.fields import (
    Metadata,
    Said,
    address_of,
    article_address_of,
    authors_of,
    date_of,
    language_of,
    text_of,
)

_DEEPEST = 6
_MOST_NODES = 2000
_LONGEST = 1_000_000
"""Characters of one script."""
_AROUND = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)?[\s;]*$")
_KINDS = ("Article", "BlogPosting", "Report")
_ADDRESSES = ("url", "mainEntityOfPage", "@id")

_Node = dict[str, Any]


def metadata_in_json_ld(scripts: Sequence[str], base: str | None) -> Metadata:
    """The fields of the article in a page's JSON-LD scripts; empty if there is none.

    Of several articles the one whose address is the page's own, else the first: the others are
    teasers. ``base`` is the page's address, as far as it is known.
    """
    nodes = [node for script in scripts for node in _nodes(_read(script), _DEEPEST)][:_MOST_NODES]
    articles = [node for node in nodes if _is_article(node)]
    if not articles:
        return Metadata()
    named = {id: node for node in nodes if isinstance(id := node.get("@id"), str) and len(node) > 1}
    article = next((one for one in articles if base in _addresses(one, base)), articles[0])

    def resolved(value: object) -> list[Any]:
        """The values of a field, with references in place of names."""
        return [_of_name(one, named) for one in (value if isinstance(value, list) else [value])]

    headline = text_of(article.get("headline")) or text_of(article.get("name"))
    authors = authors_of(_name(one) for one in resolved(article.get("author")))
    published, modified = (
        date_of(article.get(f"date{what}")) for what in ("Published", "Modified")
    )
    sources = (text_of(_name(one)) for one in resolved(article.get("publisher")))
    source = next((name for name in sources if name), None)
    languages = (language_of(_name(one)) for one in resolved(article.get("inLanguage")))
    language = next((tag for tag in languages if tag), None)
    images = (address_of(_address(one), base) for one in resolved(article.get("image")))
    image = next((address for address in images if address), None)
    return Metadata(
        headline=Said(headline, "json-ld") if headline else None,
        authors=Said(authors, "json-ld") if authors else None,
        published_at=Said(published, "json-ld") if published else None,
        modified_at=Said(modified, "json-ld") if modified else None,
        canonical_url=_canonical(article, base),
        source=Said(source, "json-ld") if source else None,
        language=Said(language, "json-ld") if language else None,
        image=Said(image, "json-ld") if image else None,
    )


def _read(script: str) -> object:
    if len(script) > _LONGEST:
        return None
    try:
        return json.loads(_AROUND.sub("", script), strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(data: object, depth: int) -> Iterator[_Node]:
    """Objects at the top, and in the fields that hold a page's things."""
    if depth == 0:
        return
    if isinstance(data, list):
        for item in data:
            yield from _nodes(item, depth - 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _nodes(data.get(key), depth - 1)


def _of_name(value: object, named: dict[str, _Node]) -> object:
    """The object that a reference names, if it does."""
    id = value.get("@id") if isinstance(value, dict) else None
    return named.get(id, value) if isinstance(id, str) else value


def _is_article(node: _Node) -> bool:
    kinds = node.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.endswith(_KINDS) for kind in kinds)


def _name(value: object) -> object:
    """The name of a person, an organisation or a language."""
    if isinstance(value, dict):
        return value.get("name") or value.get("alternateName")
    return value


def _address(value: object) -> object:
    if isinstance(value, dict):
        return value.get("url") or value.get("contentUrl") or value.get("@id")
    return value


def _addresses(node: _Node, base: str | None) -> list[str]:
    found = (article_address_of(_address(node.get(field)), base) for field in _ADDRESSES)
    return [address for address in found if address]


def _canonical(article: _Node, base: str | None) -> Said[str] | None:
    # An @id mostly is the page's address with a fragment that names the object.
    found = [address for address in _addresses(article, base) if "#" not in address]
    return Said(found[0], "json-ld") if found else None
