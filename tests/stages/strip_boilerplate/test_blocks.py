"""A page as blocks: where they begin, what is counted, what is skipped, and what names hint at."""

from __future__ import annotations

import pytest

from workers.stages.strip_boilerplate.extract.blocks import NUMBER, read_blocks
from workers.stages.strip_boilerplate.extract.hints import BIT, hints_of
from workers.stages.strip_boilerplate.extract.repeats import without_repeats


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        ("<p>One<p>Two", ["One", "Two"]),
        ("<div>One <b>bold</b> word<div>inner</div>tail</div>", ["One bold word", "inner", "tail"]),
        ("One<br>line<br> <br>Two", ["One line", "Two"]),
        ("<p>  a\n b&nbsp;&amp;&lt;c </p>", ["a b &<c"]),
        ("<p>co<span>py</span></p>", ["copy"]),
        ("<table><tr><td>1<td>2</table>", ["1", "2"]),
        ("<p title='a > b'>One</p>", ["One"]),
        ("<p>a</p><noscript><p>b</p></noscript><select><option>c</select><p>d", ["a", "d"]),
        ("<p>a<textarea><p>b</textarea></p><template><p>c</template>", ["a"]),
        (
            "<x-page><x-par>One</x-par><x-par>Two</x-par></x-page> <x-side>3</x-side>",
            ["One", "Two", "3"],
        ),
        ("<p>In <x-word>words</x-word> <x-word>apart</x-word></p>", ["In words apart"]),
        ("<p>A <x-word>word</x-word>, <x-note>a note</x-note>.</p>", ["A word, a note."]),
        ("", []),
        ("<p> </p>", []),
    ],
)
def test_block_elements_and_double_breaks_part_blocks(html: str, texts: list[str]) -> None:
    assert read_blocks(html).texts == texts


def test_links_emphasis_and_images_are_counted() -> None:
    blocks = read_blocks(
        "<img><p>Read <a href=/>this</a> and <a href=/>that</a></p><p><b>Bold</b> <em>it</em></p>"
    )
    assert (blocks.linked, blocks.links) == ([8, 0], [2, 0])
    assert (blocks.bold, blocks.italic, blocks.images) == ([0, 4], [0, 2], [1, 0])


def test_elements_know_their_parents_and_inherit_hints() -> None:
    blocks = read_blocks('<div class="story-comments"><ul><li>One</li></ul></div>')
    elements = blocks.elements
    item = blocks.element[0]
    around = elements.parent[elements.parent[item]]
    assert elements.name[item] == NUMBER["li"]
    assert elements.hints[item] == 0
    assert elements.inherited[item] == elements.hints[around]
    assert elements.inherited[item] & BIT["comment"]
    assert elements.depth[item] == elements.depth[around] + 2


@pytest.mark.parametrize(
    ("attributes", "categories"),
    [
        (' class="relatedStories"', {"related"}),
        (' id="article__content"', {"prose", "body"}),
        (' class="footer-content"', {"foot", "prose"}),
        (' itemprop="articleBody"', {"article_body"}),
        (' style="display:none"', {"hidden"}),
        (' data-x="comments"', set()),
    ],
)
def test_words_of_names_hint_at_categories(attributes: str, categories: set[str]) -> None:
    assert {name for name, bit in BIT.items() if hints_of(attributes) & bit} == categories


def test_what_is_said_already_is_left_out() -> None:
    paragraphs = [f"Paragraph {n}: " + f"the {n}th ship of the fleet left. " * 4 for n in range(9)]
    whole = " ".join(paragraphs)
    assert without_repeats([*paragraphs, whole, paragraphs[3]]) == paragraphs
    assert without_repeats(["Yes.", "No.", "Yes."]) == ["Yes.", "No.", "Yes."]
    assert without_repeats([*paragraphs[:5], whole]) == [*paragraphs[:5], whole]
