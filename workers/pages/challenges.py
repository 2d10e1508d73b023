"""Pages that ask whether a person or a program reads them, in the place of what was asked for.

Judged by what only such pages set or load, and by how little else there is to read: sites that are
guarded load some of it with every article too, and those with comments load captchas. So a page
that says that it is an article is none, however short.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workers.pages.markup import tagless, without_scripts

STATUSES = (401, 403, 405, 429, 503)
"""With which guards answer whom they do not know; some answer 200 or 202."""
REACH = 200_000
"""Characters in which the marks stand."""
_LITTLE = 1_500
"""Characters of text, without white space, of a page that has a guard's own marks."""
_LEAST = 400
"""The same of one that has no more than a captcha."""
_GUARD = (
    *("_cf_chl_opt", "cf-chl-", "/cdn-cgi/challenge-platform/h/", "cf-challenge"),
    *("captcha-delivery.com", "_incapsula_resource", "px-captcha", "/captcha/captcha.js?a=c"),
    *("awswaf", "sucuri_cloudproxy_js", "within.website/x/cmd/anubis", "anubis_challenge"),
    *("ddos-guard/js-challenge", "/.well-known/ddos-guard", "kpsdk", "/_sec/cp_challenge"),
    *("bm-verify", "/showcaptcha", "smartcaptcha", "/vercel/security/", "__vercel_challenge"),
    *("/_fs-ch-", "/tspd/"),
)
"""What the pages of Cloudflare, DataDome, Imperva, Human, AWS, Sucuri, Anubis, DDoS-Guard, Kasada,
Akamai, Yandex, Vercel, Fastly and F5 are made of, in lower case."""
_CAPTCHA = (
    *("hcaptcha.com/", "google.com/recaptcha", "recaptcha.net/", "g-recaptcha", "h-captcha"),
    *("challenges.cloudflare.com/turnstile", "friendlycaptcha", "geetest", "altcha", "mtcaptcha"),
)
_ARTICLE = re.compile(
    r"<article\b|\"articlebody\"\s*:|\"@type\"\s*:\s*\[?\s*\"[a-z]{0,30}(?:article|posting)\""
    r"|<meta\b(?=[^<>]{0,500}og:type)[^<>]{0,500}=\s*[\"']?article\b"
)
"""How pages declare articles: an element, JSON-LD, Open Graph; in lower case."""
_DENSE = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
"""Letters of scripts that need a third of the characters for a word."""
_SAID = {
    "cf-mitigated": re.compile(r"challenge|block", re.IGNORECASE),
    "x-amzn-waf-action": re.compile(r"challenge|captcha", re.IGNORECASE),
    "x-vercel-mitigated": re.compile(r"challenge|deny", re.IGNORECASE),
}
"""Headers by which a guard says that it has put itself in the answer's place."""
_GUARDS = ("x-datadome", "x-dd-b", "x-sucuri-block", "x-kpsdk-ct", "x-iinfo")
"""Headers of guards, which mean it where the status refuses as well."""


def challenged(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer's head says that a guard gave it; names of ``headers`` in lower case."""
    if any(name in headers and said.search(headers[name]) for name, said in _SAID.items()):
        return True
    return status in STATUSES and any(name in headers for name in _GUARDS)


def is_challenge(html: str) -> bool:
    """Whether a page is a guard's."""
    # One by one: a pattern of them all takes thirty times as long.
    head = html[:REACH].lower()
    guard = any(mark in head for mark in _GUARD)
    if not guard and not any(mark in head for mark in _CAPTCHA):
        return False
    if _ARTICLE.search(head):
        return False
    text = tagless(without_scripts(html[: 2 * REACH]))
    weight = len("".join(text.split())) + 2 * len(_DENSE.findall(text))
    return weight < (_LITTLE if guard else _LEAST)
