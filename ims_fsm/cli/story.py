"""The demo's story: a taxpayer's month, told in commands that are run and in sentences computed from what they did.

Imports the stage and the field's words; the workflow while it is told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ims_fsm.cli.stage import Stage
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, State, SupplierStatus

if TYPE_CHECKING:
    from ims_fsm.record.record import Record

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
FIRST, LATER, STATEMENT = "ims_2024-11.json", "ims_2024-11_later.json", "gstr2b_2024-10.json"
SAVED, NOTE, REJECTED, KEPT = "SP-1201", "KCN/24/15", "GOS-5533", "NB2409-064"
# The amendments whose originals came before IMS, and what the books say of their tax where it was another.
ORIGINALS: dict[str, tuple[str, ...]] = {
    "KCL/24-25/0219": ("--igst", "13500.00"),
    "VTD/11": (),
    "VTC/31": (),
    "MM-EC-88412": (),
}


def came_in(stage: Stage) -> None:
    """What came in."""
    stage.run("import", FIRST)
    stage.run("list", "--summary")
    saved = [one for one in stage.records() if one.supplier_status is SupplierStatus.SAVED]
    stage.tell(
        f"{len(saved)} of them are only saved by their suppliers. They are shown at once, and count once they are "
        "filed (faq.6, faq.15).",
    )


def only_saved(stage: Stage) -> None:
    """A record that is only saved."""
    record = stage.record(SAVED)
    stage.run("show", str(record.id))
    period = stage.ims.show(record.id).period
    stage.tell(
        f"{SAVED} is saved in {record.form} of {record.return_period}. Filed today it would belong to GSTR-2B of "
        f"{period}, because the moment of filing decides that and not the date on it (window.2b).",
    )


def bulk(stage: Stage) -> None:
    """Many records accepted with one action."""
    stage.run("act", "accept", "--where", "kind=invoice,debit_note", "--where", "state=no_action", ends=1)
    stage.tell(
        "An amendment waits for its original, which must be decided by a filed GSTR-3B first (faq.13). The originals "
        f"of {len(ORIGINALS)} amendments here came before IMS began, so the recipient says from his books how they "
        "were decided:",
    )
    for number, tax in ORIGINALS.items():
        stage.run("original", str(stage.record(number).id), "accepted", *tax)


def refused(stage: Stage) -> None:
    """What cannot be kept pending."""
    note = stage.record(NOTE)
    stage.tell(f"{NOTE} is a credit note: it takes {note.document.tax} of credit away from the recipient.")
    stage.run("act", "keep_pending", "--id", str(note.id), ends=1)
    stage.tell("Each refusal names its rule, and each rule can be looked up:")
    stage.run("rules", "faq.11.a")


def edited(stage: Stage) -> None:
    """A supplier changes what he had only saved."""
    before = stage.record(SAVED)
    stage.run("import", LATER)
    stage.run("history", str(before.id))
    after = stage.record(SAVED)
    stage.tell(
        f"{SAVED} stood {_words(before.state)}, at {before.document.tax}. Its supplier has changed it to "
        f"{after.document.tax}, so it is back to {_words(after.state)} and the recipient looks at it anew (faq.16.1).",
    )


def draft(stage: Stage) -> None:
    """The 14th: the draft GSTR-2B."""
    from ims_fsm.formats.gstn import What

    stage.run("sweep")
    stage.run("2b", "show", "--period", OCTOBER)
    stage.tell("The portal has drafted its own. Compared with it, document by document:")
    stage.run("2b", "compare", STATEMENT, ends=1)
    found = stage.ims.compare_2b(Path(STATEMENT).read_bytes(), STATEMENT).differences
    explained = [one for one in found if one.rule]
    open_ones = [one.number for one in found if not one.rule and one.what is not What.TOTAL]
    stage.tell(
        f"{len(explained)} documents are in the portal's alone because they are not for IMS, each with its rule. "
        f"The rest is to be taken up with the suppliers: {', '.join(open_ones)}.",
    )


def change(stage: Stage) -> None:
    """A credit note is rejected after the draft."""
    note, before = stage.record(NOTE), stage.available(OCTOBER)
    stage.tell("The goods were never returned, so the credit note is wrong. First, what rejecting it would come to:")
    stage.run("what-if", str(note.id), "reject")
    stage.run("act", "reject", "--id", str(note.id), "--remarks", "The goods were not returned")
    stage.run("3b", "file", "--period", OCTOBER, ends=1)
    stage.run("2b", "generate", "--period", OCTOBER)
    stage.tell(
        f"The credit of {OCTOBER} is {stage.available(OCTOBER)} now; with the credit note it was {before}. What is "
        "rejected is shown and does not count (faq.14.ii).",
    )


def upload(stage: Stage) -> None:
    """What the portal is told."""
    stage.run("export", "json", "--out", "upload")
    stage.tell("Only what the portal does not show yet, each with the action that it showed before (prev_status).")


def filed(stage: Stage) -> None:
    """GSTR-3B is filed."""
    note = stage.record(NOTE)
    stage.run("3b", "file", "--period", OCTOBER)
    stage.run("liabilities", note.document.supplier)
    stage.run("act", "accept", "--id", str(note.id), ends=1)
    left = [one for one in stage.records() if one.state is State.PENDING]
    names = ", ".join(one.document.number for one in left)
    stage.tell(f"What was pending stays in IMS: {names} (faq.5).")


def next_month(stage: Stage) -> None:
    """A month later: an amendment whose original still waits."""
    original = stage.record(KEPT)
    stage.tell(
        f"Here the demo plays the supplier {original.document.supplier}: he amends {KEPT}, which is still pending, in "
        f"his GSTR-1 of {NOVEMBER}, and files it.",
    )
    amendment = _amend(stage, original)
    stage.run("act", "accept", "--id", str(amendment), ends=1)
    stage.run("act", "accept", "--id", str(original.id))
    stage.tell(f"Once GSTR-3B of {NOVEMBER} is filed the original is decided, and the amendment can be acted on.")


def logs(stage: Stage) -> None:
    """Every step can be proved."""
    stage.run("audit", "verify")
    stage.run("audit", "seal")


Chapter = Callable[[Stage], None]
CHAPTERS: tuple[tuple[str, Chapter], ...] = (
    ("2024-11-12T10:00", came_in),
    ("2024-11-12T10:10", only_saved),
    ("2024-11-12T10:20", bulk),
    ("2024-11-12T10:30", refused),
    ("2024-11-13T10:00", edited),
    ("2024-11-14T06:00", draft),
    ("2024-11-18T10:00", change),
    ("2024-11-18T10:30", upload),
    ("2024-11-20T10:00", filed),
    ("2024-12-09T10:00", next_month),
    ("2024-12-09T10:10", logs),
)


def _amend(stage: Stage, original: Record) -> int:
    from ims_fsm.terms.document import OriginalReference

    document = original.document
    tax = document.tax + document.tax
    amended = document.changed(
        number=f"{document.number}A",
        date=date(2024, 11, 28),
        taxable=document.taxable * 2,
        value=None,
        tax=tax,
        amends=OriginalReference(document.number, document.date),
    )
    seller = stage.ims.supplier(document.supplier, actor="the supplier")
    made = seller.save(amended, Form.GSTR_1, NOVEMBER)
    seller.file(Form.GSTR_1, NOVEMBER)
    return made


def _words(state: State) -> str:
    return str(state).replace("_", " ")
