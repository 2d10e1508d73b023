"""Joins the mentions of one person, organisation or place into an entity."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from topics.records import Entity, EntityType, Mention
from workers.stages.tag_entities.about import link_of
from workers.stages.tag_entities.gazetteer import Place
from workers.stages.tag_entities.names import normalise

GAZETTEER = "gazetteer"
"""The method of places that the gazetteer alone found."""
CONFIDENCE: dict[EntityType, float] = {
    "person": 0.73,
    "organisation": 0.44,
    "place": 0.43,
    "event": 0.5,
    "date": 0.5,
    "other": 0.5,
}
"""Share of mentions with the right span and type on English news and encyclopedia sentences, in
which names were marked by hand. The last three types were not marked there: 0.5 is no measure."""
LINKED_CONFIDENCE = 0.75
"""The same for places with a link."""
GAZETTEER_CONFIDENCE = 0.5
"""The same for places that the gazetteer alone found."""
HEADLINE_WEIGHT = 2.0
LEAD_WEIGHT = 1.0


class Found(NamedTuple):
    """One mention with all that was decided about it."""

    start: int
    end: int
    type: EntityType
    method: str
    place: Place | None


def join(text: str, found: Sequence[Found], headline: str | None) -> list[Entity]:
    """Entities in order of first mention.

    Mentions are one entity if they have one type and one name (in any spelling of ``normalise``)
    or link to one place. A single word that is the last one of exactly one person's full name is
    that person.
    """
    full = _full_names(text, found)
    groups: dict[tuple[str, object], list[Found]] = defaultdict(list)
    for mention in sorted(found):
        name = normalise(text[mention.start : mention.end])
        key: object = name
        if mention.type == "person":
            key = full.get(name, name)
        elif mention.place:
            key = mention.place.geonames
        groups[mention.type, key].append(mention)
    shares = _salience(text, list(groups.values()), normalise(headline or ""))
    return [
        _entity(f"e{number}", text, mentions, share)
        for number, (mentions, share) in enumerate(zip(groups.values(), shares, strict=True), 1)
    ]


def _full_names(text: str, found: Sequence[Found]) -> dict[str, str]:
    """Surname → the full name of the only person who bears it."""
    bearers: dict[str, set[str]] = defaultdict(set)
    for mention in found:
        words = normalise(text[mention.start : mention.end]).split()
        if mention.type == "person" and len(words) > 1:
            bearers[words[-1]].add(" ".join(words))
    return {surname: next(iter(names)) for surname, names in bearers.items() if len(names) == 1}


def _entity(identifier: str, text: str, found: Sequence[Found], salience: float) -> Entity:
    first = found[0]
    names = Counter(text[mention.start : mention.end] for mention in found)
    # A person goes by the fullest name, everything else by the commonest one.
    name = max(names, key=lambda name: (first.type == "person" and len(name.split()), names[name]))
    place = first.place
    return Entity(
        id=identifier,
        type=first.type,
        name=name,
        mentions=[
            Mention(start=mention.start, end=mention.end, text=text[mention.start : mention.end])
            for mention in found
        ],
        salience=salience,
        confidence=_confidence(first),
        method=first.method,
        link=None if place is None else link_of(place),
    )


def _confidence(mention: Found) -> float:
    if mention.method == GAZETTEER:
        return GAZETTEER_CONFIDENCE
    return LINKED_CONFIDENCE if mention.place else CONFIDENCE[mention.type]


def _salience(text: str, groups: Sequence[Sequence[Found]], headline: str) -> list[float]:
    """Each entity's share: its mentions, more if it comes early or in the headline; dates none."""
    weights = []
    for mentions in groups:
        weight = 0.0
        if mentions[0].type != "date":
            weight = len(mentions) + LEAD_WEIGHT * (1 - mentions[0].start / len(text))
            names = {normalise(text[mention.start : mention.end]) for mention in mentions}
            if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", headline) for name in names):
                weight += HEADLINE_WEIGHT
        weights.append(weight)
    total = sum(weights) or 1.0
    return [round(weight / total, 4) for weight in weights]
