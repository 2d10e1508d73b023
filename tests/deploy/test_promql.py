"""What is read from an expression is what is in it."""

import pytest

from tests.deploy.exposed import wrong
from tests.deploy.promql import Selector, grouped_by, selectors, shortened


def test_selectors_are_told_from_functions_labels_and_words() -> None:
    text = """
      sum by (stage, le) (rate(a_total{stage="x", outcome=~"o|k"}[5m])) > 0
      unless on (stage) avg_over_time(copydesk:b:ratio[1d] offset 30m) + vector(0) * 14.4
      or label_replace(c{group=~"(.*[.])?d[.].+"}, "stage", "$1", "group", ".*d[.](.+)")
    """
    assert selectors(text) == [
        Selector("a_total", (("stage", "=", "x"), ("outcome", "=~", "o|k"))),
        Selector("copydesk:b:ratio"),
        Selector("c", (("group", "=~", "(.*[.])?d[.].+"),)),
    ]
    assert [str(one) for one in selectors('a{b="c"} + d')] == ['a{b="c"}', "d"]
    assert grouped_by(text) == {"stage", "le"}


def test_durations_are_shortened_and_nothing_else() -> None:
    rule = "expr: x[5m] offset 1h > 30 and y[1d]\n        for: 1m\n  text: in 5m\n"
    assert shortened(rule, 20) == (
        "expr: x[15000ms] offset 180000ms > 30 and y[4320000ms]\n        for: 3000ms\n"
        "  text: in 5m\n"
    )
    assert shortened("x[1s]", 60) == "x[500ms]"


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("news_no_such_metric", "no metric"),
        ('news_feeds{state="asleep"}', "has no state"),
        ('news_feeds{mood="asleep"}', "has no label mood"),
        ('rate(news_end_to_end_latency_seconds_bucket{le="30"}[5m])', "has no le {'30'}"),
        ("sum by (feed) (news_feeds)", "nothing has the label feed"),
        ("histogram_quantile(0.5, rate(news_removed_share_bucket[5m]))", "without le"),
        ("vector(1)", "asks for nothing"),
    ],
)
def test_what_is_asked_for_in_vain_is_noticed(expression: str, complaint: str) -> None:
    assert complaint in str(wrong(expression))
