"""Two stories: their steps, their money, their refusals, and how they are written down."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ims_fsm.charts.sequence.sequence import SEQUENCES, sequence, tale_of
from ims_fsm.charts.sequence.telling import Actor, Tale, balance, signed
from ims_fsm.draw.theme import DARK
from ims_fsm.errors import InputError
from ims_fsm.law.annexure import load, play
from ims_fsm.law.book import shipped_book
from ims_fsm.law.ledger import Standing
from ims_fsm.resources import machines_folder
from ims_fsm.terms.money import NIL, Heads, rupees
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind

SVG = "{http://www.w3.org/2000/svg}"
BOOK = shipped_book()
ANNEXURE = load((machines_folder() / "annexure_a.toml").read_text("utf-8"))
OLD, NEW = TaxPeriod("2024-10"), TaxPeriod("2026-05")
amounts = st.integers(1, 10**12)
periods = st.sampled_from(["2024-10", "2025-09", "2025-10", "2026-05"]).map(TaxPeriod)


def told(name: str, v0: object = None, v1: object = None, period: TaxPeriod | None = None) -> Tale:
    return tale_of(BOOK, name, v0, v1, period)


def row(name: str):
    return next(row for row in ANNEXURE.row if row.name == name)


def direction(v0: int, v1: int) -> str:
    return "upward" if v1 > v0 else "downward" if v1 < v0 else "unchanged"


def refusals(tale: Tale) -> list[tuple[str, str, str]]:
    return [(step.says, refusal.code, refusal.rule) for step in tale.steps for refusal in step.refusals]


# --- FAQ 13 -----------------------------------------------------------------------------------------------------------


def test_the_amendment_waits_for_the_original_and_its_gstr_3b():
    tale = told("amendment")
    deeds = [(step.source[0], step.says, bool(step.refusals)) for step in tale.steps if step.source is Actor.RECIPIENT]
    assert deeds == [
        ("r", "accepts the amendment", True),
        ("r", "accepts the original", False),
        ("r", "accepts the amendment", True),
        ("r", "files GSTR-3B of October", False),
        ("r", "accepts the amendment", False),
        ("r", "files GSTR-3B of November", False),
    ]
    assert {(code, rule) for _, code, rule in refusals(tale)} == {("original_not_settled", "faq.13.1")}


@settings(deadline=None)
@given(amounts, amounts, periods)
def test_the_amendments_money_is_annexure_as(v0, v1, period):
    tale = told("amendment", rupees(v0), rupees(v1), period)
    name = {"upward": "7", "downward": "12", "unchanged": "17"}[direction(v0, v1)]
    played = play(row(name), Kind.INVOICE, "accepted", (Heads(igst=v0), Heads(igst=v1), NIL))
    liability = [step.liability for step in tale.steps if step.liability]
    credit = [step.credit for step in tale.steps if step.credit]
    assert [entry.amount for entry in liability] == [v0, played.entry.total]
    assert [entry.amount for entry in credit] == [v0, played.settled.itc.total]
    assert (tale.after.standing.total, tale.after.carried.total) == (v1, v1)


def test_a_downward_amendment_is_not_kept_pending_before_october_2025_and_may_be_after():
    assert ("keeps the amendment pending", "pending_not_allowed", "faq.11.d") in refusals(
        told("amendment", 100, 80, OLD)
    )
    assert "pending_not_allowed" not in {code for _, code, _ in refusals(told("amendment", 100, 80, NEW))}
    assert "accepts the amendment, ITC to be reduced in full" in [
        step.says for step in told("amendment", 100, 80, NEW).steps
    ]
    assert "accepts the amendment" in [step.says for step in told("amendment", 100, 120, NEW).steps]


# --- FAQ 34 -----------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(amounts, amounts, periods)
def test_the_rejected_credit_notes_money_is_annexure_as(v0, v1, period):
    tale = told("rejected-credit-note", rupees(v0), rupees(v1), period)
    first = play(row("5"), Kind.CREDIT_NOTE, "rejected", (Heads(igst=v0), NIL, NIL))
    name = {"upward": "20", "downward": "25", "unchanged": "27"}[direction(v0, v1)]
    second = play(row(name), Kind.CREDIT_NOTE, "accepted", (Heads(igst=v0), Heads(igst=v1), NIL))
    liability = [step.liability.amount for step in tale.steps if step.liability]
    credit = [step.credit.amount for step in tale.steps if step.credit]
    assert liability == [first.entry.total, first.settled.add_back.total, second.entry.total]
    assert credit == [first.settled.itc.total, second.settled.itc.total] == [0, -v1]
    assert tale.after.standing == tale.after.carried == Heads(igst=-v1)


def test_the_value_is_added_back_once_gstr_3b_is_filed():
    tale = told("rejected-credit-note")
    filed, back = next(pair for pair in zip(tale.steps, tale.steps[1:], strict=False) if pair[1].rules == ("faq.34",))
    assert (filed.says, filed.becomes.words) == ("files GSTR-3B of October", "credit note: frozen, rejected")
    assert back.says == "adds 100.00 IGST to the liability in GSTR-3B of November"
    assert (back.source, back.target, back.liability.total) == (Actor.PORTAL, Actor.SUPPLIER, 0)


def test_neither_note_is_kept_pending_before_october_2025():
    assert [(code, rule) for _, code, rule in refusals(told("rejected-credit-note"))] == [
        ("pending_not_allowed", "faq.11.a"),
        ("pending_not_allowed", "faq.11.c"),
    ]
    assert refusals(told("rejected-credit-note", period=NEW)) == []
    assert ("pending_not_allowed", "faq.11.b") in {
        (code, rule) for _, code, rule in refusals(told("rejected-credit-note", 100, 120))
    }


# --- both -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SEQUENCES)
@pytest.mark.parametrize("period", [OLD, NEW])
def test_days_are_the_calendars_and_never_go_back(name, period):
    tale = told(name, period=period)
    days = [step.day for step in tale.steps]
    assert days == sorted(days)
    calendar = BOOK.calendar
    assert {calendar.due_gstr1(period, "monthly"), calendar.due_gstr3b(period, "monthly", "")} <= set(days)


@pytest.mark.parametrize("name", SEQUENCES)
def test_every_citation_is_in_the_register(name):
    assert {rule for step in told(name).steps for rule in step.rules} <= set(BOOK.law.rules)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SEQUENCES), st.integers(1, 10**15), st.integers(1, 10**15), periods)
def test_no_words_cover_others_or_leave_the_page(faults, name, v0, v1, period):
    assert faults(sequence(BOOK, told(name, rupees(v0), rupees(v1), period))) == ([], [])


def test_svg_shows_the_money_and_the_refusals_with_their_codes():
    root = ET.fromstring(sequence(BOOK, told("amendment"), theme=DARK))  # noqa: S314 - our own picture
    shown = [text.text for text in root.iter(f"{SVG}text")]
    assert {"An amended invoice", "+100.00", "+20.00", "120.00", "original: accepted"} <= set(shown)
    assert "refused: as before (FAQ 13.1, original_not_settled)" in shown
    assert "original_not_settled" in " ".join(shown).replace("as before (FAQ 13.1, original_not_settled)", "")
    assert root.findtext(f"{SVG}desc") == told("amendment").said(BOOK.calendar.phrases())


def test_mermaid_has_a_message_for_each_step_and_a_note_for_each_entry():
    tale = told("amendment", "1000", "80")
    lines = sequence(BOOK, tale, "mermaid").decode().splitlines()
    messages = [line for line in lines if (line.strip()[:1] in "SPR" and ">" in line.split(":")[0]) or "--x" in line]
    assert len(messages) == len(tale.steps)
    assert "    Note left of S: Liability +1,000.00<br/>total 1,000.00" in lines
    assert "    Note right of R: ITC \N{MINUS SIGN}920.00<br/>total 80.00" in lines
    assert sum("--xP" in line for line in lines) == len(refusals(tale)) == 3
    # Both would end a message.
    assert [line for line in lines[6:] if ";" in line or "#" in line] == []


def test_where_both_sides_stand_is_said():
    assert (
        told("amendment").ending == "In the end the supplier's liability and the recipient's ITC are the same: 120.00"
    )
    apart = told("amendment")
    apart.after = Standing(Heads(igst=100), Heads(igst=-200))
    assert apart.ending == f"In the end the supplier's liability is {balance(-200)} and the recipient's ITC 1.00"


def test_amounts_read_as_money():
    assert (signed(123456789), signed(-5), balance(5)) == ("+12,34,567.89", "\N{MINUS SIGN}0.05", "0.05")


def test_it_is_drawn_for_slides():
    assert sequence(BOOK, told("rejected-credit-note"), "png").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("nothing",), "sequence: nothing: is not a sequence; the sequences are amendment, rejected-credit-note"),
        (("amendment", "0"), "sequence: v0: 0 is not the tax of a document; write an amount above zero"),
        (("amendment", "ten"), "sequence: v0: 'ten' is not an amount in rupees; write it like \"18000.00\""),
        (("amendment", None, None, TaxPeriod("2024-09")), "sequence: 2024-09: lies before IMS, which begins with 2B"),
        (("amendment", None, None, TaxPeriod("2099-12")), "sequence: 2099-12: is too late: the calendar ends before"),
    ],
)
def test_what_cannot_be_told_is_said(asked, says):
    with pytest.raises(InputError) as refused:
        told(*asked)
    assert str(refused.value).startswith(says)


def test_every_problem_is_said_at_once():
    with pytest.raises(InputError) as refused:
        told("nothing", "-1", "x", TaxPeriod("2023-01"))
    assert [problem.where for problem in refused.value.problems] == ["nothing", "2023-01", "v0", "v1"]


def test_another_format_is_refused():
    with pytest.raises(InputError, match="gif: is not a format; use one of svg, png, pdf, mermaid"):
        sequence(BOOK, told("amendment"), "gif")


def test_with_the_document_alone_its_amendment_changes_nothing():
    assert [step.liability.amount for step in told("amendment", 50).steps if step.liability] == [5000, 0]
