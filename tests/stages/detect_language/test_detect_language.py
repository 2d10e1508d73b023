"""What the stage reads, and what it says when it is not sure."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from topics.records import Article, LanguageAlternative
from workers.outcome import Passed
from workers.stage import Stage
from workers.stages.detect_language import DetectLanguage
from workers.stages.detect_language.page_text import page_text
from workers.stages.detect_language.sample import SAMPLE, sample

ENGLISH = "The council will decide next week whether the old swimming pool can stay open. "
GERMAN = "Der Gemeinderat entscheidet nächste Woche, ob das alte Schwimmbad offen bleiben kann. "
FRENCH = "Le conseil décidera la semaine prochaine si l'ancienne piscine peut rester ouverte. "

stage: Stage = DetectLanguage()


def after(article: Article) -> Article:
    outcome = stage(article)
    assert isinstance(outcome, Passed)
    return outcome.article


def alternatives(article: Article) -> list[LanguageAlternative]:
    assert article.language_alternatives is not UNSET
    return article.language_alternatives


def test_the_preview_is_read_first_and_then_dropped() -> None:
    article = after(Article(id="1", content=FRENCH, text=GERMAN, preview=ENGLISH))
    assert article.language == "en"
    assert article.preview is UNSET
    assert article.content == FRENCH


def test_text_is_read_before_content() -> None:
    assert after(Article(id="1", content=FRENCH, text=GERMAN)).language == "de"
    assert after(Article(id="1", content=FRENCH)).language == "fr"


def test_an_article_without_anything_to_read_is_undetermined() -> None:
    assert after(Article(id="1")).language == "und"
    assert after(Article(id="1", content=ENGLISH, preview="")).language == "und"


def test_a_page_without_preview_is_read_without_its_markup() -> None:
    page = (
        "<!doctype html><html lang='en'><head><title>English title of the page</title>"
        f"<script>{ENGLISH * 20}</script></head><body><!-- {ENGLISH * 20} -->"
        f"<p title='{ENGLISH}'>{GERMAN.replace('ä', '&auml;')}</p></body></html>"
    )
    assert after(Article(id="1", content=page, media_type="text/html")).language == "de"


def test_what_the_source_declares_is_kept_but_not_believed() -> None:
    article = after(Article(id="1", content=GERMAN, language_declared="en"))
    assert (article.language, article.language_declared) == ("de", "en")
    assert article.provenance == {}


@pytest.mark.parametrize("others", [(ENGLISH, GERMAN * 30), (GERMAN * 30, ENGLISH)])
def test_a_banner_before_or_after_does_not_decide(others: tuple[str, str]) -> None:
    assert after(Article(id="1", content="".join(others))).language == "de"


def test_where_the_engine_is_unsure_the_others_are_reported() -> None:
    unsure = [
        after(Article(id="1", content=text))
        for text in ("Bostadspriser", "Kripto mania", "Nota bene", "Primo dag", "Alte me")
    ]
    assert any(one.engine == "langdetect" for article in unsure for one in alternatives(article))
    for article in unsure:
        assert article.language_confidence is not UNSET
        first = [a for a in alternatives(article) if a.engine == "py3langid"]
        if article.language == "und":
            assert first[0].confidence < 0.5


def test_where_the_engine_is_sure_nobody_else_is_asked() -> None:
    found = alternatives(after(Article(id="1", content=ENGLISH * 3)))
    assert {one.engine for one in found} <= {"py3langid"}


def test_a_long_text_is_sampled_at_its_start_middle_and_end() -> None:
    text = "alpha " * 300 + "beta " * 300 + "gamma " * 300
    words = sample(text).split()
    assert set(words) == {"alpha", "beta", "gamma"}
    assert words[0] == "alpha"
    assert words[-1] == "gamma"


@given(st.text(max_size=4000))
def test_a_sample_is_short(text: str) -> None:
    assert len(sample(text)) <= SAMPLE + 2


@given(st.text(alphabet="<>/!-ab &;\n'\"=scriptyle", max_size=400))
def test_any_page_has_text(page: str) -> None:
    assert len(page_text(page)) <= 2 * len(page)


@pytest.mark.parametrize(
    "page",
    ["<" * 1_000_000, "<!--" * 250_000, "<script>" * 125_000, "<p" * 500_000, "&" * 1_000_000],
)
def test_hostile_pages_are_read_in_linear_time(page: str) -> None:
    started = time.perf_counter()
    page_text(page)
    assert time.perf_counter() - started < 5


def test_text_with_angle_brackets_is_not_taken_for_markup() -> None:
    assert "5 < 6 and 7 > 2" in page_text("<p>5 < 6 and 7 > 2</p>")
