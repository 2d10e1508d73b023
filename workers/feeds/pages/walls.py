"""What stands in an article's place: a paywall, or a page that asks for consent.

Judged by classes of evidence: what the page says of its own access, where a redirect led, the
frameworks that ask, and how much text there is besides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from resiliparse.extract.html2text import extract_plain_text

from workers.feeds.pages.fullness import weight
from workers.pages.embedded import embedded_article, prose_in
from workers.pages.markup import (
    can_be_parsed,
    tagless,
    with_empty_elements_closed,
    without_scripts,
)
from workers.pages.stated import stated_in

Wall = Literal["paywall", "consent"]

WHOLE = 3_000
"""Weight of a text that is an article whatever the page says of its access."""
_TEASER = 1_500
"""Weight up to which an element named for a paywall counts."""
_NOTICE = 6_000
"""Weight up to which a page may be nothing but a notice: lists of partners are long."""
_SHARE = 0.5
"""Share of the text in lines that speak of consent."""
_HEAD = 300_000
"""Characters in which a page says such things."""
_ACCESS = re.compile(r'"isAccessibleForFree"\s*:\s*"?(?:https?://schema\.org/)?(true|false)', re.I)
_META = re.compile(r"<meta\b[^>]{0,1000}>", re.IGNORECASE)
_TIER = re.compile(r"\b(?:article:content_tier|content_tier|lp:type)\b", re.IGNORECASE)
_TIERS = re.compile(
    r"\bcontent\s*=\s*[\"']?\s*(locked|metered|premium|paid|subscription)\b", re.IGNORECASE
)
_GATE = re.compile(
    r"\b(?:class|id)\s*=\s*[\"']?[^\"'<>]{0,200}?(?<![a-z])"
    r"(?:pay-?wall|reg-?wall|subscriber-?only|paid-?content|premium-?(?:gate|wall)|metered-?wall"
    r"|piano-?offer|tp-container|poool-widget|article-?locked)(?![a-z])",
    re.IGNORECASE,
)
_FRAMEWORK = re.compile(
    r"\bonetrust-|\bsp_message_|\bdidomi-|\bqc-cmp2?-|\busercentrics-|\bCybotCookiebot"
    r"|\bfc-consent|\btruste-|\bcmpbox|\biubenda-cs|\btarteaucitron|__tcfapi|__cmp\b|\bcmp-root"
    r"|\bconsentmanager|\bcookie-?wall|\bconsent-(?:page|overlay|wall|form|root)\b",
    re.IGNORECASE,
)
"""Root elements and programming interfaces of the platforms that ask for consent."""
_CONSENT_HOST = re.compile(
    r"(?:my)?(?:consents?|cookies?|privacy)(?:-?(?:wall|gate|center|manager))?"
    r"|gdpr|dsgvo|rgpd|lgpd|cmp|guce",
    re.IGNORECASE,
)
"""A label of a host that does nothing but ask."""
_CONSENT_STEP = re.compile(
    r"(?:collect|give|get)?-?consents?(?:-?(?:wall|gate|page|form))?"
    r"|(?:cookie|privacy|gdpr|tracking)s?[-_]?(?:wall|gate|consents?|choices|settings)",
    re.IGNORECASE,
)
"""A whole segment of a path that does so on a site's own host; an article may have such words."""
_CONSENT_WORD = re.compile(
    r"""
      # the borrowed word for a cookie, and where languages have one of their own
      cookie | kolači[ćc] | ciasteczk | piškot | sütik | slapuk | sīkdat | küpsis | eväste | çerez
    | biscott | vafrakök | informasjonskapsl | кук[иі] | クッキー | 쿠키 | 餅乾 | 饼干 | คุกกี้
    | कुकी | কুকি | குக்கீ | ملفات\s+تعريف | کوکی | עוגיות
      # consent
    | consent | consenso | zustimm | einwillig | toestemm | samtyck | samtykk | suostum | zgod[aąęy]
    | s[úo]uhlas | privola | hozzájárul | consimțăm | συγκατάθεσ | συναίνεσ | соглас[иі] | згод[аиу]
    | съгласи | сагласн | açık\s+rıza | persetujuan | 同意 | 동의 | ยินยอม | सहमति | সম্মতি | موافق
    | رضایت | הסכמ
      # privacy, and the laws by their initials
    | privacy | privacid | confidentialit | datenschutz | tietosuoj | prywatnoś | soukrom | súkrom
    | απόρρητ | конфіденц | конфиденц | gizlilik | privasi | プライバシー | 개인정보 | 隐私 | 隱私
    | الخصوصية | \b(?:gdpr|dsgvo|rgpd|lgpd|avg-wet|tcf|iab)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What notices speak of, in some forty languages."""


@dataclass(frozen=True)
class Seen:
    """A page as far as its walls go."""

    wall: Wall | None
    weight: int
    """How much prose of an article it has."""


def seen(html: str, *, url: str, asked: str, title: str | None) -> Seen:
    """Judge a page that came from ``url`` when ``asked`` was; ``title`` is the article's."""
    markup = without_scripts(with_empty_elements_closed(html))
    text = _main(markup)
    stated = stated_in(html)
    body = max(text, stated.body, key=weight)
    if weight(body) < _TEASER and (drawn := embedded_article(html)).sure:
        body = max(body, drawn.text, key=weight)
    size = weight(body)
    if _asks(markup, html, text, url, asked, title):
        return Seen("consent", 0)
    if size < WHOLE and _pays(html, markup, size):
        return Seen("paywall", size)
    return Seen(None, size)


def _main(markup: str) -> str:
    if not can_be_parsed(markup):
        return tagless(markup)
    main = str(extract_plain_text(markup, main_content=True))
    return main if prose_in(main.split("\n")) else str(extract_plain_text(markup))


def _pays(html: str, markup: str, size: int) -> bool:
    """Whether the page says that its article is not free, or shows a gate and little else."""
    said = {access.lower() for access in _ACCESS.findall(html)}
    if said == {"false"}:
        return True
    head = html[:_HEAD]
    tiers = [_TIERS.search(meta) for meta in _META.findall(head) if _TIER.search(meta)]
    if any(tier for tier in tiers):
        return True
    return "true" not in said and size < _TEASER and _GATE.search(markup, 0, _HEAD) is not None


def _asks(markup: str, html: str, text: str, url: str, asked: str, title: str | None) -> bool:
    """Whether the page is a notice that asks for consent, and nothing else.

    The page's own title does not count: notices are put in an article's place with all its head.
    """
    if _led_away(url, asked):
        return True
    size = weight(text)
    if not 0 < size <= _NOTICE:
        return False
    of_consent = sum(weight(line) for line in text.split("\n") if _CONSENT_WORD.search(line))
    if of_consent < _SHARE * size:
        return False
    if title is None:  # an article on the subject has such words too
        return size <= _TEASER and _FRAMEWORK.search(html) is not None
    return not _about(title, tagless(markup)[:_NOTICE])


def _led_away(url: str, asked: str) -> bool:
    """Whether a redirect led to a place that is named for consent."""
    try:
        to, of = urlsplit(url), urlsplit(asked)
    except ValueError:
        return False
    last = of.path.rstrip("/").rpartition("/")[2]
    if last and last in to.path:
        return False  # it is the article's own address in another form
    return _is_for_consent(to) and not _is_for_consent(of)


def _is_for_consent(parts: SplitResult) -> bool:
    hosts = (parts.hostname or "").split(".")[:-1]
    return any(map(_CONSENT_HOST.fullmatch, hosts)) or any(
        map(_CONSENT_STEP.fullmatch, parts.path.split("/"))
    )


def _about(title: str | None, said: str) -> bool:
    """Whether a page has most words of the article's title."""
    words = set(re.findall(r"\w{2,}", (title or "").casefold()))
    said = said.casefold()
    return bool(words) and sum(word in said for word in words) > 0.6 * len(words)
