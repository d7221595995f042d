"""An upload's answer taken in: what was not taken is named again, what was taken is not, until a download shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from ims_fsm import Kind, TaxPeriod, Where, upload_files
from ims_fsm.errors import InputError
from ims_fsm.terms.vocabulary import State, SupplierStatus

FILED = SupplierStatus.FILED
N, A, R = State.NO_ACTION, State.ACCEPTED, State.REJECTED
STALE, ITC = "IMSSAV0010", "IMSSAV0054"
KEYS = {Kind.INVOICE: "b2b", Kind.DEBIT_NOTE: "dn", Kind.CREDIT_NOTE: "cn", Kind.BILL_OF_ENTRY: "impg"}


def answer(*documents, status="PE", processed=None, errors=None, code=STALE, sort="SAV", **more):
    report = {}
    for document in documents:
        row = {"inum": document.number.lower(), "rtnprd": "102024"}
        group = {"stin": document.supplier, "error_cd": code, "error_msg": "portal's words", "inv": [row]}
        report.setdefault(KEYS[document.kind], []).append(group)
    counts = {"proc_cnt": str(processed or 0), "err_cnt": str(len(documents) if errors is None else errors)}
    body = {"status_cd": status, "transTypCd": sort, **counts, "error_report": report} | more
    return json.dumps({"data": body}).encode()


class Uploads:
    """Three records on the portal, of which what was done here is uploaded and answered."""

    def __init__(self, stage):
        self.stage = stage
        self.documents = [stage.document(), stage.document("credit_note", 100), stage.document("debit_note")]
        self.shown = [stage.seen(document, FILED) for document in self.documents]
        self.ids = stage.receive(*self.shown).new

    def act(self, *triggers):
        for record_id, trigger in zip(self.ids, triggers, strict=False):
            if trigger:
                self.stage.act(trigger, record_id)

    def later(self):
        self.stage.now += timedelta(minutes=1)

    def named(self):
        """Export, and return what it names: number, action, and the action that the portal has."""
        self.later()
        upload = self.stage.desk.export_upload()
        rows = [
            (row.get("inum") or row["nt_num"], row.get("action"), row["prev_status"])
            for request in (upload.save, upload.reset)
            if request
            for section in request["data"]["invdata"].values()
            for row in section
        ]
        return sorted((number, action, before) for number, action, before in rows)

    def report(self, *documents, **more):
        self.later()
        (done,) = self.stage.desk.report(answer(*documents, **more))
        return done

    def see(self, *actions):
        self.later()
        shown = [replace(each, action=action) for each, action in zip(self.shown, actions, strict=False)]
        return self.stage.receive(*shown)


@pytest.fixture
def uploads(stage):
    return Uploads(stage)


def test_what_was_not_taken_is_named_again_and_what_was_taken_is_not(uploads):
    uploads.act("accept", "reject", "accept")
    assert [row[1:] for row in uploads.named()] == [("A", "N"), ("R", "N"), ("A", "N")]
    done = uploads.report(uploads.documents[1], processed=2)
    (refused,) = done.not_taken
    assert (refused.record_id, refused.code, refused.message) == (uploads.ids[1], STALE, "portal's words")
    assert refused.to_upload
    assert refused.remedy.startswith(f"download IMS again and import it, look at record {uploads.ids[1]}")
    assert (done.status, done.taken, done.uncertain, done.to_upload) == (
        "processed_with_errors", (uploads.ids[0], uploads.ids[2]), "", 1
    )  # fmt: skip
    assert uploads.named() == [(uploads.documents[1].number, "R", "N")]
    (change,) = uploads.stage.desk.changed_since_portal()
    assert (change.refused.code, change.refused.action, change.waits_for_download) == (STALE, R, True)
    assert {r.id for r in uploads.stage.desk.records(Where(to_upload=True))} == {uploads.ids[1]}
    assert [r.record.id for r in uploads.stage.desk.listed(Where(to_upload=False), limit=1)] == [uploads.ids[0]]
    assert not uploads.stage.faults()


def test_a_later_answer_that_takes_it_ends_it(uploads):
    uploads.act("accept", "reject")
    uploads.named()
    uploads.report(*uploads.documents[:2])
    assert len(uploads.named()) == 2
    done = uploads.report(status="P", processed=2, errors="")
    assert (done.taken, done.to_upload, done.all_taken) == (uploads.ids[:2], 0, True)
    assert uploads.stage.desk.changed_since_portal() == []
    view = uploads.stage.desk.show(uploads.ids[0])
    assert (view.upload.to_upload, view.upload.refused) == (False, None)


def test_a_download_that_shows_the_action_ends_it_and_one_that_does_not_leaves_it(uploads):
    uploads.act("accept", "reject")
    uploads.named()
    uploads.report(*uploads.documents[:2])
    uploads.see(A, N, N)
    (change,) = uploads.stage.desk.changed_since_portal()
    assert (change.record.id, change.refused.code, change.waits_for_download) == (uploads.ids[1], STALE, False)
    view = uploads.stage.desk.show(uploads.ids[1]).upload
    assert (view.to_upload, view.refused.message) == (True, "portal's words")
    uploads.see(A, R, N)
    assert uploads.stage.desk.changed_since_portal() == []


def test_what_was_taken_counts_until_a_download_shows_otherwise(uploads):
    """And whatever it shows, the action here stands."""
    uploads.act("accept")
    uploads.named()
    uploads.report(status="P", processed=1)
    assert uploads.named() == []
    assert uploads.see(N, N, N).kept == (uploads.ids[0],)
    assert uploads.named() == [(uploads.documents[0].number, "A", "N")]


def test_what_changes_after_it_was_taken_is_told_with_what_the_portal_has(uploads):
    uploads.act("accept")
    uploads.named()
    uploads.report(status="P", processed=1)
    uploads.act("reject")
    assert uploads.named() == [(uploads.documents[0].number, "R", "A")]
    uploads.act("reset")
    assert uploads.named() == uploads.named() == [(uploads.documents[0].number, None, "A")]
    done = uploads.report(status="P", processed=1, sort="RES")
    assert (done.sort, done.taken) == ("reset", uploads.ids[:1])
    assert uploads.named() == []


def test_what_changes_between_upload_and_answer_is_still_to_be_told(uploads):
    uploads.act("accept")
    uploads.named()
    uploads.act("reject")
    assert uploads.report(status="P", processed=1).to_upload == 1
    assert uploads.named() == [(uploads.documents[0].number, "R", "A")]


def test_an_answer_that_takes_back_what_an_earlier_one_said_is_believed(uploads):
    uploads.act("accept", "reject")
    uploads.named()
    uploads.report(status="P", processed=2)
    uploads.report(uploads.documents[0], processed=1)
    assert uploads.named() == [(uploads.documents[0].number, "A", "N")]


def test_a_whole_upload_that_was_refused_is_named_again_whole(uploads):
    uploads.act("accept", "reject")
    rows = uploads.named()
    done = uploads.report(status="ER", err_cd="IMSSAV0015", err_msg="Previous Save or Reset request")
    assert (done.code, done.remedy) == ("IMSSAV0015", "upload it again in some minutes")
    assert [refused.record_id for refused in done.not_taken] == [*uploads.ids[:2]]
    assert uploads.named() == rows


def test_an_upload_in_progress_changes_nothing(uploads):
    uploads.act("accept")
    uploads.named()
    before = uploads.stage.tables()
    done = uploads.report(status="IP")
    assert (done.status, done.not_taken, done.taken, done.all_taken) == ("in_progress", (), (), False)
    assert uploads.stage.tables() == before


def test_without_an_export_an_answer_is_about_what_one_would_name(uploads):
    """Another program may send what `changed_since_portal` gives."""
    uploads.act("accept", "reject")
    assert uploads.report(uploads.documents[0], processed=1).taken == (uploads.ids[1],)
    assert uploads.named() == [(uploads.documents[0].number, "A", "N")]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"processed": 7}, "it is about 8 records, and the last upload from here named 2"),
        ({"proc_cnt": None, "err_cnt": None}, "it does not count what it took"),
        ({"processed": 0, "errors": 2}, "it counts 2 records not taken, and names 1"),
    ],
)
def test_what_was_taken_is_not_guessed(uploads, more, told):
    uploads.act("accept", "reject")
    uploads.named()
    done = uploads.report(uploads.documents[0], **more)
    assert (done.uncertain, done.taken, len(done.not_taken)) == (told, (), 1)
    assert len(uploads.named()) == 2


def test_the_same_answer_again_changes_nothing_more(uploads):
    uploads.act("accept")
    uploads.named()
    uploads.report(status="P", processed=1)
    before = uploads.stage.tables()
    done = uploads.report(status="P", processed=1)
    assert done.uncertain == "it is about 1 record, and no upload from here waits for an answer"
    assert uploads.stage.tables() == before


def test_what_is_not_a_record_here_is_told_and_takes_nothing(uploads):
    uploads.act("accept", "reject")
    uploads.named()
    stranger = uploads.documents[0].changed(number="X/9")
    done = uploads.report(stranger, processed=1)
    (refused,) = done.not_taken
    assert (refused.record_id, refused.to_upload) == (None, False)
    assert refused.document == f"invoice x/9 of {uploads.stage.seller}"
    assert refused.remedy == "it is not a record here: import the IMS download that has it"
    assert (done.taken, done.uncertain) == ((), "it names what the last upload from here did not")


def test_of_several_records_of_a_number_the_one_that_was_uploaded_is_meant(stage, uploads):
    for kind in ("invoice", "credit_note"):
        for year in (2023, 2024):
            stage.receive(stage.seen(stage.document(kind, number="SAME", date=date(year, 11, 5)), FILED))
    same = list(stage.desk.records(Where(number="same", kinds=(Kind.INVOICE,))))
    assert len(same) == 2
    stage.act("accept", same[1].id)
    uploads.named()
    done = uploads.report(same[1].document)
    assert [refused.record_id for refused in done.not_taken] == [same[1].id]
    stage.act("accept", same[0].id)
    uploads.named()
    (refused,) = uploads.report(same[1].document).not_taken
    assert (refused.record_id, refused.remedy) == (
        None, f"it may be any of 2: look at the records {same[0].id}, {same[1].id}"
    )  # fmt: skip


def test_what_has_nothing_left_to_be_uploaded_says_so(uploads):
    done = uploads.report(uploads.documents[0])
    assert [(refused.record_id, refused.to_upload) for refused in done.not_taken] == [(uploads.ids[0], False)]
    assert done.not_taken[0].remedy.startswith("nothing of it is left to be uploaded: it stands here as")
    assert uploads.named() == []


def test_a_bill_of_entry_is_known_by_its_number_without_the_port(stage, uploads):
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    stage.at("2025-11-09")
    bill = stage.document("bill_of_entry", supplier="", number="2566282/INNSA1", date=date(2025, 10, 5))
    bill_id = stage.filed(bill, "2025-10", form="ICEGATE")
    stage.act("accept", bill_id)
    stage.desk.export_upload()
    row = {"boenum": "2566282", "error_cd": STALE, "error_msg": "x"}
    body = {"status_cd": "PE", "proc_cnt": "0", "err_cnt": "1", "error_report": {"impg": [row]}}
    (done,) = stage.desk.report(json.dumps(body).encode())
    assert [refused.record_id for refused in done.not_taken] == [bill_id]


def test_the_error_file_of_the_offline_tool_marks_what_it_names(uploads):
    uploads.act("accept", "reject")
    (file,) = upload_files(uploads.stage.desk.export_upload(), uploads.stage.buyer, offline=True)
    sent = json.loads(file.text)["invdata"]
    errors = {"imsDetailsErr": {"b2b": [sent["b2b"][0] | {"error_msg": "Remarks are not allowed"}]}}
    (done,) = uploads.stage.desk.report(json.dumps(errors).encode())
    (refused,) = done.not_taken
    assert (refused.record_id, refused.code, refused.means) == (
        uploads.ids[0], "", "the portal says no more than its own words"
    )  # fmt: skip
    assert done.uncertain == "it does not count what it took"
    assert len(uploads.named()) == 2


def test_many_are_acted_on_by_whether_they_are_to_be_uploaded(uploads):
    uploads.act("accept", "reject")
    uploads.named()
    uploads.report(uploads.documents[0], processed=1)
    done = uploads.stage.desk.act_on("reset", where=Where(to_upload=True))
    assert done.applied == 1
    assert uploads.stage.record(uploads.ids[0]).state == N


def test_an_answer_of_another_recipient_is_refused(uploads):
    with pytest.raises(InputError, match="the file is of"):
        uploads.report(gstin=uploads.stage.other)
    assert TaxPeriod("2024-10") == uploads.stage.record(uploads.ids[0]).return_period
