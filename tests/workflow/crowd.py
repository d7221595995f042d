"""A crowd of other taxpayers with rows in every table, so that an index pays where `test_plans.py` asks for plans."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert

from ims_fsm.store.attempts import AttemptRow
from ims_fsm.store.case_tables import CaseRow
from ims_fsm.store.generation_tables import ReplacedLineRow
from ims_fsm.store.job_tables import DownloadRow, JobRunRow, ReminderRow, UploadedRow
from ims_fsm.store.tables import (
    AnnualReturnRow,
    CallRow,
    ContentRow,
    LiabilityRow,
    RecordRow,
    TaxpayerRow,
    TransitionRow,
    TwoBLineRow,
    TwoBLogRow,
    TwoBRow,
)
from ims_fsm.terms.vocabulary import Job, JobStatus

EACH = 150
NOON = datetime(2024, 11, 12, tzinfo=UTC)


def others(connection, like, gstin, first):
    """Write a taxpayer's rows, whose records and cases are numbered from the first."""

    def rows(make):
        return [make(number) for number in range(first, first + EACH)]

    def of(record_id, **columns):
        return {"recipient_gstin": gstin, "record_id": record_id, "at": NOON, **columns}

    own = {**like, "recipient_gstin": gstin}
    by = {"content_number": 1, "declaration_id": 1, "record_version": 1}
    tax = {"igst": 1, "cgst": 0, "sgst": 0, "cess": 0}
    period = {"recipient_gstin": gstin, "period": "2024-10"}
    line = {**period, **tax, "entry": "document", "section": "itc_available", "counts": True, "decision": "accepted"}
    two_b = {**period, "state": "draft", "seq": 1, "generation": 1}
    taxpayer = {"gstin": gstin, "name": "", "kind": "normal", "filing": "monthly", "registered_from": "2024-10"}
    moved = {"seq": 1, "trigger": "generate", "source": "absent", "dest": "draft", "rules": "faq.23", "actor": "x"}
    years = [f"20{year:02}-{year + 1:02}" for year in range(10, 60)]
    run = {"job": str(Job.DRAFT), "through": gstin, "status": str(JobStatus.DONE), "due_at": NOON, "planned_at": NOON}
    moments = {"at": NOON, "recorded_at": NOON}
    told = {"kind": "draft_ready", "due_at": NOON, "days": 0, **moments, "records": 1, "rule": "faq.23"}
    step = {"recipient_gstin": gstin, "seq": 1, "source": "no_action", **by}
    call = {"recipient_gstin": gstin, "steps": 1, "trigger": "accept", "dest": "accepted"}
    case = {"recipient_gstin": gstin, "machine": "leave_request", "declaration_id": 1, "period": "2024-11"}
    case |= {"state": "requested", "facts": "{}", "content_hash": "0" * 64, "contents": 1, "seq": 1}
    case |= {"opened_at": NOON, "last_at": NOON}
    attempt = {"use_case": "act", "subject": "1", "outcome": "refused", "actor": "x", "rules": "faq.6", "detail": "{}"}
    added = {**tax, "supplier_gstin": "x", "supplier_period": "2024-11", "recipient_period": "2024-10"}
    for table, given in {
        RecordRow: rows(
            lambda n: {**own, "id": n, "chain_id": n, "number": f"N/{n}", "supplier_gstin": f"29AAAAA{n % 997:04}A1Z5"}
        ),
        CaseRow: rows(lambda n: {**case, "id": n, "key": f"LR-{n}"}),
        ContentRow: rows(lambda n: of(n, number=1, content="{}", content_hash="0" * 64, actor="x", recorded_at=NOON)),
        CallRow: rows(lambda n: {**call, "number": n, "actor": "x", **moments, "rules": "faq.6"}),
        TransitionRow: rows(lambda n: {**step, "record_id": n, "call": n, "detail": ""}),
        TwoBLineRow: rows(lambda n: {**line, "record_id": n, "record_version": 1}),
        ReplacedLineRow: rows(lambda n: {**line, "record_id": n, "record_version": 1, "generation": 1}),
        UploadedRow: rows(lambda n: of(n, action="accepted")),
        LiabilityRow: rows(lambda n: of(n, **{**added, "supplier_gstin": f"29AAAAA{n % 997:04}A1Z5"})),
        TwoBRow: [{**two_b, "period": f"2024-{month:02}"} for month in range(1, 13)],
        TwoBLogRow: [{**period, **moved, "period": fy, **moments} for fy in years],
        JobRunRow: [{**run, "recipient_gstin": gstin, "period": fy, "recipients": 1} for fy in years],
        DownloadRow: [{"recipient_gstin": gstin, "at": NOON, "files": 1, "file": n, "sections": ""} for n in range(50)],
        AttemptRow: rows(lambda n: {**period, **attempt, **moments, "number": n}),
        ReminderRow: [{**told, "recipient_gstin": gstin, "subject": fy} for fy in years],
        AnnualReturnRow: [{"gstin": gstin, "fy": fy, "filed_at": NOON} for fy in years],
        TaxpayerRow: [taxpayer, *({**taxpayer, "gstin": f"{gstin[:13]}{n:02}"} for n in range(30))],
    }.items():
        connection.execute(insert(table.__table__), given)
