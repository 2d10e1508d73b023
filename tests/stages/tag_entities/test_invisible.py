from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from topics.records import Article, Entity, Mention
from workers.outcome import Passed
from workers.stages.tag_entities import TagEntities
from workers.stages.tag_entities.invisible import restored, visible

TEXTS = st.text(st.sampled_from("ab \u00ad\u200b\u2060\ufeff"), max_size=12)


@given(TEXTS, st.data())
def test_a_mention_keeps_its_place(text: str, data: st.DataObject) -> None:
    seen = visible(text)
    start = data.draw(st.integers(0, len(seen)))
    end = data.draw(st.integers(start, len(seen)))
    if start == end:
        return
    mention = Mention(start=start, end=end, text=seen[start:end])
    entity = Entity(
        id="e1", type="person", name="b", mentions=[mention], salience=1, confidence=1, method="m"
    )
    (found,) = restored([entity], text)[0].mentions
    assert text[found.start : found.end] == found.text
    assert visible(found.text) == mention.text
    assert found.text[0] == mention.text[0]
    assert found.text[-1] == mention.text[-1]


def test_names_with_soft_hyphens_are_found(stage: TagEntities) -> None:
    text = "\ufeffGes\u00adtern reis\u00adte Fried\u00adrich Qwox\u00adner nach Ham\u00adburg."
    outcome = stage(Article(id="a", text=text, language="de"))
    assert isinstance(outcome, Passed)
    assert outcome.article.text == text
    assert outcome.article.entities
    found = {entity.name: entity.mentions[0] for entity in outcome.article.entities}
    assert found.keys() == {"Friedrich Qwoxner", "Hamburg"}
    assert all(text[m.start : m.end] == m.text for m in found.values())
    assert found["Hamburg"].text == "Ham\u00adburg"
