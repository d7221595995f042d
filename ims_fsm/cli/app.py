"""The command line: every command under its name, and the way in that turns errors into exit codes.

Imports Typer and the modules of the commands, which load the other rooms when they are run.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ims_fsm import __version__
from ims_fsm.cli import (
    actions,
    checking,
    comparing,
    consequences,
    database,
    demo,
    drawing,
    explanation,
    listing,
    pages,
    portal,
    records,
    returns,
    rules,
    scenarios,
    sequences,
    supplies,
    taxpayers,
    two_b,
    verification,
)
from ims_fsm.cli.failures import guarded


class Face(TyperGroup):
    """The commands as a group whose errors are told by `failures`, however it is run."""

    def main(self, args: Sequence[str] | None = None, *given: Any, **extra: Any) -> Any:
        """Run the command line and leave the program with its exit code."""
        arguments = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        run = super().main
        sys.exit(guarded(lambda: run(arguments, *given, **extra), arguments))


app = typer.Typer(
    name="ims-fsm",
    cls=Face,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ims-fsm {__version__}")
        raise typer.Exit


@app.callback()
def _about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """India's GST Invoice Management System: actions, GSTR-2B and their rules, each with its citation."""


RECORDS, RETURNS, PORTAL, SUPPLIER = "Records", "Returns", "The portal", "The supplier"
LAW, STORE, BEGIN = "The law", "The database", "Begin here"

app.command("demo", rich_help_panel=BEGIN)(demo.demo)
app.command("import", rich_help_panel=PORTAL)(portal.import_files)
app.add_typer(portal.exports, name="export", rich_help_panel=PORTAL)
app.command("check", rich_help_panel=PORTAL)(checking.check)
app.command("list", rich_help_panel=RECORDS)(listing.list_records)
app.command("show", rich_help_panel=RECORDS)(records.show)
app.command("history", rich_help_panel=RECORDS)(records.history)
app.command("act", rich_help_panel=RECORDS)(actions.act)
app.command("what-if", rich_help_panel=RECORDS)(consequences.what_if)
app.command("original", rich_help_panel=RECORDS)(records.original)
app.add_typer(two_b.commands, name="2b", rich_help_panel=RETURNS)
app.add_typer(returns.commands, name="3b", rich_help_panel=RETURNS)
app.command("sweep", rich_help_panel=RETURNS)(returns.sweep)
app.command("supplier-view", rich_help_panel=SUPPLIER)(supplies.supplier_view)
app.command("liabilities", rich_help_panel=SUPPLIER)(supplies.liabilities)
app.command("explain", rich_help_panel=LAW)(explanation.explain)
app.command("rules", rich_help_panel=LAW)(rules.rules)
app.command("verify", rich_help_panel=LAW)(verification.verify)
app.command("draw", rich_help_panel=LAW)(drawing.draw)
app.command("compare", rich_help_panel=LAW)(comparing.compare)
app.command("pages", rich_help_panel=LAW)(pages.pages)
app.command("timeline", rich_help_panel=LAW)(sequences.timeline)
app.command("sequence", rich_help_panel=LAW)(sequences.sequence)
app.add_typer(scenarios.commands, name="scenario", rich_help_panel=LAW)
app.command("taxpayer", rich_help_panel=STORE)(taxpayers.taxpayer)
app.add_typer(database.audits, name="audit", rich_help_panel=STORE)
app.command("migrate", rich_help_panel=STORE)(database.migrate)


def main() -> None:
    """Run the command line; what a terminal cannot show is shown as "?"."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
