"""Boilerplate of every class in many languages goes with its reason; the story stays whole.

``junk_languages.toml`` has the lines, and sentences that use the same words and stay.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.stages.strip_boilerplate.plain import cleaned, text_of

LANGUAGES = tomllib.loads(Path(__file__).with_name("junk_languages.toml").read_text("utf-8"))
REASONS = {
    "share": "share",
    "views": "counter",
    "comments": "counter",
    "cookie": "cookie_notice",
    "subscription": "subscription",
    "related": "related_link",
    "rights": "copyright",
    "advertisement": "advertisement",
    "navigation": "navigation",
    "stamp": "stamp_line",
}
LABEL = "© 2023 Lindholm Post"
"""Beside it weak lines go too."""


def test_every_language_has_every_class() -> None:
    assert len(LANGUAGES) >= 40
    assert {frozenset(table) for table in LANGUAGES.values()} == {
        frozenset((*REASONS, "story", "stays"))
    }


@pytest.mark.parametrize("kind", REASONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_of_the_class_go_with_their_reason(language: str, kind: str) -> None:
    story = "\n".join(LANGUAGES[language]["story"])
    found: dict[str, object] = {}
    for line in LANGUAGES[language][kind]:
        article = cleaned(f"{story}\n{line}\n{LABEL}")
        assert isinstance(article.removed, list)
        found[line] = (article.text == story, [removal.reason for removal in article.removed])
    assert found == dict.fromkeys(found, (True, [REASONS[kind], "copyright"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_stories_with_the_same_words_stay(language: str) -> None:
    story = "\n".join(LANGUAGES[language]["story"])
    kept = {line: text_of(f"{story}\n{line}\n{story}") for line in LANGUAGES[language]["stays"]}
    assert kept == {line: f"{story}\n{line}\n{story}" for line in kept}
