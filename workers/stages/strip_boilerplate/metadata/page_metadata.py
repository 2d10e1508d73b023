"""The metadata of a page: of each field what the best of its sources says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from htmldate import find_date
from trafilatura.metadata import extract_author, extract_sitename, extract_title

from workers.stages.strip_boilerplate.metadata.bylines import names_in
from workers.stages.strip_boilerplate.metadata.dates import latest_of
from workers.stages.strip_boilerplate.metadata.elements import (
    metadata_in_html,
    metadata_in_loose_properties,
    metadata_in_meta,
    metadata_in_microdata,
    moment_on,
)
from workers.stages.strip_boilerplate.metadata.fields import (
    Metadata,
    Said,
    address_of,
    metadata_of,
    text_of,
)
from workers.stages.strip_boilerplate.metadata.json_ld import metadata_in_json_ld
from workers.stages.strip_boilerplate.metadata.own_article import BETWEEN, OwnPage
from workers.stages.strip_boilerplate.metadata.site_name import site_name

# Without a latest date htmldate would ask the clock for one, and a stage has no clock. Its
# extensive search guesses from the text, and takes a third of all the time.
_FIND_DATE = partial(find_date, original_date=True, extensive_search=False, max_date="2100-01-01")
_MOST_SCRIPTS = 50
_PUBLISHED = '"datePublished"'
_MOST_LINKS = 10_000
"""What guesses looks at every link of a page."""
_MOST_HEADINGS = 10
_BEFORE = re.compile(rf"{BETWEEN}$")
_AFTER = re.compile(BETWEEN)


def page_metadata(tree: Any, url: str | None = None, fetched_at: str | None = None) -> Metadata:
    """What a parsed page (lxml) says of itself.

    ``url`` is its address and ``fetched_at`` the time of its coming, as far as they are known: what
    a page says of a later time is a mistake.

    JSON-LD counts before microdata, these before ``meta``, and all before other elements, but for
    the address, where the canonical link is what publishers maintain, and the name of the
    site. What nothing declares is guessed: headline, authors and site from the page's title and
    byline, the day of publication by htmldate.
    """
    base = _base(tree, url)
    html = _safely(metadata_in_html, tree, base)
    base = base or (html.canonical_url.value if html.canonical_url else None)
    meta = _safely(metadata_in_meta, tree, base)
    own = _own_page(tree, (url, html.canonical_url, meta.canonical_url), meta.headline)
    found = _safely(_in_scripts, tree, base, own)
    latest = latest_of(fetched_at)
    found = _until(latest, found)
    loose = _safely(metadata_in_loose_properties, tree, base)
    for other in (_safely(metadata_in_microdata, tree, base, own), loose, meta, html):
        found = _filled(found, _until(latest, other))
    found = replace(
        found,
        canonical_url=html.canonical_url or meta.canonical_url or found.canonical_url,
        source=site_name(tree, found.source, own),
    )
    return _parted(_without_site(_filled(found, _until(latest, _guessed(tree, found)))))


def _base(tree: Any, url: str | None) -> str | None:
    """What the page's relative addresses are relative to (WHATWG HTML, 4.2.3), if it is known."""
    for element in tree.iterfind(".//base[@href]"):
        if base := address_of(element.get("href"), url):
            return base
    return address_of(url, None)


def _own_page(
    tree: Any, addresses: Sequence[Said[str] | str | None], headline: Said[str] | None
) -> OwnPage:
    headings = [*islice(tree.iter("h1"), _MOST_HEADINGS), *islice(tree.iter("title"), 1)]
    titles = [text_of("".join(heading.itertext())) for heading in headings]
    return OwnPage.of(
        [one.value if isinstance(one, Said) else one for one in addresses],
        [*titles, headline.value if headline else None],
    )


def _scripts(tree: Any) -> list[Any]:
    """The elements with JSON-LD; their type may have parameters (RFC 9110, 8.3.1)."""
    return [
        script
        for script in tree.iterfind(".//script[@type]")
        if script.get("type").partition(";")[0].strip().lower() == "application/ld+json"
    ]


def _in_scripts(tree: Any, base: str | None, own: OwnPage) -> Metadata:
    texts = [script.text for script in _scripts(tree) if script.text]
    return metadata_in_json_ld(texts[:_MOST_SCRIPTS], base, own)


def _safely(read: Callable[..., Metadata], *arguments: Any) -> Metadata:
    """What a broken page makes of its reader must not take the other sources along."""
    try:
        return read(*arguments)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Metadata()


def _filled(first: Metadata, second: Metadata) -> Metadata:
    """The first, and where it says nothing the second."""
    return Metadata(**{name: said or vars(second)[name] for name, said in vars(first).items()})


def _until(latest: str | None, metadata: Metadata) -> Metadata:
    """The same without times after the latest."""
    for field in ("published_at", "modified_at"):
        said = vars(metadata)[field]
        if said and latest and said.value > latest:
            metadata = replace(metadata, **{field: None})
    return metadata


def _guessed(tree: Any, known: Metadata) -> Metadata:
    if sum(1 for _ in tree.iter("a")) > _MOST_LINKS:
        return Metadata()
    ways: dict[str, Callable[[Any], object]] = {
        "headline": extract_title,
        "authors": extract_author,
        "source": extract_sitename,
        "published_at": _guessed_time,
    }
    stated = {field: [[_guess(by, tree)]] for field, by in ways.items() if not vars(known)[field]}
    return metadata_of(stated, None, "guess")


def _guessed_time(tree: Any) -> object:
    """The day that htmldate finds, as the moment that the page gives for it, if it does."""
    day = _guessed_day(tree)
    return day and (moment_on(day, tree) or day)


def _guessed_day(tree: Any) -> str | None:
    # Where scripts name several dates htmldate cannot tell whose they are, and is not shown them.
    scripts = [script for script in _scripts(tree) if script.text]
    texts = [script.text for script in scripts]
    if sum(text.count(_PUBLISHED) for text in texts) < 2:
        return _FIND_DATE(tree)
    try:
        for script in scripts:
            script.text = None
        return _FIND_DATE(tree)
    finally:
        for script, text in zip(scripts, texts, strict=True):
            script.text = text


def _guess(by: Callable[[Any], object], tree: Any) -> object:
    try:
        return by(tree)
    except Exception:  # whatever a broken page makes of the packages that guess
        return None


def _without_site(metadata: Metadata) -> Metadata:
    """The headline without the name of the site, which titles carry at one of their ends."""
    headline, source = metadata.headline, metadata.source
    if headline is None or source is None:
        return metadata
    kept, name = headline.value, source.value
    if _same(kept[-len(name) :], name) and (at := _BEFORE.search(kept[: -len(name)])):
        kept = kept[: at.start()]
    if _same(kept[: len(name)], name) and (at := _AFTER.match(kept, len(name))):
        kept = kept[at.end() :]
    return replace(metadata, headline=Said(kept, headline.where)) if kept else metadata


def _parted(metadata: Metadata) -> Metadata:
    """With the names of authors that their bylines contain."""
    authors, language, source = metadata.authors, metadata.language, metadata.source
    if authors is None:
        return metadata
    names = names_in(
        authors.value, language.value if language else "en", source.value if source else None
    )
    return replace(metadata, authors=Said(names, authors.where))


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
