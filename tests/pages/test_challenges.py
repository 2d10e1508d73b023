"""Pages that ask whether a person reads them, and pages that only look a little like them."""

from __future__ import annotations

import pytest

from workers.pages.challenges import challenged, is_challenge

STORY = "<p>" + "The ferry runs again since Monday, and the harbour is full. " * 40 + "</p>"
NOTE = "<noscript>Please switch scripts on.</noscript><p>One moment, please.</p>"
MARKS = [
    "<script>window._cf_chl_opt = {cZone: 'paper.example'};</script>",
    '<div id="cf-challenge-running"></div>',
    '<script src="https://ct.captcha-delivery.com/c.js"></script>',
    '<iframe src="/_Incapsula_Resource?SWUDNSAI=31&xinfo=9"></iframe>',
    '<div id="px-captcha"></div>',
    '<script src="https://x.token.awswaf.com/x/challenge.js"></script>',
    '<script id="anubis_challenge" type="application/json">{"difficulty": 4}</script>',
    '<script src="/.well-known/ddos-guard/js-challenge/index.js"></script>',
    '<script>sucuri_cloudproxy_js = 1;</script>',
    '<form action="/showcaptcha?k=1"></form>',
    '<script src="/TSPD/0811?type=9"></script>',
]  # fmt: skip
CAPTCHAS = [
    '<div class="h-captcha" data-sitekey="1"></div>',
    '<script src="https://www.google.com/recaptcha/api.js"></script>',
    '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script>',
]


def page(mark: str, text: str) -> str:
    return f"<html><head><title>…</title></head><body>{mark}{text}</body></html>"


@pytest.mark.parametrize("mark", MARKS + CAPTCHAS)
def test_a_page_with_a_guard_and_little_else_is_a_challenge(mark: str) -> None:
    assert is_challenge(page(mark, NOTE))


@pytest.mark.parametrize("mark", MARKS + CAPTCHAS)
def test_an_article_on_a_guarded_site_is_none(mark: str) -> None:
    assert not is_challenge(page(mark, STORY))


BRIEFS = {
    "element": "<article><p>The ferry runs again.</p></article>",
    "JSON-LD": '<script type="application/ld+json">{"@type": ["NewsArticle"]}</script><p>It runs.',
    "Open Graph": "<meta content='article' property='og:type'><p>The ferry runs again.</p>",
    "dense script": f"<p>{'渡轮自星期一起恢复运行，港口客满。' * 32}</p>",
}


@pytest.mark.parametrize("brief", BRIEFS.values(), ids=BRIEFS)
@pytest.mark.parametrize("mark", MARKS + CAPTCHAS)
def test_a_brief_on_a_guarded_site_is_none(mark: str, brief: str) -> None:
    assert not is_challenge(page(mark, brief))


def test_a_short_page_without_a_guard_is_none() -> None:
    assert not is_challenge(page("", NOTE))
    detection = "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"
    assert not is_challenge(page(detection, "<p>The ferry runs again.</p>"))


@pytest.mark.parametrize(
    ("status", "headers", "is_one"),
    [
        (403, {"cf-mitigated": "challenge"}, True),
        (200, {"cf-mitigated": "challenge"}, True),
        (202, {"x-amzn-waf-action": "challenge"}, True),
        (405, {"x-amzn-waf-action": "captcha"}, True),
        (403, {"x-datadome": "protected"}, True),
        (200, {"x-datadome": "protected"}, False),
        (403, {"server": "cloudflare"}, False),
        (404, {"x-datadome": "protected"}, False),
        (200, {}, False),
    ],
)
def test_what_the_head_of_an_answer_says(
    status: int, headers: dict[str, str], is_one: bool
) -> None:
    assert challenged(status, headers) == is_one
