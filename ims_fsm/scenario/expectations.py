"""What a step expects, compared with what is found: one reading for each key, and the refusal that must be met.

Imports the stage and the views; changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ims_fsm.errors import InputError
from ims_fsm.law.refusal import NO_TRANSITION
from ims_fsm.record.refusals import RefusedError, Told
from ims_fsm.scenario.declaration import Expect
from ims_fsm.scenario.stage import NotSavedError, Stage
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.workflow.views.views import RecordView

Failure = tuple[str, str]
# The keys of an expectation by what it is of; those of a document with their readings.
OF_A_DOCUMENT: Mapping[str, Callable[[RecordView], object]] = {
    "state": lambda view: view.record.state,
    "disposition": lambda view: view.record.disposition,
    "removed_for": lambda view: view.record.removed_for,
    "two_b_period": lambda view: view.period,
    "direction": lambda view: view.direction,
    "in_ims": lambda view: view.in_ims,
    "section": lambda view: view.section,
    "versions": lambda view: view.record.contents,
    "transitions": lambda view: view.record.seq,
}
OF_A_TRIGGER = ("trigger", "allowed", "refused", "rule")
OF_A_RECIPIENT = ("two_b", "itc_available", "itc_rejected", "itc_not_available", "reversal_4b1", "two_a")
OF_A_SUPPLIER = ("added_back",)
_OF_NO_RECORD: Mapping[str, object] = {"in_ims": False, "section": "none", "versions": 0, "transitions": 0}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A refusal that is expected; what is None may be anything."""

    code: str | None = None
    rule: str | None = None

    def met_by(self, refusal: Told) -> bool:
        """Say whether this one refusal has the code and cites the rule, or anything below it."""
        return self.code in {None, refusal.code} and (self.rule is None or refusal.cites(self.rule))

    def __str__(self) -> str:
        """Show what is expected."""
        code, rule = (f" with {self.code}" if self.code else "", f" citing {self.rule}" if self.rule else "")
        return f"refused{code}{rule}"


def judged(what: str, refusals: Sequence[Told], wanted: Wanted | None) -> Iterator[Failure]:
    """Give what was expected of `what` (None: that it is allowed) and what happened, where they differ."""
    if bool(refusals) if wanted is None else not any(map(wanted.met_by, refusals)):
        happened = f"it was refused with {in_a_line(refusals)}" if refusals else "it was allowed"
        yield f"{what} to be {wanted or 'allowed'}", happened


def in_a_line(refusals: Sequence[Told]) -> str:
    """Return refusals in one line: the code, the rules and the sentence of each."""
    cited = (f" ({', '.join(refusal.rules)})" if refusal.rules else "" for refusal in refusals)
    parts = (f"{refusal.code}{rules}: {refusal.sentence}" for refusal, rules in zip(refusals, cited, strict=True))
    return "; and ".join(parts)


def failures(stage: Stage, step: Expect) -> list[Failure]:
    """Return what was expected and what was found, for each key that does not hold."""
    readings = (_of_document, _of_trigger, _of_recipient, _of_supplier)
    return [failure for reading in readings for failure in reading(stage, step)]


def _of_document(stage: Stage, step: Expect) -> Iterator[Failure]:
    expect = step.expect
    keys = [key for key in OF_A_DOCUMENT if key in expect.model_fields_set]
    if expect.document is None or not keys:
        return
    try:
        view = stage.recipient_of(expect.document).show(stage.record_id(expect.document))
    except NotSavedError:
        values = {key: _OF_NO_RECORD.get(key, f"nothing, for {expect.document} was never saved") for key in keys}
    else:
        values = {key: OF_A_DOCUMENT[key](view) for key in keys}
    for key in keys:
        yield from compared(f"{key} of {expect.document}", getattr(expect, key), values[key])


def _of_trigger(stage: Stage, step: Expect) -> Iterator[Failure]:
    expect = step.expect
    if expect.trigger is None or expect.document is None:
        return
    refusals = _refusals(stage, expect.document, expect.trigger)
    wanted = None if expect.allowed else Wanted(expect.refused or step.refused, expect.rule or step.rule)
    yield from judged(f"{expect.trigger} on {expect.document}", refusals, wanted)


def _refusals(stage: Stage, document: str, trigger: str) -> tuple[Told, ...]:
    try:
        return stage.recipient_of(document).may(trigger, stage.record_id(document)).refusals
    except RefusedError as error:
        return error.refusals
    except InputError as error:
        return (Told(NO_TRANSITION, "", (), str(error), ""),)


def _of_recipient(stage: Stage, step: Expect) -> Iterator[Failure]:
    expect = step.expect
    keys = [key for key in OF_A_RECIPIENT if key in expect.model_fields_set]
    if expect.recipient is None or expect.period is None or not keys:
        return
    desk = stage.recipient(expect.recipient)
    view = desk.two_b(expect.period)
    for key in keys:
        what = f"{key} of {expect.recipient} for {expect.period}"
        if key == "two_a":
            ids = [record.id for record in desk.two_a(expect.period)]
            reported = [name for name, record_id in stage.ids.items() if record_id in ids]
            yield from compared(what, ", ".join(sorted(expect.two_a or ())), ", ".join(sorted(reported)) or "nothing")
            continue
        value = view.two_b.state if key == "two_b" else view.totals.get(key, NIL)
        yield from compared(what, getattr(expect, key), value)


def _of_supplier(stage: Stage, step: Expect) -> Iterator[Failure]:
    expect = step.expect
    if expect.supplier is None or expect.period is None or expect.added_back is None:
        return
    liabilities = stage.supplier(expect.supplier).liabilities(expect.period)
    total = sum((liability.tax for liability in liabilities), Heads())
    yield from compared(f"added_back of {expect.supplier} for {expect.period}", expect.added_back, total)


def compared(what: str, wanted: object, value: object) -> Iterator[Failure]:
    """Give what was expected and what was found, where they differ."""
    if value != wanted:
        yield f"{what} to be {_text(wanted)}", f"found {_text(value)}"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)
