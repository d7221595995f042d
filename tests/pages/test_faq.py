"""All 34 questions are answered, in order, each with its words, its machinery or its reason, and its stories."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.pages.collection import Page, questions
from ims_fsm.pages.material import Material

NUMBERS = range(1, 35)


def test_the_questions_stand_in_order(material: Material, page: Callable[[str], Page]) -> None:
    assert [rule.id for rule in questions(material)] == [f"faq.{number}" for number in NUMBERS]
    headings = re.findall(r'^## <a id="(.+?)"></a>', page("faq").text, re.MULTILINE)
    assert headings == [f"faq-{number}" for number in NUMBERS]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_question_has_its_words_and_an_answer(
    look: Any, number: int, material: Material, page: Callable[[str], Page]
) -> None:
    rule = material.law.rules[f"faq.{number}"]
    section = look.section(page("faq"), f"faq-{number}")
    texts = look.texts(section)
    finer = [name for name in material.law.rules if name.startswith(f"{rule.id}.")]
    assert f"{number}. {rule.question.strip()}" in look.texts(page("faq").text)
    assert re.sub(r"\s+", " ", rule.quote.strip()) in texts
    assert re.findall(r'^### <a id="(.+?)"></a>', section, re.MULTILINE) == [name.replace(".", "-") for name in finer]
    if rule.status == "not_modelled":
        assert any(text.startswith("not modelled ") for text in texts)
    else:
        assert "What the machine does" in texts


@pytest.mark.parametrize("number", NUMBERS)
def test_a_modelled_question_is_proved_by_a_story(number: int, material: Material) -> None:
    rule = material.law.rules[f"faq.{number}"]
    assert bool(material.proving(rule.id)) == (rule.status == "modelled")


def test_the_story_that_is_named_first_is_the_one_named_most_like_the_rule(
    look: Any, page: Callable[[str], Page]
) -> None:
    chosen = {
        "faq-11-c": "FAQ 11(C): a downward amendment of a credit note cannot be pending if the original was rejected",
        "faq-13-1": "FAQ 13: of two 2B periods the original is acted on, and its GSTR-3B filed, before the amendment",
        "faq-16-1": "FAQ 16: a saved record that its supplier changes is replaced, and the action on it is reset",
    }
    for anchor, title in chosen.items():
        assert re.search(r"\[([^\]]*)\]\(#story-", look.section(page("faq"), anchor))[1] == title


def test_a_question_with_finer_rules_names_them_before_everything_else(look: Any, page: Callable[[str], Page]) -> None:
    texts = look.texts(look.section(page("faq"), "faq-11"))
    assert texts[0].startswith("In four cases a record cannot be kept pending; from 2B period October 2025")
    assert texts[2] == "11.a An original credit note cannot be kept pending until 2B period September 2025"
