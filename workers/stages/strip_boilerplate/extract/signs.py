"""Signs that one block's text gives by itself, whatever is around it."""

from __future__ import annotations

import re
from math import log1p

SIGNS = (
    "characters", "words", "sentences", "commas", "ends", "marks", "marks_per_word", "digits",
    "capitals", "word_length", "opens", "in_title", "in_summary", "of_summary", "lower_start",
    "colon", "bars", "labelled", "rights", "quote", "upper", "address",
)  # fmt: skip
"""Names of what ``signs_of`` returns, in order."""

_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d")
_SENTENCE_SPACES = (". ", "! ", "? ")
_OTHER_SENTENCES = re.compile(r"[…।۔؟。！？]")
_OTHER_COMMAS = re.compile(r"[，、،；؛]")
_ENDS = frozenset('.!?。！？…।۔؟։።”"»)」』’')
_QUOTES = frozenset("\"“„«‘'—–-•")
_BARS = "|·›»/•"
_SAMPLE = 100
"""Characters whose words are looked at for capitals."""
_LONG = 300
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
_LONGEST_LABEL = 30
"""Characters before the colon of "Read also: …"."""


def signs_of(
    text: str, words: float, title: frozenset[str], summary: frozenset[str]
) -> tuple[float, ...]:
    """The signs of one block of so many words; title and summary are the page's, as word sets."""
    size = len(text)
    plain = text.isascii()
    marks = bars = digits = 0
    in_title = in_summary = of_summary = 0.0
    address = opens = labelled = rights = False
    if size < _LONG:
        found = _WORD.findall(text.lower())
        marks = sum(map(_MARKS.__contains__, found))
        opens = bool(found) and found[0] in _MARKS
        if words > text.count(" ") + 1:
            marks += len(_UNSPACED_MARKS.findall(text))
        if title:
            in_title = len(title.intersection(found)) / len(title)
        if summary:
            shared = len(summary.intersection(found))
            in_summary, of_summary = shared / len(summary), shared / words
        address = "@" in text or "http" in text or "www." in text
        rights = "©" in text or "(c)" in text
        bars = sum(map(text.count, _BARS))
        if marks and text.find(":", 0, _LONGEST_LABEL) > 0:
            labelled = any(map(_MARKS.__contains__, _WORD.findall(text.lower().split(":")[0])))
        digits = len(_DIGITS.findall(text))
    pieces = text[:_SAMPLE].split()
    commas = text.count(",") + text.count(";")
    sentences = sum(map(text.count, _SENTENCE_SPACES)) + (text[-1] in ".!?")
    if not plain:
        commas += len(_OTHER_COMMAS.findall(text))
        sentences += len(_OTHER_SENTENCES.findall(text))
    return (
        log1p(size),
        log1p(words),
        sentences,
        commas,
        text[-1] in _ENDS,
        marks,
        marks / words,
        digits / size,
        sum([piece[0].isupper() for piece in pieces]) / len(pieces),
        size / words,
        opens,
        in_title,
        in_summary,
        of_summary,
        text[0].islower(),
        text[-1] in ":：",
        bars,
        labelled,
        rights,
        text[0] in _QUOTES,
        text.isupper(),
        address,
    )
