"""The engine and spaCy read the same texts with the same weights: no token or name may differ."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.lang.norm_exceptions import BASE_NORMS
from spacy.symbols import IDS

from tests.benchmarks.articles import articles
from tests.benchmarks.phrases import LANGUAGES
from tests.spacy_names import SpacyNames
from tests.stages.tag_entities.sentences import PARTS, SENTENCES
from workers.stages.tag_entities.english import PACKAGE
from workers.stages.tag_entities.ner import Model, Package, lexicon
from workers.stages.tag_entities.ner.lexicon import Lexicon
from workers.stages.tag_entities.ner.tokenizer import PIECE, Tokenizer, run_of
from workers.stages.tag_entities.trained import FOLDER, SHIPPED

EVALUATION = Path(__file__).parents[4] / "shared" / "eval" / "data" / "dev"
EVERY = 12
"""Of the evaluation's texts one in so many: all of them take minutes of spaCy's time."""


@pytest.fixture(scope="module")
def theirs() -> SpacyNames:
    return SpacyNames(PACKAGE)


@pytest.fixture(scope="module")
def ours() -> Model:
    return Model(Package(PACKAGE))


def check(ours: Model, theirs: SpacyNames, text: str) -> int:
    """How many names both find."""
    names = theirs.names(text)
    assert ours.names(text) == names, text
    return len(names)


def test_every_sentence_has_the_same_names(ours: Model, theirs: SpacyNames) -> None:
    found = sum(check(ours, theirs, sentence) for sentence in SENTENCES)
    assert found > 150


def test_the_tokens_are_the_same(ours: Model, theirs: SpacyNames) -> None:
    for sentence in SENTENCES:
        tokens = ours._reader.read(sentence)
        spans = [(start, end) for start, end, _ in theirs.read(sentence, tokens=True).tokens]
        assert list(zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)) == spans


def test_neighbours_on_a_page_change_nothing_unless_for_spacy_too(
    ours: Model, theirs: SpacyNames
) -> None:
    shuffler = random.Random(5)
    for separator in ("\n", "\r\n", " ", "  \n\n", "\u2028"):
        check(ours, theirs, separator.join(shuffler.sample(SENTENCES, len(SENTENCES))))


def test_articles_in_five_languages_have_the_same_names(ours: Model, theirs: SpacyNames) -> None:
    pattern = tuple(("text" if n % 2 else "short", tongue) for n in (0, 1) for tongue in LANGUAGES)
    records = articles(11, 30, pattern)  # type: ignore[arg-type]
    texts = [json.loads(record)["content"] for record in records]
    assert sum(check(ours, theirs, text) for text in texts) > 500


def test_a_very_long_text_has_the_same_names(ours: Model, theirs: SpacyNames) -> None:
    shuffler = random.Random(6)
    long = " ".join(" ".join(shuffler.sample(SENTENCES, len(SENTENCES))) for _ in range(15))
    assert len(long) > 50_000
    check(ours, theirs, long)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_texts_put_together_of_odd_parts(ours: Model, theirs: SpacyNames, text: str) -> None:
    check(ours, theirs, text)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_texts_of_any_characters(ours: Model, theirs: SpacyNames, text: str) -> None:
    check(ours, theirs, text)


@pytest.mark.skipif(not EVALUATION.is_dir(), reason="the evaluation's data is not there")
def test_the_evaluations_texts_have_the_same_names(ours: Model, theirs: SpacyNames) -> None:
    found = sum(check(ours, theirs, text) for text in _evaluation())
    assert found > 5_000


def _evaluation() -> Iterator[str]:
    for file in sorted(EVALUATION.glob("*.jsonl")):
        for number, line in enumerate(file.read_text("utf-8").splitlines()):
            record = json.loads(line)
            text = record.get("text") or record.get("content")
            if number % EVERY == 0 and isinstance(text, str):
                yield re.sub(r"[\ud800-\udfff]", "\ufffd", text)[:20_000]


ABROAD = (
    "В четверг президент Мира Холт приехала в Киев, сообщило агентство «Вест».",
    "Міністерство освіти України та Львівський університет підписали угоду.",
    "A empresa Varn, de São Paulo, abriu uma loja em Lisboa; João Reis estava lá.",
    "Statsministern Åsa Öberg (S) besökte Göteborg i går, säger SVT.",
    "张三在北京大学读书，后来去了上海浦东发展银行工作。",
    "2023年，聯合國秘書長在紐約表示：「香港特別行政區政府」將派員出席（見A1版）。",
    "王小明Tom和iPhone 3年カナ，" * 40,
    "ส่วนกรุงเทพมหานครและเชียงใหม่",
)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_finds_the_same_names(name: str) -> None:
    ours, theirs = Model(Package(FOLDER / name)), SpacyNames(FOLDER / name)
    texts = [*ABROAD, "\n".join(ABROAD), " ".join(ABROAD), *SENTENCES]
    assert sum(check(ours, theirs, text) for text in texts) > 50
    for sentence in (*ABROAD, *SENTENCES):
        tokens = ours._reader.read(sentence)
        spans = [(start, end) for start, end, _ in theirs.read(sentence, tokens=True).tokens]
        assert list(zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)) == spans


@pytest.mark.skipif(not EVALUATION.is_dir(), reason="the evaluation's data is not there")
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_finds_the_same_names_in_the_evaluations_texts(name: str) -> None:
    ours, theirs = Model(Package(FOLDER / name)), SpacyNames(FOLDER / name)
    assert sum(check(ours, theirs, text) for text in islice(_evaluation(), 0, None, 4)) > 500


def test_words_have_the_attributes_that_spacy_gives_them(theirs: SpacyNames) -> None:
    """Thousands of words, among them all that have a norm of their own."""
    numbered = Lexicon(Package(PACKAGE), ["NORM", "PREFIX", "SUFFIX", "SHAPE"])
    vocabulary = theirs.pipeline.vocab
    special = set(vocabulary.lookups.get_table("lexeme_norm"))
    strings = list(vocabulary.strings)
    words = [s for n, s in enumerate(strings) if n % 20 == 0 or vocabulary.strings[s] in special]
    words += [*IDS, *BASE_NORMS, "x" * 99, "x" * 100, "Ab1-" * 9]
    for word in filter(None, words):
        lexeme = vocabulary[word]
        values = [lexeme.norm, lexeme.prefix, lexeme.suffix, lexeme.shape]
        assert numbered.attributes(word, None) == values, word


def test_the_tables_of_data_are_those_of_the_installed_spacy() -> None:
    folder = Path(lexicon.__file__).parent
    symbols = json.loads((folder / "symbols.json").read_text("utf-8"))
    assert symbols == {name: int(number) for name, number in IDS.items() if name}
    assert json.loads((folder / "norms.json").read_text("utf-8")) == BASE_NORMS


@pytest.mark.parametrize("language", ["de", "fr", "hu", "it", "pt", "ru", "sv", "tr"])
def test_the_rules_of_other_languages_split_as_spacy_does(language: str, tmp_path: Path) -> None:
    pipeline: Any = spacy.blank(language)
    pipeline.to_disk(tmp_path)
    tokenizer = Tokenizer(Package(tmp_path))
    shuffler = random.Random(language)
    rules = shuffler.sample(sorted(pipeline.tokenizer.rules), 40)
    for text in (*SENTENCES, " ".join(rules), *(f"({rule}-{rule})" for rule in rules)):
        document = pipeline(text)
        assert _words(tokenizer, text) == [token.text for token in document], text


def _words(tokenizer: Tokenizer, text: str) -> list[str]:
    """The tokens of a text, all rules applied, without any of the reader's caches."""
    words: list[str] = []
    spaces: list[int] = []
    for piece in PIECE.findall(text):
        run = run_of(piece)
        words += [token.text for token in tokenizer.split(run)]
        spaces += [0] * (len(words) - len(spaces))
        spaces[-1] = len(piece) - len(run)
    starts, at = [], 0
    for word, space in zip(words, spaces, strict=True):
        starts.append(at)
        at += len(word) + space
    where = [n for n, word in enumerate(words) if tokenizer.begins(word)]
    for start, end, tokens in reversed(tokenizer.special_cases(text, words, starts, where)):
        words[start:end] = [token.text for token in tokens]
    return words


@pytest.mark.parametrize(
    ("width", "depth", "hidden", "pieces"), [(24, 1, 16, 1), (40, 2, 32, 2), (64, 5, 48, 3)]
)
def test_a_network_of_another_size_gives_the_same_names(
    width: int, depth: int, hidden: int, pieces: int, tmp_path: Path
) -> None:
    """Made on the spot, with random weights that find many names in anything."""
    config = {
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": "ner",
            "extra_state_tokens": False,
            "hidden_width": hidden,
            "maxout_pieces": 2 if pieces == 1 else pieces,
            "use_upper": True,
            "nO": None,
            "tok2vec": {
                "@architectures": "spacy.Tok2Vec.v2",
                "embed": {
                    "@architectures": "spacy.MultiHashEmbed.v2",
                    "width": width,
                    "attrs": ["NORM", "SHAPE", "LOWER", "ORTH"],
                    "rows": [700, 300, 500, 200],
                    "include_static_vectors": False,
                },
                "encode": {
                    "@architectures": "spacy.MaxoutWindowEncoder.v2",
                    "width": width,
                    "depth": depth,
                    "window_size": 1,
                    "maxout_pieces": pieces,
                },
            },
        }
    }
    pipeline: Any = spacy.blank("sv")
    component = pipeline.add_pipe("ner", config=config)
    for label in ("plats", "person", "ting"):
        component.add_label(label)
    pipeline.initialize()
    random_numbers = np.random.default_rng(width)
    for node in component.model.walk():
        for name in node.param_names:
            if node.has_param(name):
                values = random_numbers.normal(0, 0.4, node.get_param(name).shape)
                node.set_param(name, values.astype("f"))
    pipeline.to_disk(tmp_path)
    ours, theirs = Model(Package(tmp_path)), SpacyNames(tmp_path)
    assert sum(check(ours, theirs, sentence) for sentence in SENTENCES) > 100
