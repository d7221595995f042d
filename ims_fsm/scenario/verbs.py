"""The steps that do something: a table of the file for each verb, done on the desk where a person would do it.

Imports the declaration and the stage; expects nothing of what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Self, cast

from pydantic import model_validator

from ims_fsm.errors import ImsFsmError
from ims_fsm.record.refusals import RefusedError, Told
from ims_fsm.record.scene import ReduceItc
from ims_fsm.scenario.declaration import IneligibleWord, Step
from ims_fsm.scenario.stage import NotSavedError, Stage
from ims_fsm.scenario.values import Amount, Day, Entry, FinancialYear, Name, Names, Period, Reduction, word
from ims_fsm.terms.vocabulary import Disposition, Form, State, Trigger

FormWord = Annotated[Form, word(Form, "form")]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a verb on one thing: its name for a sentence, and every refusal; none where it was done."""

    subject: str
    refusals: tuple[Told, ...] = ()


class Do(Step):
    """A step that does something."""

    #: What it is done on, with the fields of the step; for a sentence.
    subject: ClassVar[str] = ""
    do: str

    @model_validator(mode="after")
    def _rule_of_a_refusal(self) -> Self:
        if self.rule is not None and self.refused is None:
            raise ValueError("has `rule` without `refused`; a rule is what a refusal cites, so add the refusal's code")
        return self

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it is done on, each by its name for a sentence; a document by its handle."""
        return (self.subject.format_map(dict(self)),)

    def perform(self, stage: Stage) -> list[Done]:
        """Do it on every subject, at the moment the stage's clock shows; refusals are returned as values."""
        return [Done(subject, self._refusals(stage, subject)) for subject in self.subjects]

    def _refusals(self, stage: Stage, subject: str) -> tuple[Told, ...]:
        try:
            self._work(stage, subject)
        except RefusedError as error:
            return error.refusals
        except ImsFsmError as error:
            return (Told(error.code, "", (), str(error), ""),)
        return ()

    def _work(self, stage: Stage, subject: str, /) -> None:
        """Do it on one subject; raises what the desk raises."""
        raise NotImplementedError


class OnDocuments(Do):
    """A step on one document or on several."""

    document: Name | None = None
    documents: Names | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.document is None) == (self.documents is None):
            number = "neither" if self.document is None else "both"
            raise ValueError(f"has {number} of `document` and `documents`; write one of them")
        return self

    @property
    def subjects(self) -> tuple[str, ...]:
        """The handles of the documents."""
        return self.documents or (self.document or "",)


class Save(OnDocuments):
    """The supplier saves documents in a form of a return period."""

    form: FormWord
    period: Period

    def _work(self, stage: Stage, subject: str) -> None:
        desk = stage.supplier_of(subject)
        record_id = self._saved(stage, subject)
        if record_id is None:
            stage.ids[subject] = desk.save(stage.document(subject), self.form, self.period)
        else:
            desk.edit(record_id, {})

    def _saved(self, stage: Stage, name: str) -> int | None:
        """Return the record that is saved again, not filed and in the same form and period: its supplier edits it."""
        try:
            record = stage.recipient_of(name).record(stage.record_id(name))
        except NotSavedError:
            return None
        there = (record.form, record.return_period) == (self.form, self.period)
        return record.id if there and not record.filed and record.state is not State.REMOVED else None


class Changes(Entry):
    """What an edit changes; amounts in paise."""

    taxable: Amount | None = None
    igst: Amount | None = None
    cgst: Amount | None = None
    sgst: Amount | None = None
    cess: Amount | None = None
    number: Name | None = None
    date: Day | None = None
    pos: str | None = None
    reverse_charge: bool | None = None
    ineligible: IneligibleWord | None = None


class Edit(Do):
    """The supplier changes a saved document."""

    subject: ClassVar[str] = "{document}"
    document: Name
    changes: Changes

    def _work(self, stage: Stage, subject: str) -> None:
        changes = self.changes.model_dump(exclude_unset=True)
        stage.supplier_of(subject).edit(stage.record_id(subject), changes)
        stage.contents[subject] = stage.document(subject).changed(**changes)


class Delete(OnDocuments):
    """The supplier deletes saved documents."""

    def _work(self, stage: Stage, subject: str) -> None:
        stage.supplier_of(subject).delete(stage.record_id(subject))


class File(Do):
    """The supplier files a form of a return period.

    An amendment that stays saved, out of time, is a refusal where the step expects one; the rest is filed all the same.
    """

    subject: ClassVar[str] = "{form} of {period} of {supplier}"
    supplier: Name
    form: FormWord
    period: Period

    def _work(self, stage: Stage, _: str) -> None:
        filed = stage.supplier(self.supplier).file(self.form, self.period)
        if self.refused is not None and filed.refused:
            raise RefusedError(self.do, self.do, [refusal for answer in filed.refused for refusal in answer.refusals])


class Act(OnDocuments):
    """The recipient acts; `reduce_itc` declares how much ITC is to be reduced."""

    remarks: str | None = None
    reduce_itc: Reduction | None = None

    def perform(self, stage: Stage) -> list[Done]:
        """Act as one bulk action of each recipient; what came of it is in the order of the documents."""
        by_recipient: dict[str, list[str]] = {}
        for name in self.subjects:
            by_recipient.setdefault(stage.scenario.documents[name].recipient, []).append(name)
        refusals: dict[str, tuple[Told, ...]] = {}
        for recipient, names in by_recipient.items():
            refusals |= self._refused(stage, recipient, names)
        return [Done(name, refusals.get(name, ())) for name in self.subjects]

    def _refused(self, stage: Stage, recipient: str, names: Iterable[str]) -> dict[str, tuple[Told, ...]]:
        ids: dict[int, str] = {}
        refused: dict[str, tuple[Told, ...]] = {}
        for name in names:
            try:
                ids[stage.record_id(name)] = name
            except NotSavedError as error:
                refused[name] = error.refusals
        stage.recipient(recipient).act_on(
            Trigger(self.do),
            ids=ids,
            remarks=self.remarks,
            reduce_itc=cast("ReduceItc | None", self.reduce_itc),
            each_refused=lambda answer: refused.update({ids[answer.record_id]: answer.refusals}),
        )
        return refused


class Generate2B(Do):
    """The recipient generates GSTR-2B of a tax period."""

    subject: ClassVar[str] = "GSTR-2B of {period} of {recipient}"
    recipient: Name
    period: Period

    def _work(self, stage: Stage, _: str) -> None:
        stage.recipient(self.recipient).generate_2b(self.period, consent=True)


class File3B(Do):
    """The recipient files GSTR-3B of a tax period."""

    subject: ClassVar[str] = "GSTR-3B of {period} of {recipient}"
    recipient: Name
    period: Period

    def _work(self, stage: Stage, _: str) -> None:
        stage.recipient(self.recipient).file_3b(self.period, consent=True)


class AnnualReturn(Do):
    """The recipient files the annual return of a financial year."""

    subject: ClassVar[str] = "the annual return of {fy} of {recipient}"
    recipient: Name
    fy: FinancialYear

    def _work(self, stage: Stage, _: str) -> None:
        stage.recipient(self.recipient).file_annual_return(self.fy)


class StateOriginal(Do):
    """The recipient states how the unknown original of an amendment was decided; `original` has its content."""

    subject: ClassVar[str] = "the original of {document}"
    document: Name
    disposition: Annotated[Disposition, word(Disposition, "disposition")]
    original: Name | None = None

    def _work(self, stage: Stage, _: str) -> None:
        original = None if self.original is None else stage.document(self.original)
        desk = stage.recipient_of(self.document)
        desk.state_original(stage.record_id(self.document), self.disposition, original)


class Sweep(Do):
    """The scheduler does what the calendar owes by now."""

    subject: ClassVar[str] = "what the calendar owes"

    def _work(self, stage: Stage, _: str) -> None:
        for failure in stage.ims.sweep().failures:
            raise failure.error


VERBS: Mapping[str, type[Do]] = {
    "save": Save,
    "edit": Edit,
    "delete": Delete,
    "file": File,
    **dict.fromkeys(("accept", "reject", "keep_pending", "reset"), Act),
    "generate_2b": Generate2B,
    "file_3b": File3B,
    "file_annual_return": AnnualReturn,
    "state_original": StateOriginal,
    "sweep": Sweep,
}
