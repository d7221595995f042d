"""`audit` and `migrate`: the store proved from its logs, sealed, and brought to this version.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli import options
from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import REFUSED
from ims_fsm.cli.output import counted, say, working

if TYPE_CHECKING:
    from ims_fsm.workflow.upkeep import Audit, Migrated

audits = typer.Typer(no_args_is_help=True, help="The logs: verify and seal them.")


@audits.command("verify")
@command("audit verify", "db")
def verify(call: Call, *, gstin: options.OneGstin = None) -> None:
    """Prove every state from its log, every content from its hash, every seal anew; exit 1 at a fault."""
    from ims_fsm.workflow.upkeep import audit

    with working("Verifying", quiet=call.as_json), call.ims() as ims:
        audited = audit(ims, gstin)
    call.answer(lambda: _tell_audit(audited), audited)
    if not audited.sound:
        raise typer.Exit(REFUSED)


def _tell_audit(audited: Audit) -> None:
    for fault in audited.faults:
        say(f"FAULT  {fault}.")
    looked = f"{counted(audited.records, 'record')}, {counted(audited.rows, 'row')} of the logs"
    outcome = "every state follows from its log" if audited.sound else counted(len(audited.faults), "fault")
    say(f"{looked}, {counted(audited.seals, 'seal')}: {outcome}.")


@audits.command("seal")
@command("audit seal", "gstin", "actor", "db", "at")
def seal(call: Call) -> None:
    """Seal what a recipient's logs hold now; keep the digest outside of the database."""
    from ims_fsm.workflow.upkeep import seal as seal_logs

    with call.ims() as ims:
        gstin, at = call.only_recipient(ims), ims.clock()
        made = seal_logs(ims, gstin, actor=call.actor)

    def tell() -> None:
        say(f"Seal {made.number} of {gstin} covers {counted(made.rows, 'row')} of its logs and all earlier seals.")
        say(made.digest)

    parts = {name: getattr(made, name) for name in ("number", "rows", "digest")}
    call.answer(tell, {"recipient": gstin, **parts, "at": at})


@command("migrate", "actor", "db", "at")
def migrate(
    call: Call,
    *,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Also move live records to the declarations as they are now.")
    ] = False,
    partitions: Annotated[
        int | None,
        typer.Option("--partitions", metavar="N", help="Split an empty PostgreSQL database by recipient, like 64."),
    ] = None,
    citus: Annotated[
        bool, typer.Option("--citus", help="Only print the statements that distribute it with Citus.")
    ] = False,
) -> None:
    """Bring the database to the tables of this version; with --adopt, live records to the law as declared now.

    Exit 1 if some records cannot be moved.
    """
    from ims_fsm.workflow import upkeep

    if citus:
        say(*(f"{statement};" for statement in upkeep.citus_statements(partitions or 64)))
        return
    done = upkeep.migrate(call.db, adopt=adopt, split=partitions, actor=call.actor, at=call.at)
    call.answer(lambda: _tell_migration(done), done)
    if done.problems:
        raise typer.Exit(REFUSED)


def _tell_migration(done: Migrated) -> None:
    before = "as before" if done.before == done.after else f"it had {done.before or 'no tables'}"
    say(f"The database has version {done.after}; {before}.")
    if done.partitions:
        say(f"Split by recipient into {max(done.partitions.values())} partitions: {', '.join(done.partitions)}.")
    if done.adopted is None:
        return
    counts = ", ".join(f"{machine} {count}" for machine, count in done.adopted.items())
    say(f"Moved to the current declarations: {counts or 'no record'}.")
    for problem in done.problems:
        say(f"not moved: {problem}.")
