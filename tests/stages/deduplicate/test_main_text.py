"""Which text an arrival is compared by, and what is rejected before it."""

import json
import random
import time

import pytest

from topics.records import RawArticle
from workers.outcome import Rejected
from workers.stages.deduplicate import MainText, main_text

LIMIT = 2 * 1024 * 1024
STORY = (
    "The harbour ferry will stop running in March, the county said on Monday. Two hundred "
    "commuters use it every day, and most of them live on the island of Tessel Point. "
    "A bus over the new bridge takes their place, but it needs forty minutes longer."
)


def texted(content: str, **fields: object) -> MainText:
    main = main_text(RawArticle(content=content, **fields), limit=LIMIT)  # type: ignore[arg-type]
    assert isinstance(main, MainText), main
    return main


def rejected(content: str, limit: int = LIMIT, **fields: object) -> Rejected:
    main = main_text(RawArticle(content=content, **fields), limit=limit)  # type: ignore[arg-type]
    assert isinstance(main, Rejected), main
    return main


def page(body: str) -> str:
    return f"<!DOCTYPE html>\n<html><head><title>Ferry</title></head><body>{body}</body></html>"


def test_plain_text_is_its_own_main_text_and_needs_no_preview() -> None:
    assert texted(STORY) == MainText("text/plain", STORY, None)


def test_a_page_gives_its_article_as_text_and_preview() -> None:
    html = page(
        "<nav><ul><li><a href='/a'>Weather</a></li><li><a href='/b'>Sport</a></li></ul></nav>"
        f"<article><h1>Ferry to stop</h1>{f'<p>{STORY}</p>' * 3}</article>"
    )
    main = texted(html)
    assert main.media_type == "text/html"
    assert main.text == main.preview
    assert "county said on Monday" in main.text
    assert "Weather" not in main.text
    assert "<p>" not in main.text


def test_a_page_without_recognisable_article_gives_all_its_text() -> None:
    html = page(f"<footer><div class='footer'><span>{STORY}</span></div></footer>")
    assert "county said on Monday" in texted(html).text


@pytest.mark.parametrize(
    "start",
    [
        "<!doctype HTML><p>",
        "\ufeff \n<html lang='fr'>",
        "<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'><html>",
        "<!-- made by hand --><div>",
        "<P CLASS=x>",
        "<article>",
        "<br/>",
    ],
)
def test_content_that_begins_with_markup_is_a_page(start: str) -> None:
    assert texted(start + STORY).media_type == "text/html"


@pytest.mark.parametrize(
    "start",
    [
        "<3 letters from readers. ",
        "< 5 % of voters came. ",
        "<<Il ponte>> ",
        "<placeholder> ",
        "a < b and <p> is a tag. ",
        "<pre-election> ",
    ],
)
def test_a_stray_angle_bracket_does_not_make_a_page(start: str) -> None:
    assert texted(start + STORY) == MainText("text/plain", start + STORY, None)


def test_the_declared_media_type_is_believed() -> None:
    assert texted(f"<p>{STORY}</p>", media_type="text/plain").text == f"<p>{STORY}</p>"
    assert texted(STORY, media_type="text/html").text.strip() == STORY


def test_the_limit_is_in_bytes_of_utf8() -> None:
    assert rejected("я" * 51, limit=100).reason == "too_large"
    assert isinstance(main_text(RawArticle(content="я" * 50), limit=100), MainText)
    assert rejected("x" * 101, limit=100).detail == "content of 101 bytes (limit 100)"


@pytest.mark.parametrize(
    "content",
    [
        "",
        " \n\t\u00a0\u3000",
        "\u200b\ufeff\u2060",
        "\x00\x01\x02\x7f",
        "\ufffd" * 40 + "ok",
        "<html><head><title>x</title><script>var text = 'hello';</script></head><body></body>",
        "<p></p><img src='a.png'>",
        "<!-- nothing but a comment -->",
    ],
)
def test_content_without_text_is_rejected(content: str) -> None:
    assert rejected(content).reason == "no_text"


@pytest.mark.parametrize("seed", range(3))
def test_binary_content_is_no_text_whatever_it_was_decoded_as(seed: int) -> None:
    noise = random.Random(seed).randbytes(4000)
    for content in (noise.decode("latin-1"), noise.decode("utf-8", "replace")):
        assert rejected(content, media_type="text/plain").reason == "no_text"


def test_scattered_bad_characters_do_not_reject_a_text() -> None:
    assert texted(STORY.replace("a", "\ufffd")).text.startswith("The h\ufffdrbour")
    assert texted(STORY + "\ud800").text.endswith("\ud800")
    assert "county" in texted(page(f"<p>{STORY}\ud800\x00</p>")).text


def test_a_few_emoji_are_a_text() -> None:
    assert texted("👩‍👩‍👧 🎉").text == "👩‍👩‍👧 🎉"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<span>" * 50_000,
        "<b><div></b>" * 50_000,
        "<ul><li>" * 50_000,
        "<p>" * 200_000,
        "<" * 1_000_000,
        "<!--" * 200_000,
        "<a x='" * 200_000,
        "<div>" * 400 + "<p>x <i>y</i></p>" * 20_000,
        "&amp" * 200_000,
    ],
    ids=lambda html: html[:12],
)
def test_hostile_pages_are_answered_in_seconds(html: str) -> None:
    started = time.perf_counter()
    main_text(RawArticle(content=html, media_type="text/html"), limit=LIMIT)
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize("depth", [501, 6_000, 100_000])
def test_a_page_nested_too_deep_for_parsers_gives_its_text_tag_by_tag(depth: int) -> None:
    main = texted("<div>" * depth + f"<p>{STORY}</p><script>var a = 1</script><p>The end.")
    assert main == MainText("text/html", f"{STORY}\nThe end.", None)


def test_a_page_that_a_script_draws_gives_what_the_script_would_show() -> None:
    state = json.dumps({"story": {"paragraphs": [{"text": STORY + "\ud83d"}]}})
    html = page(f"<div id='app'> </div><script type='application/json'>{state}</script>")
    assert texted(html).text == texted(html).preview == STORY + "?"


@pytest.mark.parametrize("shown", ["Loading…", "<a href='/a'>Weather</a> <a href='/b'>Sport</a>"])
def test_a_page_that_shows_a_menu_until_a_script_draws_it_is_compared_by_what_that_draws(
    shown: str,
) -> None:
    state = json.dumps({"story": {"body": STORY}})
    html = page(f"<div id='app'>{shown}</div><script type='application/json'>{state}</script>")
    assert texted(html).text == STORY
    other = html.replace('"body"', '"about"').replace("Ferry", "")
    assert texted(other).text.strip() == texted(page(shown)).text.strip()


@pytest.mark.parametrize("element", ["noscript", "template"])
def test_a_page_that_shows_nothing_else_gives_what_it_hides(element: str) -> None:
    assert texted(page(f"<{element}><p>{STORY}</p></{element}>")).text == STORY
    notice = page(f"<{element}>Please enable JavaScript to read this page.</{element}>")
    assert rejected(notice).reason == "no_text"


@pytest.mark.parametrize(
    "head",
    [
        "<html><head><title/></head>",
        "<?xml version='1.0'?><html><head><title>T</title><script src='a'/></head>",
        "<html lang='en' xmlns='http://www.w3.org/1999/xhtml'><head><style type='x' /></head>",
    ],
)
def test_scripts_and_titles_that_xml_leaves_empty_hide_nothing(head: str) -> None:
    html = f"{head}<body><p>{STORY}</p><script>var a = 1</script></body></html>"
    assert texted(html).text.strip() == STORY
