"""Lines that say how long a recording is, or how long the text takes to read, in many languages."""

from __future__ import annotations

import re
from functools import cache

from workers.stages.strip_boilerplate.date_words import unit_words
from workers.stages.strip_boilerplate.text_tokens import DIGIT, NUMBER_OR_WORD, fold

_LONGEST = 100
_CLOCK = re.compile(r"\d{1,3}[:：]\d{2}(?:[:：]\d{2})?(?!\d)")

# The recording.
_MEDIA = (
    "video vídeo videó vidéo βίντεο видео відео відэа видеозапись відеозапис فيديو ویدیو ویڈیو "
    "וידאו סרטון वीडियो विडियो ভিডিও வீடியோ వీడియో ವೀಡಿಯೊ വീഡിയോ วิดีโอ วีดีโอ ဗီဒီယို ვიდეო "
    "տեսանյութ 视频 視頻 影片 動画 ビデオ 동영상 비디오 영상 filmpje filmik clip audio áudio "
    "wideo hanganyag ηχητικό аудио аудіо аўдыё аудиозапись аудіозапис صوت صوتي אודיו ऑडियो অডিও "
    "ஆடியோ ఆడియో เสียง აუდიო 音频 音頻 音声 オーディオ 오디오 음성 podcast подкаст بودكاست פודקאסט "
    "पॉडकास्ट 播客 ポッドキャスト 팟캐스트 recording aufnahme enregistrement grabación gravação "
    "registrazione nagranie запись запис"
)
# Its length.
_LENGTH = (
    "duration length runtime dauer länge laufzeit durée longueur duración duração durata durada "
    "duur lengte speelduur længde varighed varighet varaktighet längd speltid lengd kesto pituus "
    "kestus ilgums trukmė czas trwania długość délka trvání stopáž dĺžka trvanie trajanje dolžina "
    "duljina dužina трајање дължина времетраене траење длительность продолжительность "
    "хронометраж тривалість працягласць διάρκεια hossz időtartam hossza kohëzgjatja süre süresi "
    "uzunluğu müddəti davomiyligi ұзақтығы مدة مدت دورانیہ משך אורך अवधि সময়কাল నిడివి ระยะเวลา "
    "ความยาว durasi tempoh iraupena ხანგრძლივობა տևողություն 时长 時長 長度 长度 再生時間 播放 "
    "재생시간 재생 길이"
)
# The time that the text takes to read.
_READING = (
    "read reading lesezeit lesedauer lecture lectura leitura lettura leestijd läsning lästid "
    "lesetid læsetid lukuaika lugemine czytania czytanie čtení čítania čitanja čitanje branja "
    "olvasás olvasási lectură citire чтения чтение читання четене читања ανάγνωση ανάγνωσης "
    "okuma oxuma lexim baca membaca đọc قراءة القراءة مطالعه קריאה पढ़ने 阅读 閱讀 읽기 読む"
)
# What may stand between them.
_SMALL = (
    "of the de du des la le les del della dell da do das dos der die van het en et e y i a und and "
    "og och ja in l d av af ve и й та на time tiempo temps tempo zeit tijd tid czas czasu время "
    "час"
)


@cache
def _label_words() -> frozenset[str]:
    return frozenset(map(fold, f"{_MEDIA} {_LENGTH} {_READING}".split()))


@cache
def _small_words() -> frozenset[str]:
    return frozenset(map(fold, _SMALL.split()))


def is_duration(line: str) -> bool:
    """Whether the line says how long a recording or the reading is, and nothing else.

    Every word is one for a recording, for length, for reading, for a unit of time, or a small word
    between these; at least one names what is measured, and a time is given.
    """
    line = line.strip()
    if not 0 < len(line) <= _LONGEST or not DIGIT.search(line):
        return False
    labelled = timed = numbered = False
    for token in NUMBER_OR_WORD.finditer(line):
        if token["number"]:
            numbered = True
            continue
        word = fold(token["word"])
        if _is_label(word):
            labelled = True
        elif word in unit_words():
            timed = timed or numbered
        elif word not in _small_words():
            return False
    return labelled and (timed or _CLOCK.search(line) is not None)


def _is_label(word: str) -> bool:
    """A known label, with the Arabic article too, or two written together: 视频时长, Videodauer."""
    known = _label_words()
    word = word.removeprefix("ال")
    return word in known or any(
        word[:cut] in known and word[cut:] in known for cut in range(2, len(word) - 1)
    )
