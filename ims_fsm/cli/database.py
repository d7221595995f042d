"""`audit` and `migrate`: the store proved from its logs, sealed, and brought to this version.

Imports Typer and the options; the store when it is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli import options
from ims_fsm.cli.failures import REFUSED
from ims_fsm.cli.output import counted, emit, say
from ims_fsm.cli.plain import time
from ims_fsm.cli.progress import working
from ims_fsm.cli.session import opened, recipient
from ims_fsm.terms.gstin import checked_gstin

if TYPE_CHECKING:
    from ims_fsm.store.audit import Audit
    from ims_fsm.store.connection import Engine
    from ims_fsm.store.declarations import Adoption
    from ims_fsm.store.schema import Migration

audits = typer.Typer(no_args_is_help=True, help="The logs: verify and seal them.")


@audits.command("verify")
def verify(
    *,
    gstin: Annotated[
        str | None, typer.Option("--gstin", parser=checked_gstin, metavar="GSTIN", help="Only this recipient.")
    ] = None,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
) -> None:
    """Prove every state from its log, every content from its hash, every seal anew; exit 1 at a fault."""
    from ims_fsm.store import audit

    with working("Verifying"), opened(db) as ims, ims.asking() as unit:
        found = audit.verify(unit.connection, gstin)
    if as_json:
        faults = [{"where": fault.where, "what": fault.what, "remedy": fault.remedy} for fault in found.faults]
        emit(
            {"sound": found.sound, "records": found.records, "rows": found.rows, "seals": found.seals, "faults": faults}
        )
    else:
        tell_audit(found)
    if not found.sound:
        raise typer.Exit(REFUSED)


def tell_audit(found: Audit) -> None:
    """Print what an audit found."""
    for fault in found.faults:
        say(f"FAULT  {fault}.")
    looked = f"{counted(found.records, 'record')}, {counted(found.rows, 'row')} of the logs"
    said = "every state follows from its log" if found.sound else counted(len(found.faults), "fault")
    say(f"{looked}, {counted(found.seals, 'seal')}: {said}.")


@audits.command("seal")
def seal(
    *,
    gstin: options.OwnGstin = None,
    who: options.Actor,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Seal what a recipient's logs hold now; keep the digest outside of the database."""
    from ims_fsm.store import audit
    from ims_fsm.store.connection import writing

    with opened(db, at) as ims:
        owner = recipient(ims, gstin)
        with writing(ims.engine) as connection:
            made = audit.seal(connection, owner, who, ims.clock())
        moment = time(ims.clock())
    if as_json:
        emit({"recipient": owner, "number": made.number, "rows": made.rows, "digest": made.digest, "at": moment})
        return
    say(f"Seal {made.number} of {owner} covers {counted(made.rows, 'row')} of its logs, with those before.")
    say(made.digest)


def migrate(
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
    who: options.Actor,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Bring the database to the tables of this version; with --adopt, live records to the law as declared now.

    Exit 1 where some records cannot be moved.
    """
    from ims_fsm.store import partitions as parts
    from ims_fsm.store import schema
    from ims_fsm.store.connection import open_engine

    if citus:
        say(*(f"{statement};" for statement in parts.citus_statements(partitions or 64)))
        return
    engine = open_engine(db)
    try:
        done = schema.migrate(engine)
        split = parts.partitions(engine) if partitions is None else parts.partition(engine, partitions)
        adopted = _adopted(engine, who, at) if adopt else None
    finally:
        engine.dispose()
    if as_json:
        problems = [str(problem) for problem in adopted.problems] if adopted else []
        moved = dict(adopted.records) if adopted else None
        told = {"before": done.before, "after": done.after, "partitions": dict(split)}
        emit({**told, "adopted": moved, "problems": problems})
    else:
        _tell_migration(done, split, adopted)
    if adopted is not None and adopted.problems:
        raise typer.Exit(REFUSED)


def _adopted(engine: Engine, who: str, at: datetime | None) -> Adoption:
    from ims_fsm.law.book import shipped_book
    from ims_fsm.store import declarations
    from ims_fsm.store.connection import writing
    from ims_fsm.workflow.workspace import system_clock

    with writing(engine) as connection:
        return declarations.adopt(connection, shipped_book().law, who, at or system_clock())


def _tell_migration(done: Migration, split: Mapping[str, int], adopted: Adoption | None) -> None:
    before = "as before" if done.before == done.after else f"it had {done.before or 'no tables'}"
    say(f"The database has version {done.after}; {before}.")
    if split:
        say(f"Split by recipient into {max(split.values())} partitions: {', '.join(split)}.")
    if adopted is None:
        return
    counts = ", ".join(f"{machine} {count}" for machine, count in adopted.records.items())
    say(f"Moved to the current declarations: {counts or 'no record'}.")
    for problem in adopted.problems:
        say(f"not moved: {problem}.")
