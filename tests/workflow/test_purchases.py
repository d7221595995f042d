"""The purchase register beside the records: what each rule pairs, what stays between registers, what people decide."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ims_fsm import Booked, Heads, InputError, Kind, Match, MissingError, TaxPeriod
from ims_fsm.law.matching_reading import shipped_cascade
from tests.workflow.books import DAY, SELLER, SISTER, register
from tests.workflow.books import booked as booked_as

pytestmark = pytest.mark.both
OTHER = "27AAPFU0939F1ZV"
OCTOBER = TaxPeriod("2024-10")


def booked(number: str = "INV/7", **content: Any) -> Booked:
    return booked_as(number, **content)


def in_short(matches: Sequence[Match]) -> set[tuple[str, str | None, str | None, int | None]]:
    """Return what stands where: the class, the rule, the number in the books, the record."""
    return {(of.class_name, of.rule, of.document and of.document.number, of.record and of.record.id) for of in matches}


# --- one document beside one record ----------------------------------------------------------------------------------

# What the books have otherwise than the record of INV/24-25/7, and what comes of it.
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "all is the same": ("exact", {}),
    "small letters and blanks": ("exact", {"number": " inv/24-25/ 7"}),
    "a rupee less": ("exact", {"taxable": 99_900, "igst": 17_900}),
    "separators and zeros": ("formatting", {"number": "INV-007"}),
    "another day": ("date_off", {"date": DAY + timedelta(days=1)}),
    "another day and separators": ("date_off", {"number": "INV7", "date": DAY - timedelta(days=180)}),
    "too many days": ("books_only", {"date": DAY - timedelta(days=181)}),
    "other heads": ("wrong_head", {"igst": 0, "cgst": 9_000, "sgst": 9_000}),
    "more than a rupee": ("amount_off", {"taxable": 100_101}),
    "other amounts and a month": ("amount_off", {"taxable": 5, "igst": 1, "date": DAY + timedelta(days=31)}),
    "other amounts and more": ("books_only", {"taxable": 5, "igst": 1, "date": DAY + timedelta(days=32)}),
    "a slip": ("look_alike", {"number": "IVN/24-25/7"}),
    "the last part": ("look_alike", {"number": "24-25/17", "date": DAY + timedelta(days=5)}),
    "a slip and six days": ("books_only", {"number": "IVN/24-25/7", "date": DAY + timedelta(days=6)}),
    "a slip and other amounts": ("books_only", {"number": "IVN/24-25/7", "taxable": 100_101}),
    "amounts alone": ("books_only", {"number": "ZZ-99"}),
    "another registration": ("other_gstin", {"supplier": SISTER, "igst": 0, "cgst": 9_000, "sgst": 9_000}),
    "another registration's number": ("books_only", {"supplier": SISTER, "number": "INV/8"}),
    "another supplier": ("books_only", {"supplier": OTHER}),
    "another kind": ("books_only", {"kind": Kind.DEBIT_NOTE}),
}


@pytest.mark.parametrize("what", RULES)
def test_each_rule_pairs_what_it_says_and_nothing_more(stage: Any, what: str) -> None:
    wanted, otherwise = RULES[what]
    number = "INV/24-25/117" if what == "the last part" else "INV/24-25/7"
    record = stage.filed(stage.document(number=number, date=DAY))
    matching = stage.desk.match(register(booked(**{"number": number, **otherwise})))
    names = {kind.name: kind.count for kind in matching.classes}
    assert names == ({wanted: 1} if wanted != "books_only" else {"books_only": 1, "portal_only": 1})
    (of,) = [match for match in stage.desk.matches() if match.document is not None]
    if of.record is not None:
        rules = {name: gives for name, gives in shipped_cascade().gives.items() if gives == wanted}
        assert (of.record.id, of.rule in rules) == (record, True)
        told = of.record.document
        assert of.tax_off == Heads(*(otherwise.get(h, {"igst": 18_000}.get(h, 0)) for h in HEADS)) - told.tax
        assert of.taxable_off == otherwise.get("taxable", 100_000) - told.taxable
        assert of.days_off == (otherwise.get("date", DAY) - DAY).days


HEADS = ("igst", "cgst", "sgst", "cess")


def test_a_class_adds_up_what_both_sides_have_and_credit_notes_take_away(stage: Any) -> None:
    stage.filed(stage.document(number="INV/7", date=DAY))
    stage.filed(stage.document("credit_note", 9_000, number="CN/1", date=DAY))
    note = booked("CN/1", kind=Kind.CREDIT_NOTE, igst=8_950)
    (exact,) = stage.desk.match(register(booked(), note)).classes
    assert (exact.name, exact.count) == ("exact", 2)
    assert (exact.booked_taxable, exact.booked_tax, exact.reported_tax) == (0, Heads(igst=9_050), Heads(igst=9_000))
    assert len(exact.examples) == 2


def test_what_is_removed_or_amended_takes_no_part_and_the_amendment_does(stage: Any) -> None:
    original = stage.document(number="INV/7", date=DAY)
    stage.filed(original)
    amendment = stage.filed(stage.document(igst=20_000, number="INV/7A", date=DAY, amends=original), "2024-11")
    stage.desk.match(register(booked("INV/7A", igst=20_000)))
    assert in_short([*stage.desk.matches()]) == {("exact", "same_in_all", "INV/7A", amendment)}


def test_several_documents_for_one_record_are_told_and_not_solved(stage: Any) -> None:
    record = stage.filed(stage.document(number="INV/7", date=DAY))
    other = booked("INV-7", date=DAY + timedelta(days=200))
    stage.desk.match(register(booked(), other))
    assert in_short([*stage.desk.matches()]) == {
        ("exact", "same_in_all", "INV/7", record),
        ("booked_twice", None, "INV-7", None),
    }


def test_several_records_for_one_document_are_told_and_not_solved(stage: Any) -> None:
    first = stage.filed(stage.document(number="INV/7", date=DAY))
    second = stage.filed(stage.document(number="INV-07", date=DAY))
    stage.desk.match(register(booked()))
    assert in_short([*stage.desk.matches()]) == {
        ("exact", "same_in_all", "INV/7", first),
        ("reported_twice", None, None, second),
    }


# --- many ------------------------------------------------------------------------------------------------------------

SOME = st.lists(
    st.tuples(
        st.sampled_from(["INV/7", "INV-7", "INV/8", "IVN/7", "8", "A/1"]),
        st.integers(0, 6),
        st.sampled_from([100_000, 100_050, 200_000]),
        st.sampled_from([SELLER, SISTER]),
    ),
    max_size=8,
    unique_by=lambda row: (row[0], row[1], row[3]),
)


def filled(stage: Any, reported: Sequence[tuple[str, int, int, str]]) -> None:
    stage.taxpayer(SISTER)
    numbers = set[tuple[str, str]]()
    for number, days, taxable, supplier in reported:
        if (number, supplier) not in numbers:
            numbers.add((number, supplier))
            day = DAY + timedelta(days=days)
            stage.saved(stage.document(number=number, date=day, taxable=taxable, supplier=supplier))


def books(rows: Sequence[tuple[str, int, int, str]]) -> list[Booked]:
    return [
        booked(number, date=DAY + timedelta(days=days), taxable=taxable, supplier=supplier)
        for number, days, taxable, supplier in rows
    ]


@pytest.mark.slow
# Each example makes two databases, which takes long on PostgreSQL.
@settings(
    max_examples=4 if os.environ.get("IMS_FSM_TEST_STORE") == "postgresql" else 40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(reported=SOME, rows=SOME, turn=st.integers(0, 8))
def test_each_is_in_one_pair_at_most_whatever_the_order_and_the_same_again_changes_nothing(
    fresh: Callable[[], Any], reported: Any, rows: Any, turn: int
) -> None:
    stage, documents = fresh(), books(rows)
    filled(stage, reported)
    if not documents:
        return
    stage.desk.match(register(*documents))
    matches = [*stage.desk.matches()]
    for side in ("document", "record"):
        named = [getattr(of, side).id for of in matches if getattr(of, side) is not None]
        assert len(named) == len({*named})
    assert len([of for of in matches if of.document is not None]) == len(documents)
    assert len([of for of in matches if of.record is not None]) == len([*stage.desk.records()])
    before = stage.tables()
    again = stage.desk.match(register(*documents))
    assert stage.tables() == before
    assert (again.kept.unchanged, again.parted.count) == (len(documents), 0)
    another = fresh()
    filled(another, reported)
    another.desk.match(register(*documents[turn:], *documents[:turn][::-1]))
    assert in_short([*another.desk.matches()]) == in_short(matches)


# --- registers one after the other -----------------------------------------------------------------------------------


def test_the_next_register_of_a_period_takes_the_place_of_the_one_before(stage: Any) -> None:
    kept = stage.desk.match(register(booked("A"), booked("B"), booked("C")), period=OCTOBER).kept
    assert (kept.new, kept.changed, kept.unchanged, kept.gone.count) == (3, 0, 0, 0)
    kept = stage.desk.match(register(booked("A"), booked("B", taxable=5), booked("D")), period=OCTOBER).kept
    assert (kept.new, kept.changed, kept.unchanged) == (1, 1, 1)
    assert (kept.gone.count, kept.gone.examples) == (1, (f"C of {SELLER}",))
    kept = stage.desk.match(register(booked("E")), period=TaxPeriod("2024-11")).kept
    assert (kept.new, kept.gone.count) == (1, 0)
    numbers = {of.document.number: of.document.period for of in stage.desk.matches() if of.document}
    assert numbers == {"A": "2024-10", "B": "2024-10", "D": "2024-10", "E": "2024-11"}
    assert kept.warnings == ()
    kept = stage.desk.match(register(booked("A")), period=TaxPeriod("2024-11")).kept
    assert (kept.changed, kept.gone.examples) == (1, (f"E of {SELLER}",))
    assert [of.what for of in kept.warnings] == [f"takes 1 from the register of another period: A of {SELLER}"]


def test_the_number_of_a_document_that_is_gone_is_given_to_no_other(stage: Any) -> None:
    for number in ("A", "B"):
        stage.desk.match(register(booked(number)), period=OCTOBER)
        stage.desk.match(register(booked("Z")), period=OCTOBER)
    assert [of.document.id for of in stage.desk.matches()] == [4]


def test_a_document_of_another_time_is_warned_of(stage: Any) -> None:
    today = stage.clock().date()
    days = {"A": date(2017, 6, 30), "B": date(2017, 7, 1), "C": today, "D": today + timedelta(1), "E": date(2060, 1, 1)}
    books = [booked(number)._replace(date=day) for number, day in days.items()]
    before, after = stage.desk.match(register(*books)).kept.warnings
    assert before.what == f"A of {SELLER} is dated 2017-06-30: before 2017-07-01, when GST began"
    assert after.what.startswith(f"D of {SELLER} is dated {days['D']}, and 1 more: after today")


def test_a_class_that_is_not_in_force_any_more_is_listed_too(stage: Any, tmp_path: Any) -> None:
    stage.filed(stage.document(number="INV/7", date=DAY))
    own = tmp_path / "own.toml"
    own.write_text(
        '[[class]]\nname = "ours"\nsays = "as we book it"\n[[match]]\nname = "same_in_all"\ngives = "ours"\n'
    )
    stage.desk.match(register(booked("INV/7")), rules=own)
    (kind,) = stage.desk.matched().classes
    assert (kind.name, kind.count, kind.says.startswith("the rules in force have no such class")) == ("ours", 1, True)
    assert [of.class_name for of in stage.desk.matches(classes=["ours"])] == ["ours"]


def test_what_was_paired_and_is_not_is_told(stage: Any) -> None:
    record = stage.filed(stage.document(number="INV/7", date=DAY))
    assert stage.desk.match(register(booked())).parted.count == 0
    matching = stage.desk.match(register(booked("ZZ")))
    assert matching.parted.examples == (f"INV/7 of {SELLER} (record {record})",)
    assert stage.desk.match().parted.count == 0


def test_what_comes_back_is_of_the_period_that_is_asked_for(stage: Any) -> None:
    first = stage.filed(stage.document(number="A", date=DAY), "2024-10")
    stage.at("2024-12-12")
    second = stage.filed(stage.document(number="B", date=date(2024, 11, 5)), "2024-11")
    stage.desk.match(register(booked("A")), period=OCTOBER)
    november = stage.desk.match(register(booked("ZZ")), period=TaxPeriod("2024-11"))
    assert {kind.name: kind.count for kind in november.classes} == {"portal_only": 1, "books_only": 1}
    assert in_short([*stage.desk.matches(period=OCTOBER)]) == {("exact", "same_in_all", "A", first)}
    assert in_short([*stage.desk.matches(classes=["portal_only"])]) == {("portal_only", None, None, second)}
    assert len([*stage.desk.matches(limit=2)]) == 2


def test_a_document_of_another_recipient_is_passed_over(stage: Any) -> None:
    kept = stage.desk.match(
        register(booked("A"), booked("B", recipient=SELLER), booked("C", recipient=stage.buyer))
    ).kept
    assert (kept.documents, kept.others) == (2, 1)
    with pytest.raises(InputError, match="has no documents of"):
        stage.desk.match(register(booked("B", recipient=SELLER)))
    with pytest.raises(InputError, match="is not a class of matches"):
        stage.desk.matches(classes=["exakt"])


def test_another_number_of_a_record_is_compared_from_then_on(stage: Any) -> None:
    record = stage.saved(stage.document(number="OLD/1", date=DAY))
    stage.desk.match(register(booked("NEW/1")))
    stage.shop.edit(record, {"number": "NEW/1"})
    stage.desk.match()
    assert in_short([*stage.desk.matches()]) == {("exact", "same_in_all", "NEW/1", record)}


# --- what people decide ----------------------------------------------------------------------------------------------


def document_of(stage: Any, number: str) -> int:
    return next(of.document.id for of in stage.desk.matches() if of.document and of.document.number == number)


def test_a_pair_by_hand_stands_at_once_and_survives_the_next_register(stage: Any) -> None:
    first = stage.filed(stage.document(number="INV/7", date=DAY))
    second = stage.filed(stage.document(number="XA/8", date=DAY, taxable=500))
    seven, eight = booked("INV/7"), booked("XA/8", taxable=500)
    stage.desk.match(register(seven, eight))
    made = stage.desk.pair(document_of(stage, "INV/7"), second, reason="seen on paper")
    assert (made.decision, made.actor, made.reason, made.record_id) == ("pair", "buyer", "seen on paper", second)
    by_hand = ("manual", "manual", "INV/7", second)
    assert by_hand in in_short([*stage.desk.matches(classes=["manual"])])
    stage.desk.match(register(booked("A", taxable=9), eight, seven))
    assert {of for of in in_short([*stage.desk.matches()]) if of[3]} == {by_hand, ("reported_twice", None, None, first)}
    waiting = stage.desk.match(register(eight)).waiting
    assert (waiting.count, waiting.examples) == (1, (f"INV/7 of {SELLER} (record {second})",))
    stage.desk.match(register(seven, eight))
    assert by_hand in in_short([*stage.desk.matches()])
    stage.desk.leave_to_rules(document_of(stage, "INV/7"), second, reason="a mistake")
    stage.desk.match()
    assert {of[1:] for of in in_short([*stage.desk.matches()])} == {
        ("same_in_all", "INV/7", first),
        ("same_in_all", "XA/8", second),
    }
    assert [decision.decision for decision in stage.desk.match_decisions()] == ["pair", "free"]


def test_what_is_split_no_rule_pairs_again(stage: Any) -> None:
    record = stage.filed(stage.document(number="INV/7", date=DAY))
    stage.desk.match(register(booked()))
    document = document_of(stage, "INV/7")
    stage.desk.split(document, record, reason="another delivery")
    apart = {("books_only", None, "INV/7", None), ("portal_only", None, None, record)}
    assert in_short([*stage.desk.matches()]) == apart
    stage.desk.match(register(booked()))
    assert in_short([*stage.desk.matches()]) == apart
    stage.desk.pair(document, record, reason="the same after all")
    assert stage.desk.match().classes[0].name == "manual"


def test_nothing_is_decided_of_what_is_not_here(stage: Any) -> None:
    record = stage.filed(stage.document(number="INV/7", date=DAY))
    stage.desk.match(register(booked()))
    with pytest.raises(MissingError, match="99: is not a document of the register here"):
        stage.desk.pair(99, record, reason="x")
    with pytest.raises(MissingError):
        stage.ims.recipient(stage.seller, actor="a").pair(document_of(stage, "INV/7"), record, reason="x")
    with pytest.raises(InputError):
        stage.desk.pair(document_of(stage, "INV/7"), record, reason="")
    assert stage.desk.match_decisions() == []


def test_documents_of_different_kinds_are_not_paired_by_hand(stage: Any) -> None:
    note = stage.filed(stage.document("credit_note", number="CN/7", date=DAY))
    stage.desk.match(register(booked("INV/7")))
    document = document_of(stage, "INV/7")
    what = f"document {document}: is of the kind invoice, and record {note} of the kind credit note; pair documents of"
    with pytest.raises(InputError, match=what):
        stage.desk.pair(document, note, reason="x")
    assert stage.desk.match_decisions() == []
    stage.desk.split(document, note, reason="these two never")


def test_a_rule_of_ones_own_pairs_and_is_named(stage: Any, tmp_path: Any) -> None:
    stage.filed(stage.document(number="INV/7", date=DAY))
    own = tmp_path / "own.toml"
    own.write_text(
        '[[match]]\nname = "same_in_all"\npaise = 0\n[[match]]\nname = "wide"\ngives = "amount_off"\n'
        'number = "canonical"\namounts = "total"\npaise = 100\nbefore = "same_number_otherwise_written"\n'
    )
    matching = stage.desk.match(register(booked(taxable=100_050)), rules=own)
    assert [(of.rule, of.class_name) for of in stage.desk.matches()] == [("wide", "amount_off")]
    assert [kind.name for kind in matching.classes] == ["amount_off"]
