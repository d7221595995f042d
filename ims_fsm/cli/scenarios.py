"""`scenario run`: stories on a timeline, each on a store of its own.

Imports Typer and the options; the scenarios when it is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli import options
from ims_fsm.cli.output import emit, say, verbatim
from ims_fsm.cli.progress import working

if TYPE_CHECKING:
    from ims_fsm.scenario.report import Outcome

IN_MEMORY = "sqlite://"
commands = typer.Typer(no_args_is_help=True, help="Scenarios: run them.")


@commands.callback()
def _scenarios() -> None:
    """Scenarios: stories on a timeline that say what must happen."""


@commands.command("run")
def run(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files, or folders of .toml files.")],
    *,
    db: Annotated[
        str, typer.Option("--db", metavar="URL", help="Where each scenario gets a fresh store; in memory without it.")
    ] = IN_MEMORY,
    as_json: options.AsJson = False,
) -> None:
    """Run scenarios; exit 0 when every one holds, 1 when one fails, 2 when one cannot be read."""
    from ims_fsm.scenario.report import exit_code, lines, summary
    from ims_fsm.scenario.running import run_paths

    with working("Running") as tell:

        def progress(outcome: Outcome, number: int, of: int) -> None:
            tell(outcome.path.name, number, of)

        outcomes = run_paths(paths, db, progress)
    code = exit_code(outcomes)
    if as_json:
        emit([outcome.as_dict() for outcome in outcomes])
    else:
        for outcome in outcomes:
            for line in lines(outcome):
                verbatim(line)
        say(summary(outcomes))
    if code:
        raise typer.Exit(code)
