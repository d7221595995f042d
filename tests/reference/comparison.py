"""A history played by the program, through its public face alone, and compared with the model after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ims_fsm import (
    IMS,
    Answer,
    Disposition,
    Document,
    Filed,
    Filing,
    Form,
    Heads,
    InputError,
    Kind,
    OriginalReference,
    RefusedError,
    SettableClock,
    Taxpayer,
    TaxPeriod,
    Where,
    shipped_book,
)
from ims_fsm.testing import Scratch

from .days import OF_A_DISTRICT, day_after
from .histories import Story
from .model import Model
from .values import ACTIONS, HEADS, money

TOTALS = ("itc_available", "itc_rejected", "itc_not_available", "reversal_4b1")
GENERATING = ("sweep", "generate_2b", "file_3b")
CALENDAR = "\n".join(
    f"""[[extension]]
name = "{name}"
what = "gstr3b"
period = "{period}"
date = {day_after(period, day)}
filing = "monthly"
states = ["27"]
districts = ["Thane"]
source = "none"
certainty = "derived"
"""
    for (name, period), day in OF_A_DISTRICT.items()
)
# What the program cannot read, by the words that say why; the model calls it a refusal too.
INPUT = {
    "amends_nothing": "amends nothing",
    "decided": "is decided for good",
    "original_known": "known here",
    "chain_decided": "has decided a version",
    "annual_return_filed": "is already filed",
}
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
                    extensions=tuple(entry.get("extensions", ())),
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
            pending_blocked=entry.get("pending_blocked"),
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
        except InputError as error:
            said = [problem.what for problem in error.problems]
            return {subject: [next((code for code, words in INPUT.items() if words in what), what) for what in said]}
        if verb == "act_on":
            return done
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

    @staticmethod
    def said(step: dict[str, Any]) -> dict[str, Any]:
        reduce = step.get("reduce_itc")
        declared = Heads(*money(reduce)) if isinstance(reduce, dict) else reduce
        return {"remarks": step.get("remarks"), **({} if reduce is None else {"reduce_itc": declared})}

    def act(self, step: dict[str, Any]) -> None:
        self.desk.act(step["do"], self.ids[step["document"]], **self.said(step))

    def act_on(self, step: dict[str, Any]) -> Answers:
        """Act on many; what it is applied to has no codes, and only their number is told."""
        supplier = self.gstins.get(step.get("supplier", ""))
        where = Where(kinds=step.get("kinds", ()), states=step.get("states", ()), supplier=supplier)
        refused: Answers = {}
        names = {number: name for name, number in self.ids.items()}

        def note(answer: Answer) -> None:
            refused[names[answer.record_id]] = [refusal.code for refusal in answer.refusals]

        report = self.desk.act_on(step["action"], where=where, each_refused=note, **self.said(step))
        return refused | {"applied": [str(report.applied)]}

    def state_original(self, step: dict[str, Any]) -> None:
        content = replace(self.document(step["document"]), amends=None, tax=Heads(*money(step["original"])))
        self.desk.state_original(self.ids[step["document"]], Disposition(step["disposition"]), content)

    def generate_2b(self, step: dict[str, Any]) -> None:
        self.desk.generate_2b(TaxPeriod(step["period"]))

    def file_3b(self, step: dict[str, Any]) -> None:
        self.desk.file_3b(TaxPeriod(step["period"]), consent=True)

    def file_annual_return(self, step: dict[str, Any]) -> None:
        self.ims.recipient(self.gstins[step["recipient"]], actor="buyer").file_annual_return(step["fy"])

    def sweep(self, _: dict[str, Any]) -> None:
        for failure in self.ims.sweep().failures:
            raise failure.error


def differences(story: Story, scratch: Scratch) -> Iterator[tuple[int, str]]:
    """Play a story on both and give what differs first: the number of the step, and what each says.

    What each says to a step is compared at once; records and returns where GSTR-2B is generated or GSTR-3B filed,
    before and after, for in between nothing but a step that was compared moves them.
    """
    clock = SettableClock("2024-10-01")
    with scratch.ims(clock=clock, book=shipped_book(CALENDAR)) as ims:
        model, program = Model(story), Program(story, ims, clock)
        verbs = [step["do"] for step in story["step"]] + ["end"]
        for number, step in enumerate(story["step"], start=1):
            at_return = step["do"] in GENERATING
            parts = [answers_to(step, model, program)]
            if at_return or verbs[number] in (*GENERATING, "end"):
                parts += [_stale(model, program), _records(model, program)]
            if at_return:
                parts += [_returns(step, model, program), _liabilities(model, program)]
            yield from ((number, difference) for part in parts for difference in part)
        yield from ((len(story["step"]), difference) for part in (_logs, _shown) for difference in part(model, program))


def answers_to(step: dict[str, Any], model: Model, program: Program) -> Iterator[str]:
    wanted, given = model.play(step), program.play(step)
    if step["do"] == "act_on":
        applied = [str(sum(not codes for codes in wanted.values()))]
        for name, codes in {**wanted, "applied": applied}.items():
            yield from _answers(f"{step['action']} on {name} of many", codes, given.get(name, []))
    else:
        codes = [[code for answer in side.values() for code in answer] for side in (wanted, given)]
        yield from _answers(step["do"], *codes)


def _stale(model: Model, program: Program) -> Iterator[str]:
    stale = [period for period, two_b in sorted(model.taxpayers["buyer"].two_b.items()) if two_b.state == "stale"]
    if stale != (given := program.desk.stale_periods()):
        yield f"stale GSTR-2B: the model {stale}, the program {given}"


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
        for action, refusals in view.may.items():
            codes = [refusal.code for refusal in refusals]
            yield from _answers(f"may {action} {name}", model.refusals(name, action), codes)


def _returns(step: dict[str, Any], model: Model, program: Program) -> Iterator[str]:
    """The GSTR-2B that a step is about; of a sweep the newest two."""
    two_bs = model.taxpayers["buyer"].two_b
    names = {record: name for name, record in program.ids.items()}
    for period in sorted(two_bs.keys() & {step["period"]} if "period" in step else two_bs)[-2:]:
        two_b = two_bs[period]
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
        left_out = {names[left.record.id]: left.reason for left in program.desk.left_out(TaxPeriod(period))}
        if two_b.state == "draft" and left_out != two_b.left_out:
            yield f"left out of {period}: the model {two_b.left_out}, the program {left_out}"
        counted = {group.reason: group.records for group in view.left_out}
        if counted != Counter(left_out.values()):
            yield f"left out of {period}: the program gives {left_out} and counts {counted}"


def _liabilities(model: Model, program: Program) -> Iterator[str]:
    for name in program.gstins:
        given: dict[str, Heads] = {}
        for liability in program.ims.supplier(program.gstins[name], actor="reader").liabilities():
            given[liability.supplier_period] = given.get(liability.supplier_period, Heads()) + liability.tax
        wanted = {period: tax for (who, period), tax in model.added_back.items() if who == name and any(tax)}
        if wanted != {period: tuple(tax) for period, tax in given.items() if tax}:
            yield f"added back to {name}: the model {wanted}, the program {given}"


def _logs(model: Model, program: Program) -> Iterator[str]:
    """The log as others are told of it: what fired on each record, from where, to where."""
    logs: dict[str, list[tuple[str, str, str]]] = {name: [] for name in program.ids}
    names = {str(number): name for name, number in program.ids.items()}
    for event in program.ims.events(gstin=program.gstins["buyer"], kinds=["transition"]):
        if event.trigger != "state_original":  # a correction, and no step of the machine
            logs[names[event.subject]].append((str(event.trigger), str(event.source), str(event.dest)))
    for name, given in logs.items():
        if tuple(given) != model.records[name].log:
            yield f"log of {name}: the model {model.records[name].log}, the program {tuple(given)}"


def _shown(model: Model, program: Program) -> Iterator[str]:
    """What the newest version of each chain shows of itself, where it amends another."""
    for name, record in model.records.items():
        if record.amends and record.chain[-1:] == [record]:
            view = program.desk.show(program.ids[name])
            for what, wanted, given in (
                ("direction", model.direction(record), view.direction),
                ("section", model.section(name), view.section),
                ("whether it is in IMS,", model.route(record) == "ims", view.in_ims),
            ):
                if wanted != given:
                    yield f"{what} of {name}: the model {wanted}, the program {given}"
