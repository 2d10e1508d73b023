"""Signs that one block's text gives by itself, whatever is around it."""

from __future__ import annotations

import re
from math import log1p

SIGNS = (
    "characters", "words", "sentences", "commas", "ends", "marks", "marks_per_word", "digits",
    "capitals", "word_length", "opens", "in_title", "in_summary", "of_summary", "lower_start",
    "colon", "bars", "quote", "upper", "address",
)  # fmt: skip
"""Names of what ``signs_of`` returns, in order."""

_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_SENTENCE = re.compile(r"[.!?…।۔؟](?=\s|$)|[。！？]")
_COMMA = re.compile(r"[,，、،;；]")
_ENDS = frozenset('.!?。！？…।۔؟։።”"»)」』’')
_QUOTES = frozenset("\"“„«‘'—–-•")
_BARS = re.compile(r"[|·›»/•]")
_LONG = 400
"""Characters; what is longer is hardly a label, and its words are not looked up."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What pages write around articles, by class and in several languages: accounts, sharing, comments,
# pictures and their sources, "read also", advertising, rights.
_MARKS = _words(
    "cookie cookies subscribe subscribed subscription subscriber subscribers newsletter "
    "newsletters login register registered share shares sharing tweet facebook twitter whatsapp "
    "linkedin pinterest instagram telegram reddit youtube tiktok email print related "
    "recommended trending advertisement advertising advert sponsored comment comments reply "
    "copyright privacy terms follow contact click download sitemap menu skip search photo "
    "photograph image images getty reuters afp credit caption video watch listen tag tags topic "
    "topics category views reserved rights popular latest updated published posted signup "
    "correspondent reporter editor editors freelance contributed writer author loading sign "
    "free trial explore read more also most continue story below edition app support donate "
    "membership donation affiliate commission disclaimer min minutes abonnieren anmelden "
    "datenschutz impressum teilen kommentar kommentare foto fotos bild quelle anzeige lesen "
    "mehr auch redaktion autor autorin merken drucken startseite lire partager commentaires "
    "commentaire abonner abonnez publicité connexion crédit inscrire compartir suscríbete "
    "comentarios publicidad leer más fuente autora imagen boletín condividi commenti pubblicità "
    "leggi anche abbonati fonte redazione compartilhe comentários publicidade leia mais assine "
    "delen reacties advertentie lees ook meer abonneer bron dela kommentarer annons läs också "
    "prenumerera del annonse annonce les også læs udostępnij komentarze reklama czytaj też "
    "więcej źródło fot paylaş yorum yorumlar reklam oku kaynak fotoğraf abone haber bagikan "
    "komentar baca juga iklan sumber chia sẻ bình luận đọc thêm ảnh nguồn читайте подписаться "
    "подписка подписывайтесь комментарии комментарий фото реклама источник поделиться також "
    "читати підписатися коментарі реклама джерело شارك تعليق تعليقات اقرأ أيضا اشترك صورة "
    "المصدر إعلان שתף תגובות תגובה פרסומת צילום קראו שיתוף साझा टिप्पणी विज्ञापन पढ़ें स्रोत 공유 "
    "댓글 기자 무단 전재 재배포 금지 구독 사진 광고"
)
# The same where there are no spaces.
_UNSPACED_MARKS = re.compile(
    "分享|评论|評論|广告|廣告|订阅|訂閱|来源|來源|责任编辑|責任編輯|相关|相關|版权|版權|图片|圖片|"
    "シェア|コメント|広告|関連|写真|転載|会員|登録|無断|ログイン|แชร์|ความคิดเห็น|โฆษณา|อ่านเพิ่ม|ที่มา"
)
_ADDRESS = re.compile(r"@|https?:|www\.|©|\(c\)", re.IGNORECASE)


def signs_of(text: str, title: frozenset[str], summary: frozenset[str]) -> tuple[float, ...]:
    """The signs of one block; ``title`` and ``summary`` are the page's own, as sets of words."""
    size = len(text)
    words = text.count(" ") + 1
    plain = text.isascii()
    unspaced = 0 if plain else len(_UNSPACED.findall(text))
    if unspaced > size // 4:
        words += unspaced // 2
    marks = 0
    in_title = in_summary = of_summary = 0.0
    address = False
    if size < _LONG:
        found = _WORD.findall(text.lower())
        marks = sum(map(_MARKS.__contains__, found))
        if unspaced:
            marks += len(_UNSPACED_MARKS.findall(text))
        if title:
            in_title = len(title.intersection(found)) / len(title)
        if summary:
            shared = len(summary.intersection(found))
            in_summary, of_summary = shared / len(summary), shared / words
        address = _ADDRESS.search(text) is not None
    opens = size < _LONG and bool(found) and found[0] in _MARKS
    pieces = text.split() if size < _LONG else text[:_LONG].split()
    capitals = sum(1 for piece in pieces if piece[0].isupper()) / len(pieces)
    return (
        log1p(size),
        log1p(words),
        len(_SENTENCE.findall(text)),
        len(_COMMA.findall(text)),
        text[-1] in _ENDS,
        marks,
        marks / words,
        len(_DIGITS.findall(text)) / size if size < _LONG else 0.0,
        capitals,
        size / words,
        opens,
        in_title,
        in_summary,
        of_summary,
        text[0].islower(),
        text[-1] in ":：",
        len(_BARS.findall(text)),
        text[0] in _QUOTES,
        text.isupper(),
        address,
    )
