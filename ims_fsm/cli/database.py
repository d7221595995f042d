"""`migrate` and `events`: the store brought to this version, and what happened in it.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ims_fsm.cli.call import Call, command, stopping
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.options import minute, pairs
from ims_fsm.cli.output import counted, say, table, verbatim
from ims_fsm.terms.event import Event, EventKind

if TYPE_CHECKING:
    from ims_fsm import IMS
    from ims_fsm.workflow.upkeep import CarriedOver, Migrated


@command("backup", "db")
def backup(call: Call, file: Path) -> None:
    """Copy a SQLite database to a file while it is in use, and verify the copy; for PostgreSQL use pg_dump."""
    with call.working("Copying"), call.ims() as ims:
        made = ims.backup(file, replace=call.outputs.replace)
    held = f"{counted(made.records, 'record')}, {counted(made.transitions, 'step')} of the log"
    call.answer(lambda: verbatim(f"{made.path}: {held}, verified; {made.bytes:,} bytes."), made)


@command("migrate", "actor", "db")
def migrate(
    call: Call,
    *,
    adopt: bool = False,
    machines: list[Path] | None = None,
    mapping: list[str] | None = None,
    dry_run: bool = False,
    partitions: int | None = None,
    citus: bool = False,
) -> None:
    """Bring the database to the tables of this version; with --adopt, live records to the law as declared now.

    With --machines: take live cases over to a law of your own as it is now, each with a step in its log. Exit 1 if some
    records or cases cannot be moved; no case is moved then.
    """
    from ims_fsm.workflow import upkeep

    if machines:
        renamed = pairs(mapping or [], "--map")
        carried = upkeep.carry_over(call.db, machines, renamed, actor=call.actor.id, dry_run=dry_run)
        call.answer(lambda: tell_carried(carried, dry_run=dry_run), carried, "--machines", held=not carried.stranded)
        return
    if mapping or dry_run:
        raise CallError("--map and --dry-run are about cases; name the law that they are taken over to with --machines")
    if citus:
        say(*(f"{statement};" for statement in upkeep.citus_statements(partitions or 64)))
        return
    done = upkeep.migrate(call.db, adopt=adopt, split=partitions, actor=call.actor.id)
    call.answer(lambda: _tell_migration(done), done, held=not done.problems)


def _tell_migration(done: Migrated) -> None:
    before = "as before" if done.before == done.after else f"it had {done.before or 'no tables'}"
    say(f"The database has version {done.after}; {before}.")
    if done.partitions:
        say(f"Split by recipient into {max(done.partitions.values())} partitions: {', '.join(done.partitions)}.")
    if done.adopted is None:
        return
    counts = ", ".join(f"{machine} {count}" for machine, count in done.adopted.items())
    say(f"Moved to the current declarations: {counts or 'no record'}.")
    say(*(f"not moved: {problem}." for problem in done.problems))


def tell_carried(carried: CarriedOver, *, dry_run: bool) -> None:
    """Say how many live cases are taken over, or what would strand."""
    moves = [(machine, way, f"{count:,}") for machine, ways in carried.moved.items() for way, count in ways.items()]
    if carried.stranded:
        say("No case is moved, for these would strand:")
        say(*(f"{problem}." for problem in carried.stranded), indent=2)
    elif moves:
        say("Would be taken over:" if dry_run else "Taken over:")
        table(("machine", "from → to", ">cases"), moves, indent=2)
    else:
        say("Every live case stands under the law as it is.")


SUBJECTS = {EventKind.TWO_B: "GSTR-2B of", EventKind.THREE_B: "GSTR-3B of", EventKind.REMINDER: "about"}


@command("events", "db")
def events(
    call: Call,
    *,
    after: str | None = None,
    follow: bool = False,
    limit: int | None = None,
    gstin: str | None = None,
    kind: list[EventKind] | None = None,
    restored: bool = False,
) -> None:
    """List every transition, move of GSTR-2B, GSTR-3B filing, add-back and reminder, in the order of their commits.

    Each has a cursor; keep it with what you did about the event, and continue with --after. With --json an object a
    line.
    """
    if follow and limit is not None:
        raise CallError("--follow goes on until it is interrupted, and --limit ends it; leave out one of them")
    with call.ims() as ims:
        if restored:
            _renumber(call, ims)
            return
        asked: dict[str, Any] = {"gstin": gstin, "kinds": [str(name) for name in kind or ()]}
        last = None
        for event in _followed(ims, after, asked) if follow else ims.events(after, limit=limit, **asked):
            call.answer(partial(_tell_event, event), event, indent=None)
            sys.stdout.flush()
            last = event.cursor
    if not call.as_json:
        verbatim(f"Continue with --after {last}" if last else f"No events{' since' if after else ''}.")


def _renumber(call: Call, ims: IMS) -> None:
    from ims_fsm.workflow.upkeep import renumber_events

    raised = renumber_events(ims)
    how = f"are raised by {raised:,} to come after" if raised else "come after"
    call.answer(lambda: say(f"The numbers of new events {how} the existing ones."), {"raised": raised}, "--restored")


def _followed(ims: IMS, after: str | None, asked: Mapping[str, Any]) -> Iterator[Event]:
    from ims_fsm.workflow.upkeep import follow

    with stopping() as stop:
        for event in follow(ims, after, **asked, wait=stop.wait):
            yield event
            if stop.is_set():
                return


def _tell_event(event: Event) -> None:
    what = f"{(event.machine or '').replace('_', ' ') or SUBJECTS.get(event.kind, 'record')} {event.subject}"
    moved = f"{event.source} → {event.dest}" if event.source else ""
    rules = f"({', '.join(event.rules)})" if event.rules else ""
    trigger = event.trigger or str(event.kind)
    parts = (minute(event.at), event.recipient, what, trigger, moved, event.actor or "", rules)
    verbatim("  ".join(part for part in parts if part))
