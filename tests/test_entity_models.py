from __future__ import annotations

import pytest

from workers import settings
from workers.entity_models import ModelChoice, read_choices, written


def test_choices_are_read_and_written() -> None:
    choices = read_choices(" ru=slovnet, DE = spacy:de_news ,*=transformers:some/model,")
    assert choices == {
        "ru": ModelChoice("slovnet"),
        "de": ModelChoice("spacy", "de_news"),
        "*": ModelChoice("transformers", "some/model"),
    }
    assert read_choices(written(choices)) == choices
    assert read_choices("") == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("de", "has no =KIND"),
        ("de=", "has no =KIND"),
        ("german=none", "no language's primary code"),
        ("de=none,de=gazetteer", "'de' is there twice"),
        ("de=flair:x", "'flair' in 'de=flair:x' is no kind of model"),
        ("de=spacy", "does not say which model"),
        ("de=none:x", "takes no name"),
        ("de=slovnet", "reads Russian"),
    ],
)
def test_a_wrong_part_is_named_with_what_it_may_be(text: str, why: str) -> None:
    with pytest.raises(settings.SettingsError) as caught:
        settings.load({"COPYDESK_ENTITY_MODELS": text})
    assert why in str(caught.value)
    assert "COPYDESK_ENTITY_MODELS" in str(caught.value)
    assert "LANGUAGE=KIND:NAME" in str(caught.value)


def test_the_choice_reaches_the_pool_and_child_processes() -> None:
    chosen = settings.load({"COPYDESK_ENTITY_MODELS": "de=spacy:x, fr=none"})
    assert settings.pool_plan(chosen, ()).entity_models == "de=spacy:x,fr=none"
    assert settings.load(settings.environment(chosen)).entity_models == chosen.entity_models
