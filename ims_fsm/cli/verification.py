"""`verify`: the declarations loaded, every property proved over the whole space, Annexure-A against the ledger.

Imports Typer and the options; the law when it is run.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.failures import REFUSED
from ims_fsm.cli.output import counted, emit, say, table
from ims_fsm.cli.progress import working

if TYPE_CHECKING:
    from ims_fsm.errors import Problem
    from ims_fsm.law.annexure import Annexure
    from ims_fsm.law.modelcheck import Report


def verify(
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="A law of your own: a TOML file, or a folder of them.")
    ] = None,
    *,
    as_json: options.AsJson = False,
) -> None:
    """Prove the declared law: its structure, then every property in every situation; exit 1 if one does not hold."""
    from ims_fsm.law import modelcheck
    from ims_fsm.law.annexure import check_example
    from ims_fsm.law.book import shipped_book
    from ims_fsm.law.own import load_own

    began = perf_counter()
    with working("Loading") as tell:
        law = shipped_book().law if path is None else load_own(path)
        table_a = _annexure() if path is None else None
        wrong = [each for example in table_a.example for each in check_example(table_a, example)] if table_a else []
        report = modelcheck.check(law, tell)
    seconds = perf_counter() - began
    if as_json:
        emit(_plain(report, table_a, wrong, seconds, len(law.rules)))
    else:
        counts = f"{counted(len(law.machines), 'machine')}, {counted(len(law.rule_sets), 'rule set')}"
        say(f"Structure: {counts}, {counted(len(law.rules), 'rule')} in the register; loaded without a fault.")
        _tell(report, seconds)
        if table_a:
            _tell_annexure(table_a, wrong)
    if wrong or not report.holds:
        raise typer.Exit(REFUSED)


def _annexure() -> Annexure:
    from ims_fsm.law import annexure
    from ims_fsm.resources import machines_folder

    return annexure.load((machines_folder() / annexure.FILE).read_text("utf-8"))


def _tell(report: Report, seconds: float) -> None:
    rows = [
        (e.title, f"{e.rule_sets}", f"{e.sources}", f"{e.triggers}", f"{e.combinations:,}", f"{e.situations:,}")
        for e in report.spaces
    ]
    total = ("all", "", "", "", "", f"{report.situations:,}")
    say("", "The space, every situation of which is decided:")
    names = ("machine", ">rule sets", ">sources", ">triggers", ">combinations of facts", ">situations")
    table(names, [*rows, total], indent=2)
    say("", "Properties:")
    for found in report.properties:
        mark = "holds" if found.holds else "FAILS"
        rules = f" ({', '.join(found.rules)})" if found.rules else ""
        say(f"{mark}  {found.sentence}{rules}: {found.checked:,} {found.counted}", indent=2, hang=7)
        for counterexample in found.counterexamples[:5]:
            say(counterexample, indent=9)
    held = sum(found.holds for found in report.properties)
    hold = "holds" if len(report.properties) == 1 else "hold"
    said = f"{held} of {counted(len(report.properties), 'property', 'properties')} {hold}"
    say("", f"{said} over {report.situations:,} situations; it took {seconds:.1f} s.")


def _tell_annexure(table_a: Annexure, wrong: list[Problem]) -> None:
    for problem in wrong:
        say(f"FAILS  {problem}")
    if not wrong:
        rows = counted(len(table_a.row), "row")
        say(f"Annexure-A: {rows}, {counted(len(table_a.example), 'example')} in numbers; the ledger agrees.")


def _plain(
    report: Report, table_a: Annexure | None, wrong: list[Problem], seconds: float, rules: int
) -> dict[str, Any]:
    return {
        "holds": report.holds and not wrong,
        "situations": report.situations,
        "seconds": round(seconds, 2),
        "rules": rules,
        "machines": [
            {
                "machine": extent.machine,
                "rule_sets": extent.rule_sets,
                "sources": extent.sources,
                "triggers": extent.triggers,
                "combinations": extent.combinations,
                "situations": extent.situations,
            }
            for extent in report.spaces
        ],
        "properties": [
            {
                "name": found.name,
                "sentence": found.sentence,
                "rules": list(found.rules),
                "checked": found.checked,
                "counted": found.counted,
                "holds": found.holds,
                "counterexamples": list(found.counterexamples),
            }
            for found in report.properties
        ],
        "annexure_a": None
        if table_a is None
        else {
            "rows": len(table_a.row),
            "examples": len(table_a.example),
            "problems": [str(problem) for problem in wrong],
        },
    }
