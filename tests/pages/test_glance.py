"""The answers at a glance are those of the law, in as few rows as can be, and none is lost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from ims_fsm.law.decision import decide
from ims_fsm.pages.collection import Page
from ims_fsm.pages.glance import QUESTIONS, UNKNOWN, Question, answers, cases
from ims_fsm.pages.material import Material

ASKED = [pytest.param(question, id=question.rules[0]) for question in QUESTIONS]


@pytest.mark.parametrize("question", ASKED)
def test_every_case_of_every_machine_is_in_exactly_one_row_with_the_answer_of_the_law(
    material: Material, question: Question
) -> None:
    for machine in material.record_machines:
        rows = cases(answers(machine, question))
        possible = dict(zip(machine.schema.names, machine.schema.values, strict=True))
        values = ([value for value in possible[fact] if value != UNKNOWN] for fact in question.facts)
        for first, second in product(*values):
            (answer,) = [answer for firsts, seconds, answer in rows if first in firsts and second in seconds]
            given = {**question.given, question.facts[0]: first, question.facts[1]: second}
            for edition, verdict in zip(machine.editions.values(), answer, strict=True):
                decision = decide(edition, "no_action", question.trigger, edition.facts(**given))
                assert verdict.allowed == bool(decision)


def table_of(look: Any, rule: str, page: Callable[[str], Page]) -> list[str]:
    section = look.section(page("faq"), rule.replace(".", "-")).partition("**What the machine does**")[0]
    return [" | ".join(row) for row in look.rows(section)]


def test_faq_11_in_a_table(look: Any, page: Callable[[str], Page]) -> None:
    rows = table_of(look, "faq.11", page)
    later = "yes until its deadline, Advisory 2025-10 (deadline)"
    assert f"Credit note | It amends nothing | There is none | no FAQ 11.a | {later}" in rows
    assert f"Credit note amendment | Its tax is higher | any | no FAQ 11.b | {later}" in rows
    assert (
        "Invoice amendment, Debit note amendment, ECO document amendment | Its tax is lower | Accepted or deemed "
        f"accepted Accepted, and not all the ITC that it takes away was reduced | no FAQ 11.d | {later}"
    ) in rows
    assert "Invoice, Debit note, ECO document | It amends nothing | There is none | yes | yes" in rows
    (rejected,) = [row for row in rows if "FAQ 11.c" in row]
    assert rejected.startswith("Credit note amendment | Its tax is lower Its tax is the same | ")
    assert "Accepted or deemed" not in rejected


def test_faq_13_has_one_answer_for_all_rule_sets(look: Any, page: Callable[[str], Page]) -> None:
    rows = table_of(look, "faq.13", page)
    refused = [row for row in rows if row.endswith("no FAQ 13.1")]
    assert len(refused) == 2
    assert all("Two different 2B periods" in row and "No GSTR-3B has decided it yet" in row for row in refused)
    assert all(row.endswith(" | yes") for row in rows if row not in refused)


def test_faq_8_says_where_every_document_goes(look: Any, material: Material, page: Callable[[str], Page]) -> None:
    rows = table_of(look, "faq.8", page)
    assert len(rows) == len(material.book.routing.routes)
    assert (
        rows[-1] == "Every other document | to IMS; once it counts it is in ITC Available of GSTR-2B. | always | FAQ 1"
    )


def test_faq_1_says_which_form_carries_what(look: Any, page: Callable[[str], Page]) -> None:
    assert "ICEGATE | bills of entry" in table_of(look, "faq.1", page)


def test_a_rule_without_a_question_has_no_table(look: Any, page: Callable[[str], Page]) -> None:
    assert table_of(look, "faq.6", page) == []
