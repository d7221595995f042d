"""`verify`: the declarations loaded, every property proved over the whole space, Annexure-A against the ledger.

Imports Typer and the options; the law when it is run.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import REFUSED
from ims_fsm.cli.output import counted, say, table, working

if TYPE_CHECKING:
    from ims_fsm.errors import Problem
    from ims_fsm.law.annexure import Annexure
    from ims_fsm.law.modelcheck import Report

MOST = 5


@command("verify")
def verify(
    call: Call,
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="A law of your own: a TOML file, or a folder of them.")
    ] = None,
) -> None:
    """Prove the declared law: its structure, then every property in every situation; exit 1 if one does not hold."""
    from ims_fsm.law import modelcheck
    from ims_fsm.law.annexure import check_example
    from ims_fsm.law.book import shipped_book
    from ims_fsm.law.own import load_own

    began = perf_counter()
    with working("Loading", quiet=call.as_json) as progress:
        law = shipped_book().law if path is None else load_own(path)
        annexure = _annexure() if path is None else None
        examples = annexure.example if annexure else ()
        wrong = [problem for example in examples for problem in check_example(annexure, example)] if annexure else []
        report = modelcheck.check(law, progress)
    seconds = perf_counter() - began
    holds = report.holds and not wrong

    def tell() -> None:
        counts = f"{counted(len(law.machines), 'machine')}, {counted(len(law.rule_sets), 'rule set')}"
        say(f"Structure: {counts}, {counted(len(law.rules), 'rule')} in the register; loaded without a fault.")
        _tell_report(report, seconds)
        if annexure:
            _tell_annexure(annexure, wrong)

    checked = annexure and {"rows": len(annexure.row), "examples": len(annexure.example), "problems": wrong}
    parts = {"report": report, "holds": holds, "seconds": round(seconds, 2), "rules": len(law.rules)}
    call.answer(tell, {**parts, "annexure_a": checked})
    if not holds:
        raise typer.Exit(REFUSED)


def _annexure() -> Annexure:
    from ims_fsm.law import annexure
    from ims_fsm.resources import machines_folder

    return annexure.load((machines_folder() / annexure.FILE).read_text("utf-8"))


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
        for counterexample in claim.counterexamples[:MOST]:
            say(counterexample, indent=9)
    held = sum(claim.holds for claim in report.properties)
    hold = "holds" if len(report.properties) == 1 else "hold"
    outcome = f"{held} of {counted(len(report.properties), 'property', 'properties')} {hold}"
    say("", f"{outcome} over {report.situations:,} situations; it took {seconds:.1f} s.")


def _tell_annexure(annexure: Annexure, wrong: list[Problem]) -> None:
    for problem in wrong:
        say(f"FAILS  {problem}")
    if not wrong:
        rows = counted(len(annexure.row), "row")
        say(f"Annexure-A: {rows}, {counted(len(annexure.example), 'example')} in numbers; the ledger agrees.")
