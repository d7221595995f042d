"""`cases`: cases of a declared machine are opened, fired, asked about, shown, listed and drawn.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.drawing import Theme
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import counted, say, table, tell_refusals, tell_refused
from ims_fsm.cli.records import dating
from ims_fsm.errors import MissingError, Problem
from ims_fsm.terms.period import TaxPeriod

if TYPE_CHECKING:
    from ims_fsm import Answer, Case, CaseHistory, CaseReport, CasesDesk, Told

group("cases", "Cases of a declared machine, of a law of your own: open, fire, ask, list, draw.")

BY_ID, USUAL = "id=", 100


@contextmanager
def _desk(call: Call, machine: str, *, create: bool = False) -> Iterator[CasesDesk]:
    with call.ims(create=create) as ims:
        yield ims.cases(machine, actor=call.actor, owner=call.owner, backdate=call.backdate)


def _meant(desk: CasesDesk, case: str) -> Case:
    """Return the case that is named by its key, or by its number behind `id=`."""
    if case.startswith(BY_ID):
        return desk.case(options.record_number(case.removeprefix(BY_ID)))
    named = desk.find(case)
    if named is None:
        raise MissingError(
            "case", [Problem(case, f"is not the key of a case of {desk.machine.name} here", "see list()")]
        )
    return named


def _facts(given: list[str] | None) -> dict[str, str]:
    return options.pairs(given or [], "--fact")


def _title(desk: CasesDesk, case: Case) -> str:
    return f"{desk.machine.title} {case.key}, case {case.id}"


def _stands(desk: CasesDesk, state: str) -> str:
    titles = {declared.name: declared.title for declared in desk.machine.declaration.state}
    return titles.get(state) or state.replace("_", " ")


@command("cases open", "own_law", "owner", "actor", "db", "at", "backdate")
def open_(
    call: Call, machine: str, case_key: str, *, fact: list[str] | None = None, period: TaxPeriod | None = None
) -> None:
    """Open a case under a key of yours; the same key with the same facts is the same case."""
    with _desk(call, machine, create=True) as desk:
        case = desk.open(case_key, period=period, facts=_facts(fact))
    call.answer(lambda: say(f"{_title(desk, case)}: {_stands(desk, case.state)}."), case)


@command("cases fire", "own_law", "owner", "key", "actor", "db", "at", "backdate")
def fire(
    call: Call,
    machine: str,
    case: str,
    trigger: str,
    *,
    fact: list[str] | None = None,
    remarks: str | None = None,
    version: int | None = None,
) -> None:
    """Fire a trigger on a case; what refuses it is told with its rule and remedy, and nothing is done then."""
    with _desk(call, machine) as desk:
        meant = _meant(desk, case)
        after = desk.fire(meant.id, trigger, facts=_facts(fact), remarks=remarks, version=version, key=call.key)
    moved = f"{trigger} took it from {_stands(desk, meant.state)} to {_stands(desk, after.state)}"
    call.answer(lambda: say(f"{_title(desk, after)}: {moved}."), after)


@command("cases may", "own_law", "owner", "actor", "db", "at")
def may(call: Call, machine: str, case: str, trigger: str, *, fact: list[str] | None = None) -> None:
    """Ask whether a trigger may fire on a case, and if not, why; changes nothing. Exit 1 if it is refused."""
    with _desk(call, machine) as desk:
        meant = _meant(desk, case)
        answer = desk.may(meant.id, trigger, facts=_facts(fact))

    def tell() -> None:
        if answer:
            say(f"{_title(desk, meant)}: {trigger} may fire, and leads to {_stands(desk, str(answer.dest))}.")
        else:
            say(f"{_title(desk, meant)}: {trigger} is refused.")
            tell_refusals(answer.refusals)

    call.answer(tell, answer, held=answer.allowed)


@command("cases show", "own_law", "owner", "actor", "db", "at")
def show(call: Call, machine: str, case: str) -> None:
    """Show a case: where it stands, its facts, what may be fired on it and what not, and why."""
    with _desk(call, machine) as desk:
        meant = _meant(desk, case)
        answers = desk.answers(meant.id)
    rule_set = desk.machine.at(meant.period).rule_set.id
    parts = {"case": meant, "may": answers, "rule_set": rule_set}
    call.answer(lambda: _tell_case(desk, meant, answers, rule_set), parts)


def _tell_case(desk: CasesDesk, case: Case, answers: Mapping[str, Answer], rule_set: str) -> None:
    say(_title(desk, case), style="bold")
    rows = [("state", _stands(desk, case.state)), ("since", minute(case.last_at)), ("opened", minute(case.opened_at))]
    rows += [("owner", case.owner)] * bool(case.owner) + [("rule set", f"{rule_set}, {case.period}")]
    table(("", ""), [*rows, *(case.facts.items())], indent=2)
    say("", "What may be fired on it now:" if answers else "Nothing leads on from here.")
    alike: dict[tuple[Told, ...], list[str]] = {}
    for trigger, answer in answers.items():
        alike.setdefault(answer.refusals, []).append(trigger)
    for refusals, triggers in alike.items():
        say(f"{', '.join(triggers)}: {'no' if refusals else 'yes'}", indent=2)
        tell_refusals(refusals, indent=4)


def _filter(state: list[str] | None, where: list[str] | None, period: TaxPeriod | None) -> dict[str, Any]:
    states = [word.strip() for text in state or () for word in text.split(",")]
    wanted = {name: value.split("|") for name, value in options.pairs(where or [], "--where").items()}
    return {"states": states, "where": wanted, "period": period}


@command("cases list", "own_law", "owner", "db")
def list_(
    call: Call,
    machine: str,
    *,
    state: list[str] | None = None,
    where: list[str] | None = None,
    period: TaxPeriod | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> None:
    """List cases, by number, with where they stand and the facts that stay with them."""
    most = USUAL if limit is None and not call.as_json else limit or None
    with _desk(call, machine) as desk:
        read = list(islice(desk.list(**_filter(state, where, period), after=after), most and most + 1))
    rows = read[:most]

    def tell() -> None:
        cells = [
            (str(case.id), case.key, _stands(desk, case.state), minute(case.last_at), _in_words(case.facts))
            for case in rows
        ]
        if cells:
            table((">id", "key", "state", "since (IST)", "facts"), cells)
        more = f" There are more: --after {rows[-1].id}." if len(read) > len(rows) else ""
        say("", f"{counted(len(rows), 'case')} of {machine}.{more}")

    call.answer(tell, {"machine": machine, "owner": call.owner, "cases": rows})


def _in_words(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


@command("cases history", "own_law", "owner", "db")
def history(call: Call, machine: str, case: str) -> None:
    """Show everything that was ever done to a case: its steps, and the facts it has had."""
    with _desk(call, machine) as desk:
        whole = desk.history(_meant(desk, case).id)
    call.answer(lambda: _tell_history(desk, whole), whole)


def _tell_history(desk: CasesDesk, whole: CaseHistory) -> None:
    from ims_fsm import detail_in_words

    say(_title(desk, whole.case), style="bold")
    rows = [
        (
            str(entry.seq), minute(entry.at), entry.trigger, f"{entry.source} → {entry.dest}", entry.actor,
            ", ".join(entry.rules), "; ".join(filter(None, (detail_in_words(entry.detail), dating(entry)))),
        )
        for entry in whole.transitions
    ]  # fmt: skip
    table(("", "when (IST)", "trigger", "moved", "actor", "rules", "with"), rows, indent=2)
    say("", "Facts:")
    facts = [(str(part.number), minute(part.at), part.actor, _in_words(part.fields)) for part in whole.contents]
    table(("", "since (IST)", "actor", "facts"), facts, indent=2)


@command("cases fire-on", "own_law", "owner", "key", "actor", "db", "at", "backdate")
def fire_on(
    call: Call,
    machine: str,
    trigger: str,
    *,
    state: list[str] | None = None,
    where: list[str] | None = None,
    period: TaxPeriod | None = None,
    everything: bool = False,
    fact: list[str] | None = None,
    remarks: str | None = None,
    dry_run: bool = False,
) -> None:
    """Fire a trigger on all cases that are meant: where it may fire it does, what is refused is told by rule.

    Exit 1 if it is refused on any.
    """
    meant = _filter(state, where, period)
    if everything == any(meant.values()):
        raise typer.BadParameter("say which cases are meant: by --state, --where or --period, or all of them by --all")
    with _desk(call, machine) as desk, call.working(f"{trigger} …"):
        if dry_run:
            report = desk.weigh(trigger, **meant, facts=_facts(fact))
        else:
            report = desk.fire_on(trigger, **meant, facts=_facts(fact), remarks=remarks, key=call.key)
    parts = {"report": report, "machine": machine, "owner": call.owner, "done": not dry_run}
    call.answer(lambda: _tell_report(report, dry_run=dry_run), parts, held=not report.refused)


def _tell_report(report: CaseReport, *, dry_run: bool) -> None:
    would = "would fire" if dry_run else "fired"
    say(f"{report.trigger} {would} on {counted(report.applied, 'case')}.")
    if report.refused:
        say(f"Refused: {counted(report.refused_records, 'case')}.")
        examples = [example for of in report.refused for example in of.examples]
        tell_refused(
            ((f"case {example.record_id}", example.refusals) for example in examples), report.by_rule(), noun="case"
        )


@command("cases diagram", "own_law", "owner", "db", "at")
def diagram(call: Call, machine: str, case: str, *, theme: Theme = "light", out: Path) -> None:
    """Draw a case's path on its machine's picture: what it took, what it may do next, what it may not and why."""
    from ims_fsm.draw.diagrams import format_of

    with _desk(call, machine) as desk:
        call.outputs.write(out, desk.diagram(_meant(desk, case).id, format_of(out), theme=theme))
    call.answer(lambda: say(f"Its path is drawn in {out}."), {"files": [out]})
