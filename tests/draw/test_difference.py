"""One machine beside another: what differs has a sign and a stroke of its own, and not a colour alone."""

from __future__ import annotations

import pytest

from ims_fsm.draw.diagrams import Style
from ims_fsm.draw.difference import DifferenceSheet, difference_sheet
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.ratio import Notes
from ims_fsm.draw.views import views
from ims_fsm.errors import InputError
from ims_fsm.law.register import Law

AMENDABLE = ["credit_note", "credit_note_amendment", "debit_note", "debit_note_amendment",
             "eco_document", "eco_document_amendment", "invoice_amendment"]  # fmt: skip


def beside(law: Law, name: str) -> DifferenceSheet:
    return difference_sheet(law.machine(name).edition, law.machine("invoice"))


def signs(sheet: DifferenceSheet) -> dict[str, str]:
    looks = ((label, sheet.label_look(arrow, label)) for arrow in sheet.picture.arrows for label in arrow.labels)
    return {label.trigger: look.sign for label, look in looks if look.sign in set("+~\N{MINUS SIGN}")}


def test_a_credit_note_lapses_and_does_not_expire_and_three_triggers_are_otherwise(law: Law) -> None:
    sheet = beside(law, "credit_note")
    assert sheet.wording.heading == "Credit note beside Invoice"
    assert signs(sheet) == {
        "lapse": "+", "expire": "\N{MINUS SIGN}", "accept": "~", "keep_pending": "~", "reset": "~",
    }  # fmt: skip
    strokes = {arrow.labels[0].trigger: sheet.stroke(arrow)[0] for arrow in sheet.picture.arrows if arrow.labels}
    pens = {arrow.labels[0].trigger: sheet.arrow_look(arrow).pen for arrow in sheet.picture.arrows if arrow.labels}
    assert strokes["expire"] == "dashed"
    assert pens["lapse"] > pens["reject"]


def test_a_bill_of_entry_is_never_rejected(law: Law) -> None:
    sheet = beside(law, "bill_of_entry")
    look = sheet.card_look(sheet.picture.card("rejected"))
    assert (look.badge, look.dashed) == ("\N{MINUS SIGN} not here", True)


@pytest.mark.parametrize("name", ["debit_note", "eco_document"])
def test_a_guard_that_only_has_another_name_is_no_difference(law: Law, name: str) -> None:
    sheet = beside(law, name)
    assert not sheet.comparison.differs
    assert [block.heading for block in sheet.legend()] == ["Nothing differs"]


def test_no_two_of_those_that_differ_have_the_same_picture(law: Law) -> None:
    said = {name: beside(law, name).wording.said.split(". ", 1)[1] for name in AMENDABLE}
    differing = [words for name, words in said.items() if beside(law, name).comparison.differs]
    # An amended invoice, debit note and document of an e-commerce operator are ruled alike.
    assert len(set(differing)) == len(differing) - 2


def test_numbers_have_a_short_legend_and_names_alone_none(law: Law) -> None:
    full, numbers, none = (
        [entry for block in Style(notes=notes).dressed(beside(law, "credit_note")).legend() for entry in block.entries]
        for notes in (Notes.FULL, Notes.NUMBERS, Notes.NONE)
    )
    assert not none
    assert [entry.mark for entry in full] == [entry.mark for entry in numbers]
    assert "On keep pending: pending not allowed" in [entry.says for entry in numbers]


def test_without_a_name_all_that_extend_the_same_are_beside_it(law: Law) -> None:
    sheets = views(law, None, "IMS-2025-10", Style(), differs_from="invoice")
    assert {*sheets} == {f"{name}.beside-invoice" for name in [*AMENDABLE, "bill_of_entry"]}
    for sheet in sheets.values():
        for text in (dot_of(sheet), mermaid_of(sheet)):
            assert sheet.wording.heading in text


@pytest.mark.parametrize(
    ("names", "asked", "told"),
    [
        (["invoice"], {"differs_from": "invoice"}, "invoice: is beside itself; name another machine to draw"),
        (["invoice"], {"differs_from": "invoic"}, "invoic: is not a declared machine; did you mean invoice"),
        (["invoice"], {"highlight": "faq.23"}, "faq.23: does nothing to invoice; name .* cited by .*gstr2b.toml"),
        (None, {"highlight": "faq.11", "differs_from": "invoice"}, "faq.11: is highlighted on one machine; leave"),
    ],
)
def test_what_cannot_be_shown_is_told(law: Law, names, asked: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        views(law, names, None, Style(), **asked)
