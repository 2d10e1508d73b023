"""Lists of feeds: TOML, OPML, addresses; and what is wrong with them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workers.feeds import subscriptions as lists
from workers.feeds.following import headers_for
from workers.feeds.subscriptions import Subscription, SubscriptionError, from_opml, from_toml

ROOT = Path(__file__).parents[2]
OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Новини</title></head><body>
  <outline text="Міста">
    <outline text="Львів">
      <outline type="rss" text="Місто" xmlUrl="https://misto.example/rss" language="uk"/>
    </outline>
    <outline type="rss" title="Courier" text="c" xmlURL="http://COURIER.example/feed"/>
  </outline>
  <outline type="link" text="no feed" url="https://other.example/"/>
  <outline type="rss" text="again" xmlUrl="https://misto.example/rss"/>
</body></opml>
"""


def test_the_list_in_the_readme_works_as_printed() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    example = text.partition("<!-- example: feeds.toml -->\n```toml\n")[2].partition("```")[0]
    first, second = from_toml(example.encode(), "feeds.toml")
    assert first == Subscription(
        "https://courier.example/rss.xml", None, "courier.example", "en", "auto", 900.0
    )
    assert second == Subscription("https://misto.example/")


def test_the_list_that_is_deployed_is_read() -> None:
    assert lists.read_subscriptions([str(ROOT / "deploy" / "feeds.toml")])


def test_the_example_of_the_documentation_is_read() -> None:
    example = (lists.__doc__ or "").partition("::\n\n")[2].partition("\nOPML")[0]
    first, second = from_toml(example.encode(), "feeds.toml")
    assert first == Subscription(
        address="https://courier.example/rss.xml",
        name="Valley Courier",
        source="courier.example",
        language="en",
        content="auto",
        every=900.0,
        headers={"Authorization": "Bearer …"},
    )
    assert second == Subscription(address="https://misto.example/")


def test_an_outline_is_a_feed_however_nested() -> None:
    assert from_opml(OPML.encode(), "a.opml") == (
        Subscription(address="https://misto.example/rss", name="Місто", language="uk"),
        Subscription(address="http://courier.example/feed", name="Courier"),
    )
    assert from_opml(OPML.encode("utf-16"), "a.opml") == from_opml(OPML.encode(), "a.opml")


def test_of_one_feed_given_twice_the_first_counts_with_what_only_the_second_says(
    tmp_path: Path,
) -> None:
    listed = tmp_path / "feeds.toml"
    listed.write_text('[[feed]]\nurl = "https://a.example/rss"\nsource = "A"\ncontent = "page"\n')
    named = [
        "https://A.example/rss#top",
        str(listed),
        "feed:https://b.example",
        "feed://c.example/x",
    ]
    assert lists.read_subscriptions(named) == (
        Subscription(address="https://a.example/rss", source="A", content="page"),
        Subscription(address="https://b.example/"),
        Subscription(address="http://c.example/x"),
    )


def test_a_list_of_addresses(tmp_path: Path) -> None:
    listed = tmp_path / "feeds.txt"
    listed.write_text("# mine\nhttps://a.example/rss\n\n https://b.example/rss \n")
    assert [one.address for one in lists.read_subscriptions([str(listed)])] == [
        "https://a.example/rss",
        "https://b.example/rss",
    ]


def test_a_password_becomes_a_header_and_is_never_shown() -> None:
    (one,) = lists.read_subscriptions(["https://desk:se%63ret@a.example/rss"])
    assert one.address == "https://a.example/rss"
    assert one.headers == {"Authorization": "Basic ZGVzazpzZWNyZXQ="}
    assert "secret" not in repr(one)
    assert "Basic" not in repr(one)
    with pytest.raises(SubscriptionError) as told:
        lists.read_subscriptions(["https://desk:secret@a.example:port/rss"])
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[[feed]\n", r"f\.toml: no TOML: .*line 1"),
        ("", r"f\.toml: no feeds; give \[\[feed\]\] tables"),
        ('feed = "https://a.example/"', "no feeds"),
        ('[[feeds]]\nurl = "x"', "nothing is called feeds"),
        ('[[feed]]\nname = "x"', r"feed 1: no url"),
        ('[[feed]]\nurl = "https://a.example/"\n[[feed]]\nurl = "a.example"', "feed 2: no address"),
        ('[[feed]]\nurl = "file:///etc/passwd"', "begins with https://"),
        ('[[feed]]\nurl = "https://a.example/"\nlang = "en"', "nothing is called lang; give url"),
        ('[[feed]]\nurl = "https://a.example/"\nlanguage = "English!"', "language is a tag"),
        ('[[feed]]\nurl = "https://a.example/"\ncontent = "all"', "one of auto, feed, page"),
        ('[[feed]]\nurl = "https://a.example/"\nevery = "often"', 'such as "90s", "15m"'),
        ('[[feed]]\nurl = "https://a.example/"\nevery = true', "every is a time"),
        ('[[feed]]\nurl = "https://a.example/"\nname = 5', "name is a text in quotes"),
        ('[[feed]]\nurl = "https://a.example/"\nheaders = {"a b" = "c"}', "'a b' is not"),
    ],
)
def test_what_is_wrong_in_a_list_is_told_with_its_place(toml: str, said: str) -> None:
    with pytest.raises(SubscriptionError, match=said) as told:
        from_toml(toml.encode(), "f.toml")
    assert str(told.value).startswith("f.toml: ")


def test_the_value_of_a_header_is_never_told() -> None:
    toml = '[[feed]]\nurl = "https://a.example/"\nheaders = {Token = "hidden\\nhidden"}'
    with pytest.raises(SubscriptionError) as told:
        from_toml(toml.encode(), "f.toml")
    assert "hidden" not in str(told.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (OPML.replace("</body>", "").encode(), r"a\.opml:\d+: ill-formed"),
        (b"<opml><body/></opml>", "no outline of it has an xmlUrl"),
        (b"<rss/>", "no OPML but <rss>; to follow a feed, give the address"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', "entities; these are refused"),
        (b"\x00\x01", "no text"),
        (
            OPML.replace("https://misto.example/rss", "misto", 1).encode(),
            r"a\.opml:5 \(“Місто”\): no address",
        ),
    ],
)
def test_what_is_wrong_in_an_opml_list_is_told(data: bytes, said: str) -> None:
    with pytest.raises(SubscriptionError, match=said):
        from_opml(data, "a.opml")


def test_a_password_in_the_text_of_an_outline_is_not_told() -> None:
    url = "https://desk:secret@a.example:port/rss"
    opml = OPML.replace("https://misto.example/rss", url, 1).replace("Місто", f"{url}?", 1)
    with pytest.raises(SubscriptionError) as told:
        from_opml(opml.encode(), "a.opml")
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("word", ["missing.toml", "news.example", "x" * 5000, "a\0b"])
def test_what_is_neither_a_file_nor_an_address_is_told(word: str) -> None:
    with pytest.raises(SubscriptionError, match=r"https://|cannot be read") as told:
        lists.read_subscriptions([word])
    assert len(str(told.value)) < 400
    assert re.search("feeds.toml|cannot be read", str(told.value))


def test_headers_of_a_subscription_do_not_go_unencrypted() -> None:
    secret = {"Authorization": "Bearer secret"}
    by_tls = Subscription(address="https://paper.example/rss", headers=secret)
    assert headers_for("https://paper.example/1", by_tls) == secret
    assert headers_for("http://paper.example/1", by_tls) == {}
    plain = Subscription(address="http://paper.example/rss", headers=secret)
    assert headers_for("http://paper.example/1", plain) == secret
