"""The command line: every command under its name, and the way in that turns errors into exit codes.

Imports Typer; a command's own module is imported when it is asked for, and loads the other rooms when it is run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from inspect import getdoc
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer import Option
from typer.core import TyperCommand
from typer.main import get_group

from ims_fsm import __version__
from ims_fsm.cli.failures import guarded
from ims_fsm.cli.help import WIDTH, begin
from ims_fsm.cli.words import Command, Group

# The commands and groups of commands, each behind the module of this room that has it; in the order of the help.
PANELS: Mapping[str, str] = {
    "Begin here": "demo.demo dashboard.dashboard",
    "The portal": "portal.import portal.export reports.report actions.check actions.apply",
    "Records": "listing.list records.show records.history actions.act actions.what-if records.original",
    "The purchase register": "matching.match matching.pair recommending.recommend drawing.policy settings.settings",
    "Suppliers to chase": "chasing.chase",
    "Sign-off": "signoff.signoff",
    "Returns": "returns.2a returns.2b returns.3b papers.papers calendar.sweep calendar.scheduler",
    "Cases of your own law": "cases.cases",
    "The supplier": "taxpayers.supplier-view taxpayers.liabilities",
    "The law": "law.explain law.rules law.verify drawing.draw drawing.compare pages.pages drawing.timeline "
    "drawing.poster drawing.sequence law.scenario conforming.conform",
    "The HTTP API": "serving.serve serving.token",
    "The database": "taxpayers.taxpayer audit.audit database.events database.backup database.migrate answers.schema",
}
PLACES = {
    name: (panel, module)
    for panel, places in PANELS.items()
    for module, _, name in (place.partition(".") for place in places.split())
}


def _loaded(name: str) -> tuple[str, Any]:
    from ims_fsm.cli.call import COMMANDS

    panel, module = PLACES[name]
    import_module(f"ims_fsm.cli.{module}")
    return panel, COMMANDS[name]


@cache
def command_of(name: str) -> Any:
    """Return a command, loaded; raises `KeyError` for a name that does not exist."""
    (panel, member), alone = _loaded(name), typer.Typer(rich_markup_mode=None)
    if isinstance(member, typer.Typer):
        alone.add_typer(member, name=name, rich_help_panel=panel)
    else:
        alone.command(name, cls=Command, rich_help_panel=panel)(member)
    return get_group(alone).commands[name]


def summary_of(name: str) -> Any:
    """Return what the help of the whole shows of a command, without its options."""
    panel, member = _loaded(name)
    summary = member.info.help if isinstance(member, typer.Typer) else getdoc(member)
    return TyperCommand(name, help=summary, rich_help_panel=panel)


class Face(Group):
    """The commands as a group: each is loaded when it is asked for, and errors are printed by `failures`."""

    of: Callable[[str], Any] = staticmethod(command_of)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the help."""
        del ctx
        return list(PLACES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; None for a name that does not exist."""
        del ctx
        return self.of(cmd_name) if cmd_name in PLACES else None

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help; reading every option of every command would take longer than all else."""
        self.of = summary_of
        super().format_help(ctx, formatter)

    def main(self, args: Sequence[str] | None = None, *given: Any, **extra: Any) -> Any:
        """Run the command line and leave the program with its exit code."""
        arguments = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        run = super().main
        sys.exit(guarded(lambda: run(arguments, *given, **extra), arguments))


app = typer.Typer(
    name="ims-fsm",
    cls=Face,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ims-fsm {__version__}")
        raise typer.Exit


@app.callback()
def _about(
    ctx: typer.Context,
    version: Annotated[
        bool, Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """India's GST Invoice Management System: actions, GSTR-2B and their rules, each with its citation.

    Commands that use the database take --db; all take --json.
    Exit codes: 0 success, 1 refusal or failed check, 2 invalid input or usage, 3 done, but it could not be told,
    or maybe done: the database failed while it committed.
    """
    del version
    if ctx.invoked_subcommand is None:
        begin()


def main() -> None:
    """Run the command line; what a terminal cannot show is shown as "?"."""
    for number in range(3):
        # A file that is opened must not get the number of a stream that is closed, or others write into it.
        with suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
