"""What is recommended for the records of a matching: the policy proposes, the law allows, and nothing is done."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ims_fsm import Booked, Heads, Kind, PurchaseRegister, TaxPeriod, Where

pytestmark = pytest.mark.both
DAY = date(2024, 10, 5)


def matched(stage: Any, *documents: tuple[str, Kind, int]) -> None:
    booked = (
        Booked("", stage.seller, kind, number, DAY, 100_000, igst, 0, 0, 0, "line 2", 1)
        for number, kind, igst in documents
    )
    stage.desk.match(PurchaseRegister("books.csv", tuple(booked), {}))


def test_each_class_leads_to_its_action_and_nothing_is_done(stage: Any) -> None:
    names = ("same", "small", "large", "none")
    records = {name: stage.filed(stage.document(number=f"{name}/1", date=DAY)) for name in names}
    rows = (("same/1", 18_000), ("small/1", 18_900), ("large/1", 30_000))
    matched(stage, *((number, Kind.INVOICE, igst) for number, igst in rows))
    before = stage.tables()
    told = {of.record.id: of for of in stage.desk.recommend()}
    assert stage.tables() == before
    actions = {name: (told[record].entry, told[record].action) for name, record in records.items()}
    assert actions == {
        "same": ("the_books_agree", "accept"),
        "small": ("the_difference_is_small", "accept"),
        "large": ("the_rest", "ask"),
        "none": ("not_in_the_books", "keep_pending"),
    }
    assert (told[records["none"]].itc, told[records["none"]].now_itc) == (Heads(), Heads(igst=18_000))
    assert all(of.wanted == of.action and not of.refusals and of.to_do is (of.action != "ask") for of in told.values())


def test_of_a_month_whose_register_is_not_here_a_person_is_asked(stage: Any) -> None:
    """That it is not in the books can be said of no record before its month's books are here."""
    october = stage.filed(stage.document(number="O/1", date=DAY), "2024-10")
    stage.at("2024-12-12")
    november = stage.filed(stage.document(number="N/1", date=date(2024, 11, 5)), "2024-11")

    def told() -> dict[int, tuple[str, str, str]]:
        return {of.record.id: (of.match.class_name, of.entry, of.action) for of in stage.desk.recommend()}

    unknown = ("no_register", "no_register_yet", "ask")
    missing = ("portal_only", "not_in_the_books", "keep_pending")
    assert told() == {october: unknown, november: unknown}
    other = PurchaseRegister(
        "books.csv", (Booked("", stage.seller, Kind.INVOICE, "X/1", DAY, 1, 1, 0, 0, 0, "", 1),), {}
    )
    stage.desk.match(other, period=TaxPeriod("2024-10"))
    assert told() == {october: missing, november: unknown}
    assert [record.id for record in stage.desk.records(Where(match=["no_register"]))] == [november]
    # One without a period is of all.
    stage.desk.match(other)
    assert told() == {october: missing, november: missing}


def test_what_the_law_refuses_becomes_what_it_allows_with_the_reason(stage: Any, tmp_path: Any) -> None:
    """Before 2B period 2025-10 a credit note cannot be kept pending (FAQ 11)."""
    note = stage.filed(stage.document("credit_note", number="CN/1", date=DAY))
    matched(stage, ("X/1", Kind.INVOICE, 5))
    (asked,) = stage.desk.recommend()
    assert (asked.record.id, asked.wanted, asked.action, asked.to_do) == (note, "keep_pending", "ask", False)
    assert [refusal.cites("faq.11") for refusal in asked.refusals] == [True]
    assert asked.itc == asked.now_itc == Heads(igst=-18_000)
    own = tmp_path / "own.toml"
    own.write_text('[[recommend]]\nname = "not_in_the_books"\notherwise = ["reject"]\n', "utf-8")
    (rejected,) = stage.desk.recommend(policy=own)
    assert (rejected.action, rejected.refusals, rejected.itc) == ("reject", asked.refusals, Heads())


def test_what_stands_so_already_is_done_and_what_is_decided_is_left_out(stage: Any) -> None:
    first = stage.filed(stage.document(number="A/1", date=DAY))
    matched(stage, ("A/1", Kind.INVOICE, 18_000))
    stage.act("accept", first)
    (of,) = stage.desk.recommend()
    assert (of.action, of.is_done, of.to_do) == ("accept", True, False)
    stage.act("reject", first)
    (of,) = stage.desk.recommend()
    assert (of.action, of.is_done, of.to_do) == ("accept", False, False)
    stage.close("2024-10")
    assert list(stage.desk.recommend()) == []


def test_a_pair_by_hand_is_accepted_where_its_tax_is_near_and_else_asked(stage: Any) -> None:
    first, second = (stage.filed(stage.document(number=number, date=DAY)) for number in ("A/1", "B/2"))
    matched(stage, ("X/8", Kind.INVOICE, 18_900), ("Y/9", Kind.INVOICE, 30_000))
    numbers = {of.document.number: of.document.id for of in stage.desk.matches() if of.document}
    stage.desk.pair(numbers["X/8"], first, reason="seen on paper")
    stage.desk.pair(numbers["Y/9"], second, reason="seen on paper")
    told = {of.record.id: (of.match.class_name, of.entry, of.action) for of in stage.desk.recommend()}
    assert told == {first: ("manual", "paired_by_hand", "accept"), second: ("manual", "the_rest", "ask")}
