"""`explain`, `rules`, `verify` and `scenario run`: what the law says and where, and that it holds, in stories too.

Imports Typer and the options; the law, or the scenarios, when it is run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import counted, say, table, verbatim
from ims_fsm.resources import compiled_folder
from ims_fsm.terms.period import TaxPeriod

if TYPE_CHECKING:
    from ims_fsm.draw.tables import Row
    from ims_fsm.errors import Problem
    from ims_fsm.law.annexure import Annexure
    from ims_fsm.law.book import LawBook
    from ims_fsm.law.compiled import Proof
    from ims_fsm.law.declaration import RuleDeclaration
    from ims_fsm.law.edition import Edition
    from ims_fsm.law.modelcheck import Report
    from ims_fsm.law.register import Law
    from ims_fsm.scenario.report import Outcome

group("scenario", "Scenarios: run them.")


def path_and_machines(arguments: Sequence[str] | None) -> tuple[Path | None, list[str] | None]:
    """Return the path among arguments, if there is one, and the machines that are named, None where none is.

    A path ends in `.toml`, has a separator in it, or is a folder. Raises `CallError` for a second one.
    """
    given = list(arguments or [])
    paths = [argument for argument in given if _is_path(argument)]
    if len(paths) > 1:
        raise CallError(f"{', '.join(paths)} are several laws; name one file or folder at a time")
    names = [argument for argument in given if argument not in paths]
    return (Path(paths[0]) if paths else None), names or None


def law_at(path: Path | None) -> Law:
    """Return the law at a path, the shipped one without a path, as it is on disk now; raises `DeclarationError`."""
    if path is None:
        from ims_fsm.law.book import LawBook
        from ims_fsm.law.compiled import compiled

        return LawBook.of(compiled()).law
    from ims_fsm.law.loading import load_own

    return load_own(path)


def _is_path(argument: str) -> bool:
    return argument.endswith(".toml") or "/" in argument or "\\" in argument or Path(argument).is_dir()


@command("explain")
def explain(
    call: Call,
    machine: str,
    trigger: str,
    *,
    fact: list[str] | None = None,
    state: str | None = None,
    period: TaxPeriod | None = None,
) -> None:
    """Explain a trigger: where it leads, what refuses it and when; with facts or a state, decide it.

    Facts you leave out take the default, which blocks nothing.
    """
    from ims_fsm.draw.explanation import decided, edition_of, explained

    book, machine = _book_and_machine(machine)
    edition = edition_of(book.law, machine, period)
    if fact or state:
        case = decided(book, edition, trigger, options.pairs(fact or [], "--fact"), state)
        call.answer(lambda: _tell_decision(edition, case), case, "--fact")
        return
    parts = explained(book, edition, trigger)
    call.answer(lambda: _tell_trigger(edition, trigger, parts["transitions"], parts["guards"]), parts)


def _book_and_machine(machine: str) -> tuple[LawBook, str]:
    """Return the law that is explained, and the name of the machine; a path is the file of one."""
    from ims_fsm.law.book import shipped_book

    if not _is_path(machine):
        return shipped_book(), machine
    if Path(machine).is_dir():
        raise CallError(f"{machine} is a folder; name the file of the machine that is to be explained")
    return replace(shipped_book(), law=law_at(Path(machine))), Path(machine).stem


def _tell_decision(edition: Edition, case: Mapping[str, Any]) -> None:
    given = ", ".join(f"{name} = {value}" for name, value in case["facts"].items())
    under = f"{edition.machine.title} under {edition.rule_set.id}"
    say(f"{under}: {case['trigger']} in {case['state']}", style="bold")
    say(f"where {given}" if given else "no fact matters", indent=2)
    refusals = counted(len(case["refusals"]), "reason")
    say("", f"Allowed: it leads to {case['dest']}." if case["allowed"] else f"Refused, for {refusals}:")
    _tell_rules(case["rules"])
    for refusal in case["refusals"]:
        _tell_refusal(refusal)
        _tell_rules(refusal["rules"])


def _tell_rules(declared: Sequence[RuleDeclaration]) -> None:
    for rule in declared:
        say(f"{rule.id}: {rule.title}", indent=4)
        if rule.quote:
            say(f"“{rule.quote}”", indent=6, style="dim")


def _tell_trigger(edition: Edition, trigger: str, rows: Sequence[Row], guards: Sequence[Mapping[str, Any]]) -> None:
    declared = edition.triggers[trigger]
    say(f"{edition.machine.title} under {edition.rule_set.id}: {trigger}", style="bold")
    say(f"{declared.says} (by the {declared.actor})", indent=2)
    if rows:
        moves = [(", ".join(row.sources), row.dest or "", ", ".join(row.rules)) for row in rows]
        table(("from", "to", "rules"), moves, indent=2)
    else:
        say("It leads nowhere.", indent=2)
    say("", f"Refused by {counted(len(guards), 'guard')}:" if guards else "Nothing refuses it.")
    for guard in guards:
        when = "; ".join(f"{fact} = {' or '.join(values)}" for fact, values in guard["declared"].refuse_when.items())
        _tell_refusal(guard, f"when {when}" if when else "always")
    for other in edition.machine.rule_sets:
        if other.id != edition.rule_set.id:
            period = other.since or other.until
            say("", f"Another rule set, {other.id}, governs other {other.counts}: --period {period}.")


def _tell_refusal(refusal: Mapping[str, Any], when: str | None = None) -> None:
    say("", f"{refusal['refusal'].rule}  {refusal['refusal'].code}", indent=2, style="bold")
    if when is not None:
        say(when, indent=4)
    say(f"{refusal['sentence']}.", f"→ {refusal['remedy']}.", indent=4, hang=2)


@command("rules")
def rules(call: Call, rule: str | None = None) -> None:
    """Look up a rule in the register: its source's words, how it is read, and what cites it."""
    from ims_fsm.draw.explanation import cited
    from ims_fsm.law.book import shipped_law

    law = shipped_law()
    entries = cited(law, rule)
    asked = [entry["rule"] for entry in entries]

    def tell() -> None:
        if rule is None:
            rows = [(declared.id, declared.status.replace("_", " "), declared.title) for declared in asked]
            table(("rule", "status", "what it says"), rows)
        for number, declared in enumerate(asked if rule else ()):
            say(*([""] if number else []), f"{declared.id}: {declared.title}", style="bold")
            _tell_rule(law, declared)

    call.answer(tell, {"rules": entries})


def _tell_rule(law: Law, declared: RuleDeclaration) -> None:
    source = law.sources[declared.source]
    period = f"from {declared.since or 'the beginning'} to {declared.until or 'now'}"
    facts = {
        "source": f"{source.title} ({source.edition})",
        "question": declared.question,
        "quote": f"“{declared.quote}”" if declared.quote else "",
        "read as": declared.reading,
        "status": declared.status.replace("_", " ") + (f": {declared.reason}" if declared.reason else ""),
        "certainty": declared.certainty,
        "holds": period if declared.since or declared.until else "",
        "cited by": ", ".join(law.cited_by.get(declared.id, ())),
    }
    for name, text in facts.items():
        if text:
            say(f"{name}: {text}", indent=2, hang=2)


@command("verify")
def verify(
    call: Call,
    path: Path | None = None,
    *,
    histories: bool = False,
    small: bool = False,
    stories: Path | None = None,
    against: Path | None = None,
    db: str | None = None,
) -> None:
    """Prove the declared law: its structure, then every property in every situation; exit 1 if one does not hold.

    With --histories: every history of one chain, its recipient's returns and the clock, within bounds. With --against:
    what it changes against an older law, in its parts and in every situation; with --db, which live cases would strand.
    """
    if against is not None:
        from ims_fsm.cli.amendment import tell_changes

        if histories or stories is not None:
            raise CallError("--against compares two laws, and histories are of one; leave one of the options out")
        tell_changes(call, law_at(against), law_at(path), None if path is None else db)
        return
    if db is not None:
        raise CallError("--db is about live cases that a change would strand; name the older law with --against")
    if not histories and stories is None:
        _prove_situations(call, path)
        return
    from ims_fsm.cli.histories import prove, write_stories

    if stories is None:
        prove(call, path, small=small)
    elif path is not None:
        raise CallError("--stories are of the shipped law; leave the path out")
    else:
        write_stories(call, stories)


def _prove_situations(call: Call, path: Path | None) -> None:
    from ims_fsm.law import modelcheck
    from ims_fsm.law.annexure import check_example
    from ims_fsm.law.book import shipped_law
    from ims_fsm.law.compiled import proved
    from ims_fsm.law.loading import load_own

    began = perf_counter()
    with call.working("Loading") as progress:
        compiled = proved() if path is None else None
        law = shipped_law() if path is None else load_own(path)
        annexure = _annexure() if path is None else None
        examples = annexure.example if annexure else ()
        wrong = [problem for example in examples for problem in check_example(annexure, example)] if annexure else []
        report = modelcheck.check(law, progress)
    seconds = perf_counter() - began
    holds = report.holds and not wrong and (compiled is None or compiled.equal)

    def tell() -> None:
        counts = f"{counted(len(law.machines), 'machine')}, {counted(len(law.rule_sets), 'rule set')}"
        say(f"Structure: {counts}, {counted(len(law.rules), 'rule')} in the register; loaded without a fault.")
        if compiled:
            _tell_compiled(compiled)
        _tell_report(report, seconds)
        if annexure:
            _tell_annexure(annexure, wrong)

    checked = annexure and {"rows": len(annexure.row), "examples": len(annexure.example), "problems": wrong}
    parts = {"report": report, "holds": holds, "seconds": round(seconds, 2), "rules": len(law.rules)}
    call.answer(tell, {**parts, "annexure_a": checked, "compiled": compiled}, held=holds)


def _annexure() -> Annexure:
    from ims_fsm.law import annexure
    from ims_fsm.resources import machines_folder

    return annexure.load((machines_folder() / annexure.FILE).read_text("utf-8"))


def _tell_compiled(proof: Proof) -> None:
    law = f"Compiled law, of {counted(proof.files, 'file')} with the SHA-256 {proof.sha256[:12]}…"
    if proof.equal:
        say(f"{law}: equal to what they declare.")
    else:
        say(f"FAILS  {law}: not what they declare; delete {compiled_folder()} and run it again.")


def _tell_report(report: Report, seconds: float) -> None:
    rows = [
        (e.title, f"{e.rule_sets}", f"{e.sources}", f"{e.triggers}", f"{e.combinations:,}", f"{e.situations:,}")
        for e in report.spaces
    ]
    total = ("all", "", "", "", "", f"{report.situations:,}")
    say("", "The space; every situation in it is decided:")
    names = ("machine", ">rule sets", ">sources", ">triggers", ">combinations of facts", ">situations")
    table(names, [*rows, total], indent=2)
    say("", "Properties:")
    for claim in report.properties:
        rules = f" ({', '.join(claim.rules)})" if claim.rules else ""
        outcome = "holds" if claim.holds else "FAILS"
        say(f"{outcome}  {claim.sentence}{rules}: {claim.checked:,} {claim.counted}", indent=2, hang=7)
        for counterexample in claim.counterexamples[:5]:
            say(counterexample, indent=9)
    held = sum(claim.holds for claim in report.properties)
    hold = "holds" if len(report.properties) == 1 else "hold"
    outcome = f"{held} of {counted(len(report.properties), 'property', 'properties')} {hold}"
    say("", f"{outcome} over {report.situations:,} situations; it took {seconds:.1f} s.")


def _tell_annexure(annexure: Annexure, wrong: list[Problem]) -> None:
    say(*(f"FAILS  {problem}" for problem in wrong))
    if not wrong:
        rows = counted(len(annexure.row), "row")
        say(f"Annexure-A: {rows}, {counted(len(annexure.example), 'example')} in numbers; the ledger agrees.")


@command("scenario run", "own_law")
def run(call: Call, paths: list[Path], *, db: str = "sqlite://", calendar: Path | None = None) -> None:
    """Run scenarios; exit 0 when every scenario holds, 1 when one fails, 2 when one cannot be read."""
    from ims_fsm.law.book import book_with
    from ims_fsm.scenario.report import exit_code, lines, summary
    from ims_fsm.scenario.running import run_paths

    with call.working("Running") as report:

        def progress(outcome: Outcome, number: int, of: int) -> None:
            report(outcome.path.name, number, of)

        outcomes = run_paths(paths, db, progress, book_with(calendar).beside(call.own_law))

    def tell() -> None:
        for line in (line for outcome in outcomes for line in lines(outcome)):
            verbatim(line)
        say(summary(outcomes))

    call.answer(tell, outcomes)
    if code := exit_code(outcomes):
        raise typer.Exit(code)
