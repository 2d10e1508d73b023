"""The bundled samples are what their docstring says, as far as it can be known without a worker."""

import re
from collections import Counter
from pathlib import Path

import pytest

from topics.codec import DecodeError, decode
from topics.records import RawArticle
from workers import samples

JSONL, *PAGES = samples.paths()
LINES = JSONL.read_bytes().splitlines()


def readable() -> list[RawArticle]:
    articles = []
    for line in LINES:
        try:
            articles.append(decode(RawArticle, line))
        except DecodeError:
            continue
    return articles


def test_the_numbers_add_up() -> None:
    assert len(LINES) + len(PAGES) == samples.ARRIVALS
    assert sum(samples.OUTCOMES.values()) == samples.ARRIVALS
    assert sum(samples.LANGUAGES.values()) == samples.OUTCOMES["enriched"]


def test_three_lines_are_no_raw_articles_each_for_its_own_reason() -> None:
    errors = []
    for line in LINES:
        try:
            decode(RawArticle, line)
        except DecodeError as error:
            errors.append(error)
    assert [error.reason for error in errors] == ["undecodable", "invalid", "invalid"]
    assert "$.content" in errors[1].message
    assert "newer" in errors[2].message


def test_one_page_has_no_text() -> None:
    without = [article for article in readable() if len(article.content) < 100]
    assert [article.id for article in without] == ["gallery-27"]


def test_contents_that_come_twice_are_the_duplicates() -> None:
    counts = Counter(article.content for article in readable())
    assert sum(count - 1 for count in counts.values()) == samples.OUTCOMES["duplicates"]
    assert max(counts.values()) == 2


def test_one_article_is_revised_after_its_first_version() -> None:
    versions = [article.content for article in readable() if article.id == "jst-615"]
    assert len(set(versions)) == 2
    assert versions[0].split("\n")[:-1] == versions[1].split("\n")[:-1]


def test_every_kind_of_record_is_there() -> None:
    articles = readable()
    assert any(article.id is None for article in articles)
    assert any(article.feed and article.feed.kind == "atom" for article in articles)
    assert any(article.unknown for article in articles)
    pages = [article for article in articles if article.media_type == "text/html"]
    assert sum("application/ld+json" in page.content for page in pages) >= 2
    assert all('class="cookie-banner"' in page.content for page in pages if len(page.content) > 500)


def test_every_article_is_long_enough_for_a_sure_language() -> None:
    for article in readable():
        if article.id != "gallery-27":
            assert len(article.content) > 300, article.headline


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_files_are_plain_utf8_with_text(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text) > 500
    assert ("<html" in text) == (path.suffix == ".html")


def test_only_reserved_host_names_are_linked() -> None:
    for line in LINES:
        for host in re.findall(r'https?://([^/"\\]*)', line.decode("utf-8")):
            assert host.endswith(".example") or host == "schema.org", host
