"""The declarations that records were decided under: kept whole, compared with the law, adopted when it changes.

Imports the tables and the law's machines; decides nothing about a record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from ims_fsm.errors import ImsFsmError, Problem
from ims_fsm.law.edition import Machine
from ims_fsm.law.register import Law
from ims_fsm.store.tables import AdoptionRow, DeclarationRow, RecordRow, core
from ims_fsm.terms.vocabulary import State

_declarations = core(DeclarationRow)
_adoptions = core(AdoptionRow)
_records = core(RecordRow)
_live = _records.c.state.not_in([State.FROZEN.value, State.REMOVED.value])
_ID = select(_declarations.c.id).where(
    _declarations.c.machine == bindparam("machine"), _declarations.c.fingerprint == bindparam("fingerprint")
)
_KEEP = text(
    "INSERT INTO declaration (machine, version, fingerprint, declared, at) "
    "VALUES (:machine, :version, :fingerprint, :declared, :at) ON CONFLICT (machine, fingerprint) DO NOTHING"
).bindparams(bindparam("at", type_=_declarations.c.at.type))


class LawMismatchError(ImsFsmError):
    """Live records, neither frozen nor removed, were written under a declaration that is not the law as loaded."""

    code = "law_mismatch"

    def __init__(self, records: Mapping[str, int]) -> None:
        """Keep how many such records each machine has."""
        self.records = dict(records)
        super().__init__(self.records)

    def __str__(self) -> str:
        """Show the machines, how many records each has, and the remedy."""
        counts = ", ".join(f"{machine} {count}" for machine, count in self.records.items())
        sentence = f"live records were written under another declaration of their machine ({counts})"
        return f"{sentence}; read what changed in machines/, then run ims-fsm migrate --adopt"


@dataclass(frozen=True, slots=True)
class Adoption:
    """How many live records of each machine moved to its current declaration, and which could not."""

    records: Mapping[str, int]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    machine: str
    declaration_id: int
    state: str
    records: int


def declaration_id(connection: Connection, machine: Machine, at: datetime) -> int:
    """Return the id under which a machine's declaration is kept, keeping it first where it is new."""
    key = {"machine": machine.name, "fingerprint": machine.fingerprint}
    kept = connection.execute(_ID, key).scalar()
    if kept is None:
        values = {"version": machine.declaration.version, "declared": machine.declared, "at": at}
        connection.execute(_KEEP, {**key, **values})
        kept = connection.execute(_ID, key).scalar_one()
    return int(kept)


def check(connection: Connection, law: Law) -> None:
    """Make sure that every live record was written under the law as loaded; raises `LawMismatchError`.

    It reads the records only where the store knows a declaration that is no longer current.
    """
    counts: Counter[str] = Counter()
    for group in _outdated(connection, law):
        counts[group.machine] += group.records
    if counts:
        raise LawMismatchError(counts)


def adopt(connection: Connection, law: Law, actor: str, at: datetime, *, dry_run: bool = False) -> Adoption:
    """Move live records to the current declaration of their machine, where it still has the state they are in.

    Their version goes up, so that a write decided under the old declaration is refused; who adopted is kept. With
    `dry_run` nothing is written and the counts are what would move.
    """
    moved: Counter[str] = Counter()
    problems: list[Problem] = []
    for group in _outdated(connection, law):
        problem = _problem(group, law)
        if problem is not None:
            problems.append(problem)
            continue
        moved[group.machine] += group.records if dry_run else _move(connection, group, law, actor, at)
    return Adoption(dict(moved), tuple(problems))


def _outdated(connection: Connection, law: Law) -> list[_Group]:
    current = {machine.fingerprint for machine in law.machines.values()}
    kept = connection.execute(select(_declarations.c["id", "fingerprint"]))
    outdated = [row.id for row in kept if row.fingerprint not in current]
    if not outdated:
        return []
    by = _records.c["machine", "declaration_id", "state"]
    query = select(*by, func.count().label("records")).where(_records.c.declaration_id.in_(outdated), _live)
    rows = connection.execute(query.group_by(*by).order_by(*by))
    return [_Group(row.machine, row.declaration_id, row.state, row.records) for row in rows]


def _problem(group: _Group, law: Law) -> Problem | None:
    if group.machine not in law.machines:
        what = f"is no longer declared and has live records ({group.records})"
        return Problem(group.machine, what, "declare the machine again and adopt then")
    if group.state not in {state.name for state in law.machines[group.machine].declaration.state}:
        what = f"no longer has the state {group.state}, in which there are live records ({group.records})"
        return Problem(group.machine, what, "declare the state again and adopt then")
    return None


def _move(connection: Connection, group: _Group, law: Law, actor: str, at: datetime) -> int:
    current = declaration_id(connection, law.machines[group.machine], at)
    meant = (
        _records.c.machine == group.machine,
        _records.c.declaration_id == group.declaration_id,
        _records.c.state == group.state,
    )
    values = {"declaration_id": current, "version": _records.c.version + 1}
    moved = connection.execute(update(_records).where(*meant).values(values)).rowcount
    adoption = {"machine": group.machine, "from_id": group.declaration_id, "to_id": current, "rows": moved}
    connection.execute(insert(_adoptions).values(**adoption, actor=actor, at=at))
    return moved
