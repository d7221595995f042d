"""What a refusal says of a particular record or return: the fields of its sentence, and the refusal as a value.

Imports the readings and the decision; writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.refusal import Refusal, Refused
from ims_fsm.record.facts import Scene, full_reduction
from ims_fsm.record.record import Record
from ims_fsm.terms.document import Document
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import Kind, RemovedFor

TITLES = {
    Kind.INVOICE: "invoice",
    Kind.DEBIT_NOTE: "debit note",
    Kind.CREDIT_NOTE: "credit note",
    Kind.ECO_DOCUMENT: "ECO document",
    Kind.BILL_OF_ENTRY: "bill of entry",
}
REMOVALS = {
    RemovedFor.SUPPLIER_DELETED: "its supplier deleted it before filing",
    RemovedFor.SEC_16_4: "it was still pending when the time limit of section 16(4) passed",
}


@dataclass(frozen=True, slots=True)
class ToldRefusal:
    """A refusal with its sentence and remedy filled in: what faces show, files hold and people read."""

    code: str
    rule: str
    rules: tuple[str, ...]
    sentence: str
    remedy: str

    @classmethod
    def of(cls, refusal: Refusal, fields: Mapping[str, str]) -> ToldRefusal:
        """Return a refusal told with the given fields."""
        return cls(refusal.code, refusal.rule, refusal.rules, refusal.sentence(fields), refusal.advice(fields))

    def cites(self, rule: str) -> bool:
        """Say whether it cites this rule or anything below it."""
        return any(own == rule or own.startswith(f"{rule}.") for own in self.rules)

    def as_dict(self) -> dict[str, Any]:
        """Return the refusal as plain data."""
        return asdict(self)

    def __str__(self) -> str:
        """Show the sentence, the rule and the remedy in one line."""
        return f"{self.sentence} ({self.rule}); {self.remedy}"


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record on which a trigger was refused, and every refusal. Falsy, as `Refused` is."""

    record_id: int
    document: str
    refusals: tuple[ToldRefusal, ...]

    def __bool__(self) -> bool:
        """Refused is false."""
        return False


def label(document: Document) -> str:
    """Return a document for a sentence: "credit note CN/7 of 29AABCT1332L1ZA"."""
    amended = "amended " if document.amends else ""
    return f"{amended}{TITLES[document.kind]} {document.number} of {document.supplier or 'overseas'}"


def record_fields(record: Record, scene: Scene) -> dict[str, str]:
    """Return the fields that sentences about a record may name."""
    document, amends = record.document, record.document.amends
    deadline = in_india(scene.pending_until(record)) - timedelta(days=1)
    return {
        **scene.book.calendar.phrases(),
        "document": label(document),
        "a_document": f"{'an' if TITLES[document.kind][0] in 'aeiE' else 'a'} {TITLES[document.kind]}",
        "original": f"{TITLES[document.kind]} {amends.number}" if amends else "its original",
        "form": str(record.form),
        "period": scene.expected_period(record),
        "recipient": record.recipient,
        "recipient_kind": str(scene.recipient.kind),
        "removed_for": REMOVALS[record.removed_for] if record.removed_for else "it was removed",
        "deadline": f"{deadline.day} {deadline:%B %Y}",
        "full_reduction": str(full_reduction(record)),
    }


def return_fields(scene: Scene, period: TaxPeriod) -> dict[str, str]:
    """Return the fields that sentences about a recipient's GSTR-2B may name."""
    calendar, filing = scene.book.calendar, scene.recipient.filing
    opens = in_india(calendar.two_b_opens(period))
    return {
        **calendar.phrases(),
        "recipient": scene.recipient.gstin,
        "recipient_kind": str(scene.recipient.kind),
        "period": period,
        "previous": calendar.previous(period, filing),
        "quarter": calendar.period_for(period, filing),
        "two_b_opens": f"{opens.day} {opens:%B %Y}",
    }


class RefusedError(ImsFsmError):
    """A call on one record or return was refused, and nothing was written; carries every refusal.

    `code` is that of the first refusal; `subject` says what was refused.
    """

    def __init__(self, subject: str, trigger: str, refusals: Sequence[ToldRefusal]) -> None:
        """Keep what was refused, the trigger and the refusals."""
        self.subject = subject
        self.trigger = trigger
        self.refusals = tuple(refusals)
        self.code = self.refusals[0].code
        super().__init__(subject, trigger, self.refusals)

    def __str__(self) -> str:
        """Show every refusal with its rule and remedy."""
        return "; ".join(str(refusal) for refusal in self.refusals)

    def as_dict(self) -> dict[str, Any]:
        """Return the error with every refusal."""
        return {**super().as_dict(), "trigger": self.trigger, "refusals": [r.as_dict() for r in self.refusals]}


def told(refused: Refused, fields: Mapping[str, str]) -> tuple[ToldRefusal, ...]:
    """Return every refusal of a decision, told with the given fields."""
    return tuple(ToldRefusal.of(refusal, fields) for refusal in refused.refusals)
