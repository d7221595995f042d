"""Between the portal's files and an IMS: downloads taken in, uploads made."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from importlib.resources import files

import pytest

from ims_fsm import Filing, Heads, Taxpayer, TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.formats.gstn.parts import Whole
from ims_fsm.formats.gstn.sections import machines_of
from ims_fsm.record.where import Where
from ims_fsm.terms.period import indian
from ims_fsm.terms.vocabulary import TaxpayerKind
from ims_fsm.workflow.reception.importing import (
    Registration,
    complete_sections,
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
def ims(clock, ims_scratch):
    with ims_scratch.ims(clock=clock) as opened:
        yield opened


def sample(name):
    return (SAMPLES / name).read_bytes()


def part_of(name, keep, **beside):
    """The sample with those of its records alone that are kept."""
    tree = json.loads(sample(name), parse_float=str)
    sections = {
        key: [row for row in rows if keep(key, row)] for key, rows in tree["data"].items() if isinstance(rows, list)
    }
    return json.dumps({"gstin": ME, "data": {key: rows for key, rows in sections.items() if rows} | beside}).encode()


def found(ims, number, **where):
    return list(ims.recipient(ME, actor="reader").records(Where(number=number, **where)))[-1]


def upload_rows(request):
    return {row.get("inum") or row.get("nt_num"): row for rows in request["data"]["invdata"].values() for row in rows}


def test_an_unknown_recipient_is_registered_from_the_earliest_period_that_is_shown(ims):
    done = ims.import_download(sample("ims_2024-11.json"), "sample", actor="me")
    assert done.registered == ims.taxpayer(ME) == Taxpayer(gstin=ME, registered_from=TaxPeriod("2024-10"), guessed=True)
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
    september = part_of("ims_2024-11.json", lambda _, row: row["rtnprd"] == "092024")
    done = ims.import_download(september, "september", actor="me")
    assert done.registered is not None
    assert done.registered.registered_from == "2024-10"


def test_nobody_is_registered_by_a_download_that_shows_nothing(ims):
    empty = json.dumps({"gstin": ME, "b2b": []}).encode()
    match = "is not known here, and the download shows no record of theirs; register them"
    with pytest.raises(InputError, match=match):
        ims.import_download(empty, "empty", actor="me")
    assert ims.taxpayers() == []


def test_what_is_only_saved_counts_from_its_expected_period(ims):
    saved = part_of("ims_2024-11.json", lambda _, row: row["srcfilstatus"] == "Not Filed")
    done = ims.import_download(saved, "saved", actor="me")
    assert done.registered is not None
    assert done.registered.registered_from == "2024-11"


def test_a_registration_is_told_and_must_fit_what_is_known(ims):
    told = Registration(kind=TaxpayerKind.CASUAL, filing=Filing.QUARTERLY)
    ims.import_download(sample("ims_2024-11.json"), "sample", actor="me", registration=told)
    assert ims.taxpayer(ME) == Taxpayer(
        gstin=ME, kind=TaxpayerKind.CASUAL, filing=Filing.QUARTERLY, registered_from=TaxPeriod("2024-12"), guessed=True
    )
    ims.import_download(sample("ims_2024-11.json"), "sample", actor="me", registration=told)
    with pytest.raises(InputError, match="is known here as quarterly, not as monthly; correct it first: register"):
        ims.import_download(
            sample("ims_2024-11.json"), "sample", actor="me", registration=Registration(filing=Filing.MONTHLY)
        )


@pytest.mark.parametrize("state", ["28", "99"])
def test_nobody_is_registered_as_quarterly_without_a_due_day(ims, state):
    """The recipient's own state decides: the calendar has no due day for it."""
    download = sample("ims_2024-11.json").replace(ME.encode(), f"{state}{ME[2:]}".encode())
    with pytest.raises(InputError, match=f"^taxpayer: {state}.* files quarterly in state {state}, for which"):
        ims.import_download(download, "file", actor="me", registration=Registration(filing=Filing.QUARTERLY))
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
    before = list(ims.recipient(ME, actor="reader").records())
    clock.text = "2024-11-13T10:00"
    again = ims.import_download(sample("ims_2024-11.json"), "sample", actor="me")
    assert (again.registered, again.received.unchanged) == (None, 26)
    shown_at = clock()
    assert list(ims.recipient(ME, actor="reader").records()) == [
        record.changed(portal=replace(record.portal, seen_at=shown_at)) for record in before
    ]


def test_what_vanished_was_deleted_only_where_its_section_is_shown_whole(ims, clock):
    ims.import_download(sample("ims_2024-11.json"), "sample", actor="me")
    clock.text = "2024-11-13T10:00"
    notes = part_of("ims_2024-11_later.json", lambda key, _: key == "b2bcn")
    assert ims.import_download(notes, "notes", actor="me", complete=True).received.deleted == 0
    done = ims.import_download(sample("ims_2024-11_later.json"), "later", actor="me")
    assert (done.received.deleted, done.complete) == (0, ())
    assert done.partial.startswith("may be a part, or filtered: 1 saved record is not in it and kept; ")
    done = ims.import_download(sample("ims_2024-11_later.json"), "later", actor="me", complete=True)
    deleted = done.received.examples["deleted"]
    assert [ims.recipient(ME, actor="reader").record(one).document.number for one in deleted] == ["GOS-5571"]


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
    whole = Whole(ME, frozenset(sections), frozenset({1}), 1, says_so=False, is_single=True)
    assert complete_sections(whole) == set()
    assert machines_of(complete_sections(whole, by_word=True)) == machines


def test_an_upload_holds_what_changed_since_the_portal_was_seen(ims):
    ims.import_download(sample("ims_2024-11.json"), "sample", actor="me")
    assert ims.recipient(ME, actor="reader").export_upload().save is None
    ims.recipient(ME, actor="me").act("reject", found(ims, "SP-1182").id, remarks="not ordered")
    ims.recipient(ME, actor="me").act("reset", found(ims, "GOS-5533").id)
    upload = ims.recipient(ME, actor="reader").export_upload()
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
    ims.recipient(ME, actor="me").act("accept", found(ims, "KCN/25/21").id, reduce_itc=half, remarks="half")
    ims.recipient(ME, actor="me").act("accept", found(ims, "NBC2509-08").id)
    ims.recipient(ME, actor="me").act("accept", found(ims, "SPC-077").id, reduce_itc="none")
    ims.recipient(ME, actor="me").act("accept", found(ims, "GCN-12").id)
    ims.recipient(ME, actor="me").act("accept", found(ims, "KCL/25-26/0388").id)
    save = ims.recipient(ME, actor="reader").export_upload().save
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
    ims.recipient(ME, actor="me").act("accept", found(ims, "4471902/INNSA1").id)
    save = ims.recipient(ME, actor="reader").export_upload().save
    assert save is not None
    (row,) = save["data"]["invdata"]["impg"]
    assert (row["boenum"], row["portcd"], row["itcprd"], row["action"]) == ("4471902", "INNSA1", "102025", "A")
    assert len(row["hash"]) == 64


@pytest.mark.parametrize("sign", ["\0", "\x1b[31m", "\x85", "\ud800"])
@pytest.mark.parametrize("key", ["inum", "inv_typ", "remarks", "trdnm", "hash"])
def test_a_file_with_control_characters_is_refused_where_they_stand(ims, sign, key):
    tree = json.loads(sample("ims_2024-11.json"), parse_float=str)
    tree["data"]["b2b"][0][key] = f"a{sign}b"
    with pytest.raises(InputError, match="has control characters; take them out") as refused:
        ims.import_download(json.dumps(tree).encode(), "f", actor="me")
    assert [problem.where for problem in refused.value.problems] == [f"b2b[0].{key}"]
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("section", ["b2b", "b2ba"])
def test_a_period_after_which_there_are_none_is_refused(ims, section):
    tree = json.loads(sample("ims_2024-11.json"), parse_float=str)
    tree["data"][section][0]["rtnprd"] = "122099"
    with pytest.raises(InputError, match="'122099' is too far away; write a period up to 122097"):
        ims.import_download(json.dumps(tree).encode(), "f", actor="me")
