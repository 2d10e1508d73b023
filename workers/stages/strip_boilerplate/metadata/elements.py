"""What a page's elements say about its article: ``meta``, microdata and a few others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from lxml.etree import XPath

from workers.stages.strip_boilerplate.metadata.dates import date_of
from workers.stages.strip_boilerplate.metadata.fields import LONGEST_TEXT, Metadata, metadata_of
from workers.stages.strip_boilerplate.metadata.own_article import (
    Described,
    OwnPage,
    own_metadata,
)

# Open Graph, Dublin Core, Highwire, Parsely, Sailthru and what publishers have in common; in each
# the first that says something counts.
_META: Mapping[str, tuple[str, ...]] = {
    "headline": (
        "og:title", "twitter:title", "citation_title", "dc.title", "dcterms.title",
        "parsely-title", "sailthru.title", "headline", "hdl", "title",
    ),
    "authors": (
        "author", "citation_author", "dc.creator", "dcterms.creator", "parsely-author",
        "sailthru.author", "article:author_name", "byl", "dc.contributor", "article:author",
    ),
    "published_at": (
        "article:published_time", "og:article:published_time", "datepublished",
        "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "dc.date",
        "dcterms.created", "dcterms.date", "citation_publication_date", "citation_date", "pubdate",
        "publishdate", "publish-date", "publication_date", "date", "rnews:datepublished",
    ),
    "modified_at": (
        "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified",
        "dcterms.modified", "dc.date.modified", "lastmod", "last-modified", "rnews:datemodified",
    ),
    "canonical_url": ("og:url", "twitter:url", "parsely-link"),
    "source": (
        "og:site_name", "citation_journal_title", "dc.publisher", "dcterms.publisher",
        "application-name", "apple-mobile-web-app-title", "copyright-holder",
    ),
    "language": ("og:locale", "content-language", "dc.language", "dcterms.language", "language"),
    "image": (
        "og:image:secure_url", "og:image:url", "og:image", "twitter:image", "twitter:image:src",
        "parsely-image-url", "sailthru.image.full", "thumbnail",
    ),
}  # fmt: skip
_FIELD_OF = {name: field for field, names in _META.items() for name in names}
_KINDS = ("article", "blogposting", "report")
_ITEMS: Mapping[str, str] = {
    "headline": "headline",
    "author": "authors",
    "datepublished": "published_at",
    "datemodified": "modified_at",
    "mainentityofpage": "canonical_url",
    "publisher": "source",
    "inlanguage": "language",
    "image": "image",
}
_LOOSE = ("headline", "authors", "published_at", "modified_at")
_PROPERTIES = XPath("descendant::*[@itemprop]")
_WITH_TYPE = XPath("descendant-or-self::*[@itemtype]")
_MOST = 200
"""Elements that are looked at for one field."""
_MOST_ITEMS = 50
_LONGEST = 4 * LONGEST_TEXT


def metadata_in_meta(tree: Any, base: str | None) -> Metadata:
    """The fields that ``meta`` elements state."""
    found: dict[str, dict[str, list[str]]] = {field: {} for field in _META}
    for meta in tree.iterfind(".//meta[@content]"):
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (meta.get(attribute) or "").strip().lower()
            if (field := _FIELD_OF.get(name)) and not (
                attribute == "itemprop" and _is_of_article(meta)
            ):
                values = found[field].setdefault(name, [])
                if len(values) < _MOST:
                    values.append(meta.get("content"))
    stated = {
        field: [values[name] for name in _META[field] if name in values]
        for field, values in found.items()
    }
    return metadata_of(stated, base, "meta")


def metadata_in_microdata(tree: Any, base: str | None, page: OwnPage) -> Metadata:
    """The fields of the item that is the page's own article (WHATWG HTML, 5 Microdata)."""
    articles = (item for item in _WITH_TYPE(tree) if _type(item).endswith(_KINDS))
    return own_metadata([_described(item, base) for item in islice(articles, _MOST_ITEMS)], page)


def metadata_in_loose_properties(tree: Any, base: str | None) -> Metadata:
    """The headline, authors and times that stand as properties in no item, or in that of the page.

    Those within the article's element count first.
    """
    stated: dict[str, list[list[str]]] = {field: [[], []] for field in _LOOSE}
    article = article_element(tree)
    for element in islice(_PROPERTIES(tree), _MOST):
        names = element.get("itemprop").lower().split()
        fields = [field for name in names if (field := _ITEMS.get(name)) in _LOOSE]
        if not fields or element.tag == "meta" or not _is_loose(element):
            continue
        within = article is not None and article in element.iterancestors()
        for field in fields:
            stated[field][0 if within else 1].append(_value(element, field))
    return metadata_of(stated, base, "microdata")


def _is_loose(element: Any) -> bool:
    item = _item_of(element)
    return item is None or _type(item).endswith("page")


def _is_of_article(element: Any) -> bool:
    """Whether it is a property of an article, which may be a teaser's."""
    item = _item_of(element)
    return item is not None and _type(item).endswith(_KINDS)


def _item_of(element: Any) -> Any:
    items = (around for around in element.iterancestors() if around.get("itemscope") is not None)
    return next(items, None)


def _type(item: Any) -> str:
    return str(item.get("itemtype", "")).strip().lower()


def article_element(tree: Any) -> Any:
    """What the markup says the article is: around the first heading that is in such an element."""
    for heading in tree.iter("h1"):
        for around in heading.iterancestors():
            if around.tag in ("article", "main") or around.get("role") in ("article", "main"):
                return around
    articles = [*islice(tree.iter("article"), 2)]
    return articles[0] if len(articles) == 1 else None


def moment_on(day: str, tree: Any) -> str | None:
    """The moment that a page gives for a day: the article's first, or the only one, of that day."""
    whole, article = [], []
    own = article_element(tree)
    for time in islice(tree.iterfind(".//time[@datetime]"), _MOST):
        text = time.get("datetime").strip()
        if text.startswith(day) and len(text) > len(day) and (moment := date_of(text)):
            whole.append(moment)
            if own is not None and own in time.iterancestors():
                article.append(moment)
    if article:
        return article[0]
    return whole[0] if len(set(whole)) == 1 else None


def _described(item: Any, base: str | None) -> Described:
    stated: dict[str, list[list[str]]] = {field: [[]] for field in _META}
    for element in _properties(item):
        for name in element.get("itemprop", "").lower().split():
            if (field := _ITEMS.get(name)) and len(stated[field][0]) < _MOST:
                stated[field][0].append(_value(element, field))
    found = metadata_of(stated, base, "microdata")
    return Described(
        headline=found.headline.value if found.headline else None,
        addresses=[found.canonical_url.value] if found.canonical_url else [],
        read=lambda: found,
    )


def metadata_in_html(tree: Any, base: str | None) -> Metadata:
    """The canonical link, the declared language, an image and a dated element."""
    links = {"canonical": "canonical_url", "image_src": "image"}
    stated: dict[str, list[list[str]]] = {field: [[]] for field in _META}
    for link in tree.iterfind(".//link[@href]"):
        for relation in (link.get("rel") or "").lower().split():
            if field := links.get(relation):
                stated[field][0].append(link.get("href"))
    for root in tree.iter("html"):
        stated["language"][0] += [root.get(name) for name in ("lang", "xml:lang") if root.get(name)]
    times = [
        time for time in tree.iterfind(".//time[@datetime]") if time.get("pubdate") is not None
    ]
    stated["published_at"][0] += [time.get("datetime") for time in times[:_MOST]]
    return metadata_of(stated, base, "html")


def _properties(item: Any) -> Iterator[Any]:
    """The elements that are properties of an item, not of one within it."""
    stack = list(reversed(list(item)))
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str):
            continue
        if element.get("itemprop"):
            yield element
        if element.get("itemscope") is None:
            stack += reversed(list(element))


def _value(element: Any, field: str) -> str:
    """What a property says; of an item its name, or its address."""
    for attribute in ("content", "datetime"):
        if element.get(attribute):
            return str(element.get(attribute))
    if field in ("image", "canonical_url"):
        for one in element.iter():
            if isinstance(one.tag, str) and (
                address := one.get("src") or one.get("href") or one.get("itemid")
            ):
                return str(address)
    if element.get("itemscope") is not None:
        for one in _properties(element):
            if "name" in one.get("itemprop", "").lower().split():
                return _value(one, "")
    return _text(element)


def _text(element: Any) -> str:
    """The beginning of its text; elements may stand in one another, each with all the rest."""
    pieces: list[str] = []
    length = 0
    for piece in element.itertext():
        pieces.append(piece)
        length += len(piece)
        if length > _LONGEST:
            break
    return " ".join("".join(pieces).split())
