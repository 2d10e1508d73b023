"""A story in plain text, and what becomes of a text."""

from __future__ import annotations

import sys
from collections.abc import Callable

from topics.records import Article
from workers.outcome import Passed
from workers.stages.strip_boilerplate import StripBoilerplate

STRIP = StripBoilerplate()
STORY = "The council of Lindholm voted on Monday to rebuild the old harbour bridge."
STORIES = [
    STORY,
    "The work will take two years and cost about 40 million, and the harbour will stay open for "
    "the whole of that time, said the mayor after the vote.",
    "People who live on the northern bank have had to take the ferry since the bridge was closed, "
    "and many of them said that they had waited long enough.",
]


def cleaned(content: str, headline: str | None = None) -> Article:
    outcome = STRIP(Article(id="a", content=content, headline=headline))
    assert isinstance(outcome, Passed), outcome
    return outcome.article


def text_of(content: str) -> str:
    text = cleaned(content).text
    assert isinstance(text, str)
    return text


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called: the steps of some work, on a machine of any speed."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
