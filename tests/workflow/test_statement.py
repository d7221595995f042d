"""A GSTR-2B of ours as the portal's, and the portal's compared with it."""

from __future__ import annotations

from datetime import date, datetime
from importlib.resources import files

import pytest

from ims_fsm import IMS, Document, Form, Heads, Kind, OriginalReference, Taxpayer, TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.two_b.comparison import What
from ims_fsm.formats.gstn.two_b.statement import PortalTwoB, PortalTwoBLine
from ims_fsm.formats.gstn.two_b.writing import write_two_b
from ims_fsm.terms import money
from ims_fsm.terms.period import indian
from ims_fsm.terms.vocabulary import Section

SAMPLES = files("ims_fsm.formats") / "samples"
ME, SELLER, OCTOBER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA", TaxPeriod("2024-10")


@pytest.fixture
def clock():
    return ["2024-11-09T10:00"]


@pytest.fixture
def ims(clock):
    with IMS("sqlite://", clock=lambda: indian(datetime.fromisoformat(clock[0]))) as opened:
        opened.register(Taxpayer(gstin=ME, registered_from=OCTOBER))
        opened.register(Taxpayer(gstin=SELLER, registered_from=OCTOBER))
        yield opened


def document(number="S/1", **changes):
    whole = {
        "kind": Kind.INVOICE,
        "supplier": SELLER,
        "recipient": ME,
        "number": number,
        "date": date(2024, 10, 5),
        "taxable": 10_000_000,
        "tax": Heads(igst=1_800_000),
        "pos": "27",
    }
    return Document(**(whole | changes))


def filed(ims, *documents, form=Form.GSTR_1):
    made = [ims.supplier(one.supplier, actor="seller").save(one, form, OCTOBER) for one in documents]
    ims.supplier(SELLER, actor="seller").file(form, OCTOBER)
    return made


def drafted(ims, clock):
    clock[0] = "2024-11-14T10:00"
    ims.recipient(ME, actor="me").generate_2b(OCTOBER)


def shown(**changes):
    whole = {
        "section": Section.ITC_AVAILABLE,
        "kind": Kind.INVOICE,
        "supplier": SELLER,
        "number": "S/1",
        "date": date(2024, 10, 5),
        "taxable": 10_000_000,
        "tax": Heads(igst=1_800_000),
    }
    return PortalTwoBLine(**(whole | changes))


def theirs(*lines):
    statement = PortalTwoB(recipient=ME, period=OCTOBER, generated_on=date(2024, 11, 14), lines=lines)
    return dumps(write_two_b(statement)).encode()


def test_every_section_is_written_with_its_availability_and_reason(ims, clock):
    note = {"kind": Kind.CREDIT_NOTE, "tax": Heads(igst=90_000)}
    made = filed(
        ims,
        document("S/1"),
        document("S/2", ineligible="pos"),
        document("S/3", reverse_charge=True),
        document("S/4", date=date(2023, 3, 1)),
        document("C/1", **note),
    )
    clock[0] = "2024-11-12T10:00"
    ims.recipient(ME, actor="me").act("reject", made[-1])
    drafted(ims, clock)
    lines = {line.number: line for line in ims.recipient(ME, actor="reader").export_2b(OCTOBER).lines}
    sections = {number: (line.section, line.itc_available, line.reason) for number, line in lines.items()}
    assert sections == {
        "S/1": (Section.ITC_AVAILABLE, "Y", ""),
        "S/2": (Section.ITC_NOT_AVAILABLE, "N", "P"),
        "S/3": (Section.ITC_AVAILABLE, "Y", ""),
        "S/4": (Section.ITC_NOT_AVAILABLE, "N", "C"),
        "C/1": (Section.ITC_REJECTED, "Y", ""),
    }
    assert lines["S/3"].reverse_charge
    assert (lines["C/1"].tax, lines["C/1"].credit) == (Heads(igst=90_000), Heads(igst=-90_000))


def test_an_amendment_brings_the_difference_and_shows_the_whole(ims, clock):
    (original,) = filed(ims, document())
    drafted(ims, clock)
    ims.recipient(ME, actor="me").file_3b(OCTOBER)
    clock[0] = "2024-12-10T10:00"
    reference = OriginalReference("S/1", date(2024, 10, 5))
    november = TaxPeriod("2024-11")
    ims.supplier(SELLER, actor="seller").save(
        document("S/1", amends=reference, tax=Heads(igst=2_000_000)), Form.GSTR_1, november
    )
    ims.supplier(SELLER, actor="seller").file(Form.GSTR_1, november)
    clock[0] = "2024-12-14T10:00"
    ims.recipient(ME, actor="me").generate_2b(november)
    (line,) = ims.recipient(ME, actor="reader").export_2b(november).lines
    assert (line.amended, line.original, line.tax, line.entry) == (
        True, reference, Heads(igst=2_000_000), Heads(igst=200_000)
    )  # fmt: skip
    assert ims.recipient(ME, actor="reader").record(original).disposition == "deemed_accepted"


def test_reverse_charge_stands_beside_what_it_takes_back(ims, clock):
    filed(ims, document())
    drafted(ims, clock)
    ims.recipient(ME, actor="me").file_3b(OCTOBER)
    clock[0] = "2024-12-10T10:00"
    november, reference = TaxPeriod("2024-11"), OriginalReference("S/1", date(2024, 10, 5))
    ims.supplier(SELLER, actor="seller").save(
        document("S/1", amends=reference, reverse_charge=True), Form.GSTR_1, november
    )
    ims.supplier(SELLER, actor="seller").file(Form.GSTR_1, november)
    clock[0] = "2024-12-14T10:00"
    ims.recipient(ME, actor="me").generate_2b(november)
    lines = ims.recipient(ME, actor="reader").export_2b(november).lines
    assert sorted((line.reverse_charge, line.credit.igst) for line in lines) == [(False, -1_800_000), (True, 1_800_000)]
    written = write_two_b(ims.recipient(ME, actor="reader").export_2b(november))["data"]["itcsumm"]["itcavl"]
    assert (written["nonrevsup"]["igst"], written["revsup"]["igst"]) == (-18_000, 18_000)
    own = dumps(write_two_b(ims.recipient(ME, actor="reader").export_2b(november))).encode()
    assert ims.compare_2b(own, "ours").differences == ims.compare_2b([own], "ours").differences == ()


def test_what_the_recipient_reverses_himself_is_no_line(ims, clock):
    filed(ims, document())
    drafted(ims, clock)
    ims.recipient(ME, actor="me").file_3b(OCTOBER)
    clock[0] = "2024-12-10T10:00"
    november, reference = TaxPeriod("2024-11"), OriginalReference("S/1", date(2024, 10, 5))
    ims.supplier(SELLER, actor="seller").save(
        document("S/1", amends=reference, ineligible="pos"), Form.GSTR_1, november
    )
    ims.supplier(SELLER, actor="seller").file(Form.GSTR_1, november)
    clock[0] = "2024-12-14T10:00"
    ims.recipient(ME, actor="me").generate_2b(november)
    (line,) = ims.recipient(ME, actor="reader").export_2b(november).lines
    assert (line.section, line.reason) == (Section.ITC_NOT_AVAILABLE, "P")


def test_a_statement_that_is_not_there_is_no_statement(ims):
    with pytest.raises(InputError, match="was never generated here for 27AAPFU0939F1ZV; generate it first"):
        ims.recipient(ME, actor="reader").export_2b(OCTOBER)
    with pytest.raises(InputError, match="was never generated here"):
        ims.compare_2b(theirs(shown()), "theirs")


def test_ours_written_and_read_again_differs_in_nothing(ims, clock):
    ims.import_download((SAMPLES / "ims_2024-11.json").read_bytes(), "sample", actor="me")
    drafted(ims, clock)
    written = dumps(write_two_b(ims.recipient(ME, actor="reader").export_2b(OCTOBER))).encode()
    found = ims.compare_2b(written, "ours")
    assert (found.differences, found.warnings) == ((), ())
    assert found.ours == found.theirs


def test_our_totals_are_those_that_the_statement_is_told_with(ims, clock):
    ims.import_download((SAMPLES / "ims_2024-11.json").read_bytes(), "sample", actor="me")
    drafted(ims, clock)
    found = ims.compare_2b((SAMPLES / "gstr2b_2024-10.json").read_bytes(), "theirs").differences
    told = ims.recipient(ME, actor="reader").two_b(OCTOBER).totals["itc_available"].in_rupees()
    totals = [one for one in found if one.what is What.TOTAL and "ITC Available" in one.sentence]
    assert totals
    for one in totals:
        head = one.sentence.removeprefix("net total of ITC Available: ").split()[0]
        amount = told[head.lower()]
        assert (one.ours, f"{money.shown(money.paise(str(amount)))} here" in one.sentence) == (str(amount), True)


def only(ims, *lines):
    found = ims.compare_2b(theirs(*lines), "theirs")
    (difference,) = [one for one in found.differences if one.what is not What.TOTAL]
    return difference


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"reverse_charge": True}, "faq.17"),
        ({"section": Section.ITC_NOT_AVAILABLE, "itc_available": "N", "reason": "P"}, "faq.4.i"),
        ({"section": Section.ITC_NOT_AVAILABLE, "itc_available": "N", "reason": "C"}, "faq.4.ii"),
        ({"section": Section.ITC_REVERSED}, "faq.8.5"),
        ({"invoice_type": "ISD"}, "faq.8.1"),
        ({"kind": Kind.BILL_OF_ENTRY, "supplier": "", "number": "1/INNSA1", "invoice_type": "IMPG"}, "faq.8.2"),
        ({}, None),
    ],
)
def test_what_is_only_in_theirs_is_explained_by_its_route(ims, clock, changes, rule):
    drafted(ims, clock)
    difference = only(ims, shown(**changes))
    assert (difference.what, difference.rule) == (What.MISSING_HERE, rule)


def test_what_is_only_in_theirs_is_explained_by_what_is_known_here(ims, clock):
    pending, later, saved, removed = (document(f"S/{number}") for number in range(1, 5))
    (kept,) = filed(ims, pending)
    ims.supplier(saved.supplier, actor="seller").save(saved, Form.GSTR_1, OCTOBER)
    gone = ims.supplier(removed.supplier, actor="seller").save(removed, Form.GSTR_1, OCTOBER)
    ims.supplier(SELLER, actor="seller").delete(gone)
    clock[0] = "2024-11-12T10:00"
    ims.recipient(ME, actor="me").act("keep_pending", kept)
    filed(ims, later, form=Form.GSTR_1A)
    drafted(ims, clock)
    told = {number: only(ims, shown(number=f"S/{number}")) for number in (1, 2, 3, 4)}
    assert {number: one.rule for number, one in told.items()} == {
        1: "faq.14.iii", 2: "window.2b", 3: "faq.15", 4: "faq.15"
    }  # fmt: skip
    assert told[1].sentence.endswith("here it is left out, because it is pending")
    assert told[2].sentence.endswith("here it belongs to 2B period 2024-11")


def test_what_is_only_in_ours_is_told_without_a_reason(ims, clock):
    filed(ims, document(), document("S/2"))
    drafted(ims, clock)
    difference = only(ims, shown())
    assert (difference.what, difference.number, difference.rule) == (What.MISSING_THERE, "S/2", None)
