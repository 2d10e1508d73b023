"""What JSON-LD says about the article of a page (schema.org ``Article`` and its kinds)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from workers.stages.strip_boilerplate.metadata.fields import (
    Metadata,
    article_address_of,
    metadata_of,
    text_of,
)
from workers.stages.strip_boilerplate.metadata.own_article import (
    Described,
    OwnPage,
    own_metadata,
)

_DEEPEST = 6
_MOST_ARTICLES = 400
_MOST_ADDRESSES = 5
_MOST_NODES = 2000
_LONGEST = 1_000_000
"""Characters of one script."""
_WRAPPING = re.compile(r"\s*(?:<!--|(?://\s*)?<!\[CDATA\[)?")
_BEGIN = re.compile(r"[\s,;]*[\[{]")
_LAST_COMMAS = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|,(?=\s*[}\]])', re.DOTALL)
"""Strings, which stay, and the commas after the last of several values."""
_DECODER = json.JSONDecoder(strict=False)
_KINDS = ("Article", "BlogPosting", "Report")
_ADDRESSES = ("url", "mainEntityOfPage", "@id")

_Node = dict[str, Any]


def metadata_in_json_ld(scripts: Sequence[str], base: str | None, page: OwnPage) -> Metadata:
    """The fields of the page's own article in its JSON-LD scripts; empty if there is none.

    ``base`` is what relative addresses are relative to.
    """
    nodes = [node for script in scripts for node in _nodes(_read(script), _DEEPEST + 1)][
        :_MOST_NODES
    ]
    named = {id: node for node in nodes if isinstance(id := node.get("@id"), str) and len(node) > 1}
    articles = islice(filter(_is_article, nodes), _MOST_ARTICLES)
    return own_metadata([_described(node, named, base) for node in articles], page)


def _described(article: _Node, named: Mapping[str, _Node], base: str | None) -> Described:
    titles = (text_of(article.get(field)) for field in ("headline", "name"))
    return Described(
        headline=next(filter(None, titles), None),
        addresses=_addresses(article, base),
        read=lambda: _metadata(article, named, base),
    )


def _metadata(article: _Node, named: Mapping[str, _Node], base: str | None) -> Metadata:
    def values(field: str) -> list[object]:
        """The values of a field, with objects in place of their names."""
        value = article.get(field)
        return [_of_name(one, named) for one in (value if isinstance(value, list) else [value])]

    stated: dict[str, list[object]] = {
        "headline": [article.get("headline"), article.get("name")],
        "authors": [*_names(values("author"))],
        "published_at": [article.get("datePublished")],
        "modified_at": [article.get("dateModified")],
        # An @id mostly is the page's address with a fragment that names the object.
        "canonical_url": [one for one in _addresses(article, base) if "#" not in one],
        "source": [*_names(values("publisher"))],
        "language": [*_names(values("inLanguage"))],
        "image": [*_links(values("image"))],
    }
    return metadata_of({field: [found] for field, found in stated.items()}, base, "json-ld")


def _read(script: str) -> Sequence[object]:
    """The values in a script: one, or several after another, also with commas before brackets."""
    if len(script) > _LONGEST:
        return []
    found, whole = _values(script)
    return found if whole else max(found, _values(_LAST_COMMAS.sub(r"\1", script))[0], key=len)


def _values(text: str) -> tuple[list[object], bool]:
    """The values up to the first that is broken, and whether none is."""
    found: list[object] = []
    wrapping = _WRAPPING.match(text)
    position = wrapping.end() if wrapping else 0
    while begin := _BEGIN.match(text, position):
        try:
            data, position = _DECODER.raw_decode(text, begin.end() - 1)
        except (ValueError, RecursionError):
            return found, False
        found.append(data)
    return found, True


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


def _of_name(value: object, named: Mapping[str, _Node]) -> object:
    """The object that a reference names, if it does."""
    id = value.get("@id") if isinstance(value, dict) else None
    return named.get(id, value) if isinstance(id, str) else value


def _is_article(node: _Node) -> bool:
    kinds = node.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.endswith(_KINDS) for kind in kinds)


def _names(value: object) -> Iterator[object]:
    """The names of persons, organisations or languages."""
    return _stated(value, ("name", "alternateName"))


def _stated(value: object, keys: Sequence[str], depth: int = _DEEPEST) -> Iterator[object]:
    """Every plain value: a thing stands for what one of the keys says of it, a list for its own."""
    if isinstance(value, list) and depth:
        for one in value:
            yield from _stated(one, keys, depth - 1)
    elif isinstance(value, dict) and depth:
        yield from _stated(next(filter(None, map(value.get, keys)), None), keys, depth - 1)
    else:
        yield value


def _links(value: object) -> Iterator[object]:
    return _stated(value, ("url", "contentUrl", "@id"))


def _addresses(node: _Node, base: str | None) -> list[str]:
    found = (
        article_address_of(address, base)
        for field in _ADDRESSES
        for address in islice(_links(node.get(field)), _MOST_ADDRESSES)
    )
    return [address for address in found if address]
