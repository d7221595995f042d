"""What an operator does with a database beside its records: migrate it, prove its logs, follow its events.

Imports the store and the views of events; every call is whole in itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

from ims_fsm.errors import Problem
from ims_fsm.law.book import shipped_book
from ims_fsm.law.hooks import Hooks
from ims_fsm.proof.checkpoint import checkpoint_in, root_of
from ims_fsm.record.moments import machine_clock
from ims_fsm.store import audit as logs
from ims_fsm.store import events, partitions, register, schema, seals
from ims_fsm.store.audit import Audit, Finding
from ims_fsm.store.connection import open_engine, writing
from ims_fsm.store.failures import told_apart
from ims_fsm.store.partitions import citus_statements
from ims_fsm.terms.border import checked_actor
from ims_fsm.terms.event import Event
from ims_fsm.terms.principal import Principal
from ims_fsm.workflow.cases import migration
from ims_fsm.workflow.cases.migration import CarriedOver
from ims_fsm.workflow.engine import Engine, Machines, with_machines, workspace_of
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views import events as reading
from ims_fsm.workflow.workspace import Clock

__all__ = [
    "Audit",
    "CarriedOver",
    "Finding",
    "Migrated",
    "audit",
    "carry_over",
    "citus_statements",
    "follow",
    "migrate",
    "renumber_events",
    "tables",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What migrating a database did."""

    #: The version of the tables before; None where there were none.
    before: str | None
    #: The version of the tables now.
    after: str
    #: The tables that are split by recipient on PostgreSQL, each with the number of its partitions.
    partitions: Mapping[str, int]
    #: The live records that were moved to the current declarations, by machine; None where that was not asked.
    adopted: Mapping[str, int] | None = None
    #: The records that could not be moved, and why.
    problems: tuple[Problem, ...] = ()


def migrate(url: str, *, adopt: bool = False, split: int | None = None, actor: str) -> Migrated:
    """Bring a database to the tables of this version; with `adopt` live records to the law as declared now.

    `split` is the number of partitions for an empty PostgreSQL database. Raises `StoreError`.
    """
    engine = open_engine(url)
    try:
        done = schema.migrate(engine)
        parts = partitions.partitions(engine) if split is None else partitions.partition(engine, split)
        if not adopt:
            return Migrated(before=done.before, after=done.after, partitions=parts)
        with told_apart(engine), writing(engine) as connection:
            adopted = register.adopt(connection, shipped_book().law, actor, machine_clock())
    finally:
        engine.dispose()
    moved, problems = adopted.records, adopted.problems
    return Migrated(before=done.before, after=done.after, partitions=parts, adopted=moved, problems=problems)


def carry_over(
    url: str,
    machines: Machines,
    mapping: Mapping[str, str] | None = None,
    *,
    actor: str,
    dry_run: bool = False,
    clock: Clock = machine_clock,
) -> CarriedOver:
    """Take live cases over to the declarations of their machines as they are now; each gets a step in its log.

    `mapping` says what becomes of a state ("asked": "requested") and of a fact's value ("days.few": "short"). Where a
    case would strand, nothing is moved and `stranded` says why. With `dry_run` nothing is written. Raises `StoreError`,
    and `DeclarationError` with all that is wrong with a machine.
    """
    book = with_machines(shipped_book(), machines)
    engine = open_engine(url)
    try:
        with told_apart(engine), writing(engine) as connection:
            schema.check(connection)
            now = clock().astimezone(UTC)
            unit = UnitOfWork(
                connection,
                book,
                Hooks(book.law),
                now,
                Principal(checked_actor(actor)),
                recorded_at=machine_clock(),
            )
            return migration.carry_over(unit, mapping or {}, dry_run=dry_run)
    finally:
        engine.dispose()


def tables(ims: Engine) -> str:
    """Return the version of the tables that a database has now; raises `StoreError` where it cannot be used so."""
    with workspace_of(ims).reading() as connection:
        schema.check(connection)
    return schema.NEWEST


def audit(
    ims: Engine, gstin: str | None = None, *, digests: Collection[str] = (), checkpoints: Collection[str | Path] = ()
) -> Audit:
    """Prove the records of one recipient, or of all, from their logs (`store.audit.verify` says what is proved).

    Digests of seals and files with checkpoints that were kept outside of the database are held against it: so a seal
    is missed that was removed with all that it covers. Raises `InputError` for what is neither.
    """
    kept = [checkpoint_in(file) for file in checkpoints]
    roots = [root_of(digest).hex() for digest in digests]
    with workspace_of(ims).asking() as unit:
        audited = logs.verify(unit.connection, gstin, unit.book)
        held = [seals.kept(unit.connection, checkpoint) for checkpoint in kept]
        held += [seals.of_digest(unit.connection, root) for root in roots]
    return replace(audited, faults=(*audited.faults, *logs.findings("checkpoint", filter(None, held))))


def follow(
    ims: Engine,
    after: str | None = None,
    *,
    gstin: str | None = None,
    kinds: Collection[str] = (),
    wait: Callable[[float], bool],
) -> Iterator[Event]:
    """Give the events after a cursor and go on as they come, until `wait` says that it is enough.

    `wait` waits that many seconds and returns whether to stop. Raises `InputError` for what is not a cursor.
    """
    return reading.follow(workspace_of(ims), after, reading.wanted(gstin, kinds), wait)


def renumber_events(ims: Engine) -> int:
    """Have new events come after all that are there: for PostgreSQL, after a dump was restored.

    Returns by how much their numbers are raised. Nobody else may write meanwhile.
    """
    with workspace_of(ims).writing() as connection:
        return events.go_on_numbering(connection)
