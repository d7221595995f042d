"""What the store keeps of its own: the declarations that records were decided under, answered requests, numbers.

Imports the tables and the law's machines; decides nothing about a record and knows no use case. Declarations are
compared with the law and adopted when it changes; a repeated request finds its answer; a number is given out once.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from ims_fsm.errors import ImsFsmError, Problem
from ims_fsm.law import edition
from ims_fsm.law.edition import Machine
from ims_fsm.law.register import RECORDS, Law
from ims_fsm.store.case_tables import CASE
from ims_fsm.store.connection import TEXTS, among, database_of
from ims_fsm.store.failures import first_writer
from ims_fsm.store.job_tables import RequestRow
from ims_fsm.store.tables import AdoptionRow, DeclarationRow, RecordRow, core
from ims_fsm.terms.vocabulary import TERMINAL

_declarations = core(DeclarationRow)
_adoptions = core(AdoptionRow)
_records = core(RecordRow)
_live = _records.c.state.not_in([str(state) for state in sorted(TERMINAL)])
_ID = select(_declarations.c.id).where(
    _declarations.c.machine == bindparam("machine"), _declarations.c.fingerprint == bindparam("fingerprint")
)
_IDS = select(_declarations.c.machine, _declarations.c.fingerprint, _declarations.c.id).where(
    among(_declarations.c.fingerprint, bindparam("fingerprints", type_=TEXTS))
)
_DECLARED = select(_declarations.c["fingerprint", "declared"]).where(_declarations.c.id == bindparam("number"))
_KEEP = text(
    "INSERT INTO ims_declaration (machine, version, fingerprint, declared, recorded_at) "
    "VALUES (:machine, :version, :fingerprint, :declared, :recorded_at) ON CONFLICT (machine, fingerprint) DO NOTHING"
).bindparams(bindparam("recorded_at", type_=_declarations.c.recorded_at.type))


class LawMismatchError(ImsFsmError):
    """Live records or cases were written under a declaration that is not the law as loaded.

    A record is live that is neither frozen nor removed, a case in a state from which its machine leads on.
    """

    code = "law_mismatch"

    def __init__(self, records: Mapping[str, int], *, cases: bool = False) -> None:
        """Keep how many such records or cases each machine has."""
        self.records, self.cases = dict(records), cases
        super().__init__(self.records)

    def __str__(self) -> str:
        """Show the machines, how many records or cases each has, and the remedy."""
        counts = ", ".join(f"{machine} {count}" for machine, count in self.records.items())
        sentence = f"live records were written under another declaration of their machine ({counts})"
        if self.cases:
            sentence = sentence.replace("live records", "live cases")
            return f"{sentence}; read what changed in it, then run upkeep.carry_over(…)"
        return f"{sentence}; read what changed in machines/, then run upkeep.migrate(…, adopt=True)"


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


def declaration_id(connection: Connection, machine: Machine, recorded_at: datetime) -> int:
    """Return the id under which a machine's declaration is kept, keeping it first where it is new."""
    key = {"machine": machine.name, "fingerprint": machine.fingerprint}
    kept = connection.execute(_ID, key).scalar()
    if kept is None:
        values = {"version": machine.declaration.version, "declared": machine.declared, "recorded_at": recorded_at}
        connection.execute(_KEEP, {**key, **values})
        kept = connection.execute(_ID, key).scalar_one()
    return int(kept)


def declared_as(connection: Connection, machine: Machine, number: int) -> Machine:
    """Return the machine as a declaration that is kept has it: itself where that is the same."""
    kept = connection.execute(_DECLARED, {"number": number}).one()
    return machine if kept.fingerprint == machine.fingerprint else edition.kept(kept.declared)


def declaration_ids(connection: Connection, machines: Collection[Machine], recorded_at: datetime) -> dict[str, int]:
    """Return by machine what `declaration_id` gives for each, read at once."""
    rows = connection.execute(_IDS, {"fingerprints": [machine.fingerprint for machine in machines]})
    kept = {(row.machine, row.fingerprint): int(row.id) for row in rows}
    return {
        machine.name: kept.get((machine.name, machine.fingerprint)) or declaration_id(connection, machine, recorded_at)
        for machine in machines
    }


def check(connection: Connection, law: Law) -> None:
    """Make sure that every live record was written under the law as loaded; raises `LawMismatchError`.

    It reads the records only where the store knows a declaration that is no longer current.
    """
    counts: Counter[str] = Counter()
    for group in _outdated(connection, law):
        counts[group.machine] += group.records
    if counts:
        raise LawMismatchError(counts)
    for cases in outdated_cases(connection, law):
        if not cases.is_over:
            counts[cases.machine] += cases.count
    if counts:
        raise LawMismatchError(counts, cases=True)


@dataclass(frozen=True, slots=True)
class OutdatedCases:
    """Cases that stand in one state under a declaration that is no longer current."""

    machine: str
    declaration: Machine
    declaration_id: int
    state: str
    count: int

    @property
    def is_over(self) -> bool:
        """Whether the machine led nowhere from there."""
        return any(state.terminal for state in self.declaration.declaration.state if state.name == self.state)


def outdated_cases(connection: Connection, law: Law) -> list[OutdatedCases]:
    """Return the cases of the machines of a law that stand under another declaration, by declaration and state.

    What a machine that is not loaded has is not asked about: whoever opens the store without it cannot move them.
    """
    current = {machine.fingerprint for machine in law.machines.values()}
    others = connection.execute(select(_declarations).where(among(_declarations.c.machine, sorted(law.machines))))
    outdated = {row.id: row for row in others if row.fingerprint not in current}
    if not outdated:
        return []
    by = CASE.c["machine", "declaration_id", "state"]
    query = select(*by, func.count().label("cases")).where(among(CASE.c.declaration_id, sorted(outdated)))
    rows = connection.execute(query.group_by(*by).order_by(*by))
    return [
        OutdatedCases(
            row.machine, edition.kept(outdated[row.declaration_id].declared), row.declaration_id, row.state, row.cases
        )
        for row in rows
    ]


def owners_of(connection: Connection, declarations: Collection[int]) -> list[tuple[str, str]]:
    """Return who has cases under these declarations, and of which machine."""
    by = CASE.c["recipient_gstin", "machine"]
    query = select(*by).where(among(CASE.c.declaration_id, sorted(declarations))).distinct().order_by(*by)
    return [(row.recipient_gstin, row.machine) for row in connection.execute(query)]


def adopt(connection: Connection, law: Law, actor: str, recorded_at: datetime, *, dry_run: bool = False) -> Adoption:
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
        moved[group.machine] += group.records if dry_run else _move(connection, group, law, actor, recorded_at)
    return Adoption(dict(moved), tuple(problems))


def _outdated(connection: Connection, law: Law) -> list[_Group]:
    current = {machine.fingerprint for machine in law.machines.values()}
    kept = connection.execute(select(_declarations.c["id", "fingerprint"]))
    others = [row.id for row in kept if row.fingerprint not in current]
    if not others:
        return []
    # Every record is looked at, but not for a machine of cases that whoever opens the store has not loaded.
    texts = connection.execute(select(_declarations.c["id", "declared"]).where(_declarations.c.id.in_(others)))
    outdated = [row.id for row in texts if _is_of_records(row.declared)]
    if not outdated:
        return []
    by = _records.c["machine", "declaration_id", "state"]
    query = select(*by, func.count().label("records")).where(_records.c.declaration_id.in_(outdated), _live)
    rows = connection.execute(query.group_by(*by).order_by(*by))
    return [_Group(row.machine, row.declaration_id, row.state, row.records) for row in rows]


def _is_of_records(declared: str) -> bool:
    try:
        return bool(edition.kept(declared).declaration.extends == RECORDS)
    except (KeyError, TypeError, ValueError):
        # A text that was changed is the audit's to find.
        return True


def _problem(group: _Group, law: Law) -> Problem | None:
    if group.machine not in law.machines:
        what = f"is no longer declared and has live records ({group.records})"
        return Problem(group.machine, what, "declare the machine again and adopt then")
    if group.state not in {state.name for state in law.machines[group.machine].declaration.state}:
        what = f"no longer has the state {group.state}, in which there are live records ({group.records})"
        return Problem(group.machine, what, "declare the state again and adopt then")
    return None


def _move(connection: Connection, group: _Group, law: Law, actor: str, recorded_at: datetime) -> int:
    current = declaration_id(connection, law.machines[group.machine], recorded_at)
    meant = (
        _records.c.machine == group.machine,
        _records.c.declaration_id == group.declaration_id,
        _records.c.state == group.state,
    )
    values = {"declaration_id": current, "version": _records.c.version + 1}
    moved = connection.execute(update(_records).where(*meant).values(values)).rowcount
    adoption = {"machine": group.machine, "from_id": group.declaration_id, "to_id": current, "rows": moved}
    connection.execute(insert(_adoptions).values(**adoption, actor=actor, recorded_at=recorded_at))
    return moved


_requests = core(RequestRow)
_BY_KEY = select(_requests.c["use_case", "fingerprint", "outcome"]).where(
    _requests.c.owner == bindparam("owner"), _requests.c.key == bindparam("key")
)
_KEEP_ANSWER = insert(_requests)


class IdempotencyError(ImsFsmError):
    """An idempotency key came again with another request than the one it was first used for."""

    code = "idempotency_key_reused"
    outcome = "conflict"

    def __init__(self, key: str, use_case: str, first_use_case: str) -> None:
        """Keep the key, what it is used for now and what it was used for first."""
        self.key = key
        self.use_case = use_case
        self.first_use_case = first_use_case
        super().__init__(key, use_case, first_use_case)

    def __str__(self) -> str:
        """Show the key, both uses and the remedy."""
        first = f"the idempotency key {self.key!r} belongs to an earlier request ({self.first_use_case})"
        return f"{first} and this one ({self.use_case}) is different; give it a key of its own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a request under a key of its owner answered: the outcome as JSON, who asked and when (aware, UTC).

    `recorded_at` is when by the machine's own clock; `owner` is the GSTIN of the desk, empty for calls that concern no
    one; `fingerprint` is a SHA-256 of the request's arguments (64 hex digits).
    """

    owner: str
    key: str
    use_case: str
    fingerprint: str
    outcome: str
    actor: str
    at: datetime
    recorded_at: datetime


def remembered(connection: Connection, owner: str, key: str, use_case: str, fingerprint: str) -> str | None:
    """Return the outcome (JSON) of the request under this key of its owner, or None where the key is new.

    Raises `IdempotencyError` where the key belongs to another use case or to other arguments.
    """
    row = connection.execute(_BY_KEY, {"owner": owner, "key": key}).first()
    if row is None:
        return None
    if (row.use_case, row.fingerprint) != (use_case, fingerprint):
        raise IdempotencyError(key, use_case, row.use_case)
    return str(row.outcome)


def remember(connection: Connection, answer: Response) -> None:
    """Write what a request answered, in the transaction of the request.

    Raises `ConflictError` where the same key was answered meanwhile; trying again then finds that answer.
    """
    with first_writer(f"the idempotency key {answer.key!r}"):
        connection.execute(_KEEP_ANSWER, {**asdict(answer), "digest": digest_of(answer)})


def digest_of(answer: Response) -> str:
    """Return the SHA-256 (64 hex digits) of an answer with all that it belongs to."""
    moments = {name: getattr(answer, name).astimezone(UTC).isoformat() for name in ("at", "recorded_at")}
    return hashlib.sha256(json.dumps({**asdict(answer), **moments}, sort_keys=True).encode()).hexdigest()


RECORD = "record"
#: What numbers records on PostgreSQL, through the function that takes a block of them.
SEQUENCE = "ims_record_number"
_TAKE = text(
    "INSERT INTO ims_counter (name, last) VALUES (:name, :count) "
    "ON CONFLICT (name) DO UPDATE SET last = ims_counter.last + excluded.last RETURNING last"
)
_TAKE_FROM_SEQUENCE = text("SELECT ims_take_record_numbers(:count)")


def take_numbers(connection: Connection, name: str, count: int = 1) -> int:
    """Return the first of `count` consecutive numbers, the first ever being 1.

    They are taken when the transaction is kept and free again when it is not; a second transaction waits for the
    first. Not so the numbers of records on PostgreSQL: nobody waits, and those of a transaction that is not kept stay
    unused. Raises `ValueError` for a count below 1.
    """
    if count < 1:
        raise ValueError(f"{count} numbers of {name!r} cannot be taken; take at least 1")
    if name == RECORD and not database_of(connection).single_writer:
        return int(connection.execute(_TAKE_FROM_SEQUENCE, {"count": count}).scalar_one())
    return int(connection.execute(_TAKE, {"name": name, "count": count}).scalar_one()) - count + 1
