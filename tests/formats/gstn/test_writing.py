"""What the portal is told: SAVE and RESET with the action last seen, exact amounts, one spelling."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.upload import Upload, UploadRecord, offline_file, write_upload
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, State

ME, SUPPLIER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
INVOICE = Document(
    kind=Kind.INVOICE,
    supplier=SUPPLIER,
    recipient=ME,
    number="S/101",
    date=date(2024, 10, 5),
    taxable=10_000_000,
    tax=Heads(igst=1_800_000),
    value=11_800_000,
    pos="27",
)
ACCEPTED = UploadRecord(
    document=INVOICE,
    form=Form.GSTR_1,
    return_period=TaxPeriod("2024-10"),
    previous=State.NO_ACTION,
    action=State.ACCEPTED,
)
CREDIT_NOTE = replace(ACCEPTED, document=INVOICE.changed(kind=Kind.CREDIT_NOTE), specified=True, itc_reduction="Y")
BILL = UploadRecord(
    document=Document(
        kind=Kind.BILL_OF_ENTRY,
        supplier="",
        recipient=ME,
        number="2566282/INNSA1",
        date=date(2025, 10, 8),
        taxable=84_000_000,
        tax=Heads(igst=15_120_000),
        invoice_type="IMPG",
    ),
    form=Form.ICEGATE,
    return_period=TaxPeriod("2025-10"),
    previous=State.NO_ACTION,
    action=State.PENDING,
    itc_period=TaxPeriod("2025-10"),
    portal_ref="REF1",
    portal_hash="1f5f",
    reference_date=date(2025, 10, 10),
)


def only_row(record):
    upload = write_upload(ME, [record])
    request = upload.save or upload.reset
    ((_, (row,)),) = request["data"]["invdata"].items()
    return row


def test_a_save_is_written_as_the_portal_takes_it():
    assert dumps(write_upload(ME, [ACCEPTED]).save) == (
        '{"action":"SAVE","data":{"rtin":"27AAPFU0939F1ZV","reqtyp":"SAVE","invdata":{"b2b":[{'
        '"stin":"29AABCT1332L1ZA","inum":"S/101","inv_typ":"R","srcform":"R1","rtnprd":"102024","idt":"05-10-2024",'
        '"val":118000.00,"pos":"27","txval":100000.00,"iamt":18000.00,"camt":0.00,"samt":0.00,"cess":0.00,'
        '"prev_status":"N","action":"A"}]}}}'
    )


def test_a_reset_carries_no_action_and_no_declaration():
    back = replace(CREDIT_NOTE, previous=State.REJECTED, action=State.NO_ACTION, remarks="Taken back")
    upload = write_upload(ME, [back])
    assert upload.save is None
    assert upload.reset is not None
    assert (upload.reset["action"], upload.reset["data"]["reqtyp"]) == ("RESETIMS", "RESET")
    row = upload.reset["data"]["invdata"]["b2bcn"][0]
    assert row["prev_status"] == "R"
    assert not {"action", "itcRedReq", "remarks"} & row.keys()


def test_nothing_changed_writes_nothing():
    assert write_upload(ME, []) == Upload(save=None, reset=None)
    assert write_upload(ME, [replace(ACCEPTED, action=State.NO_ACTION)]) == Upload()


def test_saves_and_resets_go_apart():
    back = replace(ACCEPTED, previous=State.PENDING, action=State.NO_ACTION)
    upload = write_upload(ME, [ACCEPTED, back, CREDIT_NOTE])
    assert upload.save is not None
    assert upload.reset is not None
    assert {key: len(rows) for key, rows in upload.save["data"]["invdata"].items()} == {"b2b": 1, "b2bcn": 1}
    assert {key: len(rows) for key, rows in upload.reset["data"]["invdata"].items()} == {"b2b": 1}


def test_the_portals_page_takes_the_request_without_the_wrapper():
    save = write_upload(ME, [ACCEPTED]).save
    assert save is not None
    assert list(offline_file(save)) == ["rtin", "reqtyp", "invdata"]


@pytest.mark.parametrize(
    ("previous", "action", "codes"),
    [
        (State.NO_ACTION, State.REJECTED, ("N", "R")),
        (State.ACCEPTED, State.PENDING, ("A", "P")),
        (State.PENDING, State.ACCEPTED, ("P", "A")),
        (State.REJECTED, State.REJECTED, ("R", "R")),
    ],
)
def test_the_action_last_seen_and_the_new_one(previous, action, codes):
    row = only_row(replace(ACCEPTED, previous=previous, action=action))
    assert (row["prev_status"], row["action"]) == codes


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (Kind.INVOICE, ["inum", "idt", "oinum", "oidt", "inv_typ"]),
        (Kind.DEBIT_NOTE, ["nt_num", "nt_dt", "ont_num", "ont_dt", "inv_typ"]),
        (Kind.CREDIT_NOTE, ["nt_num", "nt_dt", "ont_num", "ont_dt", "inv_typ"]),
        (Kind.ECO_DOCUMENT, ["inum", "idt", "oinum", "oidt"]),
    ],
)
def test_each_kind_has_its_own_keys(kind, keys):
    amended = INVOICE.changed(kind=kind, amends=OriginalReference("S/99", date(2024, 9, 1)))
    row = only_row(replace(ACCEPTED, document=amended))
    expected = dict(zip(keys, ["S/101", "05-10-2024", "S/99", "01-09-2024", "R"], strict=False))
    named = {"inum", "idt", "oinum", "oidt", "nt_num", "nt_dt", "ont_num", "ont_dt", "inv_typ"}
    assert {key: value for key, value in row.items() if key in named} == expected


@pytest.mark.parametrize(
    ("form", "code"), [(Form.GSTR_1, "R1"), (Form.IFF, "R1"), (Form.GSTR_1A, "R1A"), (Form.GSTR_5, "R5")]
)
def test_the_suppliers_form(form, code):
    assert only_row(replace(ACCEPTED, form=form))["srcform"] == code


DECLARED = {"declIgst": Decimal("9000.00"), "declCgst": Decimal(0), "declSgst": Decimal(0), "declCess": Decimal(0)}


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        ({}, {"itcRedReq": "Y"}),
        ({"declared": Heads(igst=900_000)}, {"itcRedReq": "Y"} | DECLARED),
        ({"itc_reduction": "N"}, {"itcRedReq": "N"}),
        ({"itc_reduction": "N", "declared": Heads(igst=900_000)}, {"itcRedReq": "N"}),
        ({"itc_reduction": None}, {}),
        ({"specified": False}, {}),
        ({"action": State.REJECTED}, {}),
        ({"action": State.PENDING}, {}),
    ],
    ids=repr,
)
def test_the_reduction_is_declared_on_accepting_a_specified_record_only(changes, written):
    row = only_row(replace(CREDIT_NOTE, **changes))
    assert {key: value for key, value in row.items() if key.startswith(("itcRed", "decl"))} == written


def test_remarks_go_with_any_action_and_are_left_out_when_there_are_none():
    assert only_row(replace(ACCEPTED, remarks="Half only"))["remarks"] == "Half only"
    assert "remarks" not in only_row(ACCEPTED)


def test_what_was_not_reported_is_left_out():
    row = only_row(replace(ACCEPTED, document=INVOICE.changed(value=None, pos=None)))
    assert not {"val", "pos"} & row.keys()


def test_a_bill_of_entry_goes_back_with_all_the_portal_gave():
    assert only_row(BILL) == {
        "rgstinrefId": "REF1",
        "irefdt": "10-10-2025",
        "itcprd": "102025",
        "hash": "1f5f",
        "portcd": "INNSA1",
        "boenum": "2566282",
        "boedt": "08-10-2025",
        "srtinprd": "102025",
        "txval": Decimal("840000.00"),
        "igst": Decimal("151200.00"),
        "cess": Decimal("0.00"),
        "prev_status": "N",
        "action": "P",
    }
    bare = replace(BILL, itc_period=None, portal_ref=None, portal_hash=None, reference_date=None)
    assert not {"rgstinrefId", "irefdt", "itcprd", "hash", "stin"} & only_row(bare).keys()


def test_a_bill_out_of_a_sez_names_its_supplier():
    document = BILL.document.changed(supplier=SUPPLIER, invoice_type="IMPGSEZ")
    save = write_upload(ME, [replace(BILL, document=document)]).save
    assert save is not None
    assert save["data"]["invdata"]["impgsez"][0]["stin"] == SUPPLIER


def test_every_record_that_cannot_be_uploaded_is_named_at_once():
    other = replace(ACCEPTED, document=INVOICE.changed(recipient="29AABCT1332L1ZA", number="S/102"))
    frozen = replace(ACCEPTED, action=State.FROZEN)
    strange = replace(ACCEPTED, form=Form.ICEGATE)
    with pytest.raises(InputError) as refused:
        write_upload(ME, [other, frozen, strange])
    assert refused.value.problems == (
        Problem(
            f"{SUPPLIER} S/102",
            "it belongs to 29AABCT1332L1ZA, not to 27AAPFU0939F1ZV",
            "upload each recipient's records apart",
        ),
        Problem(f"{SUPPLIER} S/101", "the portal has no code for frozen", "leave out records that have left IMS"),
        Problem(f"{SUPPLIER} S/101", "ICEGATE sends bills of entry only", "give the supplier's form"),
    )


DAYS = st.dates(date(2017, 7, 1), date(2097, 12, 31))
AMOUNTS = st.integers(0, 10**15 - 1)
NUMBERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/", min_size=1, max_size=16)


@st.composite
def uploads(draw):
    kind = draw(st.sampled_from([kind for kind in Kind if kind is not Kind.BILL_OF_ENTRY]))
    original = st.builds(OriginalReference, NUMBERS, DAYS)
    document = Document(
        kind=kind,
        supplier=SUPPLIER,
        recipient=ME,
        number=draw(NUMBERS),
        date=draw(DAYS),
        taxable=draw(AMOUNTS),
        tax=draw(st.builds(Heads, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)),
        value=draw(st.none() | AMOUNTS),
        pos=draw(st.none() | st.sampled_from(["07", "27", "97"])),
        invoice_type="R" if kind is Kind.ECO_DOCUMENT else draw(st.sampled_from(["R", "DE", "SEWP", "SEWOP", "CBW"])),
        amends=draw(st.none() | original),
    )
    return UploadRecord(
        document=document,
        form=draw(st.sampled_from([Form.GSTR_1, Form.GSTR_1A, Form.GSTR_5])),
        return_period=draw(DAYS.map(TaxPeriod.of)),
        previous=draw(st.sampled_from([State.NO_ACTION, State.ACCEPTED, State.REJECTED, State.PENDING])),
        action=draw(st.sampled_from([State.ACCEPTED, State.REJECTED, State.PENDING])),
        specified=True,
        itc_reduction=draw(st.sampled_from([None, "Y", "N"])),
        declared=draw(st.none() | st.builds(Heads, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)),
        remarks=draw(
            st.none()
            | st.text(st.characters(exclude_categories=["Cc", "Cf", "Cn", "Cs", "Zl", "Zp"]), min_size=1, max_size=250)
            .map(str.strip)
            .filter(bool)
        ),
    )


@given(uploads())
def test_what_is_written_reads_back_as_it_was(read_download, record):
    save = write_upload(ME, [record]).save
    assert save is not None
    text = dumps({"invdata": json.loads(dumps(save), parse_float=Decimal)["data"]["invdata"]})
    (found,) = read_download(text.replace('"prev_status":', '"told":'), ME, "upload").records
    accepted = record.action is State.ACCEPTED
    assert found.document == record.document
    assert (found.form, found.return_period, found.action) == (record.form, record.return_period, record.action)
    assert found.remarks == record.remarks
    assert found.itc_reduction == (record.itc_reduction if accepted else None)
    assert found.declared == (record.declared if accepted and record.itc_reduction == "Y" else None)
