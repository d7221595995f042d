"""What one rule or guard does to a machine stands out, and the rest is faint."""

from __future__ import annotations

import pytest

from ims_fsm.draw.diagrams import diagram
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.emphasis import MOST, EmphasisSheet, emphasis_of, emphasis_sheet
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.theme import DARK, THEMES, Theme
from ims_fsm.errors import InputError
from ims_fsm.law.register import Law


def sheet_of(law: Law, name: str, machine: str = "credit_note", edition: str = "IMS-2025-10", **look) -> EmphasisSheet:
    chosen = law.machine(machine).editions[edition]
    emphasis = emphasis_of(law, chosen, name)
    assert emphasis is not None
    return emphasis_sheet(chosen, emphasis, **look)


def strong(sheet: EmphasisSheet) -> dict[str, tuple[str, ...]]:
    """Return the triggers whose arrows are heavy, with their badges."""
    return {
        label.trigger: sheet.label_look(arrow, label).badges
        for arrow in sheet.picture.arrows
        for label in arrow.labels
        if sheet.arrow_look(arrow).pen > 1
    }


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_what_faq_11_does_to_a_credit_note_alone_stands_out(law: Law, theme: Theme) -> None:
    sheet = sheet_of(law, "faq.11", theme=theme)
    assert strong(sheet) == {"keep_pending": ("may be refused",)}
    faint = [card.name for card in sheet.picture.cards if sheet.card_look(card).paint.fill == theme.palette.paper]
    assert faint == ["no_action", "accepted", "rejected", "frozen", "removed"]
    assert {sheet.arrow_look(arrow).color for arrow in sheet.picture.arrows} == {
        theme.palette.faint.line,
        theme.palette.amber.line,
    }


def test_its_own_sentence_and_what_it_does_with_citations_stand_below(law: Law) -> None:
    sheet = sheet_of(law, "faq.11")
    rule = law.rules["faq.11"].title.rstrip(".")
    assert sheet.wording.heading == "Credit note: what FAQ 11 does"
    assert sheet.wording.below == (
        f"{rule} (FAQ 11).",
        "It may refuse keep pending: The portal itself blocks pending on this record (FAQ 11).",
    )


def test_what_is_always_refused_says_so_and_finer_rules_belong_to_it(law: Law) -> None:
    sheet = sheet_of(law, "faq.11", edition="IMS-2024-10")
    assert strong(sheet) == {"keep_pending": ("refused",)}
    assert "(FAQ 11.a)" in sheet.wording.below[-1]


def test_a_guard_on_one_state_marks_that_state(law: Law) -> None:
    sheet = sheet_of(law, "pending_stays")
    looks = {card.name: sheet.card_look(card) for card in sheet.picture.cards}
    assert [name for name, look in looks.items() if look.halo] == ["pending"]
    assert looks["pending"].badge == "refused"
    assert sheet.wording.below[0].endswith("a pending record is in no GSTR-3B (FAQ 5, 14.iii).")


def test_what_a_rule_is_cited_for_stands_out_as_well(law: Law) -> None:
    sheet = sheet_of(law, "faq.12")
    assert strong(sheet)["freeze"] == ("cited",)
    looks = {card.name: sheet.card_look(card) for card in sheet.picture.cards}
    assert [name for name, look in looks.items() if look.halo] == ["frozen"]
    assert "It is cited for accept, reject, keep pending, reset, freeze." in sheet.wording.below


def test_a_slide_says_no_more_than_fits_and_how_much_more_there_is(law: Law) -> None:
    full, slide = (
        diagram("credit_note", highlight="faq.8", notes=notes).sheet.wording.below for notes in ("full", "none")
    )
    more = len(full) - 1 - MOST
    assert more > 0
    assert slide == (*full[: 1 + MOST], f"… and {more} more.")
    assert sheet_of(law, "faq.8").wording.below == full


@pytest.mark.parametrize("name", ["faq.11", "faq.12", "faq.5", "advisory.2025-10.deadline"])
def test_dot_and_mermaid_carry_it_with_the_caption(law: Law, name: str) -> None:
    sheet = sheet_of(law, name, theme=DARK)
    for text in (dot_of(sheet), mermaid_of(sheet)):
        assert sheet.wording.heading in text
        assert "may be refused" in text or "cited" in text
    assert sheet.wording.below[0] in mermaid_of(sheet)


def test_of_a_part_it_says_only_what_concerns_that(law: Law) -> None:
    part = diagram("credit_note", highlight="faq.12", only="pending, no_action").sheet.wording
    assert "It is cited for keep pending, reset." in part.below
    assert "Frozen" not in part.said
    assert not [line for line in part.below if "accept" in line]


@pytest.mark.parametrize(("rule", "only"), [("faq.11", "accept"), ("pending_stays", "no_action,accepted")])
def test_where_it_does_nothing_to_the_part_it_is_refused(rule: str, only: str) -> None:
    with pytest.raises(InputError, match=f"{rule}: does nothing to {only.replace(',', ', ')}; name other states"):
        diagram("credit_note", highlight=rule, only=only)


def test_a_rule_that_does_nothing_to_a_machine_is_none(law: Law) -> None:
    assert emphasis_of(law, law.machine("invoice").edition, "faq.23") is None


@pytest.mark.parametrize(("name", "near"), [("faq.111", "faq.11"), ("pending_stay", "pending_stays")])
def test_an_unknown_name_is_told_with_the_nearest(law: Law, name: str, near: str) -> None:
    with pytest.raises(InputError, match=f"{name}: is no rule and no guard; did you mean {near}\\?"):
        emphasis_of(law, law.machine("credit_note").edition, name)
