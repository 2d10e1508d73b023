"""Joins the mentions of one person, organisation or place into an entity."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from topics.records import Entity, EntityType, Mention
from workers.stages.tag_entities.about import link_of
from workers.stages.tag_entities.confidence import Confidence
from workers.stages.tag_entities.gazetteer import Place
from workers.stages.tag_entities.names import normalise
from workers.stages.tag_entities.same_name import organisations, persons

AGREEING = 0.85
"""What each further mention that says the same leaves of the doubt; not measured."""
AGREEING_UP_TO = 4
"""Mentions that count for that: a wrong name is repeated as often as a right one."""
HEADLINE_WEIGHT = 2.0
LEAD_WEIGHT = 1.0


class Found(NamedTuple):
    """One mention with all that was decided about it."""

    start: int
    end: int
    type: EntityType
    method: str
    place: Place | None


def join(
    text: str,
    found: Sequence[Found],
    headline: str | None,
    *,
    confidence: Confidence,
    inflects: bool = False,
) -> list[Entity]:
    """Entities in order of first mention, each with the ``confidence`` in what found it.

    Mentions are one entity if they have one type and one name (in any spelling of ``normalise``),
    link to one place, or are forms of one name by ``same_name.py``, which has more of them where
    the language ``inflects`` names.
    """
    spelt = {mention: normalise(text[mention.start : mention.end]) for mention in found}
    main = {
        "person": persons(
            [spelt[mention] for mention in sorted(found) if mention.type == "person"], inflects
        ),
        "organisation": organisations(text, [mention[:3] for mention in found], inflects),
    }
    groups: dict[tuple[str, object], list[Found]] = defaultdict(list)
    for mention in sorted(found):
        name = spelt[mention]
        key: object = main.get(mention.type, {}).get(name, name)
        if mention.type == "place" and mention.place:
            key = mention.place.geonames
        groups[mention.type, key].append(mention)
    shares = _salience(text, list(groups.values()), normalise(headline or ""))
    return [
        _entity(f"e{number}", text, mentions, share, confidence)
        for number, (mentions, share) in enumerate(zip(groups.values(), shares, strict=True), 1)
    ]


def _entity(
    identifier: str,
    text: str,
    found: Sequence[Found],
    salience: float,
    confidence: Confidence,
) -> Entity:
    first = found[0]
    names = Counter(text[mention.start : mention.end] for mention in found)
    # Persons and organisations go by the fullest name, everything else by the commonest one.
    fullest = first.type in ("person", "organisation")
    name = max(names, key=lambda name: (fullest and len(name.split()), names[name]))
    rights = [confidence.of(one.type, one.method, one.place is not None) for one in found]
    best = found[rights.index(max(rights))]
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
        confidence=_confidence(rights),
        method=best.method,
        link=None if place is None else link_of(place),
    )


def _confidence(rights: Sequence[float]) -> float:
    """That of the best mention, and more with every other one: it never falls with more."""
    agreeing = min(len(rights), AGREEING_UP_TO) - 1
    return round(1 - (1 - max(rights)) * AGREEING**agreeing, 3)


def _stands_in(headline: str, name: str) -> bool:
    """Whether whole words of the headline are this name; most are not even letters of it."""
    return name in headline and bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", headline))


def _salience(text: str, groups: Sequence[Sequence[Found]], headline: str) -> list[float]:
    """Each entity's share: its mentions, more if it comes early or in the headline; dates none."""
    weights = []
    for mentions in groups:
        weight = 0.0
        if mentions[0].type != "date":
            weight = len(mentions) + LEAD_WEIGHT * (1 - mentions[0].start / len(text))
            names = {normalise(text[mention.start : mention.end]) for mention in mentions}
            if any(_stands_in(headline, name) for name in names):
                weight += HEADLINE_WEIGHT
        weights.append(weight)
    total = sum(weights) or 1.0
    return [round(weight / total, 4) for weight in weights]
