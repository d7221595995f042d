"""A history played by the program, through its public face alone, and compared with the model after each step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ims_fsm import (
    IMS,
    Disposition,
    Document,
    Filed,
    Filing,
    Form,
    Heads,
    Kind,
    OriginalReference,
    RefusedError,
    SettableClock,
    Taxpayer,
    TaxPeriod,
)
from ims_fsm.testing import Scratch

from .histories import Story
from .model import Model
from .values import ACTIONS, HEADS, money

TOTALS = ("itc_available", "itc_rejected", "itc_not_available", "reversal_4b1")
GENERATING = ("sweep", "generate_2b", "file_3b")
MOVES = (*GENERATING, "file", "state_original", "file_annual_return")  # after which every record is looked at
Answers = dict[str, list[str]]


class Program:
    """The program on a database of its own, which plays the steps of a story."""

    def __init__(self, story: Story, ims: IMS, clock: SettableClock) -> None:
        self.ims, self.clock, self.ids = ims, clock, dict[str, int]()
        self.documents = {entry["name"]: entry for entry in story["document"]}
        self.gstins = {entry["name"]: entry["gstin"] for entry in story["taxpayer"]}
        for entry in story["taxpayer"]:
            ims.register(
                Taxpayer(
                    gstin=entry["gstin"],
                    filing=Filing(entry.get("filing", "monthly")),
                    registered_from=TaxPeriod(entry["registered_from"]),
                )
            )
        self.desk = ims.recipient(self.gstins["buyer"], actor="buyer")

    def document(self, name: str) -> Document:
        entry = self.documents[name]
        amended = self.documents.get(entry.get("amends", ""))
        return Document(
            kind=Kind(entry["kind"]),
            supplier=self.gstins[entry["supplier"]],
            recipient=self.gstins[entry["recipient"]],
            number=entry["number"],
            date=entry["date"],
            taxable=100_000,
            tax=Heads(*money(entry)),
            reverse_charge=entry.get("reverse_charge", False),
            ineligible=entry.get("ineligible"),
            amends=None if amended is None else OriginalReference(amended["number"], amended["date"]),
        )

    def play(self, step: dict[str, Any]) -> Answers:
        self.clock.set(step["at"])
        verb = step["do"]
        subject = step.get("document", "")
        play: Callable[[dict[str, Any]], object] = self.act if verb in ACTIONS else getattr(self, verb)
        if verb not in ("save", "sweep") and subject and subject not in self.ids:
            return {subject: ["not_in_ims"]}
        try:
            done = play(step)
        except RefusedError as error:
            return {subject: [refusal.code for refusal in error.refusals]}
        late = done.refused if isinstance(done, Filed) else ()
        return {subject: [refusal.code for answer in late for refusal in answer.refusals]}

    def supplier(self, document: str) -> Any:
        return self.ims.supplier(self.gstins[self.documents[document]["supplier"]], actor="seller")

    def save(self, step: dict[str, Any]) -> None:
        name = step["document"]
        saved = self.supplier(name).save(self.document(name), Form(step["form"]), TaxPeriod(step["period"]))
        self.ids[name] = saved

    def edit(self, step: dict[str, Any]) -> None:
        changes = {k: int(money({"igst": v})[0]) if k in HEADS else v for k, v in step["changes"].items()}
        self.supplier(step["document"]).edit(self.ids[step["document"]], changes)

    def delete(self, step: dict[str, Any]) -> None:
        self.supplier(step["document"]).delete(self.ids[step["document"]])

    def file(self, step: dict[str, Any]) -> Filed:
        desk = self.ims.supplier(self.gstins[step["supplier"]], actor="seller")
        return desk.file(Form(step["form"]), TaxPeriod(step["period"]))

    def act(self, step: dict[str, Any]) -> None:
        reduce = step.get("reduce_itc")
        declared = Heads(*money(reduce)) if isinstance(reduce, dict) else reduce
        more = {} if reduce is None else {"reduce_itc": declared}
        self.desk.act(step["do"], self.ids[step["document"]], remarks=step.get("remarks"), **more)

    def state_original(self, step: dict[str, Any]) -> None:
        entry = self.documents[self.documents[step["document"]]["amends"]]
        self.desk.state_original(
            self.ids[step["document"]], Disposition(step["disposition"]), self.document(entry["name"])
        )

    def generate_2b(self, step: dict[str, Any]) -> None:
        self.desk.generate_2b(TaxPeriod(step["period"]))

    def file_3b(self, step: dict[str, Any]) -> None:
        self.desk.file_3b(TaxPeriod(step["period"]))

    def file_annual_return(self, step: dict[str, Any]) -> None:
        self.ims.recipient(self.gstins[step["recipient"]], actor="buyer").file_annual_return(step["fy"])

    def sweep(self, _: dict[str, Any]) -> None:
        for failure in self.ims.sweep().failures:
            raise failure.error


def differences(story: Story, scratch: Scratch) -> Iterator[tuple[int, str]]:
    """Play a story on both and give what differs first: the number of the step, and what each says."""
    clock = SettableClock("2024-10-01")
    with scratch.ims(clock=clock) as ims:
        model, program = Model(story), Program(story, ims, clock)
        for number, step in enumerate(story["step"], start=1):
            yield from ((number, difference) for difference in _differences(step, model, program))


def _differences(step: dict[str, Any], model: Model, program: Program) -> Iterator[str]:
    wanted, given = model.play(step), program.play(step)
    codes = [[code for answer in side.values() for code in answer] for side in (wanted, given)]
    yield from _answers(step["do"], *codes)
    if step["do"] in MOVES:
        yield from _records(model, program)
    stale = [period for period, two_b in sorted(model.taxpayers["buyer"].two_b.items()) if two_b.state == "stale"]
    if stale != program.desk.stale_periods():
        yield f"stale GSTR-2B: the model {stale}, the program {program.desk.stale_periods()}"
    if step["do"] in GENERATING:
        yield from _returns(model, program)
    if step["do"] == "file_3b":
        yield from _liabilities(model, program)


def _answers(what: str, wanted: list[str], given: list[str]) -> Iterator[str]:
    """Both allow or both refuse, and then the program names at least what the model names first."""
    if wanted[:1] != given[:1] and not (wanted and wanted[0] in given):
        yield f"{what}: the model {_refused(wanted)}, the program {_refused(given)}"


def _refused(codes: list[str]) -> str:
    return f"refuses ({', '.join(codes)})" if codes else "allows"


def _records(model: Model, program: Program) -> Iterator[str]:
    listed = {view.record.id: view for view in program.desk.listed()}
    for name, record in model.records.items():
        if name not in program.ids:
            continue
        view = listed[program.ids[name]]
        in_ims = model.route(record) == "ims"  # what is not, is settled without action and without a state
        for what, wanted, given in (
            ("state", record.state if in_ims else view.record.state, view.record.state),
            ("disposition", record.disposition if in_ims else view.record.disposition, view.record.disposition),
            ("removal", record.removed_for, view.record.removed_for),
            ("filing", record.filed_at is not None, view.record.filed),
            ("2B period", model.two_b_period(record), view.period),
        ):
            if wanted != given:
                yield f"{what} of {name}: the model {wanted}, the program {given}"
        # Nobody's action decides what a later version outside IMS ends.
        for action, refusals in view.may.items() if not model.ended(record) else ():
            codes = [refusal.code for refusal in refusals]
            yield from _answers(f"may {action} {name}", model.refusals(name, action), codes)


def _returns(model: Model, program: Program) -> Iterator[str]:
    buyer = model.taxpayers["buyer"]
    names = {record: name for name, record in program.ids.items()}
    for period, two_b in sorted(buyer.two_b.items())[-2:]:
        view = program.desk.two_b(TaxPeriod(period))
        if two_b.state != view.two_b.state:
            yield f"GSTR-2B of {period}: the model {two_b.state}, the program {view.two_b.state}"
        for total in TOTALS:
            wanted, given = two_b.total(total), tuple(view.totals.get(total, Heads()))
            if wanted != given:
                yield f"{total} of {period} in paise: the model {wanted}, the program {given}"
        sections = {names[line.record_id]: str(line.section) for line, _ in view.lines if line.entry == "document"}
        if sections != two_b.sections:
            yield f"sections of {period}: the model {two_b.sections}, the program {sections}"


def _liabilities(model: Model, program: Program) -> Iterator[str]:
    for name in ("seller", "weaver"):
        given: dict[str, Heads] = {}
        for liability in program.ims.supplier(program.gstins[name], actor="reader").liabilities():
            given[liability.supplier_period] = given.get(liability.supplier_period, Heads()) + liability.tax
        wanted = {period: tax for (who, period), tax in model.added_back.items() if who == name and any(tax)}
        if wanted != {period: tuple(tax) for period, tax in given.items() if tax}:
            yield f"added back to {name}: the model {wanted}, the program {given}"
