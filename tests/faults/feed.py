"""Seeded feeds of short articles: new ones, repeats, copies, revisions and bad records."""

from __future__ import annotations

import random

from tests.deployment import raw

SUBJECTS = ("ferry", "bridge", "library", "harvest", "tram", "orchestra", "school", "market")
VERBS = ("reopened", "closed", "celebrated", "expanded", "sold", "flooded", "painted", "moved")
TOWNS = ("Lisbon", "Tallinn", "Nairobi", "Osaka", "Porto", "Galway", "Cusco", "Varna")
BAD = (b"{", b'{"id": "x", "content": 1}', b'{"id": "e", "content": " "}')


def article(rng: random.Random, number: int) -> str:
    """A short text that no other number has."""
    sentences = [
        f"The {rng.choice(SUBJECTS)} in {rng.choice(TOWNS)} was {rng.choice(VERBS)} "
        f"after {rng.randint(2, 900)} days, the office numbered {number} said."
        for _ in range(3)
    ]
    return " ".join(sentences)


def feed(
    rng: random.Random, articles: int, *, first: int = 0, revisions: bool = True
) -> list[bytes]:
    """Values for ``articles.raw``, numbered from ``first``; three in four are new articles."""
    values: list[bytes] = []
    texts: list[tuple[str, str]] = []
    for number in range(first, first + articles):
        kind = rng.random()
        if not texts or kind < 0.75:
            texts.append((f"a{number}", article(rng, number)))
            id, text = texts[-1]
        elif kind < 0.83:
            id, text = rng.choice(texts)
        elif kind < 0.91:
            id, text = f"copy{number}", rng.choice(texts)[1]
            if number % 2:
                text = text.rpartition(" The ")[0]  # cut: a near-duplicate
        elif kind < 0.97:
            id, text = rng.choice(texts)[0] if revisions else f"b{number}", article(rng, number)
        else:
            values.append(rng.choice(BAD))
            continue
        values.append(raw(id, text, language="en"))
    return values
