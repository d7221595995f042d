"""What a step does: one function for each verb, on the desk or the dashboard where a person would do it.

Imports the stage and the workflow's errors; expects nothing of what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ims_fsm.errors import ImsFsmError
from ims_fsm.record.refusals import RefusedError, Told
from ims_fsm.scenario.declaration import Act, AnnualReturn, Delete, Do, Edit, File, OfPeriod, Save, Sweep
from ims_fsm.scenario.stage import NotSavedError, Stage
from ims_fsm.terms.vocabulary import State, Trigger


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a verb on one thing: its name for a sentence, and every refusal; none where it was done."""

    subject: str
    refusals: tuple[Told, ...] = ()


def perform(stage: Stage, step: Do) -> list[Done]:
    """Do what a step says, at the moment the stage's clock shows; refusals are returned as values."""
    return _PERFORMED_BY[step.do](stage, step)


def _save(stage: Stage, step: Save) -> list[Done]:
    def work(name: str) -> None:
        desk = stage.supplier_of(name)
        again = _saved_there(stage, step, name)
        if again is None:
            stage.saved_as(name, desk.save(stage.document(name), step.form, step.period))
        else:
            desk.edit(again, {})

    return [_tried(name, work, name) for name in step.names]


def _saved_there(stage: Stage, step: Save, name: str) -> int | None:
    """Return the record that is saved again, not filed and in the same form and period: its supplier edits it."""
    try:
        record = stage.recipient_of(name).record(stage.record_id(name))
    except NotSavedError:
        return None
    there = (record.form, record.return_period) == (step.form, step.period)
    return record.id if there and not record.filed and record.state is not State.REMOVED else None


def _edit(stage: Stage, step: Edit) -> list[Done]:
    def work() -> None:
        changes = step.changes.named()
        stage.supplier_of(step.document).edit(stage.record_id(step.document), changes)
        stage.edited_to(step.document, stage.document(step.document).changed(**changes))

    return [_tried(step.document, work)]


def _delete(stage: Stage, step: Delete) -> list[Done]:
    def work(name: str) -> None:
        stage.supplier_of(name).delete(stage.record_id(name))

    return [_tried(name, work, name) for name in step.names]


def _file(stage: Stage, step: File) -> list[Done]:
    def work() -> None:
        stage.supplier(step.supplier).file(step.form, step.period)

    return [_tried(f"{step.form} of {step.period} of {step.supplier}", work)]


def _act(stage: Stage, step: Act) -> list[Done]:
    by_recipient: dict[str, list[str]] = {}
    for name in step.names:
        by_recipient.setdefault(stage.scenario.documents[name].recipient, []).append(name)
    done = [item for recipient, names in by_recipient.items() for item in _act_for(stage, step, recipient, names)]
    return sorted(done, key=lambda item: step.names.index(item.subject))


def _act_for(stage: Stage, step: Act, recipient: str, names: Iterable[str]) -> list[Done]:
    ids: dict[int, str] = {}
    missing: list[Done] = []
    for name in names:
        try:
            ids[stage.record_id(name)] = name
        except NotSavedError as error:
            missing.append(Done(name, (error.refusal,)))
    refused: dict[int, tuple[Told, ...]] = {}
    stage.recipient(recipient).act_on(
        Trigger(step.do),
        ids=ids,
        remarks=step.remarks,
        reduce_itc=step.declared,
        each_refused=lambda answer: refused.update({answer.record_id: answer.refusals}),
    )
    return [*missing, *(Done(name, refused.get(record_id, ())) for record_id, name in ids.items())]


def _of_period(stage: Stage, step: OfPeriod) -> list[Done]:
    desk = stage.recipient(step.recipient)
    form, call = ("GSTR-2B", desk.generate_2b) if step.do == "generate_2b" else ("GSTR-3B", desk.file_3b)
    return [_tried(f"{form} of {step.period} of {step.recipient}", call, step.period)]


def _annual_return(stage: Stage, step: AnnualReturn) -> list[Done]:
    desk = stage.recipient(step.recipient)
    return [_tried(f"the annual return of {step.fy} of {step.recipient}", desk.file_annual_return, step.fy)]


def _sweep(stage: Stage, _step: Sweep) -> list[Done]:
    def work() -> None:
        for failure in stage.ims.sweep().failures:
            raise failure.error

    return [_tried("what the calendar owes", work)]


def _tried(subject: str, work: Callable[..., object], *about: object) -> Done:
    try:
        work(*about)
    except NotSavedError as error:
        return Done(subject, (error.refusal,))
    except RefusedError as error:
        return Done(subject, error.refusals)
    except ImsFsmError as error:
        return Done(subject, (Told(error.code, "", (), str(error), ""),))
    return Done(subject)


_PERFORMED_BY: Mapping[str, Callable[[Stage, Any], list[Done]]] = {
    "save": _save,
    "edit": _edit,
    "delete": _delete,
    "file": _file,
    "accept": _act,
    "reject": _act,
    "keep_pending": _act,
    "reset": _act,
    "generate_2b": _of_period,
    "file_3b": _of_period,
    "file_annual_return": _annual_return,
    "sweep": _sweep,
}
