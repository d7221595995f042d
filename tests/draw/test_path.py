"""A record's path on its machine's picture: strong, open, closed, pale."""

from __future__ import annotations

import re

import pytest

from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.path import Barrier, Highlight, PathSheet, Step, Way, path_sheet
from ims_fsm.draw.picture import ANY, Arrow, picture_of
from ims_fsm.law.book import shipped_law
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.register import Law

STEPS = (
    Step(None, "save", ENTRY, "no_action", "9 Nov 2024", "supplier"),
    Step(1, "accept", "no_action", "accepted", "12 Nov 2024", "asha"),
    Step(2, "reject", "accepted", "rejected", "13 Nov 2024", "ravi"),
    Step(3, "accept", "rejected", "accepted", "13 Nov 2024", "asha"),
)
WAYS = (
    Way("accept", "accepted", ("faq.10.i",)),
    Way("reject", "rejected", ("faq.10.ii",)),
    Way("freeze", "frozen", ()),
)
BARRIERS = (
    Barrier("keep_pending", (("faq.11.a", "It is an original credit note, and pending is not available for it"),)),
    Barrier("delete", (("faq.16.2", "It is filed"), ("faq.5", "It is so"))),
    Barrier("edit", (("faq.16.2", "It is filed"), ("faq.5", "It is so"))),
)
SEEN = Highlight("record-7", "Credit note CN/7", "Accepted since 13 Nov 2024", "accepted", STEPS, WAYS, BARRIERS)


@pytest.fixture(scope="module")
def sheet() -> PathSheet:
    return path_sheet(shipped_law().machine("credit_note").editions["IMS-2024-10"], SEEN)


def arrow(sheet: PathSheet, trigger: str) -> Arrow:
    """Return the one arrow with a trigger."""
    (found,) = [each for each in sheet.picture.arrows if trigger in {label.trigger for label in each.labels}]
    return found


def test_it_shows_the_moves_of_its_machine(sheet: PathSheet) -> None:
    assert sheet.picture.moves() == picture_of(shipped_law().machine("credit_note").editions["IMS-2024-10"]).moves()


def test_the_steps_taken_are_strong_and_numbered(sheet: PathSheet) -> None:
    for trigger, marks in {"save": ("•",), "accept": ("1", "3"), "reject": ("2",)}.items():
        one = arrow(sheet, trigger)
        assert sheet.label_look(one, one.labels[0]).badges == marks
        assert sheet.arrow_look(one).pen == 2.0


def test_an_open_way_is_plain_and_a_closed_one_crossed_with_its_rule(sheet: PathSheet) -> None:
    freeze, pending = arrow(sheet, "freeze"), arrow(sheet, "keep_pending")
    assert (sheet.arrow_look(freeze).barred, sheet.label_look(freeze, freeze.labels[0]).sign) == (False, "")
    look = sheet.label_look(pending, pending.labels[0])
    assert sheet.arrow_look(pending).barred
    assert (look.sign, look.aside) == ("\N{MULTIPLICATION SIGN}", "FAQ 11.a")


def test_what_does_not_start_where_the_record_stands_is_pale(sheet: PathSheet) -> None:
    expire = arrow(sheet, "expire")
    assert sheet.arrow_look(expire).color == sheet.palette.faint.line


def test_the_state_it_stands_in_has_a_halo_and_where_it_never_was_is_pale(sheet: PathSheet) -> None:
    looks = {card.name: sheet.card_look(card) for card in sheet.picture.cards}
    assert [name for name, look in looks.items() if look.halo] == ["accepted"]
    assert looks["accepted"].badge == "now"
    assert looks["rejected"].paint == sheet.palette.red
    assert looks["removed"].paint.fill == sheet.palette.paper
    assert looks["frozen"].paint.line == sheet.palette.neutral.line, "it may be reached next"


def test_arrows_whose_triggers_are_not_alike_are_parted(approval: Law) -> None:
    edition = approval.machine("purchase").edition
    back = Step(1, "send_back", "submitted", "draft", "1 Jan 2025", "manager")
    seen = Highlight("x", "A purchase", "Draft", "draft", (back,), (Way("submit", "submitted", ()),), ())
    sheet = path_sheet(edition, seen)
    strong = [each for each in sheet.picture.arrows if each.labels and sheet.arrow_look(each).pen == 2.0]
    assert [(each.tail, each.labels[0].trigger) for each in strong] == [("submitted", "send_back")]


def test_a_step_that_keeps_a_state_stands_on_its_card(approval: Law) -> None:
    reminded = (Step(4, "remind", "submitted", "submitted", "2 Jan 2025", "clock"),)
    sheet = path_sheet(approval.machine("purchase").edition, Highlight("x", "A", "B", "submitted", reminded, (), ()))
    card = sheet.picture.card("submitted")
    assert sheet.kept(card, card.keeps[0]) == "(4)"
    assert "↻ remind [(4)]" in mermaid_of(sheet)


def test_the_legend_is_a_table_of_the_steps_then_what_is_open_and_what_is_closed(sheet: PathSheet) -> None:
    blocks = [*sheet.legend()]
    told = [(entry.mark, entry.name, entry.says) for entry in blocks[0].entries]
    assert told[0] == ("•", "9 Nov 2024", "save, by supplier: begins in No action")
    assert told[2] == ("2", "13 Nov 2024", "reject, by ravi: Accepted → Rejected")
    assert [entry.name for entry in blocks[1].entries] == ["accept", "reject", "freeze"]
    closed = [(entry.mark, entry.name, entry.says) for block in blocks[2:] for entry in block.entries]
    assert closed[1:] == [
        ("\N{MULTIPLICATION SIGN}", "delete, edit", "It is filed (FAQ 16.2)"),
        ("", "", "It is so (FAQ 5)"),
    ]


def test_where_nothing_is_open_it_says_so(sheet: PathSheet) -> None:
    done = Highlight("x", "A", "B", "frozen", STEPS, (), ())
    blocks = [*path_sheet(shipped_law().machine("credit_note").edition, done).legend()]
    assert blocks[1].aside == "Nothing: it is decided for good."


def test_those_who_cannot_see_it_are_told_the_path(sheet: PathSheet) -> None:
    assert sheet.wording.said.startswith("Credit note CN/7: Accepted since 13 Nov 2024. It stands in Accepted.")
    assert "12 Nov 2024: accept, by asha: No action → Accepted." in sheet.wording.said
    assert (
        "Not now keep pending: It is an original credit note, and pending is not available for it (FAQ 11.a)."
        in sheet.wording.said
    )


def test_its_parts_have_ids_of_their_own(sheet: PathSheet) -> None:
    own = set(re.findall(r'\bid="([^"]+)"', dot_of(sheet)))
    plain = set(
        re.findall(r'\bid="([^"]+)"', dot_of(picture_of(shipped_law().machine("credit_note").editions["IMS-2024-10"])))
    )
    assert own
    assert not own & plain


def test_mermaid_tells_steps_signs_and_rules(sheet: PathSheet) -> None:
    text = mermaid_of(sheet)
    assert "    Open --> accepted : accept [1, 3]" in text
    assert "    Open --> pending : \N{MULTIPLICATION SIGN} keep pending [FAQ 11.a]" in text
    assert 'state "✓ Accepted<br/>[now]" as accepted' in text


def test_the_frame_stands_for_the_state_in_it(sheet: PathSheet) -> None:
    assert arrow(sheet, "accept").tail == ANY
    assert isinstance(sheet.now(arrow(sheet, "accept"), "accept"), Way)
    assert sheet.now(arrow(sheet, "expire"), "expire") is None
