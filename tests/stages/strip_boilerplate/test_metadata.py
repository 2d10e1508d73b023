"""What pages say about themselves, and in which of their parts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from trafilatura.utils import load_html

from workers.stages.strip_boilerplate.metadata import Metadata, page_metadata
from workers.stages.strip_boilerplate.metadata.json_ld import metadata_in_json_ld
from workers.stages.strip_boilerplate.metadata.own_article import OwnPage

URL = "https://post.example/2024/bridge"


def metadata(
    head: str = "", body: str = "<p>Text</p>", url: str | None = URL, **root: str
) -> Metadata:
    attributes = "".join(f' {name}="{value}"' for name, value in root.items())
    return page_metadata(
        load_html(f"<html{attributes}><head>{head}</head><body>{body}</body></html>"), url
    )


def json_ld(*objects: dict[str, Any]) -> str:
    return "".join(
        f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in objects
    )


def said(found: Metadata) -> dict[str, tuple[Any, str]]:
    """Values and places of the fields that are there."""
    return {name: (one.value, one.where) for name, one in vars(found).items() if one}


ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Bridge &amp; harbour\n to be <b>rebuilt</b>",
    "author": [{"@type": "Person", "name": "Ida Lund"}, {"@id": "#per"}, "https://post.example/me"],
    "datePublished": "2024-03-04T23:00:00-05:00",
    "dateModified": "2024-03-06",
    "publisher": {"@type": "Organization", "name": "Lindholm Post"},
    "inLanguage": {"@type": "Language", "name": "sv_se"},
    "image": [{"@type": "ImageObject", "url": "/images/bridge.jpg"}],
    "mainEntityOfPage": {"@type": "WebPage", "@id": URL},
}


def test_json_ld_says_all() -> None:
    graph = {"@graph": [{"@type": "WebSite", "name": "W"}, ARTICLE, {"@id": "#per", "name": "Per"}]}
    assert said(metadata(json_ld(graph))) == {
        "headline": ("Bridge & harbour to be rebuilt", "json-ld"),
        "authors": (("Ida Lund", "Per"), "json-ld"),
        "published_at": ("2024-03-05T04:00:00.000Z", "json-ld"),
        "modified_at": ("2024-03-06T00:00:00.000Z", "json-ld"),
        "canonical_url": (URL, "json-ld"),
        "source": ("Lindholm Post", "json-ld"),
        "language": ("sv-SE", "json-ld"),
        "image": ("https://post.example/images/bridge.jpg", "json-ld"),
    }


META = (
    '<meta property="og:title" content="Bridge to be rebuilt | Lindholm Post">'
    '<meta property="og:site_name" content="Lindholm Post">'
    '<meta name="author" content="Ida Lund; Per Holm | ida lund">'
    '<meta property="article:author" content="https://social.example/ida">'
    '<meta property="og:locale" content="nb_NO">'
    '<meta property="og:image" content="//images.example/b.jpg">'
    '<meta property="og:url" content="https://post.example/meta">'
    '<meta property="article:published_time" content="2024-03-05T08:30:00+0200">'
    '<meta itemprop="dateModified" content="Wed, 06 Mar 2024 10:00:00 GMT">'
)


def test_meta_elements_say_all() -> None:
    assert said(metadata(META)) == {
        "headline": ("Bridge to be rebuilt", "meta"),
        "authors": (("Ida Lund", "Per Holm"), "meta"),
        "published_at": ("2024-03-05T06:30:00.000Z", "meta"),
        "modified_at": ("2024-03-06T10:00:00.000Z", "meta"),
        "canonical_url": ("https://post.example/meta", "meta"),
        "source": ("Lindholm Post", "meta"),
        "language": ("nb-NO", "meta"),
        "image": ("https://images.example/b.jpg", "meta"),
    }


MICRODATA = (
    '<div itemscope itemtype="https://schema.org/NewsArticle">'
    '<h1 itemprop="headline">Bridge <em>rebuilt</em></h1>'
    '<span itemprop="author" itemscope itemtype="https://schema.org/Person">By '
    '<b itemprop="name">Ida Lund</b> <i itemprop="jobTitle">editor</i></span>'
    '<time itemprop="datePublished" datetime="2024-03-05T08:30:00Z">5 March</time>'
    '<figure itemprop="image" itemscope itemtype="https://schema.org/ImageObject">'
    '<img src="/b.jpg"><span itemprop="author">A photographer</span></figure>'
    '<div itemprop="publisher" itemscope><meta itemprop="name" content="Lindholm Post"></div>'
    '<div itemscope itemtype="https://schema.org/Person"><b itemprop="author">Other</b></div></div>'
)


def test_microdata_says_all_and_what_is_within_other_items_is_theirs() -> None:
    assert said(metadata(body=MICRODATA)) == {
        "headline": ("Bridge rebuilt", "microdata"),
        "authors": (("Ida Lund",), "microdata"),
        "published_at": ("2024-03-05T08:30:00.000Z", "microdata"),
        "source": ("Lindholm Post", "microdata"),
        "image": ("https://post.example/b.jpg", "microdata"),
    }


def test_other_elements_say_some() -> None:
    head = '<link rel="canonical" href="/bridge"><link rel="image_src" href="/b.jpg">'
    body = '<time pubdate datetime="2024-03-05">5 March</time>'
    found = said(metadata(head, body, lang="pt-br"))
    assert found == {
        "canonical_url": ("https://post.example/bridge", "html"),
        "image": ("https://post.example/b.jpg", "html"),
        "language": ("pt-BR", "html"),
        "published_at": ("2024-03-05T00:00:00.000Z", "html"),
    }


def test_the_language_of_xhtml_is_one_too() -> None:
    assert said(metadata(**{"xml:lang": "fr-CA"}))["language"] == ("fr-CA", "html")
    assert said(metadata(lang="de", **{"xml:lang": "fr"}))["language"] == ("de", "html")


def test_each_field_is_taken_from_the_best_source_that_says_it() -> None:
    partly = {
        "@type": "Article",
        "headline": "From JSON-LD",
        "mainEntityOfPage": "https://x.example/y",
    }
    head = json_ld(partly) + META + '<link rel="canonical" href="https://post.example/link">'
    found = said(metadata(head, MICRODATA, lang="de"))
    assert {name: where for name, (_, where) in found.items()} == {
        "headline": "json-ld",
        "authors": "microdata",
        "published_at": "microdata",
        "modified_at": "meta",
        "canonical_url": "html",
        "source": "microdata",
        "language": "meta",
        "image": "microdata",
    }


def test_what_nothing_declares_is_guessed_and_says_so() -> None:
    head = "<title>Bridge to be rebuilt - Lindholm Post</title>"
    body = '<h1>Bridge to be rebuilt</h1><p class="author">Ida Lund</p><p>2024-03-05</p><p>Text</p>'
    found = metadata(head, body)
    assert found.headline is not None
    assert (found.headline.value, found.headline.where) == ("Bridge to be rebuilt", "guess")
    assert found.authors is not None
    assert found.authors.where == "guess"


@pytest.mark.parametrize("date", ["yesterday", "0000-00-00", "", "2024-13-45T99:00"])
def test_a_date_that_is_none_leaves_the_place_to_the_next_source(date: str) -> None:
    head = json_ld({"@type": "Article", "datePublished": date}) + META
    found = metadata(head)
    assert found.published_at is not None
    assert (found.published_at.value, found.published_at.where) == (
        "2024-03-05T06:30:00.000Z",
        "meta",
    )


@pytest.mark.parametrize(
    "address",
    ["javascript:x", "https://[", "https://post.example/", "data:image/png;base64,x", "#top"],
)
def test_an_address_that_names_no_article_is_not_taken(address: str) -> None:
    assert metadata(f'<link rel="canonical" href="{address}">', url=None).canonical_url is None


@pytest.mark.parametrize(
    ("base", "url"),
    [("/2024/", URL), ("https://post.example/2024/", None), ("//post.example/2024/", URL)],
)
def test_relative_addresses_are_relative_to_the_base_element(base: str, url: str | None) -> None:
    article = json_ld({"@type": "Article", "headline": "A", "image": "ld.jpg"})
    for image in (article, '<meta property="og:image" content="ld.jpg">'):
        head = f'<base href="{base}"><link rel="canonical" href="b"><base href="/no/">{image}'
        found = said(metadata(head, url=url))
        assert found["canonical_url"] == ("https://post.example/2024/b", "html")
        assert found["image"][0] == "https://post.example/2024/ld.jpg"


@pytest.mark.parametrize("base", ["", "about:blank", "https://["])
def test_a_base_element_without_an_address_changes_nothing(base: str) -> None:
    head = f'<base href="{base}"><link rel="canonical" href="/b">'
    assert said(metadata(head))["canonical_url"] == ("https://post.example/b", "html")


@pytest.mark.parametrize("tag", ["x-default", "english", "", "e", "en-", "${locale}"])
def test_what_is_no_language_tag_is_not_taken(tag: str) -> None:
    assert metadata(f'<meta name="language" content="{tag}">').language is None


@pytest.mark.parametrize(
    "script",
    [
        "<!-- {json} -->",
        "//<![CDATA[\n{json}\n//]]>",
        "{json};",
        "\n\t {json} \n",
    ],
)
def test_json_ld_may_be_wrapped(script: str) -> None:
    wrapped = script.replace("{json}", json.dumps(ARTICLE))
    found = metadata(f'<script type="application/ld+json">{wrapped}</script>')
    assert found.source is not None
    assert found.source.where == "json-ld"


@pytest.mark.parametrize(
    "type", ["application/ld+json; charset=utf-8", "Application/LD+JSON", " application/ld+json "]
)
def test_the_type_of_json_ld_may_have_parameters(type: str) -> None:
    found = metadata(f'<script type="{type}">{json.dumps(ARTICLE)}</script>')
    assert said(found)["source"] == ("Lindholm Post", "json-ld")


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "WebSite", "name": "Post"} {json}',
        '{"@type": "WebSite", "name": "Post"},\n{json};',
        '{json}\n{"@type": "WebSite", ',
        '[{"@type": "WebSite", "name": "a, ]b",}, {json},]',
        '{"@graph": [{"name": "\\",}"}, {json} , ] , }',
    ],
)
def test_json_ld_may_have_several_values_and_commas_before_brackets(script: str) -> None:
    whole = script.replace("{json}", json.dumps(ARTICLE))
    found = said(metadata(f'<script type="application/ld+json">{whole}</script>'))
    assert found["headline"] == ("Bridge & harbour to be rebuilt", "json-ld")


@pytest.mark.parametrize(
    "script",
    ['{"a": "' + '\\"' * 200_000, "{" + ", " * 200_000 + "\\", '{"a": 1' + " " * 200_000 + ",,}"],
)
def test_long_broken_json_takes_no_long_time(script: str) -> None:
    assert metadata_in_json_ld([script], None, OwnPage()) == Metadata()


def test_authors_are_taken_out_of_their_byline() -> None:
    head = '<meta name="author" content="Von Ida Lund, Redakteurin (ida@post.example)">'
    assert said(metadata(head, lang="de"))["authors"] == (("Ida Lund",), "meta")


def test_json_ld_may_list_what_it_says() -> None:
    article = {
        "@type": "Article",
        "headline": "A",
        "image": {"url": ["https://post.example/1.jpg", "https://post.example/2.jpg"]},
        "author": {"@type": "Person", "name": ["Ida Lund", "Per Holm"]},
        "publisher": [{"name": ["Lindholm Post"]}],
    }
    found = said(metadata(json_ld(article)))
    assert found["image"] == ("https://post.example/1.jpg", "json-ld")
    assert found["authors"] == (("Ida Lund", "Per Holm"), "json-ld")
    assert found["source"] == ("Lindholm Post", "json-ld")


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[" * 100_000,
        '{"@type": ["Article", 7], "author": 7, "image": {}, "inLanguage": [null]}',
        '{"@type": "Article", "author": {"name": ["x"]}, "datePublished": {}, "url": 3}',
        '{"@type": "Article", "author": {"@id": ["x"]}, "publisher": [{"@id": {}}], "@id": []}',
        '{"@graph": [[[[[[[[{"@type": "Article", "headline": "too deep"}]]]]]]]]}',
    ],
)
def test_json_ld_that_is_broken_says_nothing_and_keeps_nothing_else_from_it(broken: str) -> None:
    found = metadata(f'<script type="application/ld+json">{broken}</script>{META}')
    assert found.headline is not None
    assert found.headline.where == "meta"


def test_control_characters_do_not_get_out() -> None:
    script = '{"@type": "Article", "headline": "b\\u0000c\\u0007 d", "author": "Ida\\u0000 Lund"}'
    found = said(metadata(f'<script type="application/ld+json">{script}</script>'))
    assert found["headline"][0] == "bc d"
    assert found["authors"][0] == ("Ida Lund",)


@pytest.mark.parametrize(
    ("publisher", "title", "expected"),
    [
        ("Lindholm Media AB", "Bridge", "Posten"),
        ("Lindholm Media Sp. z o.o.", "Bridge", "Posten"),
        ("ООО «Линдхольм»", "Bridge", "Posten"),
        ("株式会社リンド", "Bridge", "Posten"),
        ("Lindholm Media Group", "Bridge to be rebuilt | Posten", "Posten"),
        ("Lindholm Posten", "Bridge to be rebuilt | Lindholm Posten", "Lindholm Posten"),
        ("Lindholm Posten", "Bridge to be rebuilt", "Lindholm Posten"),
        (None, "Bridge", "Posten"),
    ],
)
@pytest.mark.parametrize("place", ["property", "name"])
def test_a_site_is_called_what_it_calls_itself(
    place: str, publisher: str | None, title: str, expected: str
) -> None:
    head = json_ld({"@type": "Article", "headline": "Bridge", "publisher": {"name": publisher}})
    own = f'<title>{title}</title><meta {place}="og:site_name" content="Posten">'
    assert said(metadata(head + own))["source"][0] == expected


def test_lone_surrogates_in_json_ld_do_not_get_out() -> None:
    """JSON may name them in ASCII; a record with one cannot be written."""
    broken = "Half a pair: \\ud83d"
    script = (
        f'{{"@type": "Article", "headline": "{broken}", "author": ["{broken}"],'
        f' "publisher": {{"name": "{broken}"}}, "image": "/b\\ud800.jpg", "url": "/a\\ud800"}}'
    )
    found = metadata(f'<script type="application/ld+json">{script}</script>')
    assert found.headline is not None
    assert found.headline.value == "Half a pair: ?"
    assert found.image is None
    assert found.canonical_url is None
    for said in vars(found).values():
        if said is not None:
            str(said.value).encode()
