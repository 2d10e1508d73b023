"""Notices that ask for consent: to cookies, or to what else is stored, shared and shown."""

from __future__ import annotations

import re

SEVERAL = 2
"""Topics from which a text is a notice; who only tells of cookies has one."""

# fmt: off
_COOKIES = (
    "cookie", "kolačić", "piškotk", "küpsis", "sīkdat", "slapuk", "ciasteczk", "evästei",
    "informasjonskaps", "vafrakök", "çerez", "galetes", "sütik", "куки", "кукі", "бисквитк",
    "колачић", "колачињ", "クッキー", "쿠키", "คุกกี้", "कुकी", "কুকি", "குக்கீ", "కుకీ", "ಕುಕೀ",
    "കുക്കി", "עוגיות", "کوکی", "ملفات تعريف الارتباط", "gdpr", "rgpd", "dsgvo",
)
_PRIVACY = (
    "privacy", "privatsphäre", "datenschutz", "vie privée", "confidentialité", "privacid",
    "privacitat", "confidențialit", "integritetspol", "din integritet", "personvern", "privatliv",
    "tietosuoja", "yksityisyy", "soukrom", "súkrom", "prywatnoś", "privātum", "privatum",
    "privaatsus", "zasebnost", "privatnost", "friðhelgi", "gizlili", "mahremiyet", "məxfili",
    "adatvédel", "riêng tư", "privasi", "faragha", "приватн", "прыватн", "конфиденц", "конфіденц",
    "поверителност", "απόρρητ", "απορρήτ", "ιδιωτικότητ", "פרטיות", "خصوصي", "حریم خصوصی",
    "رازداری", "गोपनीयता", "গোপনীয়তা", "தனியுரிமை", "プライバシー", "隐私", "隱私", "개인정보",
    "ความเป็นส่วนตัว",
)
_PARTNERS = (
    "partner", "partenair", "nuestros socios", "parceir", "kumppan", "samarbeidspart", "ortaklar",
    "tərəfdaş", "đối tác", "mitra kami", "rakan kongsi", "партнёр", "партнер", "партньор",
    "συνεργάτ", "συνεργατ", "שותפ", "شركائ", "شرکا", "شراکت دار", "भागीदार", "साझेदार", "অংশীদার",
    "パートナー", "合作伙伴", "合作夥伴", "파트너", "พันธมิตร", "พาร์ทเนอร์",
)
_DATA = (
    "personal data", "personal information", "your data", "personenbezogen", "ihre daten",
    "persoonsgegeven", "données personnel", "données à caractère", "datos personal",
    "dades personal", "dados pessoa", "dati personali", "date personale", "caracter personal",
    "personuppgift", "personopplysn", "personoplysn", "persondata", "henkilötie", "osobní údaj",
    "osobních údaj", "osobné údaj", "osobných údaj", "dane osobowe", "danych osobowych",
    "osobni podaci", "osobne podatke", "osobnih podat", "lični podaci", "lične podatke",
    "ličnih podat", "osebni podat", "osebne podat", "osebnih podat", "personas dat",
    "asmens duomen", "isikuandme", "személyes adat", "kişisel veri", "şəxsi məlumat",
    "dữ liệu cá nhân", "data pribadi", "data peribadi", "персональн", "персанальн", "лични данни",
    "лични податоци", "личне податке", "личних података", "προσωπικά δεδομένα",
    "προσωπικών δεδομένων", "מידע אישי", "البيانات الشخصية", "بياناتك", "اطلاعات شخصی",
    "ذاتی معلومات", "व्यक्तिगत डे", "व्यक्तिगत जानकारी", "ব্যক্তিগত তথ্য", "個人情報", "个人信息",
    "个人数据",
    "個人資料", "개인 정보", "ข้อมูลส่วนบุคคล",
)
_DEVICE = (
    "on a device", "on your device", "your browser", "device identif", "unique identif",
    "ihrem gerät", "endgerät", "einem gerät", "votre appareil", "un appareil", "un terminal",
    "dispositiv", "uw apparaat", "een apparaat", "en enhet", "din enhet", "en enhed", "din enhed",
    "laitteel", "laitteen", "zařízení", "zariaden", "urządzeni", "uređaj", "napravi", "ierīc",
    "įrengin", "seadme", "eszköz", "cihaz", "thiết bị", "perangkat anda", "peranti anda",
    "устройств", "пристро", "прылад", "уређај", "уред", "συσκευή", "מכשיר", "جهازك", "دستگاه",
    "डिवाइस", "ডিভাইস", "デバイス", "端末", "设备", "裝置", "기기", "อุปกรณ์",
)
_CONSENT = (
    "consent", "you agree", "you accept", "einwillig", "stimmen sie", "zustimm", "akzeptieren",
    "toestemming", "akkoord", "j'accepte", "vous acceptez", "consentim", "aceptar", "aceitar",
    "consenso", "accetta", "consimțăm", "samtycke", "godkänn", "samtykke", "suostumu", "hyväks",
    "souhlas", "súhlas", "wyrażasz zgod", "zgodę na", "pristanak", "privolu", "suglasnost",
    "soglas", "privolitev", "piekrīt", "piekriš", "sutikim", "sutinkate", "nõusolek", "nõustu",
    "hozzájárul", "rızanız", "onay ver", "razılı", "đồng ý", "persetujuan", "setuju", "соглас",
    "ваша згод", "вашу згод", "надаєте згод", "съглас", "сагласн", "συγκατάθεσ", "αποδοχή", "הסכמ",
    "موافق", "رضایت", "رضامندی", "सहमति", "সম্মতি", "同意", "동의", "ยินยอม",
)
_SHOWN = (
    "personalised ad", "personalized ad", "personalised content", "personalized content",
    "advertising and content", "ads and content", "personalisierte", "gepersonaliseerd",
    "publicité", "personnalisé", "personalizad", "personalitzad", "personalizzat", "personalizat",
    "anpassade", "tilpasset", "tilpassede", "kohdennet", "mukautet", "personalizovan",
    "prispôsoben", "přizpůsoben", "spersonalizowan", "personaliziran", "prilagođen", "prilagojen",
    "personalizēt", "suasmenint", "isikupärasta", "személyre szabott", "kişiselleştir",
    "fərdiləşdir", "được cá nhân hóa", "dipersonalisasi", "diperibadikan", "персонализ",
    "персоналіз", "εξατομικευ", "מותאמ", "المخصص", "شخصی سازی", "वैयक्तिकृत", "パーソナライズ",
    "个性化",
    "個人化", "맞춤", "เฉพาะบุคคล",
)
# fmt: on
"""What such notices speak of, in the languages of news; every tuple is a topic."""
_TOPICS = tuple(
    re.compile("|".join(map(re.escape, words)))
    for words in (_PRIVACY, _PARTNERS, _DATA, _DEVICE, _CONSENT, _SHOWN)
)


def names_cookies(line: str) -> bool:
    """Whether a text, in lower case, speaks of cookies or of the law on them."""
    return any(word in line for word in _COOKIES)


def topics(text: str) -> int:
    """Of how many topics of such notices a text speaks, cookies among them."""
    text = text.lower()
    return names_cookies(text) + sum(topic.search(text) is not None for topic in _TOPICS)
