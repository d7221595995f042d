"""All 34 questions are answered, in order, each with its words, its machinery or its reason, and its stories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.pages.blocks import Fold, Page, Quote
from ims_fsm.pages.faq import questions
from ims_fsm.pages.material import Material

NUMBERS = range(1, 35)


def test_the_questions_stand_in_order(material: Material, page: Callable[[str], Page]) -> None:
    assert [rule.id for rule in questions(material)] == [f"faq.{number}" for number in NUMBERS]
    assert [found.anchor for found in page("faq").sections] == [f"faq-{number}" for number in NUMBERS]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_question_has_its_words_and_an_answer(
    look: Any, number: int, material: Material, page: Callable[[str], Page]
) -> None:
    rule = material.law.rules[f"faq.{number}"]
    found = look.section(page("faq"), f"faq-{number}")
    said = [text for block in found.blocks for text in look.texts(block)]
    finer = [each for each in material.law.rules if each.startswith(f"{rule.id}.")]
    assert found.title == f"{number}. {rule.question.strip()}"
    assert any(isinstance(block, Quote) and block.words == rule.quote.strip() for block in found.blocks)
    assert [below.anchor for below in found.sections] == [each.replace(".", "-") for each in finer]
    if rule.status == "not_modelled":
        assert any(text.startswith("not modelled ") for text in said)
    else:
        assert "What the machine does" in said or found.sections


@pytest.mark.parametrize("number", NUMBERS)
def test_a_modelled_question_is_proved_by_a_story(number: int, material: Material) -> None:
    rule = material.law.rules[f"faq.{number}"]
    assert bool(material.proving(rule.id)) == (rule.status == "modelled")


def test_the_story_that_is_told_is_the_one_named_most_like_the_rule(look: Any, page: Callable[[str], Page]) -> None:
    chosen = {
        "faq-11-c": "FAQ 11(C): a downward amendment of a credit note cannot be pending if the original was rejected",
        "faq-13-1": "FAQ 13: of two 2B periods the original is acted on, and its GSTR-3B filed, before the amendment",
        "faq-16-1": "FAQ 16: a saved record that its supplier changes is replaced, and the action on it is reset",
    }
    for anchor, title in chosen.items():
        folds = [
            block
            for block in look.section(page("faq"), anchor).blocks
            if isinstance(block, Fold) and block.kind == "story"
        ]
        assert [fold.summary[-1] for fold in folds] == [title]


def test_a_question_with_finer_rules_names_them_before_everything_else(look: Any, page: Callable[[str], Page]) -> None:
    said = [text for block in look.section(page("faq"), "faq-11").blocks for text in look.texts(block)]
    assert said[0] == "In four cases a record cannot be kept pending."
    assert said[2] == "11.a An original credit note cannot be kept pending until 2B period September 2025"
