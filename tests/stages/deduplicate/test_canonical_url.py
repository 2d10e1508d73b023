"""One URL for the many that lead to an article."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workers.stages.deduplicate import canonical_url, url_id


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://News.Example.ORG:80/a", "http://news.example.org/a"),
        ("https://example.org:443", "https://example.org/"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://me:secret@example.org./a/#comments", "https://example.org/a"),
        ("  https://example.org/a/?  ", "https://example.org/a"),
        ("https://example.org/a/./b/../c//", "https://example.org/a/c"),
        ("https://example.org/../..", "https://example.org/"),
        ("https://example.org/%7euser/%c3%bc?q=%2b", "https://example.org/~user/%C3%BC?q=%2B"),
        ("https://example.org/über uns", "https://example.org/%C3%BCber%20uns"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://пример.example/", "https://xn--e1afmkfd.example/"),
        ("https://bücher。example/", "https://xn--bcher-kva.example/"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://example.org/?b=2&a=1", "https://example.org/?a=1&b=2"),
        ("https://example.org/?t=b&t=a", "https://example.org/?t=b&t=a"),
        ("https://example.org/?a+b=c+d", "https://example.org/?a%20b=c%20d"),
        ("https://example.org/a;jsessionid=1F2E?x=1", "https://example.org/a?x=1"),
    ],
)
def test_spellings_become_one(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "query",
    [
        "utm_source=a&utm_medium=b&UTM_Campaign=c",
        "fbclid=1",
        "gclid=1&gbraid=2&wbraid=3",
        "yclid=1&ysclid=2&msclkid=3&dclid=4&ttclid=5",
        "mc_cid=1&mc_eid=2",
        "at_medium=x&at_custom1=y",
        "ns_mchannel=x&ns_campaign=y",
        "pk_campaign=x&mtm_source=y",
        "ref=home&ref_src=x&referrer=y",
        "source=rss&from=newsletter&share=twitter",
        "PHPSESSID=12ab&sessionid=3",
        "a=1&amp;utm_source=x",
        "%75tm_source=x",
    ],
)
def test_how_the_reader_came_is_dropped(query: str) -> None:
    rest = "?a=1" if query.startswith("a=1") else ""
    assert canonical_url(f"https://example.org/story?{query}") == f"https://example.org/story{rest}"


@pytest.mark.parametrize(
    "query",
    ["id=12", "p=3", "page=2", "article=7&lang=fr", "source=reuters", "cid=1774", "from=2024-01-01",
     "q=utm_source", "sid=9", "v=abc", "story_fbid=1", "channel=5", "a="],
)  # fmt: skip
def test_what_names_the_article_stays(query: str) -> None:
    assert canonical_url(f"https://example.org/story?{query}") == (
        f"https://example.org/story?{query}"
    )


@pytest.mark.parametrize(
    "url",
    ["", "example.org/a", "//example.org/a", "/a", "ftp://example.org/a", "mailto:a@example.org",
     "javascript:alert(1)", "http://", "http:///a", "http://exa mple.org/", "http://[::1",
     "http://example.org:port/", "http://example.org:99999/", "http://a..b/", "http://\ud800/",
     "https://example.org/\ud800", "http://" + "a" * 70 + ".org/", "https://e.org/" + "x" * 9000,
     "http://[::1%25eth0]/"],
)  # fmt: skip
def test_what_is_no_web_address_has_no_canonical_form(url: str) -> None:
    assert canonical_url(url) is None


pieces = st.sampled_from(
    ["a", "B", "%41", "%2e", "%2E%2e", "..", ".", "/", "//", ";", "jsessionid=1", ";jsessionid=",
     "?", "&", "amp;", "&amp;amp;", "=", "==", "+", "%2B", "%", "%zz", "%25", "%2525", "#", "ü",
     "utm_", "source", "id=3", "ref", "=rss", " ", "\t", "ﬀ", "%c3%bc", "@", ":", "[", "\\", "|"]
)  # fmt: skip


@given(st.lists(pieces, max_size=14).map("".join))
@example("/;jsession;jsessionid=1id=2")
@example("/a/..//")
@example("?amp;amp;utm_source=x&amp;=")
def test_canonical_urls_are_their_own_canonical_form(rest: str) -> None:
    once = canonical_url("https://Example.org" + rest)
    if once is not None:
        assert canonical_url(once) == once
        assert once.isascii()
        assert " " not in once


@given(st.text(max_size=60))
def test_any_string_has_a_canonical_form_or_none(url: str) -> None:
    for candidate in (url, "http://" + url, "https://example.org/" + url):
        once = canonical_url(candidate)
        assert once is None or canonical_url(once) == once


def test_the_id_made_of_a_url_is_the_same_for_http_and_https() -> None:
    assert url_id("http://example.org/a") == url_id("https://example.org/a")
    assert url_id("http://example.org/a") != url_id("http://example.org/b")
    assert url_id("https://example.org/a").startswith("url-")
