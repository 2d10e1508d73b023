"""The texts that the line model is fitted on are labelled and grouped as its card says."""

from __future__ import annotations

from dataclasses import replace

from workers.stages.strip_boilerplate.compile_line_texts import Text, labels, of_sites, thinned

ARTICLE = "The council voted to rebuild the old bridge. In Lindholm, the ferry runs until then."


def test_lines_are_labelled_by_what_they_share_with_the_article() -> None:
    lines = [
        "In Lindholm",  # in the article, but beside nothing of it
        "Home",
        "The council voted to rebuild the old bridge.",
        "In Lindholm, the",
        "Read more about the ferry and all the other news of the day",
    ]
    assert labels(lines, ARTICLE) == [False, False, True, True, False]


def text(id: str, *lines: str) -> Text:
    return Text(id, "wcxb", lines, [False] * len(lines), labelled=True)


def test_texts_of_one_host_or_with_the_same_rare_lines_are_of_one_site() -> None:
    footer = [f"{name}, a service that only this one site offers" for name in ("A", "B", "C", "D")]
    texts = [text("1", "x"), text("2", *footer), text("3", *footer, "y"), text("4", *footer[:3])]
    found = of_sites(texts, {"1": "lindholm.example", "4": "lindholm.example"})
    assert [one.site for one in found] == ["1", "2", "2", "1"]
    assert found[0].fold(5) == found[3].fold(5)


def test_thinned_texts_keep_all_content_in_order() -> None:
    whole = replace(
        text("1", *map(str, range(200))), content=[at % 5 == 0 for at in range(200)], site="1"
    )
    (thin,) = thinned([whole], seed=0)
    content = [
        line for line, is_content in zip(thin.lines, thin.content, strict=True) if is_content
    ]
    assert content == [str(at) for at in range(0, 200, 5)]
    assert len(thin.lines) < 100
    assert list(thinned([whole], seed=0)) == [thin]
