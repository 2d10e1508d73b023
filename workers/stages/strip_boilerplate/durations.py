"""Lines in which a video or audio player states its length, in many languages."""

from __future__ import annotations

import re
from functools import cache

from workers.stages.strip_boilerplate.date_words import unit_words
from workers.stages.strip_boilerplate.text_tokens import NUMBER_OR_WORD, fold

_LONGEST = 100
_CLOCK = re.compile(r"\d{1,3}[:：]\d{2}(?:[:：]\d{2})?(?!\d)")

# The recording.
_MEDIA = (
    "video vídeo videó vidéo βίντεο видео відео відэа відеозапис видеозапись вiдео فيديو ویدیو "
    "ویڈیو וידאו סרטון वीडियो विडियो ভিডিও வீடியோ వీడియో ವೀಡಿಯೊ വീഡിയോ วิดีโอ วีดีโอ កិច្ច ဗီဒီယို "
    "ვიდეო տեսանյութ 视频 視頻 影片 動画 ビデオ 동영상 비디오 영상 filmpje filmik wideo clip clipe "
    "audio áudio hanginsert ήχος ηχητικό аудио аудіо аўдыё аудиозапись аудіозапис صوت صوتي مقطع "
    "צליל אודיו ऑडियो অডিও ஆடியோ ఆడియో เสียง აუდიო 音频 音頻 音声 オーディオ 오디오 음성 podcast "
    "podcasty подкаст بودكاست פודקאסט पॉडकास्ट 播客 ポッドキャスト 팟캐스트 recording aufnahme "
    "enregistrement grabación gravação registrazione nagranie запись запис kayıt"
)
# Its length.
_LENGTH = (
    "duration length runtime running time dauer länge laufzeit durée longueur duración duração "
    "durata durada duur lengte speelduur længde varighed varaktighet längd speltid lengd kesto "
    "pituus kestus ilgums trukmė czas trwania długość délka trvání stopáž dĺžka trvanie trajanje "
    "dolžina duljina dužina траје трајање дължина времетраене траење длительность "
    "продолжительность хронометраж тривалість хронометраж працягласць διάρκεια hossz időtartam "
    "hossza kohëzgjatja süre süresi uzunluk uzunluğu muddəti müddəti davomiyligi ұзақтығы مدة مدت "
    "المدة زمن دورانیہ מש ך משך אורך अवधि समय দৈর্ঘ্য সময়কাল சமயம் నిడివి ระยะเวลา ความยาว durasi "
    "tempoh thời lượng muda iraupena hyd xəbərin ხანგრძლივობა տևողություն 时长 時長 長度 长度 時間 "
    "再生時間 再生 播放 播放时长 재생시간 재생 시간 길이"
)
# What may stand between them.
_SMALL = (
    "of the de du des la le les del della dell da do das dos der des die das van het en et e y i a "
    "und and og och ja in l d o av af ve и і й та з и на în și у до of"
)


@cache
def _label_words() -> frozenset[str]:
    return frozenset(map(fold, f"{_MEDIA} {_LENGTH}".split()))


@cache
def _other_words() -> frozenset[str]:
    return frozenset(map(fold, _SMALL.split())) | unit_words()


def is_duration(line: str) -> bool:
    """Whether the line says how long a recording is, and nothing else.

    Every word is one for a recording, for length, for a unit of time, or a small word between
    these; at least one names the recording or its length, and a time is given.
    """
    line = line.strip()
    if len(line) > _LONGEST or not line or not any(map(str.isdecimal, line[-12:])):
        return _ends_in_unit(line) and _reads_as_duration(line)
    return _reads_as_duration(line)


def _ends_in_unit(line: str) -> bool:
    return 0 < len(line) <= _LONGEST and any(map(str.isdecimal, line))


def _reads_as_duration(line: str) -> bool:
    labelled = timed = False
    number = False
    for token in NUMBER_OR_WORD.finditer(line):
        if token["number"]:
            number = True
            continue
        word = fold(token["word"])
        if word in _label_words():
            labelled = True
        elif word not in _other_words() and not _is_compound(word):
            return False
        elif number and word in unit_words():
            timed = True
        labelled = labelled or _is_compound(word)
    return labelled and (timed or _CLOCK.search(line) is not None)


def _is_compound(word: str) -> bool:
    """Whether a word is two known ones without a space: 视频时长, Videodauer."""
    known = _label_words()
    return any(word[:cut] in known and word[cut:] in known for cut in range(2, len(word) - 1))
