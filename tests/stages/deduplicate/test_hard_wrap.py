"""Plain text that was broken at a width, and what only looks like it."""

import textwrap
import time

import pytest

from workers.normalise import normalised_lines
from workers.stages.deduplicate import normalise
from workers.stages.deduplicate.hard_wrap import unwrapped

LONG = (
    "The ferry between the mainland and the island of Tessel Point stopped running on Friday "
    "evening, and the county said that it would be spring before another boat was found, because "
    "the two that are built for such shallow water were sold to a yard in the south last year."
)
SHORT = "Nobody had told the two hundred people who take it to work every morning at seven."
LANGUAGES = [
    "Паром між містом і островом перестав ходити в п'ятницю ввечері, і в окрузі сказали, що до "
    "весни іншого човна не буде, бо обидва продали торік на південь, а новий ще тільки "
    "будують на верфі за річкою.",
    "توقفت العبارة بين المدينة والجزيرة مساء الجمعة، وقالت البلدية إنها لن تعود قبل الربيع، لأن "
    "القاربين اللذين يصلحان للمياه الضحلة بيعا في الجنوب العام الماضي، ولم يبن غيرهما بعد، "
    "ومن يعمل في المدينة يسلك الجسر الجديد.",
]


def joined(text: str) -> list[str]:
    return unwrapped(text.split("\n"), normalised_lines(text))


@pytest.mark.parametrize("width", [44, 60, 72, 80, 98])
@pytest.mark.parametrize("text", [LONG, *LANGUAGES])
def test_a_wrapped_paragraph_is_one_line_again(text: str, width: int) -> None:
    wrapped = "\n".join(textwrap.wrap(text, width))
    assert joined(f"Ferry stops\n\n{wrapped}\n") == ["ferry stops", normalise(text)]


def test_a_wrapped_paragraph_of_a_script_without_spaces_is_one_line_again() -> None:
    text = (
        "渡轮周五晚上停航，县政府说要到春天才能找到另一艘船，因为适合浅水的两艘去年卖给了南方。" * 4
    )
    wrapped = "\n".join(text[at : at + 42] for at in range(0, len(text), 42))
    assert [line.replace(" ", "") for line in joined(wrapped)] == [normalise(text)]


def test_paragraphs_of_two_lines_follow_the_others() -> None:
    two = "\n".join(textwrap.wrap(SHORT, 60))
    assert two.count("\n") == 1
    assert len(joined(two)) == 2
    three = "\n".join(textwrap.wrap(LONG, 60))
    assert joined(f"{two}\n\n{three}") == [normalise(SHORT), normalise(LONG)]


@pytest.mark.parametrize(
    "text",
    [
        "Home\nWorld\nSport\nWeather\nVideo\nPodcasts",
        "Two museums to share one ticket from the first of May\nFerry timetable out\n"
        "Council to vote on the price of parking in the old town\nRain until Sunday",
        f"{LONG}\n{SHORT}\n{LONG}",
        "1 New Harbour Street\nTessel Point\nThe Island",
        "\n".join(["渡轮停航", "市长辞职", "大雪封路", "学校停课"]),
    ],
)
def test_menus_lists_and_unbroken_paragraphs_stay_as_they_are(text: str) -> None:
    assert joined(text) == [normalise(line) for line in text.split("\n")]


@pytest.mark.parametrize(
    "text", ["a\n" * 300_000, "\n" * 600_000, ("word " * 14 + "\n") * 10_000, "x" * 1_000_000]
)
def test_time_is_linear(text: str) -> None:
    lines, normalised = text.split("\n"), normalised_lines(text)
    started = time.perf_counter()
    unwrapped(lines, normalised)
    assert time.perf_counter() - started < 10
