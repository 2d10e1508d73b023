"""The depth scan must not be fooled, and must not reject what merely looks untidy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree, NodeType

from workers.stages.deduplicate.nesting import measure

UNCOUNTED = 5
"""Elements that are not counted may come between two that are: tbody, tr, td, p, li."""


def depth(html: str) -> int:
    return measure(html, limit=1_000_000).depth


def true_depth(html: str) -> int:
    """Depth of the parsed tree below ``<body>``."""
    body = HTMLTree.parse(html).body
    deepest = 0
    todo = [(node, 1) for node in body.child_nodes] if body else []
    while todo:
        node, level = todo.pop()
        if node.type == NodeType.ELEMENT:
            deepest = max(deepest, level)
            todo += [(child, level + 1) for child in node.child_nodes]
    return deepest


def test_depth_is_the_number_of_open_elements() -> None:
    assert depth("<div><section><span>x</span></section><aside></aside></div><div></div>") == 3


@pytest.mark.parametrize(
    "html",
    [
        "<p>one<p>two" * 900,
        "<ul>" + "<li>item" * 900 + "</ul>",
        "<table>" + "<tr><td>1<td>2" * 900 + "</table>",
        "<br>" * 900 + "<img src=x>" * 900,
        "<p><span>x</p></span>" * 900,
        "<script>" + "document.write('<div>');" * 900 + "</script>",
        "<!--" + "<div>" * 900 + "-->",
        "<p title='" + "<div>" * 900 + "'>x",
        "<svg>" + "<path d='M0 0'/>" * 900 + "</svg>",
        "<svg><defs>" + "<symbol><path/><circle/></symbol>" * 900 + "</svg>",
        "<svg>" + "<text>x<tspan/></text>" * 900 + "</svg>",
        "<style>" + "a > b {}" * 900 + "</style>",
    ],
    ids=lambda html: html[:16],
)
def test_untidy_but_shallow_pages_stay_shallow(html: str) -> None:
    assert depth(html) <= 4


@pytest.mark.parametrize(
    "unit",
    [
        "<div>",
        "<div></x>",
        "<div></span>",
        "<b><div></b>",
        "<span><div></span>",
        "<div><table><tr><td></div>",
        "<section><p></p>",
        "<DIV CLASS='</div>'>",
        "<div/>",
        "<section/>",
        '<div =">"\'>',
        "<ul><li>",
        "<object><p>",
        "<object><select></object>",
        "<object><table></object>",
        "<select><div></select>",
        "<x-y><div></x-y>",
        "<x-y><x-y><x-y><x-y><x-y><x-y><div></x-y></x-y></x-y></x-y></x-y></x-y>",
        "<svg><font><style>",
        "<svg><font title=' size='><style>",
        "<svg><font SIZE><div></svg>",
    ],
)
@pytest.mark.parametrize(
    "before",
    [
        "",
        "<svg><g><br></g>",
        "<svg><foreignObject>",
        "<svg><p>",
        "<!-->",
        "<!-- --!>",
        "<svg><style>",
        '<p ">',
        "<script></script >",
        "</ x>",
        "<?x>",
    ],
)
def test_no_trick_hides_depth(unit: str, before: str) -> None:
    html = before + unit * 300
    assert UNCOUNTED * (depth(html) + 1) >= true_depth(html)


NAMES = ["div", "span", "b", "p", "li", "ul", "table", "td", "section", "a", "object", "x-y"]
NAMES += ["svg", "foreignObject", "g", "style", "title", "template", "select", "br", "font"]
tags = st.tuples(st.sampled_from(["<{}>", "</{}>", "<{}/>"]), st.sampled_from(NAMES))


@settings(max_examples=100, deadline=None)
@given(st.lists(tags, max_size=60), st.integers(1, 8))
def test_the_parsed_tree_is_at_most_a_few_times_deeper(
    tags: list[tuple[str, str]], times: int
) -> None:
    html = "".join(form.format(name) for form, name in tags) * times
    assert UNCOUNTED * (depth(html) + 1) >= true_depth(html)


@given(st.text(alphabet="<>/!-='\"ab dipvs\n", max_size=300))
def test_any_string_can_be_measured(html: str) -> None:
    found = measure(html, limit=1000)
    assert 0 <= found.depth <= html.count("<")
    assert found.work >= found.depth
