"""What a site calls itself, where its publisher is a firm of another name."""

from __future__ import annotations

from typing import Any

from lxml.etree import XPath

from workers.normalise import normalise
from workers.stages.strip_boilerplate.metadata.fields import Said, text_of
from workers.stages.strip_boilerplate.metadata.own_article import OwnPage

_OG = XPath("descendant::meta[@property='og:site_name' or @name='og:site_name']/@content")
_FORM_WORDS = (
    "ab ag asa as aps aş bv corp corporation doo ehf gmbh inc incorporated jsc kft kg kk lda "
    "limited llc llp ltd ltda mbh nv oü oy oyj pjsc plc pte pty pvt sa sarl sas sia sl slu spa "
    "spzoo srl sro tbk uab ug zrt αε ад ао еоод зао оао ооо оод пао пат прат тов"
)
_FORMS = frozenset(_FORM_WORDS.split())
"""What firms are by law, in many countries, as it ends or begins their names."""
_FORMS_UNSPACED = ("株式会社", "有限公司", "주식회사", "(주)")


def site_name(tree: Any, publisher: Said[str] | None, page: OwnPage) -> Said[str] | None:
    """The publisher as it is stated, or ``og:site_name``.

    That is often but an address or the name of a section, so that it counts where no publisher is
    stated, where that is a firm's legal name, or where the page's titles name it and not the
    publisher.
    """
    names = (text_of(name) for name in _OG(tree))
    own = next((Said(name, "meta") for name in names if name), None)
    if own is None or publisher is None:
        return own or publisher
    titled = page.is_titled(own.value) and not page.is_titled(publisher.value)
    return own if titled or _is_legal(publisher.value) else publisher


def _is_legal(name: str) -> bool:
    words = normalise(name).replace(".", "").replace("/", "").split()
    forms = _FORMS.intersection([*words[:1], *words[-1:]]) or "".join(words[-3:]) in _FORMS
    return bool(len(words) > 1 and forms) or any(form in name for form in _FORMS_UNSPACED)
