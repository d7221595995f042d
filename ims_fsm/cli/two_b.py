"""`2b`: GSTR-2B generated, shown, exported as the portal writes it, and compared with the portal's own.

Imports Typer and the options; the workflow when it is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli import options
from ims_fsm.cli.failures import REFUSED
from ims_fsm.cli.output import counted, emit, verbatim
from ims_fsm.cli.progress import working
from ims_fsm.cli.returns import tell_swept
from ims_fsm.cli.session import content, opened, recipient
from ims_fsm.cli.statements import plain_comparison, plain_two_b, tell_comparison, tell_two_b

if TYPE_CHECKING:
    from ims_fsm.workflow.views.views import TwoBView

commands = typer.Typer(no_args_is_help=True, help="GSTR-2B: generate, show, export, compare.")


@commands.command("generate")
def generate(
    *,
    gstin: options.OwnGstin = None,
    period: options.Period,
    key: options.Key = None,
    who: options.Actor,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Generate or recompute the GSTR-2B of a period, from the 14th on and until GSTR-3B is filed (FAQ 23-27)."""
    with working("Generating GSTR-2B"), opened(db, at) as ims:
        owner = recipient(ims, gstin)
        done = ims.generate_2b(owner, period, actor=who, key=key)
        view = ims.two_b(owner, period, with_lines=as_json)
    from ims_fsm.workflow.calendar.sweeps import Swept

    ended = Swept(owner, done.expired, done.lapsed, None)
    if as_json:
        emit({**plain_two_b(view), "expired": done.expired, "lapsed": done.lapsed})
        return
    if ended:
        tell_swept([ended])
    tell_two_b(view)


@commands.command("show")
def show(
    *,
    gstin: options.OwnGstin = None,
    period: options.Period,
    lines: Annotated[bool, typer.Option("--lines", help="Also every line.")] = False,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Show the newest GSTR-2B of a period: its totals, and what it leaves out and why."""
    with working("Reading"), opened(db, at) as ims:
        view = ims.two_b(recipient(ims, gstin), period, with_lines=lines or as_json)
    _answer(view, as_json=as_json, lines=lines)


@commands.command("export")
def export(
    *,
    gstin: options.OwnGstin = None,
    period: options.Period,
    out: options.Out = None,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Write the newest GSTR-2B of a period as the portal does (JSON, v4): to a file with --out, else to the output."""
    from ims_fsm.formats.gstn import dumps, write_two_b

    with working("Reading"), opened(db, at) as ims:
        owner = recipient(ims, gstin)
        statement = ims.statement(owner, period)
    text = dumps(write_two_b(statement), indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, "utf-8", newline="\n")
    if as_json:
        emit({"recipient": owner, "period": str(period), "path": str(out), "lines": len(statement.lines)})
    else:
        verbatim(f"{out}: GSTR-2B of {period}, {counted(len(statement.lines), 'line')}")


@commands.command("compare")
def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The portal's GSTR-2B, as JSON.")],
    *,
    gstin: options.OwnGstin = None,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Compare the portal's GSTR-2B with ours, document by document; exit 1 if they differ."""
    data = content(file)
    with working("Comparing"), opened(db, at) as ims:
        found = ims.compare_2b(data, str(file), gstin=gstin)
    if as_json:
        emit(plain_comparison(found))
    else:
        tell_comparison(found)
    if found.differences:
        raise typer.Exit(REFUSED)


def _answer(view: TwoBView, *, as_json: bool, lines: bool = False) -> None:
    if as_json:
        emit(plain_two_b(view))
    else:
        tell_two_b(view, lines=lines)
