"""Words of five languages from which the benchmark's articles are put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """One language: sentences with gaps for a person, organisation, place, number and day."""

    sentences: tuple[str, ...]
    organisations: tuple[str, ...]
    places: tuple[str, ...]
    days: tuple[str, ...]
    chrome: tuple[str, ...]
    """What pages and dirty texts put around an article."""


GIVEN = (
    "Marta", "Olivier", "Daniela", "Henrik", "Aisha", "Tomasz", "Ruth", "Callum", "Ingrid",
    "Paolo", "Samira", "Viktor", "Leonie", "Desmond", "Yuki", "Petra", "Andrew", "Fatou",
)  # fmt: skip
FAMILY = (
    "Halvorsen", "Okafor", "Brandt", "Lindqvist", "Moreau", "Petrenko", "Castellano", "Whitby",
    "Novak", "Ferreira", "Tanaka", "Achebe", "Kowalski", "Dunmore", "Salazar", "Virtanen",
)  # fmt: skip

ENGLISH = Phrases(
    sentences=(
        "{person}, who has led {organisation} since the merger, told reporters on {day} that the "
        "work in {place} would cost {number} million pounds more than the council had planned.",
        "Residents of {place} had waited {number} days for an answer.",
        "The first trains between {place} and {other} are due in {number} weeks, although the "
        "operator has not yet said who will pay for the night service.",
        "“We counted {number} families on the upper floors alone,” said {person}, “and none of "
        "them had been told what the inspectors from {organisation} found.”",
        "A report that {organisation} published on {day} lists {number} bridges in and around "
        "{place} whose foundations were last looked at before the flood.",
        "{person} did not answer written questions.",
        "In {place}, where the harbour employs one in {number} people, the decision was met with "
        "relief, but {person} warned that the contracts would run out within a year.",
        "The court heard that {person} had moved the papers from {place} to {other} in a van that "
        "belonged to {organisation}, and that {number} pages were never found.",
        "Prices at the weekly market rose by {number} per cent, the sharpest increase that the "
        "stallholders could remember, and the queue reached the old town hall by noon.",
        "Neither {organisation} nor the ministry would say on {day} whether the second phase "
        "would go ahead, and {person} called the silence an insult to the people of {place}.",
        "It rained for most of the afternoon and the orchestra played in the hall instead.",
        "Volunteers from {place} carried {number} boxes of books down the stairs before the roof "
        "gave way; the library, they said, would open again in rooms lent by {organisation}.",
    ),
    organisations=(
        "Northern Rail", "the Harbour Trust", "Calder Insurance", "the European Commission",
        "Redwater Energy", "the World Health Organization", "Meridian Bank", "the Crown Estate",
    ),
    places=(
        "Bristol", "Aberdeen", "Nairobi", "Lisbon", "Toronto", "Gdansk", "Melbourne", "Antwerp",
        "Galway", "Chicago", "Osaka", "Marseille", "Leeds", "Durban",
    ),
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "14 March", "2 September 2024"),
    chrome=(
        "Share", "Read more", "Sign up to our newsletter", "Most read", "Advertisement",
        "Follow us", "Related articles", "Print this page", "3 min read", "Back to top",
    ),
)  # fmt: skip

GERMAN = Phrases(
    sentences=(
        "{person} sagte am {day} in {place}, der Umbau werde {number} Millionen Euro mehr kosten, "
        "als {organisation} vor zwei Jahren angekündigt hatte.",
        "Die Anwohner in {place} warteten {number} Tage lang auf eine Antwort.",
        "Zwischen {place} und {other} sollen in {number} Wochen wieder Züge fahren, doch wer die "
        "Nachtverbindung bezahlt, ist weiter offen.",
        "Nach Angaben von {organisation} wurden {number} Brücken geprüft, die meisten davon zum "
        "ersten Mal seit dem Hochwasser.",
        "{person} wollte sich dazu auf Anfrage nicht äußern.",
        "Am Nachmittag regnete es, und das Orchester spielte im Saal statt auf dem Marktplatz.",
    ),
    organisations=("die Hafengesellschaft", "das Verkehrsministerium", "die Stadtwerke"),
    places=("Hamburg", "Leipzig", "Graz", "Basel", "Rostock", "Kassel"),
    days=("Montag", "Mittwoch", "Freitag", "14. März"),
    chrome=("Teilen", "Mehr lesen", "Newsletter bestellen", "Anzeige", "Meistgelesen", "Nach oben"),
)

FRENCH = Phrases(
    sentences=(
        "{person} a déclaré {day} à {place} que les travaux coûteraient {number} millions d'euros "
        "de plus que ce que {organisation} avait annoncé il y a deux ans.",
        "Les habitants de {place} ont attendu une réponse pendant {number} jours.",
        "Les trains entre {place} et {other} doivent reprendre dans {number} semaines, mais on ne "
        "sait toujours pas qui paiera le service de nuit.",
        "Selon {organisation}, {number} ponts ont été examinés, la plupart pour la première fois "
        "depuis les inondations.",
        "{person} n'a pas souhaité répondre à nos questions.",
        "Il a plu tout l'après-midi et l'orchestre a joué dans la salle plutôt que sur la place.",
    ),
    organisations=("la société du port", "le ministère des Transports", "la région"),
    places=("Nantes", "Lille", "Genève", "Liège", "Toulouse", "Brest"),
    days=("lundi", "mercredi", "vendredi", "le 14 mars"),
    chrome=("Partager", "Lire la suite", "S'abonner", "Publicité", "Les plus lus", "Haut de page"),
)

SPANISH = Phrases(
    sentences=(
        "{person} dijo el {day} en {place} que las obras costarán {number} millones de euros más "
        "de lo que {organisation} había anunciado hace dos años.",
        "Los vecinos de {place} esperaron una respuesta durante {number} días.",
        "Los trenes entre {place} y {other} volverán dentro de {number} semanas, aunque todavía no "
        "se sabe quién pagará el servicio nocturno.",
        "Según {organisation}, se revisaron {number} puentes, la mayoría por primera vez desde la "
        "riada.",
        "{person} no quiso responder a las preguntas.",
        "Llovió toda la tarde y la orquesta tocó en la sala en lugar de hacerlo en la plaza.",
    ),
    organisations=("la autoridad del puerto", "el Ministerio de Transportes", "la diputación"),
    places=("Bilbao", "Rosario", "Cádiz", "Arequipa", "Valencia", "Mérida"),
    days=("lunes", "miércoles", "viernes", "14 de marzo"),
    chrome=("Compartir", "Leer más", "Suscríbete", "Publicidad", "Lo más leído", "Volver arriba"),
)

UKRAINIAN = Phrases(
    sentences=(
        "{person} заявила у {day} в місті {place}, що роботи коштуватимуть на {number} мільйонів "
        "гривень більше, ніж обіцяло {organisation} два роки тому.",
        "Мешканці міста {place} чекали на відповідь {number} днів.",
        "Потяги між містами {place} та {other} мають поїхати за {number} тижнів, але хто платитиме "
        "за нічні рейси, досі невідомо.",
        "За даними, які оприлюднило {organisation}, перевірили {number} мостів, більшість із них "
        "уперше після повені.",
        "{person} на запитання не відповіла.",
        "Пополудні йшов дощ, і оркестр грав у залі, а не на площі.",
    ),
    organisations=("міністерство інфраструктури", "управління порту", "обласна рада"),
    places=("Полтава", "Одеса", "Луцьк", "Суми", "Житомир", "Ужгород"),
    days=("понеділок", "середу", "п'ятницю", "четвер"),
    chrome=("Поділитися", "Читати далі", "Підписатися", "Реклама", "Найпопулярніше", "Нагору"),
)

LANGUAGES: Mapping[str, Phrases] = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "uk": UKRAINIAN,
}
