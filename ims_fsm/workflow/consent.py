"""GSTR-3B filed and GSTR-2B generated with consent: what should be known first is asked, and nothing is written before.

Imports the returns; the law itself does not forbid what is asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ims_fsm.record.record import Record
from ims_fsm.record.refusals import RefusedError, Told, label
from ims_fsm.record.returns import MACHINE
from ims_fsm.store import returns
from ims_fsm.store.connection import serialise
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.workflow.left_out import left_out
from ims_fsm.workflow.returns import ThreeBFiled, TwoBGenerated, considered
from ims_fsm.workflow.returns import file_3b as filed_3b
from ims_fsm.workflow.returns import generate_2b as generated_2b
from ims_fsm.workflow.unit import UnitOfWork

CODE, MOST_NAMED = "consent_needed", 20


class ConsentError(RefusedError):
    """GSTR-3B is not filed, or GSTR-2B generated, until whoever does it consents; nothing was written.

    `left_out` are the amendments in no GSTR-2B, because how their originals were decided is not known here; `tax` is
    theirs, in paise, without regard to which way it goes.
    """

    def __init__(self, subject: str, trigger: str, refusals: Sequence[Told], left_out: Sequence[Record] = ()) -> None:
        """Keep what is asked and the amendments that are left out."""
        super().__init__(subject, trigger, refusals, machine=MACHINE)
        self.left_out = tuple(left_out)

    @property
    def tax(self) -> Heads:
        """The tax of what is left out, in paise."""
        return sum((record.document.tax for record in self.left_out), NIL)

    def as_dict(self) -> dict[str, Any]:
        """Return the error with every amendment that is left out, tax in rupees."""
        rows = [
            {
                "record_id": record.id,
                "document": label(record.document),
                "tax": {head: str(amount) for head, amount in record.document.tax.in_rupees().items()},
            }
            for record in self.left_out
        ]
        return {**super().as_dict(), "left_out": rows}


def file_3b(unit: UnitOfWork, recipient: str, period: TaxPeriod, *, consent: bool = False) -> ThreeBFiled:
    """File the GSTR-3B of a period as `returns.file_3b` does; raises `ConsentError` where it is asked and not given."""
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    # What the rules refuse is not asked for.
    if not consent and considered(unit, returns.two_b(unit.connection, recipient, period), "file_3b"):
        questions, waiting = asked(unit, recipient, period)
        if questions:
            raise ConsentError(f"GSTR-3B of {period} of {recipient}", "file_3b", questions, waiting)
    return filed_3b(unit, recipient, period)


def generate_2b(unit: UnitOfWork, recipient: str, period: TaxPeriod, *, consent: bool = False) -> TwoBGenerated:
    """Generate a GSTR-2B as `returns.generate_2b` does; raises `ConsentError` where it is asked and not given."""
    serialise(unit.connection, [recipient])
    unit.taxpayer(recipient)
    questions = [] if consent else [*_of_long_ago(unit, period, "generate it all the same with consent=True")]
    if questions and considered(unit, returns.two_b(unit.connection, recipient, period), "generate"):
        raise ConsentError(f"GSTR-2B of {period} of {recipient}", "generate", questions)
    return generated_2b(unit, recipient, period)


def asked(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> tuple[list[Told], list[Record]]:
    """Return what the filer of a GSTR-3B is asked to consent to, and the amendments that it would leave out."""
    how = "file it all the same with consent=True"
    waiting = [out.record for out in left_out(unit, recipient, period) if out.reason == "original_unknown"]
    return [*_left_behind(unit, waiting, how), *_of_long_ago(unit, period, how)], waiting


def _left_behind(unit: UnitOfWork, waiting: Sequence[Record], how: str) -> Iterator[Told]:
    if waiting:
        declared = unit.book.routing.left_out["original_unknown"]
        names = [f"{label(record.document)} (record {record.id}, {record.document.tax})" for record in waiting]
        rest = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
        total = sum((record.document.tax for record in waiting), NIL)
        one_or_more = "amendment is" if len(waiting) == 1 else "amendments are"
        what = f"{len(waiting):,} {one_or_more} in no GSTR-2B, with tax of {total}, because {declared.says}"
        sentence = f"{what}: {', '.join(names[:MOST_NAMED])}{rest}"
        remedy = f"state how it was decided, or {how}"
        yield Told(CODE, declared.rule, (declared.rule,), sentence, remedy)


def _of_long_ago(unit: UnitOfWork, period: TaxPeriod, how: str) -> Iterator[Told]:
    calendar = unit.book.calendar
    if calendar.is_old(period, unit.now):
        rule = calendar.declared.consent.rule
        sentence = f"{period} is more than {calendar.declared.consent.old_after} months ago"
        yield Told(CODE, rule, (rule,), sentence, f"look whether it is the period that is meant, and {how}")
