"""The words of dates in many languages, looked up by phrase."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

DateWord = Literal["month", "weekday", "relative_day", "connector", "after_clock"]

_FILE = Path(__file__).with_name("date_words.json")

# What news sites put between the parts of a date, or after a clock time, beyond CLDR's patterns.
_CONNECTORS = (
    "at on by of um am den der le la el los las de del à a alle ob om kl klo kello u o в о об у г "
    "год года году року рік от від на saat saati ora pukul pada jam lúc ngày tháng năm σε στις στη "
    "ώρα st nd rd th та 年 月 日 号 號 년 월 일 午前 午後 上午 下午 오전 오후 ที่ เวลา พ ศ เดือน "
    "v w à às les il op во a alle kell klukkan më nang noong pe în në saa թ ժամը "
    "को في الساعة من ساعت در בשעה ב"
)
_AFTER_CLOCK = (
    "am pm uhr h hs hrs hora horas heure heures ore clock godz ч час часа часов години годин giờ "
    "wib wita wit utc gmt bst cet cest mez mesz eet eest msk мск est edt cst cdt mst mdt pst pdt "
    "et pt ct ist jst kst sgt hkt myt pkt wat cat eat sast aest aedt nzst nzdt trt "
    "点 點 时 時 分 시 분 น बजे"
)


# Those of the Iranian calendar, and the case that Latvian has behind a day; CLDR has neither.
_MONTHS = (
    "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند "
    "janvārī februārī martā aprīlī maijā jūnijā jūlijā augustā septembrī oktobrī novembrī decembrī"
)


@cache
def date_words() -> Mapping[str, frozenset[DateWord]]:
    """Folded phrase (single spaces) to what it may be in a date; read once per process."""
    lists = json.loads(_FILE.read_text(encoding="utf-8"))
    phrases: dict[DateWord, Iterable[str]] = {
        "month": [*lists["month"], *_MONTHS.split()],
        "weekday": lists["weekday"],
        "relative_day": lists["relative_day"],
        "connector": [*lists["connector"], *lists["day_period"], *_CONNECTORS.split()],
        "after_clock": [*lists["day_period"], *_AFTER_CLOCK.split()],
    }
    kinds: dict[str, set[DateWord]] = {}
    for kind, members in phrases.items():
        for phrase in members:
            kinds.setdefault(phrase, set()).add(kind)
    return {phrase: frozenset(found) for phrase, found in kinds.items()}


@cache
def month_numbers() -> Mapping[str, int]:
    """Folded names of months, in all languages, to their numbers; without those that differ."""
    numbers: Mapping[str, int] = json.loads(_FILE.read_text(encoding="utf-8"))["month_number"]
    return numbers


@cache
def unit_words() -> frozenset[str]:
    """Folded words for hours, minutes and seconds, abbreviations included."""
    lists = json.loads(_FILE.read_text(encoding="utf-8"))
    return frozenset(lists["unit"]) | {"h", "m", "s", "min", "sec", "hr"}


@cache
def ages() -> Mapping[str, Literal["hours", "days"]]:
    """Folded phrases such as ``# hours ago`` to whether they count hours (or minutes) or days."""
    lists = json.loads(_FILE.read_text(encoding="utf-8"))
    days = dict.fromkeys(lists["days_ago"], "days")
    return days | dict.fromkeys(lists["hours_ago"], "hours")


@cache
def age_beginnings() -> frozenset[str]:
    """The words with which such phrases begin, if they begin with one."""
    return frozenset(phrase.split()[0] for phrase in ages())


@cache
def stamp_words() -> frozenset[str]:
    """Every word that a stamp may have: those of the phrases, and the thousands of a counter."""
    phrases = [*date_words(), *ages(), "k m к м"]
    return frozenset(word for phrase in phrases for word in phrase.split())
