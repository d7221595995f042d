"""The demo's story: a taxpayer's month, told in commands that are run and in sentences computed from what they did.

Imports the field's words; the face while it is told.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from ims_fsm.cli.failures import UNTOLD, CallError, UntoldError
from ims_fsm.cli.output import console, say
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, State, SupplierStatus

if TYPE_CHECKING:
    from ims_fsm import IMS, RecipientDesk, Record

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
FIRST, LATER, STATEMENT = "ims_2024-11.json", "ims_2024-11_later.json", "gstr2b_2024-10.json"
SAVED, NOTE, REJECTED, KEPT = "SP-1201", "KCN/24/15", "GOS-5533", "NB2409-064"
# The amendments whose originals came before IMS, and what the books say of their tax if it was different.
ORIGINALS: dict[str, tuple[str, ...]] = {
    "KCL/24-25/0219": ("--igst", "13500.00"),
    "VTD/11": (),
    "VTC/31": (),
    "MM-EC-88412": (),
}
TIMELESS = frozenset({"history", "rules", "verify", "draw"})
WITHOUT_DATABASE = frozenset({"rules", "verify", "draw"})


@dataclass(slots=True)
class Stage:
    """Where the demo runs: the IMS for what sentences are computed from, a clock that is set, the real commands."""

    ims: IMS
    db: str
    gstin: str
    commands: Callable[[list[str]], int]
    at: str = ""

    @property
    def buyer(self) -> RecipientDesk:
        """The recipient's desk."""
        return self.ims.recipient(self.gstin, actor="demo")

    def run(self, *arguments: str, ends: int = 0) -> None:
        """Show a command and run it, at the stage's moment and on its database.

        Raises `CallError` where it does not end as the story has it.
        """
        screen = console()
        screen.print("")
        screen.print(Text(f"$ ims-fsm {shlex.join(arguments)}", style="bold cyan"), soft_wrap=True)
        is_timeless = arguments[0] in TIMELESS or arguments[:2] == ("audit", "verify")
        clock = [] if is_timeless else ["--at", self.at]
        database = [] if arguments[0] in WITHOUT_DATABASE else ["--db", self.db]
        with redirect_stderr(sys.stdout):
            code = self.commands([*arguments, *database, *clock])
        if code == UNTOLD:
            raise UntoldError(f"the demo stops: the answer of ims-fsm {arguments[0]} could not be written")
        if code != ends:
            raise CallError(f"the demo stops: ims-fsm {shlex.join(arguments)} ended with {code} instead of {ends}")

    def tell(self, sentence: str) -> None:
        """Print a sentence of the story, apart from what was printed before."""
        say("", sentence)

    def records(self) -> list[Record]:
        """Return the recipient's records, by id."""
        return list(self.buyer.records())

    def available(self, period: TaxPeriod) -> Heads:
        """Return the total of ITC available in the newest GSTR-2B of a period, in paise."""
        return self.buyer.two_b(period).totals["itc_available"]

    def record(self, number: str) -> Record:
        """Return the recipient's record of a document number."""
        return next(record for record in self.records() if record.document.number == number)


def came_in(stage: Stage) -> None:
    """What came in."""
    stage.run("import", FIRST)
    stage.run("list", "--summary")
    saved = [record for record in stage.records() if record.supplier_status is SupplierStatus.SAVED]
    stage.tell(
        f"{len(saved)} of them are only saved by their suppliers. They are shown at once, and count once they are "
        "filed (faq.6, faq.15)."
    )


def only_saved(stage: Stage) -> None:
    """A record that is only saved."""
    record = stage.record(SAVED)
    stage.run("show", str(record.id))
    period = stage.buyer.show(record.id).period
    stage.tell(
        f"{SAVED} is saved in {record.form} of {record.return_period}. Filed today it would belong to GSTR-2B of "
        f"{period}, because the moment of filing decides that and not the document date (window.2b)."
    )


def bulk(stage: Stage) -> None:
    """Many records accepted with one action."""
    stage.run("act", "accept", "--where", "kind=invoice,debit_note", "--where", "state=no_action", ends=1)
    stage.tell(
        "An amendment waits for its original, which must be decided by a filed GSTR-3B first (faq.13). The originals "
        f"of {len(ORIGINALS)} amendments here came before IMS began, so the recipient states from their books how "
        "these were decided:"
    )
    for number, tax in ORIGINALS.items():
        stage.run("original", str(stage.record(number).id), "accepted", *tax)


def refused(stage: Stage) -> None:
    """What cannot be kept pending."""
    note = stage.record(NOTE)
    stage.tell(f"{NOTE} is a credit note: it reduces the recipient's credit by {note.document.tax}.")
    stage.run("act", "keep_pending", "--id", str(note.id), ends=1)
    stage.tell("Each refusal names its rule, and each rule can be looked up:")
    stage.run("rules", "faq.11.a")


def edited(stage: Stage) -> None:
    """A supplier changes a document that was only saved."""
    before = stage.record(SAVED)
    stage.run("import", LATER)
    stage.run("history", str(before.id))
    after = stage.record(SAVED)
    stage.tell(
        f"{SAVED} was {_words(before.state)}, with {before.document.tax}. Its supplier has changed it to "
        f"{after.document.tax}, so it is back to {_words(after.state)} and the recipient decides again (faq.16.1)."
    )


def draft(stage: Stage) -> None:
    """The 14th: the draft GSTR-2B."""
    stage.run("sweep")
    stage.run("2b", "show", "--period", OCTOBER)
    stage.tell("The portal has drafted its own. Compared with it, document by document:")
    stage.run("2b", "compare", STATEMENT, ends=1)
    differences = stage.buyer.compare_2b(Path(STATEMENT)).differences
    explained = [difference for difference in differences if difference.rule]
    numbers = [difference.number for difference in differences if not difference.rule and difference.what != "total"]
    stage.tell(
        f"{len(explained)} documents are only in the portal's because they are not for IMS, each with its rule. "
        f"The rest is to be taken up with the suppliers: {', '.join(numbers)}."
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
        f"The credit of {OCTOBER} is {stage.available(OCTOBER)} now; with the credit note it was {before}. "
        "A rejected record is shown and does not count (faq.14.ii)."
    )


def upload(stage: Stage) -> None:
    """What goes back to the portal."""
    stage.run("export", "json", "--out", "upload")
    stage.tell("Only what the portal does not show yet, each with the action that it showed before (prev_status).")


def filed(stage: Stage) -> None:
    """GSTR-3B is filed."""
    note = stage.record(NOTE)
    stage.run("3b", "file", "--period", OCTOBER)
    stage.run("liabilities", note.document.supplier)
    stage.run("act", "accept", "--id", str(note.id), ends=1)
    left = [record for record in stage.records() if record.state is State.PENDING]
    names = ", ".join(record.document.number for record in left)
    stage.tell(f"What was pending stays in IMS: {names} (faq.5).")


def next_month(stage: Stage) -> None:
    """A month later: an amendment whose original still waits."""
    original = stage.record(KEPT)
    stage.tell(
        f"Here the demo plays the supplier {original.document.supplier}: they amend {KEPT}, which is still pending, in "
        f"their GSTR-1 of {NOVEMBER}, and file it."
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
    from ims_fsm import OriginalReference

    document = original.document
    amended = document.changed(
        number=f"{document.number}A",
        date=date(2024, 11, 28),
        taxable=document.taxable * 2,
        value=None,
        tax=document.tax + document.tax,
        amends=OriginalReference(document.number, document.date),
    )
    seller = stage.ims.supplier(document.supplier, actor="the supplier")
    made = seller.save(amended, Form.GSTR_1, NOVEMBER)
    seller.file(Form.GSTR_1, NOVEMBER)
    return made


def _words(state: State) -> str:
    return str(state).replace("_", " ")
