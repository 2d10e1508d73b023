"""What the names that a page gives its elements hint at: words of ``class`` and ``id`` attributes.

Templates are written in English nearly everywhere, whatever language the articles are in, and name
their parts for what they are. A word stands for one category or more; a bit mask holds them.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS = {
    "comment": "comment comments commenting disqus discussion discussions replies reply livefyre "
    "responses talkback respond kommentar kommentare comentarios commentaires thread forum",
    "related": "related relate recirc recirculation recommend recommended recommendation "
    "recommendations readmore trending popular most mostread teaser teasers outbrain taboola "
    "upnext next suggest suggested suggestions linkbox further dontmiss onward stories linklist "
    "prev previous",
    "share": "share shares sharing social socials follow tweet facebook twitter addthis whatsapp "
    "sns sharebar sharetools tools",
    "nav": "nav navigation menu breadcrumb breadcrumbs bread crumb crumbs pagination pager toolbar "
    "masthead topbar tab tabs skip navbar submenu dropdown",
    "foot": "foot footer copyright legal disclaimer colophon imprint bottom",
    "head": "header head headline title kicker overline eyebrow topline heading",
    "byline": "byline bylines author authors contributor contributors writer bio biography profile "
    "avatar credit credits source journalist attribution autor staff creator",
    "date": "date time datetime publish published updated meta metadata stamp timestamp posted "
    "info readtime reading",
    "caption": "caption captions figure image images photo photos picture pictures gallery slide "
    "slider slideshow slides media video videos player legend img thumb thumbnail embed bild audio",
    "ad": "ad ads advert advertisement advertising sponsor sponsored dfp gpt commercial partner "
    "partners affiliate promotion anzeige promo promoted banner adslot",
    "subscribe": "newsletter newsletters subscribe subscription subscriber subscriptions signup "
    "signin login register regwall cta offer donate donation support membership email optin "
    "mailchimp registration piano abo",
    "side": "side sidebar rail aside widget widgets right secondary complementary sticky",
    "tag": "tag tags topic topics categor category categories keyword keywords label labels "
    "hashtag chip chips section sections",
    "summary": "summary lead lede intro standfirst dek subtitle subhead subheadline subline "
    "excerpt abstract description sapo chapo deck keypoints highlights takeaway takeaways "
    "subheading introduction",
    "dialog": "cookie cookies consent gdpr modal popup overlay lightbox dialog alert toast "
    "onetrust tooltip cmp",
    "hidden": "hidden visually sr screenreader offscreen invisible print",
    "quote": "quote quotes pull pullquote blockquote",
    "prose": "paragraph paragraphs text story article post entry content prose richtext rte",
    "note": "note notes correct correction corrections footnote footnotes editor editors "
    "disclosure factbox infobox fact facts box inset toc glossary ticker quiz poll survey stock "
    "rating review about",
    "list": "more also card cards list lists item items grid feed series river stream links "
    "latest carousel others listitem similar headlines",
    "body": "articlebody storybody bodycopy contentbody maincontent textbody postcontent "
    "entrycontent articlecontent articletext storycontent storytext postbody paywall prose "
    "maintext newsbody",
}

CATEGORIES = (*_WORDS, "article_body")
"""Names of the bits, the lowest first; the last is the microdata property ``articleBody``."""
BIT = {name: 1 << place for place, name in enumerate(CATEGORIES)}

_BITS_OF_WORD: dict[str, int] = {}
for _category, _words in _WORDS.items():
    for _word in _words.split():
        _BITS_OF_WORD[_word] = _BITS_OF_WORD.get(_word, 0) | BIT[_category]


def _set_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


# "article__content" and "post-body" are the body; "footer-content" is not.
_WHOLES = _set_of("article story post entry main news page wysiwyg blog text body td")
_PARTS = _set_of("body content contents text copy detail container wrapper")

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}")
_NAMES = re.compile(r'\b(?:class|id|data-testid|data-component|data-type)="([^"]+)"')
_ARTICLE_BODY = re.compile(r'itemprop="[^"]*articleBody')
_HIDDEN = re.compile(r'display: ?none|aria-hidden="true"|\bhidden(?:=|$)')
_MOST_NAMES = 24
_MOST_WORDS = 10


@lru_cache(maxsize=4_096)
def hints_of(attributes: str) -> int:
    """The mask of an element, from its attributes as the parser serialises them."""
    mask = 0
    for value in _NAMES.findall(attributes):
        for name in value.split()[:_MOST_NAMES]:
            mask |= _mask_of(name)
    if "articleBody" in attributes and _ARTICLE_BODY.search(attributes):
        mask |= BIT["article_body"]
    if ("none" in attributes or "hidden" in attributes) and _HIDDEN.search(attributes):
        mask |= BIT["hidden"]
    return mask


@lru_cache(maxsize=50_000)
def _mask_of(name: str) -> int:
    mask = 0
    after_whole = False
    for match in _WORD.findall(name)[:_MOST_WORDS]:
        word = match.lower()
        mask |= _BITS_OF_WORD.get(word, 0)
        if after_whole and word in _PARTS:
            mask |= BIT["body"]
        after_whole = word in _WHOLES
    return mask
