"""Stories of places that do not exist, in several languages, as many as are asked for."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""When the first story was published; each next one came an hour later."""

_TITLES = {
    "en": "Harlow Bridge council counts {n} new moorings",
    "de": "Gemeinderat Oberweiler zählt {n} neue Bäume",
    "fr": "À Valmercy, {n} habitants rouvrent la vieille école",
    "ru": "В Заречинске открыли {n} новых скамеек",
    "ja": "みどり沢町、{n}本の桜を植える",
}
_SENTENCES = {
    "en": (
        "The harbour committee met on a wet evening and stayed until the lamps were lit.",
        "Nobody in the room disputed the figure of {n}, which two surveyors had checked.",
        "A ferry captain asked who would pay for the ropes once the summer visitors had left.",
        "The treasurer answered that a reserve of {m} crowns had been set aside in spring.",
        "Anglers on the north bank fear that their quiet corner will not stay quiet for long.",
        "Work is to begin after the herring season, when the quay stands empty for six weeks.",
        "An older plan had foreseen stone steps, but the ground turned out to be too soft.",
        "Schoolchildren painted the boards that will carry the names of {k} small boats.",
        "The mayor thanked the volunteers and promised hot soup for the day of the opening.",
    ),
    "de": (
        "Die Sitzung begann mit einem Streit über die Frage, wer die Schaufeln bezahlt.",
        "Am Ende stimmten {k} Mitglieder dafür, und niemand wollte noch einmal von vorn beginnen.",
        "Der Förster erklärte, dass junge Linden im Herbst leichter anwachsen als im Frühjahr.",
        "Für die Bewässerung stehen {m} Euro bereit, die der Müllerverein gespendet hat.",
        "Anwohner der Bachgasse befürchten, dass die Wurzeln ihre Kellermauern anheben könnten.",
        "Ein Gärtner aus dem Nachbardorf bot an, die ersten {n} Gruben selbst auszuheben.",
        "Die Schulklasse hat Schilder gemalt, auf denen der Name jedes Baumes zu lesen ist.",
        "Im nächsten Jahr soll geprüft werden, ob auch der Friedhof mehr Schatten braucht.",
    ),
    "fr": (
        "Le bâtiment était fermé depuis que la rivière avait débordé, il y a onze hivers.",
        "Les parents ont repeint les salles eux-mêmes, chaque samedi, pendant {k} mois.",
        "La commune a trouvé {m} euros pour le toit, grâce à la vente d'un ancien pressoir.",
        "Une institutrice à la retraite tiendra la bibliothèque deux après-midi par semaine.",
        "Le boulanger livrera le pain à vélo, comme son grand-père le faisait déjà.",
        "Certains voisins regrettent le silence, mais tous sont venus à la fête.",
        "On a compté {n} signatures sur la pétition, plus que d'électeurs au dernier scrutin.",
    ),
    "ru": (
        "Жители набережной ждали этого дня с тех пор, как старый парк закрыли на ремонт.",
        "Столяр рассказал, что на каждую скамейку ушло {k} досок из местной лиственницы.",
        "Из бюджета выделили {m} рублей, остальное собрали соседи и владелец пекарни.",
        "Школьники посадили рядом сирень и обещали поливать её до самой осени.",
        "Некоторым не понравился зелёный цвет, но спорить на празднике никто не стал.",
        "Летом здесь будет играть духовой оркестр, а зимой зальют небольшой каток.",
        "Всего за день сюда пришли {n} человек, хотя с утра шёл мелкий дождь.",
    ),
    "ja": (
        "町の人々は朝早くから川沿いに集まり、小さな苗木を一本ずつ植えていった。",
        "費用の{m}円は、商店街の募金と昨年の夏祭りの売り上げから出された。",
        "植木職人の話では、花が咲くまでに少なくとも{k}年はかかるという。",
        "小学生たちは木の名札を作り、水やりの当番を自分たちで決めた。",
        "雨が心配されたが、昼過ぎには雲が切れて明るい日差しが戻った。",
        "町長はあいさつで、次の世代のための並木にしたいと語った。",
        "参加した{n}人には、温かいお茶と団子が配られた。",
    ),
}
LANGUAGES = tuple(_TITLES)


@dataclass(frozen=True)
class Story:
    """One article of a host, published once and perhaps edited."""

    number: int
    language: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime
    updated: datetime

    @property
    def path(self) -> str:
        return f"/articles/{self.number}"

    def edited(self, words: str) -> Story:
        """The same story with a paragraph more."""
        later = self.updated + timedelta(minutes=5)
        return replace(self, paragraphs=(*self.paragraphs, words), updated=later)


def story(host: str, number: int, language: str = "en") -> Story:
    """A host's story of a number: always the same, and no two alike."""
    chance = random.Random(f"{host} {number} {language}")
    words = {"n": chance.randint(11, 99), "m": chance.randint(2, 99) * 1000, "k": number + 3}
    sentences = [sentence.format(**words) for sentence in _SENTENCES[language]]
    chance.shuffle(sentences)
    space = "" if language == "ja" else " "
    paragraphs = tuple(space.join(sentences[at::3]) for at in range(3))
    when = BEGIN + timedelta(hours=number)
    title = _TITLES[language].format(**words) + f" ({number})"
    return Story(number, language, title, paragraphs, when, when)
