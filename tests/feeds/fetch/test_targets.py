"""What may be asked, and what of an address is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from workers.feeds.fetch.addresses import networks
from workers.feeds.fetch.rules import Rules
from workers.feeds.fetch.targets import (
    RefusedError,
    onward,
    redacted,
    target,
    with_credentials_of,
)

RULES = Rules(ports=(8080,))
PLACES = st.sampled_from(["http://", "https://", "ftp://", "//", "", "http:"])


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///etc/passwd", "only http"),
        ("ftp://news.example/rss", "only http"),
        ("gopher://news.example/", "only http"),
        ("news.example/rss", "only http"),
        ("http:///rss", "no host"),
        ("http://news.example:22/", "port 22"),
        ("http://news.example:99999/", "no address"),
        ("http://[::1/", "no address"),
        ("http://[]@", "no address"),
        ("http://news example/", "no address"),
        ("http://news.example\\@x/", "no address"),
        ("http://%31%32%37.0.0.1/", "no address"),
        ("http://" + "a.b." * 63 + "example/", "no address"),
        ("http://127.0.0.1/", "loopback"),
        ("http://2130706433/", "127.0.0.1 is loopback"),
        ("http://0177.0.0.1/", "127.0.0.1 is loopback"),
        ("http://0x7f.1/", "127.0.0.1 is loopback"),
        ("http://127.1./", "127.0.0.1 is loopback"),
        ("http://①②⑦.⓪.⓪.①/", "127.0.0.1 is loopback"),
        ("http://[::1]/", "loopback"),
        ("http://[::ffff:127.0.0.1]/", "mapped"),
        ("http://[64:ff9b::7f00:1]/", "NAT64"),
        ("http://[fe80::1%25eth0]/", "network interface"),
        ("http://[fe80::1%eth0]/", "network interface"),
        ("http://169.254.169.254/latest/meta-data/", "link-local"),
        ("http://1.2.3.4.5/", "no address"),
        ("http://" + "a" * 64 + ".example/", "no address"),
        ("http://news..example/", "no address"),
        ("http://an%3Ana:geheim@news.example/", "no address"),
        ("", "only http"),
    ],
)
def test_what_is_not_asked_is_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        target(url, RULES)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://news.example", "http://news.example/"),
        ("http://news.example?a=%2B+", "http://news.example/?a=%2B+"),
        ("HTTPS://News.Example:443/Rss?a=b#part", "https://news.example/Rss?a=b"),
        ("http://news.example:8080/", "http://news.example:8080/"),
        ("https://news.example:80/", "https://news.example:80/"),
        ("http://zeitung_1.example./", "http://zeitung_1.example./"),
        ("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4"),
        ("http://134744072/", "http://8.8.8.8/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
    ],
)
def test_what_is_asked_is_asked_in_one_spelling(url: str, asked: str) -> None:
    assert target(url, RULES).shown == asked


def test_an_allowed_network_and_only_it() -> None:
    rules = Rules(networks=networks(["10.1.0.0/16"]))
    assert target("http://10.1.2.3/", rules).shown == "http://10.1.2.3/"
    with pytest.raises(RefusedError, match="private"):
        target("http://10.2.0.1/", rules)


def test_turns_are_by_host() -> None:
    hosts = {
        target(url, RULES).host
        for url in ("http://news.example/", "https://www.NEWS.example.:8080/x")
    }
    assert hosts == {"news.example"}
    assert target("http://blog.news.example/", RULES).host == "blog.news.example"


def test_credentials_are_for_their_origin_and_shown_nowhere() -> None:
    it = target("https://anna:geheim@news.example/rss", RULES)
    assert it.credentials is not None
    assert (it.credentials.user, it.credentials.password) == ("anna", "geheim")
    assert it.credentials.origin == it.origin == "https://news.example"
    assert "geheim" not in repr(it) + it.shown + str(it.url)
    assert "anna" not in repr(it) + it.shown


def test_a_redirect_brings_no_credentials_of_its_own() -> None:
    at = target("https://anna:geheim@news.example/rss", RULES)
    on = onward(at, "https://bert:auch@other.example/", RULES)
    assert on.shown == "https://other.example/"
    assert on.credentials == at.credentials
    assert on.credentials is not None
    assert on.credentials.origin != on.origin


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("/b?c=d", "http://news.example/b?c=d"),
        ("b", "http://news.example/a/b"),
        ("//other.example/x", "http://other.example/x"),
        ("  https://other.example/ ", "https://other.example/"),
        ("/ä".encode().decode("utf-8", "surrogateescape"), "http://news.example/%C3%A4"),
        (b"/caf\xe9".decode("utf-8", "surrogateescape"), "http://news.example/caf%C3%A9"),
    ],
)
def test_a_redirect_leads_where_it_says(location: str, leads: str) -> None:
    assert onward(target("http://news.example/a/", RULES), location, RULES).shown == leads


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "http://10.0.0.1/",
        "http://news.example:25/",
        "http://[",
        "http://[]@",
        "//[]@/x",
        "data:,x",
    ],
)
def test_a_redirect_to_where_nobody_asks_is_refused(location: str) -> None:
    with pytest.raises(RefusedError, match="leads"):
        onward(target("http://news.example/a/", RULES), location, RULES)


def test_an_address_that_moved_keeps_its_credentials_at_home_only() -> None:
    old = "https://anna:ge%40heim@news.example/rss"
    new = with_credentials_of("https://news.example/atom", old)
    assert URL(new).password == "ge@heim"
    for other in ("https://other.example/atom", "http://news.example/atom"):
        assert with_credentials_of(other, old) == other


@given(PLACES, st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_given_is_a_target_or_refused_and_no_password_is_shown(
    scheme: str, user: str, rest: str
) -> None:
    secret = "s3cr3t-pass"
    url = f"{scheme}{user}:{secret}@{rest}"
    try:
        it = target(url, RULES)
        said = repr(it) + it.shown if it.credentials else ""
    except RefusedError as error:
        said = str(error)
    # After a slash or question mark it is no password but a path.
    if not set("/?#\\") & set(user):
        assert secret not in said
    assert "\n" not in redacted(url)
    assert len(redacted(url)) <= 301
