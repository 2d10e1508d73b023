"""What one stage's answer does to the article: pass, partial, or out."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from topics.records import Article
from workers.chain import Halted, conclude
from workers.outcome import Failed, Outcome, Passed, Rejected

ARTICLE = Article(id="a", content="A text.")
FAILED = Failed("timeout", "took longer than 1 s", "TimeoutError")
REJECTED = Rejected("no_text", "nothing was left")


def after(outcome: Outcome | Failed, *, required: bool) -> Article | Halted:
    return conclude("stage", "7", required=required, article=ARTICLE, outcome=outcome)


@pytest.mark.parametrize("required", [True, False])
def test_a_pass_goes_on_with_the_grown_article_and_the_run_noted(required: bool) -> None:
    grown = replace(ARTICLE, language="uk")
    article = after(Passed(grown), required=required)
    assert isinstance(article, Article)
    assert article.language == "uk"
    (run,) = article.stages
    assert (run.name, run.version, run.status, run.reason) == ("stage", "7", "ok", None)


def test_a_stage_with_nothing_to_do_is_skipped_with_its_reason() -> None:
    article = after(Passed(ARTICLE, "skipped", "no model for fi"), required=False)
    assert isinstance(article, Article)
    assert [(run.status, run.reason) for run in article.stages] == [("skipped", "no model for fi")]


def test_an_optional_failure_leaves_the_article_as_it_was_but_for_the_run() -> None:
    article = after(FAILED, required=False)
    assert isinstance(article, Article)
    (run,) = article.stages
    assert (run.status, run.reason) == ("failed", "timeout: took longer than 1 s")
    assert replace(article, stages=[]) == ARTICLE


def test_a_required_failure_halts() -> None:
    assert after(FAILED, required=True) == Halted("stage", FAILED)


@pytest.mark.parametrize("required", [True, False])
def test_a_rejection_halts_whether_or_not_the_stage_is_required(required: bool) -> None:
    assert after(REJECTED, required=required) == Halted("stage", REJECTED)


def test_runs_are_noted_in_order_and_the_article_given_is_not_changed() -> None:
    first = conclude("one", "1", required=True, article=ARTICLE, outcome=Passed(ARTICLE))
    assert isinstance(first, Article)
    second = conclude("two", "1", required=False, article=first, outcome=FAILED)
    assert isinstance(second, Article)
    assert [run.name for run in second.stages] == ["one", "two"]
    assert [run.name for run in first.stages] == ["one"]
    assert ARTICLE.stages == []
