"""Between the portal's files and an IMS: downloads taken in, uploads made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from importlib.resources import files

import pytest

from ims_fsm import IMS, Filing, Heads, Taxpayer, TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.formats.gstn import Dialect, Download, read_download
from ims_fsm.formats.gstn.sections import SECTIONS
from ims_fsm.record.where import Where
from ims_fsm.terms.period import indian
from ims_fsm.terms.vocabulary import SupplierStatus, TaxpayerKind
from ims_fsm.workflow.reception.importing import (
    Imported,
    Registration,
    complete_machines,
    take_in,
)

SAMPLES = files("ims_fsm.formats") / "samples"
ME = "27AAPFU0939F1ZV"


class Clock:
    def __init__(self, text):
        self.text = text

    def __call__(self):
        return indian(datetime.fromisoformat(self.text))


@pytest.fixture
def clock():
    return Clock("2024-11-12T10:00")


@pytest.fixture
def ims(clock):
    with IMS("sqlite://", clock=clock) as opened:
        yield opened


def sample(name):
    return (SAMPLES / name).read_bytes()


def taken_in(ims, download, **registration):
    def run(work):
        return ims.run("receive", "me", None, [], work, Imported)

    return take_in(run, download, **registration)


def found(ims, number, **where):
    return ims.inward(ME, Where(number=number, **where))[-1]


def upload_rows(request):
    return {row.get("inum") or row.get("nt_num"): row for rows in request["data"]["invdata"].values() for row in rows}


def test_an_unknown_recipient_is_registered_from_the_earliest_period_that_is_shown(ims):
    done = ims.import_download(sample("ims_2024-11.json"), "sample", actor="me")
    assert done.registered == ims.taxpayer(ME) == Taxpayer(gstin=ME, registered_from=TaxPeriod("2024-10"))
    assert (done.recipient, done.records, done.received.new, done.warnings) == (ME, 26, 26, ())


@pytest.mark.parametrize(
    ("name", "at", "period"),
    [
        ("ims_2025-11.json", "2025-11-12T10:00", "2025-09"),
        ("imports_2025-11.json", "2025-11-12T10:00", "2025-10"),
    ],
)
def test_the_earliest_period_is_that_of_any_record(ims, clock, name, at, period):
    clock.text = at
    done = ims.import_download(sample(name), "sample", actor="me")
    assert done.registered is not None
    assert done.registered.registered_from == period


def test_no_period_lies_before_ims(ims):
    download = read_download(sample("ims_2024-11.json"), None, "sample")
    september = tuple(one for one in download.records if one.return_period == "2024-09")
    only = Download(recipient=ME, dialect=Dialect.DATA, records=september, sections=("b2b",))
    done = taken_in(ims, only)
    assert done.registered is not None
    assert done.registered.registered_from == "2024-10"


def test_nobody_is_registered_by_a_download_that_shows_nothing(ims):
    empty = Download(recipient=ME, dialect=Dialect.DATA, records=(), sections=("b2b",))
    with pytest.raises(InputError, match="is not known here, and the download shows no record of his; register him"):
        taken_in(ims, empty)
    assert ims.taxpayers() == []


def test_what_is_only_saved_counts_from_its_expected_period(ims):
    download = read_download(sample("ims_2024-11.json"), None, "sample")
    saved = tuple(one for one in download.records if one.supplier_status is SupplierStatus.SAVED)
    only = Download(recipient=ME, dialect=Dialect.DATA, records=saved, sections=("b2b",))
    done = taken_in(ims, only)
    assert done.registered is not None
    assert done.registered.registered_from == "2024-11"


def test_a_registration_is_told_and_must_fit_what_is_known(ims):
    told = Registration(kind=TaxpayerKind.CASUAL, filing=Filing.QUARTERLY)
    ims.import_download(sample("ims_2024-11.json"), "sample", actor="me", registration=told)
    assert ims.taxpayer(ME) == Taxpayer(
        gstin=ME, kind=TaxpayerKind.CASUAL, filing=Filing.QUARTERLY, registered_from=TaxPeriod("2024-12")
    )
    ims.import_download(sample("ims_2024-11.json"), "sample", actor="me", registration=told)
    with pytest.raises(InputError, match="is known here as quarterly, not as monthly; correct it first: ims-fsm tax"):
        ims.import_download(
            sample("ims_2024-11.json"), "sample", actor="me", registration=Registration(filing=Filing.MONTHLY)
        )


@pytest.mark.parametrize("state", ["28", "99"])
def test_nobody_is_registered_as_quarterly_without_a_due_day(ims, state):
    """His own state decides: the calendar has no due day for it."""
    download = replace(read_download(sample("ims_2024-11.json"), None, "sample"), recipient=f"{state}{ME[2:]}")
    with pytest.raises(InputError, match=f"^taxpayer: {state}.* files quarterly in state {state}, for which"):
        taken_in(ims, download, registration=Registration(filing=Filing.QUARTERLY))
    assert ims.taxpayers() == []


def test_nobody_is_registered_where_nothing_can_be_taken_in(ims, monkeypatch):
    def broken(*_):
        raise InputError("portal", [])

    monkeypatch.setattr("ims_fsm.workflow.reception.receiving.Reception.finish", broken)
    with pytest.raises(InputError):
        ims.import_download(sample("ims_2024-11.json"), "sample", actor="me")
    assert ims.taxpayers() == []


def test_importing_the_same_again_changes_nothing(ims, clock):
    ims.import_download(sample("ims_2024-11.json"), "sample", actor="me")
    before = ims.inward(ME)
    clock.text = "2024-11-13T10:00"
    again = ims.import_download(sample("ims_2024-11.json"), "sample", actor="me")
    assert (again.registered, again.received.unchanged, ims.inward(ME)) == (None, 26, before)


def test_what_vanished_was_deleted_only_where_its_section_is_shown(ims, clock):
    ims.import_download(sample("ims_2024-11.json"), "sample", actor="me")
    clock.text = "2024-11-13T10:00"
    download = read_download(sample("ims_2024-11_later.json"), None, "sample")
    notes = tuple(one for one in download.records if one.section.key == "b2bcn")
    part = Download(recipient=ME, dialect=Dialect.DATA, records=notes, sections=("b2bcn",))
    assert taken_in(ims, part).received.deleted == 0
    deleted = taken_in(ims, download).received.examples["deleted"]
    assert [ims.record(one).document.number for one in deleted] == ["GOS-5571"]


@pytest.mark.parametrize(
    ("sections", "machines"),
    [
        (("b2b",), {"invoice"}),
        (("b2b", "b2ba"), {"invoice", "invoice_amendment"}),
        (("impg", "impga"), set()),
        (("impg", "impga", "impgsez", "impgseza"), {"bill_of_entry"}),
    ],
)
def test_a_machine_is_shown_whole_where_all_its_sections_are(sections, machines):
    download = Download(recipient=ME, dialect=Dialect.DATA, records=(), sections=sections)
    assert complete_machines(download) == machines


def test_an_error_file_shows_nothing_whole():
    download = Download(recipient=ME, dialect=Dialect.OFFLINE_ERRORS, records=(), sections=tuple(SECTIONS))
    assert complete_machines(download) == set()


def test_an_upload_holds_what_changed_since_the_portal_was_seen(ims):
    ims.import_download(sample("ims_2024-11.json"), "sample", actor="me")
    assert ims.export_upload(ME).save is None
    ims.act("reject", found(ims, "SP-1182").id, actor="me", remarks="not ordered")
    ims.act("reset", found(ims, "GOS-5533").id, actor="me")
    upload = ims.export_upload(ME)
    assert upload.save is not None
    assert upload.reset is not None
    (saved,) = upload_rows(upload.save).values()
    assert (saved["prev_status"], saved["action"], saved["remarks"]) == ("A", "R", "not ordered")
    assert "itcRedReq" not in saved
    assert [*upload_rows(upload.reset)] == ["GOS-5533"]


def test_an_upload_declares_the_reduction_where_it_is_asked_for(ims, clock):
    clock.text = "2025-11-12T10:00"
    ims.import_download(sample("ims_2025-11.json"), "sample", actor="me")
    half = Heads(igst=450_000)
    ims.act("accept", found(ims, "KCN/25/21").id, actor="me", reduce_itc=half)
    ims.act("accept", found(ims, "NBC2509-08").id, actor="me")
    ims.act("accept", found(ims, "SPC-077").id, actor="me", reduce_itc="none")
    ims.act("accept", found(ims, "GCN-12").id, actor="me")
    ims.act("accept", found(ims, "KCL/25-26/0388").id, actor="me")
    save = ims.export_upload(ME).save
    assert save is not None
    rows = upload_rows(save)
    declared = {number: (row.get("itcRedReq"), row.get("declIgst")) for number, row in rows.items()}
    assert declared == {
        "KCN/25/21": ("Y", half.in_rupees()["igst"]),
        "NBC2509-08": ("Y", None),
        "SPC-077": ("N", None),
        "GCN-12": (None, None),
        "KCL/25-26/0388": (None, None),
    }


def test_bills_of_entry_carry_their_itc_period(ims, clock):
    clock.text = "2025-11-12T10:00"
    ims.import_download(sample("imports_2025-11.json"), "sample", actor="me")
    ims.act("accept", found(ims, "4471902/INNSA1").id, actor="me")
    save = ims.export_upload(ME).save
    assert save is not None
    (row,) = save["data"]["invdata"]["impg"]
    assert (row["boenum"], row["portcd"], row["itcprd"], row["action"]) == ("4471902", "INNSA1", "102025", "A")
    assert len(row["hash"]) == 64


def test_nothing_is_exported_for_somebody_unknown(ims):
    with pytest.raises(InputError, match="is no taxpayer known here"):
        ims.export_upload(ME)
