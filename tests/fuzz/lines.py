"""Lines for ``copydesk enrich``, each a function of a seed and its number."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
from hypothesis import strategies as st

from tests.fuzz import mutations, odd

Maker = Callable[[random.Random, int], bytes]

DRAWN_TOGETHER = 200
DRAWN_EVERY = 20
"""One line in so many is drawn by hypothesis: it takes a hundred times as long as the others."""


def _noise(rng: random.Random, number: int) -> bytes:
    return rng.randbytes(rng.choice((0, 1, 10, 300, 3000)))


def _any_json(rng: random.Random, number: int) -> bytes:
    return odd.encode(odd.value(rng), rng)


def _json_like(rng: random.Random, number: int) -> bytes:
    bits = (
        "{",
        "}",
        "[",
        "]",
        '"',
        ":",
        ",",
        '"content"',
        '"id"',
        "1",
        "true",
        "NaN",
        " ",
        "\\u",
        "é",
    )
    return "".join(rng.choice(bits) for _ in range(rng.randint(0, 60))).encode()


def _blank(rng: random.Random, number: int) -> bytes:
    return rng.choice(
        (b"", b" ", b"\t", b"\r", b"\xef\xbb\xbf", b"\0", b"null", b"{}", b"[]", b'""')
    )


def _unchanged(rng: random.Random, number: int) -> bytes:
    return rng.choice(mutations.SAMPLES)


FAMILIES: dict[str, tuple[int, Maker]] = {
    "noise": (4, _noise),
    "any JSON": (4, _any_json),
    "almost JSON": (3, _json_like),
    "blank": (1, _blank),
    "samples": (2, _unchanged),
    "samples' bytes": (16, lambda rng, number: mutations.of_bytes(rng)),
    "samples' fields": (18, mutations.of_fields),
    "samples' texts": (20, mutations.of_text),
    "samples' pages": (12, mutations.of_page),
    "odd pages": (10, mutations.new_page),
    "odd articles": (10, mutations.new_article),
}
"""Family → how many in a hundred, and what makes one."""
LARGE_EVERY = 1000
DRAWN, LARGE = "hypothesis", "large"


def lines(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Families and lines; no line has a line end in it."""
    drawn = _drawn(seed)
    names = [name for name, (share, _) in FAMILIES.items() for _ in range(share)]
    for number in range(1, count + 1):
        rng = random.Random(f"{seed}/{number}")  # a tuple's hash would differ from run to run
        if number % LARGE_EVERY == 0:
            family, line = LARGE, mutations.large(rng, number)
        elif number % DRAWN_EVERY == 0:
            family, line = DRAWN, next(drawn)
        else:
            family = rng.choice(names)
            line = FAMILIES[family][1](rng, number)
        yield family, line.replace(b"\n", b"")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_TEXTS = st.text(st.characters(), max_size=300) | st.text("aeiou .,\n<>&;/'\"", max_size=300)
_RECORDS = st.fixed_dictionaries(
    {"content": _TEXTS},
    optional={name: st.text() | _VALUES for name in mutations.FIELDS if name != "content"},
)


def _drawn(seed: int) -> Iterator[bytes]:
    """Lines by hypothesis, in groups, the same for the same seed."""
    group = 0
    while True:
        yield from _group(hash((seed, group)))  # numbers hash alike in every run
        group += 1


def _group(seed: int) -> list[bytes]:
    found: list[bytes] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=DRAWN_TOGETHER,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(_RECORDS | _VALUES, st.booleans())
    def collect(record: Any, escaped: bool) -> None:
        written = json.dumps(record, ensure_ascii=escaped)
        found.append(written.encode("utf-8", "surrogatepass"))

    collect()
    return found
