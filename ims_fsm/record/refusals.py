"""What a refusal says of a particular record or return: the fields of its sentence, and the refusal as a value.

Imports the readings and the decision; writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from ims_fsm.errors import ImsFsmError, Outcome
from ims_fsm.law.hooks import ANY_RECORD
from ims_fsm.law.refusal import Decision, Refusal, Refused, cites
from ims_fsm.law.rows import row_refusals
from ims_fsm.record.moments import runs_back
from ims_fsm.record.record import Record
from ims_fsm.record.scene import Scene, full_reduction
from ims_fsm.terms.document import Document
from ims_fsm.terms.period import TaxPeriod, day_in_words, in_india, moment_in_words
from ims_fsm.terms.vocabulary import RemovedFor

#: The codes of what refuses that time runs backwards within a log (`machines/rows.toml`).
DATED_BACK, FILED_TOO_EARLY = "dated_back", "filed_too_early"
#: The code of what refuses whoever may not fire a trigger.
NOT_PERMITTED = "not_permitted"
REMOVALS = {
    RemovedFor.SUPPLIER_DELETED: "its supplier deleted it before filing",
    RemovedFor.SEC_16_4: "it was still pending when the time limit of section 16(4) passed",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal filled in for one document or return: what programs receive and people read."""

    code: str
    rule: str
    rules: tuple[str, ...]
    sentence: str
    remedy: str

    @classmethod
    def of(cls, refusal: Refusal, fields: Mapping[str, str]) -> Told:
        """Return a refusal filled in with the given fields."""
        return cls(refusal.code, refusal.rule, refusal.rules, refusal.sentence(fields), refusal.advice(fields))

    def cites(self, rule: str) -> bool:
        """Say whether it cites this rule or anything below it."""
        return cites(self.rules, rule)

    def as_dict(self) -> dict[str, Any]:
        """Return the refusal as plain data."""
        return asdict(self)

    def __str__(self) -> str:
        """Show the sentence, the rule and the remedy in one line."""
        return f"{self.sentence} ({self.rule}); {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the law answers to a trigger on one record; truthy exactly when the trigger may fire."""

    #: The record's id.
    record_id: int
    #: Its document as people read it: "credit note CN/7 of 29AABCT1332L1ZA".
    document: str
    #: The trigger that was asked about.
    trigger: str
    #: The state that the trigger leads to; None where it is refused.
    dest: str | None = None
    #: The rules that carry the transition; where it is refused, those that its refusals cite, each once.
    rules: tuple[str, ...] = ()
    #: Every refusal, in the order of declaration; none where it is allowed.
    refusals: tuple[Told, ...] = ()

    @classmethod
    def of(cls, record: Record, trigger: str, decision: Decision, scene: Scene) -> Answer:
        """Return the answer that a decision gives on a record."""
        document = label(record.document)
        if isinstance(decision, Refused):
            refusals = filled_in(decision, record_fields(record, scene))
            return cls.refused(record.id, RefusedError(document, trigger, refusals))
        return cls(record_id=record.id, document=document, trigger=trigger, dest=decision.dest, rules=decision.rules)

    @classmethod
    def refused(cls, record_id: int, error: RefusedError) -> Answer:
        """Return the answer for a record on which a call was refused."""
        rules = tuple(dict.fromkeys(rule for refusal in error.refusals for rule in refusal.rules))
        return cls(
            record_id=record_id, document=error.subject, trigger=error.trigger, rules=rules, refusals=error.refusals
        )

    @property
    def allowed(self) -> bool:
        """Whether the trigger may fire."""
        return not self.refusals

    def __bool__(self) -> bool:
        """Say whether the trigger may fire."""
        return self.allowed


@dataclass(frozen=True, slots=True)
class RefusedGroup:
    """Records of one bulk action that the same guards refuse."""

    #: The refusals, filled in for the first example.
    refusals: tuple[Told, ...]
    #: How many records they refuse.
    count: int
    #: A few of these records, in the order of their ids.
    examples: tuple[Answer, ...]


def label(document: Document) -> str:
    """Return a document for a sentence: "credit note CN/7 of 29AABCT1332L1ZA"."""
    amended = "amended " if document.amends else ""
    return f"{amended}{document.kind.in_words} {document.number} of {document.supplier or 'overseas'}"


def record_fields(record: Record, scene: Scene) -> dict[str, str]:
    """Return the fields that sentences about a record may name."""
    document, amends = record.document, record.document.amends
    deadline = in_india(scene.pending_until(record)) - timedelta(days=1)
    return {
        **scene.book.calendar.phrases(),
        "document": label(document),
        "a_document": f"{'an' if document.kind.in_words[0] in 'aeiE' else 'a'} {document.kind.in_words}",
        "original": f"{document.kind.in_words} {amends.number}" if amends else "its original",
        "form": str(record.form),
        "period": scene.expected_period(record),
        "recipient": record.recipient,
        "recipient_kind": str(scene.recipient.kind),
        "removed_for": REMOVALS[record.removed_for] if record.removed_for else "it was removed",
        "deadline": day_in_words(deadline),
        "full_reduction": str(full_reduction(record)),
        **dated(record.last_at, scene),
    }


def return_fields(scene: Scene, period: TaxPeriod) -> dict[str, str]:
    """Return the fields that sentences about a recipient's GSTR-2B may name."""
    calendar, filing = scene.book.calendar, scene.recipient.filing
    return {
        **calendar.phrases(),
        "recipient": scene.recipient.gstin,
        "recipient_kind": str(scene.recipient.kind),
        "period": period,
        "previous": calendar.previous(period, filing),
        "quarter": calendar.period_for(period, filing),
        "two_b_opens": day_in_words(calendar.two_b_day(period)),
    }


def running_back() -> Refusal:
    """Return the refusal of a step by which time would run backwards within a log."""
    return row_refusals()[DATED_BACK]


def out_of_turn(last_at: datetime | None, scene: Scene) -> Refused | None:
    """Return the refusal of a step that would be dated before those of its log up to `last_at`; None where it may come.

    What a machine would say of it is not asked: it would be read at a moment that is over (docs/adr/0019).
    """
    return None if scene.backdated or not runs_back(scene.now, last_at) else Refused((running_back(),))


def filed_too_early(record: Record, scene: Scene) -> Refused | None:
    """Return the refusal of filing a record's form before what was done last to it; None where it may be filed."""
    return Refused((row_refusals()[FILED_TOO_EARLY],)) if runs_back(scene.now, record.last_at) else None


def dated(last_at: datetime | None, scene: Scene) -> dict[str, str]:
    """Return the fields of the sentence that time would run backwards."""
    return {"at": moment_in_words(scene.now), "last_at": "" if last_at is None else moment_in_words(last_at)}


class RefusedError(ImsFsmError):
    """A call on one record or return was refused, and nothing was written; carries every refusal.

    `code` is that of the first refusal; `subject` says what was refused, `machine` by which declaration.
    """

    def __init__(self, subject: str, trigger: str, refusals: Sequence[Told], *, machine: str = ANY_RECORD) -> None:
        """Keep what was refused, the trigger, the refusals and the machine."""
        self.subject = subject
        self.trigger = trigger
        self.refusals = tuple(refusals)
        self.machine = machine
        self.code = self.refusals[0].code
        barred = any(refusal.code == NOT_PERMITTED for refusal in self.refusals)
        self.outcome: Outcome = "not_permitted" if barred else "refused"
        super().__init__(subject, trigger, self.refusals)

    def __str__(self) -> str:
        """Show every refusal with its rule and remedy."""
        return "; ".join(str(refusal) for refusal in self.refusals)

    def as_dict(self) -> dict[str, Any]:
        """Return the error with every refusal."""
        return {**super().as_dict(), "trigger": self.trigger, "refusals": [r.as_dict() for r in self.refusals]}


def filled_in(refused: Refused, fields: Mapping[str, str]) -> tuple[Told, ...]:
    """Return every refusal of a decision, filled in with the given fields."""
    return tuple(Told.of(refusal, fields) for refusal in refused.refusals)
