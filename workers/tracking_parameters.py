"""Which URL parameters say how a reader came, and not which article this is.

Classes by name, and by name with value where the name alone is ambiguous. When in doubt a
parameter stays: a tracking parameter too many makes a copy that the content still betrays; one
that named the article would merge two articles.
"""

from __future__ import annotations

import re

_BY_NAME = re.compile(
    r"""
      # campaign tagging of the analytics suites
      (?:utm|itm|mtm|piwik|matomo|hsa|vero|oly|mkt|stm|trk|guce|bsft|sfmc)_[\w.-]+
    | [a-z]{2}_(?:campaign|medium|m?channel|source|term|keyword|kwd|linkname|placement|adgroup
        |creative|custom\d*|mc|zmc|cid|eid|ref|action_\w+)
    | utm | wt\.\w+ | _openstat | mkt_tok | guccounter | gaa_\w+
      # identifiers of one click, one recipient or one share
    | [a-z_]{1,8}(?:clid|clkid|clickid|clsrc) | [a-z]braid | igshid | igsh | srsltid | epik
    | s_kwcid | ef_id | dm_i | _?hsenc | _?hsmi | __s | __twitter_impression | _ga | _gl | _ke
    | xtor | smid | smtyp | ocid | icid | ncid | intcid | mbid | wtrid | cndid | taid
    | spm | scm | cmpid | cmp | campaign | campaign_?id | campaign_?name
      # the page that the link stood on
    | ref | ref_?src | ref_?url | referr?er | sref | partner_?ref
      # sessions
    | (?:php|j|asp(?:\.net_)?)?_?session_?id\w* | phpsessid | jsessionid | aspsessionid\w* | cfid
    | cftoken | sessid
      # switches of the browser page
    | fb_comment_id | share_?id | shared | share_?type | share_?source | autoplay | print_?preview
    """,
    re.VERBOSE,
)
_AMBIGUOUS = re.compile(
    "source|src|from|via|share|medium|channel|origin|feature|cid|kanal|quelle|fuente|origen|ito"
)
_CHANNEL = re.compile(
    r"""(?:.*[^a-z])?
    (?:rss\d*|atom|feeds?|feedburner|facebook|fb|twitter|x|tw|t\.co|instagram|ig|linkedin|whatsapp
      |wa|telegram|tg|reddit|pinterest|tumblr|vk|line|weibo|wechat|viber|messenger|threads|bluesky
      |mastodon|social|sns|google|gnews|bing|yahoo|msn|flipboard|apple_?news|smartnews|pocket
      |newsletter|nl|e?-?mail|push|notification|sms|share|share_?button|homepage|home|widget|app
      |android|ios|mobile|amp|desktop)
    (?:[^a-z].*)?""",
    re.VERBOSE,
)


def is_tracking(name: str, value: str) -> bool:
    """Whether a parameter (name and value decoded, in lower case) can be dropped."""
    if _BY_NAME.fullmatch(name):
        return True
    return bool(_AMBIGUOUS.fullmatch(name) and _CHANNEL.fullmatch(value))
