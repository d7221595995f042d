"""Chasing: under which reason a document stands, what is at stake, who comes first, and who was written to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ims_fsm import DeclarationError, Heads, InputError, Kind, TaxPeriod
from ims_fsm.law.chasing import read_chasing, shipped_chasing
from ims_fsm.resources import machines_folder
from tests.workflow.books import DAY, SELLER, SISTER, booked, register

pytestmark = pytest.mark.both
OTHER = "24AAACC1206D1ZM"
NONE = Heads()


def reasons(stage: Any, **only: Any) -> list[tuple[str, str, Heads]]:
    return [(of.number, of.reason.name, of.stake) for of in stage.desk.chase_documents(**only)]


# What is done with a document that the seller reports as S/1 of 180.00 IGST; what the books have of it, None for
# nothing; the reason, and what is at stake.
SAVED, FILED = "saved", "filed"
CASES: dict[str, tuple[str, str | None, dict[str, Any] | None, str | None, Heads]] = {
    "filed as the books have it": (FILED, None, {}, None, NONE),
    "filed, accepted": (FILED, "accept", {}, None, NONE),
    "filed, not in the books": (FILED, None, None, None, NONE),
    "saved": (SAVED, None, {}, "saved_not_filed", Heads(18_000)),
    "saved, not in the books": (SAVED, None, None, "saved_not_filed", Heads(18_000)),
    "saved, accepted": (SAVED, "accept", {}, "saved_not_filed", Heads(18_000)),
    "saved otherwise": (SAVED, None, {"igst": 20_000}, "saved_otherwise", Heads(20_000)),
    "saved under another date": (SAVED, None, {"date": DAY + timedelta(1)}, "saved_otherwise", Heads(18_000)),
    "saved, rejected": (SAVED, "reject", {}, "rejected_before_filing", Heads(18_000)),
    "rejected": (FILED, "reject", {}, "rejected", Heads(18_000)),
    "rejected, not in the books": (FILED, "reject", None, "rejected", NONE),
    "rejected, less in the books": (FILED, "reject", {"igst": 10_000}, "rejected", Heads(10_000)),
    "less reported": (FILED, None, {"igst": 20_000}, "differs", Heads(2_000)),
    "more reported": (FILED, None, {"igst": 10_000}, "differs", NONE),
    "other heads": (FILED, None, {"igst": 0, "cgst": 9_000, "sgst": 9_000}, "differs", Heads(0, 9_000, 9_000)),
    "another registration": (FILED, None, {"supplier": SISTER}, "other_gstin", NONE),
    "another registration, saved": (SAVED, None, {"supplier": SISTER}, "other_gstin", Heads(18_000)),
    "another registration, rejected": (FILED, "reject", {"supplier": SISTER}, "other_gstin", Heads(18_000)),
    "another date": (FILED, None, {"date": DAY + timedelta(1)}, "dated_otherwise", NONE),
    "another number": (FILED, None, {"number": "S/001"}, None, NONE),
    "within a rupee": (FILED, None, {"igst": 18_050}, None, NONE),
    "pending, with time": (FILED, "keep_pending", {}, None, NONE),
}


@pytest.mark.parametrize("what", CASES)
def test_a_document_stands_under_the_first_reason_that_holds(stage: Any, what: str) -> None:
    status, action, content, reason, stake = CASES[what]
    document = stage.document(number="S/1")
    record_id = stage.saved(document) if status == SAVED else stage.filed(document)
    if action is not None:
        stage.desk.act(action, record_id)
    stage.desk.match(None if content is None else register(booked(**content)))
    number = "S/1" if content is None else content.get("number", "S/1")
    assert reasons(stage) == ([] if reason is None else [(number, reason, stake)])


def test_what_nobody_reported_is_asked_for_in_the_next_return(stage: Any) -> None:
    stage.desk.match(register(booked("B/1"), booked("B/2", kind=Kind.CREDIT_NOTE, date=date(2024, 11, 3))))
    first, note = stage.at("2024-11-12").desk.chase_documents()
    assert (first.reason.name, first.stake, first.credit_until) == ("not_reported", Heads(18_000), date(2025, 11, 30))
    assert (first.days, first.band, first.next, first.due) == (38, "31-60", TaxPeriod("2024-11"), date(2024, 12, 11))
    assert (first.quarterly, first.quarterly_due) == ("IFF of October 2024", date(2024, 11, 13))
    assert (note.stake, note.credit_until, note.over) == (NONE, None, False)
    assert "report it in GSTR-1 of November 2024 by 11 December 2024" in first.asks
    late = next(iter(stage.at("2025-12-30").desk.chase_documents()))
    assert (late.reason.name, late.rule, late.stake) == ("time_over", "sec.16_4", Heads(18_000))
    assert (late.over, late.quarterly, late.quarterly_due) == (True, "GSTR-1 of the quarter to December 2025",
                                                               date(2026, 1, 13))  # fmt: skip


def test_the_day_of_the_return_is_still_in_time(stage: Any) -> None:
    stage.desk.match(register(booked()))
    assert [next(iter(stage.at(day).desk.chase_documents())).next for day in ("2024-11-11", "2024-11-12")] == [
        "2024-10", "2024-11"]  # fmt: skip


def test_when_the_time_for_credit_is_over_that_is_the_reason_and_nothing_is_asked_for_now(stage: Any) -> None:
    record_id = stage.filed(stage.document(number="S/1", igst=10_000))
    stage.filed(stage.document(number="S/2"))
    stage.desk.keep_pending(stage.filed(stage.document(number="S/3")))
    stage.desk.match(register(booked(), booked("S/2"), booked("B/1"), booked("N/1", kind=Kind.CREDIT_NOTE)))
    by_day = [{of.number: of.reason.name for of in stage.at(day).desk.chase_documents()}
              for day in ("2025-11-30", "2025-12-01")]  # fmt: skip
    assert by_day == [
        {"S/1": "differs", "S/3": "pending_ends", "B/1": "not_reported", "N/1": "not_reported"},
        {"S/1": "time_over", "S/3": "time_over", "B/1": "time_over", "N/1": "not_reported"},
    ]
    (held,) = (of for of in stage.desk.payments_to_hold() if of.number == "S/1")
    assert (held.tax, held.release, record_id) == (Heads(8_000), "it is agreed with the supplier", 1)
    assert all("report it" not in of.asks and "GSTR" not in of.asks for of in stage.desk.chase_documents() if of.over)
    (letter,) = stage.desk.letters(reasons=["time_over"])
    text = " ".join(letter.content.decode().split())
    assert "waits" not in text
    assert "Of tax of 440.00 IGST no further credit can be taken: its last day is over." in text


def test_the_annual_return_ends_the_time_of_what_nobody_reported(stage: Any) -> None:
    stage.desk.match(register(booked(), booked("B/2", date=date(2025, 4, 1))))
    stage.at("2025-06-01").desk.file_annual_return("2024-25")
    of = {of.number: (of.reason.name, of.over) for of in stage.desk.chase_documents()}
    assert of == {"S/1": ("time_over", True), "B/2": ("not_reported", False)}


@pytest.mark.parametrize(("day", "late"), [("2025-11-11", False), ("2025-11-12", True), ("2025-12-12", True)])
def test_no_amendment_is_asked_for_in_a_return_that_comes_too_late(stage: Any, day: str, *, late: bool) -> None:
    stage.desk.reject(stage.filed(stage.document(number="N/1", kind=Kind.CREDIT_NOTE)))
    (of,) = stage.at(day).desk.chase_documents()
    assert (of.late, "amend it" in of.asks, of.rule) == (late, not late, "sec.37_3" if late else "faq.19.2")
    assert "30 November 2025" in of.asks


def test_one_registration_takes_it_out_and_the_other_reports_it(stage: Any) -> None:
    stage.filed(stage.document(number="S/1"))
    stage.desk.match(register(booked(supplier=SISTER)))
    (of,) = stage.at("2024-11-12").desk.chase_documents()
    assert f"take it out of GSTR-1 of October 2024 of {SELLER} by 30 November 2025" in of.asks
    assert f"report it under {SISTER} in GSTR-1 of November 2024" in of.asks


def test_pending_is_chased_for_when_its_time_draws_near(stage: Any) -> None:
    record_id = stage.filed(stage.document(number="S/1", date=date(2024, 3, 5)), period="2024-10")
    stage.desk.keep_pending(record_id)
    ((_, reason, stake),) = reasons(stage)
    assert (reason, stake) == ("pending_ends", Heads(18_000))


def test_what_a_filed_return_rejected_waits_for_its_amendment_and_the_amendment_ends_it(stage: Any) -> None:
    document = stage.document(number="S/1")
    stage.desk.reject(stage.filed(document))
    stage.close()
    assert reasons(stage) == [("S/1", "rejected", NONE)]
    stage.filed(stage.document(number="S/1", amends=document), period="2024-11")
    assert reasons(stage) == []


def test_nobody_is_chased_for_reverse_charge_or_an_import(stage: Any) -> None:
    stage.saved(stage.document(reverse_charge=True))
    stage.desk.match(register(booked("BE/1", kind=Kind.BILL_OF_ENTRY)))
    assert reasons(stage) == []


def test_the_most_at_stake_comes_first_then_the_oldest(stage: Any) -> None:
    stage.taxpayer(OTHER)
    stage.desk.match(
        register(
            booked("A/1", igst=5_000),
            booked("A/2", igst=9_000, date=DAY - timedelta(60)),
            booked("A/3", igst=9_000),
            booked("B/1", igst=12_000, supplier=OTHER),
            booked("C/1", igst=12_000, supplier=SISTER, date=DAY - timedelta(9)),
        ),
        period=TaxPeriod("2024-10"),
    )
    assert [number for number, *_ in reasons(stage)] == ["A/2", "A/3", "A/1", "C/1", "B/1"]
    first, *others = stage.desk.chase()
    assert (first.supplier, first.total.documents, first.total.tax, first.days) == (SELLER, 3, Heads(23_000), 95)
    assert {name: of.documents for name, of in first.by_band.items()} == {"31-60": 2, "91-180": 1}
    assert [of.supplier for of in others] == [SISTER, OTHER]
    totals = stage.desk.chase_totals()
    assert (totals.suppliers, totals.total.documents, totals.total.tax) == (3, 5, Heads(47_000))
    assert sum(of.documents for of in totals.by_band.values()) == 5
    only = [
        ({"min_tax": 12_001}, 3), ({"suppliers": [OTHER]}, 1), ({"older_than": 60}, 1), ({"period": "2024-09"}, 0),
        ({"reasons": ["saved_not_filed"]}, 0), ({"reasons": ["not_reported"]}, 5), ({"limit": 2}, 2),
    ]  # fmt: skip
    for narrowed, number in only:
        assert len(reasons(stage, **narrowed)) == number, narrowed
    assert [of.number for of in stage.desk.payments_to_hold(suppliers=[OTHER])] == ["B/1"]


def test_the_name_is_that_of_the_portal(stage: Any) -> None:
    stage.filed(stage.document(supplier_name="Sample Metals"))
    stage.desk.match(register(booked("A/1")))
    assert [of.name for of in stage.desk.chase()] == ["Sample Metals"]


def test_what_cannot_be_asked_is_said_at_once(stage: Any) -> None:
    with pytest.raises(InputError) as error:
        list(stage.desk.chase(reasons=["late"], suppliers=["29"], min_tax=-1, older_than=-1, again_after=99_999))
    assert [problem.where for problem in error.value.problems] == [
        "reasons", "suppliers", "min_tax", "older_than", "again_after"]  # fmt: skip


OVERLAYS = {
    "an unknown class": '[[reason]]\nname = "differs"\nclasses = ["unlike"]',
    "an unknown rule": '[[reason]]\nname = "differs"\nrule = "faq.99"',
    "an unknown field": '[[reason]]\nname = "differs"\nasks = "write to {nobody}"',
    "a broken sentence": '[[reason]]\nname = "differs"\nasks = "write to {next"',
    "a field that nobody reported": '[[reason]]\nname = "not_reported"\nasks = "file {form}"',
    "no condition": '[[reason]]\nname = "saved_not_filed"\nstatus = "saved"\nstake = "all"',
    "days below zero": '[[reason]]\nname = "pending_ends"\nends_within = -1',
    "a band that has no end": '[[band]]\nname = "all"\nup_to = 30',
    "bands in disorder": '[[band]]\nname = "b"\nup_to = 30\n[[band]]\nname = "a"\nup_to = 3\n[[band]]\nname = "c"',
    "another table": "[[reasons]]\nname = 'x'",
    "no stake": '[[reason]]\nname = "new"\nsays = "x"\nasks = "x"\nrelease = "x"\nrule = "faq.15"\nstatus = "saved"',
    "over with a condition of its own": '[[reason]]\nname = "time_over"\nstatus = "saved"',
    "an unknown late field": '[[reason]]\nname = "differs"\nasks_late = "write to {nobody}"',
    "no letter": "[letter]\nmost = 0",
}


@pytest.mark.sqlite("reads a file")
@pytest.mark.parametrize("what", OVERLAYS)
def test_reasons_that_cannot_be_used_are_refused(what: str) -> None:
    text = (machines_folder() / "chasing.toml").read_text("utf-8")
    with pytest.raises(DeclarationError):
        read_chasing(text, OVERLAYS[what], "own.toml")


@pytest.mark.sqlite("reads a file")
def test_a_file_of_ones_own_is_laid_over() -> None:
    text = (machines_folder() / "chasing.toml").read_text("utf-8")
    own = '[[reason]]\nname = "dated_otherwise"\noff = true\n[[band]]\nname = "all"'
    declared = read_chasing(text, own, "own.toml")
    assert {*shipped_chasing().reasons} - {*declared.reasons} == {"dated_otherwise"}
    assert declared.band_of(10_000) == "all"
