"""Which of the articles that a page describes is its own; the others are teasers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from workers.canonical_url import canonical_url
from workers.normalise import normalise
from workers.stages.strip_boilerplate.metadata.fields import LONGEST_TEXT, Metadata

BETWEEN = r"\s*(?:[|\-‐-―·•»«:<>/]|::)\s*"
"""What stands between a headline and the name of the site in titles."""
_PARTS = re.compile(rf"(?<=\s){BETWEEN}|{BETWEEN}(?=\s)|\s*\|\s*")
_LEAST_SHARE = 0.5
"""Of a title, what a headline in it must be; titles and headlines are cut short or lengthened."""
_MOST_COMPARED = 20


@dataclass(frozen=True)
class OwnPage:
    """What a page says of itself outside of the descriptions of articles."""

    addresses: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()

    @classmethod
    def of(cls, addresses: Iterable[str | None], titles: Iterable[str | None]) -> OwnPage:
        """Addresses and titles as they are written, and what is not known as None."""
        whole = [title for title in titles if title]
        parts = [part for title in whole for part in _PARTS.split(title[:LONGEST_TEXT])]
        return cls(
            frozenset(_place(address) for address in addresses if address),
            frozenset(letters for title in [*whole, *parts] if (letters := _letters(title))),
        )

    def is_titled(self, name: str) -> bool:
        """Whether the name is one of the titles, or stands in one beside the headline."""
        return _letters(name) in self.titles


@dataclass(frozen=True)
class Described:
    """An article that a page describes: what tells whether it is the page's own, and the rest."""

    headline: str | None
    addresses: Sequence[str]
    read: Callable[[], Metadata] = field(repr=False)


def own_metadata(described: Sequence[Described], page: OwnPage) -> Metadata:
    """What is said of the page's own article.

    That is the one with the page's address, else the one whose headline is in the page's titles,
    else the only one. Of several that are none of these only what all have in common is believed.
    """
    here = [one for one in described if page.addresses.intersection(map(_place, one.addresses))]
    named = [one for one in described if one.headline] or list(described)
    best = max(here or named, key=lambda one: _agreement(one.headline, page.titles), default=None)
    if best is None:
        return Metadata()
    if here or _agreement(best.headline, page.titles):
        return best.read()
    if len({_letters(one.headline or "") for one in named}) == 1 and (
        best.headline or not named[1:]
    ):
        return best.read()
    first, *others = (one.read() for one in named[:_MOST_COMPARED])
    return Metadata(
        **{
            name: said
            for name, said in vars(first).items()
            if all(vars(other)[name] == said for other in others)
        }
    )


def _agreement(headline: str | None, titles: Iterable[str]) -> int:
    """How many letters a headline has in common with a title that is about the same."""
    letters = _letters(headline or "")
    most = 0
    for title in titles:
        short, long = sorted((letters, title), key=len)
        if short and short in long and len(short) >= _LEAST_SHARE * len(long):
            most = max(most, len(short))
    return most


def _letters(text: str) -> str:
    """Letters and digits as they are compared: quotation marks and dashes differ by place."""
    return "".join(filter(str.isalnum, normalise(text[:LONGEST_TEXT])))


def _place(address: str) -> str:
    """An address without what differs between the ways to write that of one page."""
    whole = canonical_url(address) or address
    return whole.partition("://")[2].removeprefix("www.")
