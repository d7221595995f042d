"""`scenario run`: stories on a timeline, each on a store of its own.

Imports Typer and the options; the scenarios when it is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from ims_fsm.cli.call import Call, command, group
from ims_fsm.cli.output import say, verbatim

if TYPE_CHECKING:
    from ims_fsm.scenario.report import Outcome

group("scenario", "Scenarios: run them.")


@command("scenario run")
def run(
    call: Call,
    paths: Annotated[list[Path], Argument(metavar="PATH…", help="Files, or folders of .toml files.")],
    *,
    db: Annotated[
        str, Option(metavar="URL", help="Where each scenario gets a fresh store; default: in memory.")
    ] = "sqlite://",
) -> None:
    """Run scenarios; exit 0 when every scenario holds, 1 when one fails, 2 when one cannot be read."""
    from ims_fsm.scenario.report import exit_code, lines, summary
    from ims_fsm.scenario.running import run_paths

    with call.working("Running") as report:

        def progress(outcome: Outcome, number: int, of: int) -> None:
            report(outcome.path.name, number, of)

        outcomes = run_paths(paths, db, progress)

    def tell() -> None:
        for line in (line for outcome in outcomes for line in lines(outcome)):
            verbatim(line)
        say(summary(outcomes))

    call.answer(tell, outcomes)
    if code := exit_code(outcomes):
        raise typer.Exit(code)
