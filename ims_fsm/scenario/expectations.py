"""What a step expects, compared with what is found: one reading for each key.

Imports the stage and the views; changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ims_fsm.errors import InputError
from ims_fsm.law.refusal import NO_TRANSITION
from ims_fsm.record.refusals import Told
from ims_fsm.scenario.declaration import OF_A_DOCUMENT, OF_A_RECIPIENT, Expect
from ims_fsm.scenario.refusals import Failure, Wanted, judged
from ims_fsm.scenario.stage import NotSavedError, Stage
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.workflow.views.views import RecordView, TwoBView

_OF_A_RECORD: Mapping[str, Callable[[RecordView], object]] = {
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
_OF_NO_RECORD: Mapping[str, object] = {"in_ims": False, "section": "none", "versions": 0, "transitions": 0}


def failures(stage: Stage, step: Expect) -> list[Failure]:
    """Return what was expected and what was found, for each key that does not hold."""
    readings = (_of_document, _of_trigger, _of_recipient, _of_supplier)
    return [failure for reading in readings for failure in reading(stage, step)]


def _of_document(stage: Stage, step: Expect) -> Iterator[Failure]:
    expect = step.expect
    keys = [key for key in OF_A_DOCUMENT if key in expect.written]
    if expect.document is None or not keys:
        return
    try:
        view = stage.recipient_of(expect.document).show(stage.record_id(expect.document))
    except NotSavedError:
        values = {key: _OF_NO_RECORD.get(key, f"nothing, for {expect.document} was never saved") for key in keys}
    else:
        values = {key: _OF_A_RECORD[key](view) for key in keys}
    for key in keys:
        yield from _compared(f"{key} of {expect.document}", getattr(expect, key), values[key])


def _of_trigger(stage: Stage, step: Expect) -> Iterator[Failure]:
    expect = step.expect
    if expect.trigger is None or expect.document is None:
        return
    refusals = _refusals(stage, expect.document, expect.trigger)
    wanted = None if expect.allowed else Wanted(expect.refused or step.refused, expect.rule or step.rule)
    failure = judged(f"{expect.trigger} on {expect.document}", refusals, wanted)
    if failure is not None:
        yield failure


def _refusals(stage: Stage, document: str, trigger: str) -> tuple[Told, ...]:
    try:
        answer = stage.recipient_of(document).may(trigger, stage.record_id(document))
    except NotSavedError as error:
        return (error.refusal,)
    except InputError as error:
        return (Told(NO_TRANSITION, "", (), str(error), ""),)
    return answer.refusals


def _of_recipient(stage: Stage, step: Expect) -> Iterator[Failure]:
    expect = step.expect
    keys = [key for key in OF_A_RECIPIENT if key in expect.written]
    if expect.recipient is None or expect.period is None or not keys:
        return
    view = stage.recipient(expect.recipient).two_b(expect.period)
    for key in keys:
        what = f"{key} of {expect.recipient} for {expect.period}"
        yield from _compared(what, getattr(expect, key), _in_two_b(view, key))


def _in_two_b(view: TwoBView, key: str) -> object:
    return view.two_b.state if key == "two_b" else view.totals.get(key, NIL)


def _of_supplier(stage: Stage, step: Expect) -> Iterator[Failure]:
    expect = step.expect
    if expect.supplier is None or expect.period is None or expect.added_back is None:
        return
    liabilities = stage.supplier(expect.supplier).liabilities(expect.period)
    total = sum((liability.tax for liability in liabilities), Heads())
    yield from _compared(f"added_back of {expect.supplier} for {expect.period}", expect.added_back, total)


def _compared(what: str, wanted: object, value: object) -> Iterator[Failure]:
    if value != wanted:
        yield f"{what} to be {_text(wanted)}", f"found {_text(value)}"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)
