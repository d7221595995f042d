"""What must have come of a bulk action: every record's state, every row of the log, and no other change.

Imports the tables; raises `CheckError` and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from benchmarks.fixture import RECORDS
from benchmarks.measure import require_equal
from ims_fsm.store import audit
from ims_fsm.store.connection import open_engine, reading
from ims_fsm.store.log import STEPS
from ims_fsm.store.tables import LOG
from ims_fsm.terms.money import HEADS

_SUMS = ("taxable", *HEADS, *(f"carried_{head}" for head in HEADS), *(f"standing_{head}" for head in HEADS))


@dataclass(frozen=True, slots=True)
class Standing:
    """A recipient's records in figures: how many of each state, totals, steps, versions and rows of the log."""

    states: dict[str, int]
    open: int
    sums: tuple[int, ...]
    steps: int
    versions: int
    log: int

    @property
    def records(self) -> int:
        """How many there are."""
        return sum(self.states.values())


def standing(connection: Connection, gstin: str, table: Any = RECORDS) -> Standing:
    """Count and sum a recipient's records and log."""
    at = table.c
    own = at.recipient_gstin == gstin
    by_state = connection.execute(select(at.state, func.count()).where(own).group_by(at.state).order_by(at.state))
    figures = [func.sum(at[name]) for name in (*_SUMS, "seq", "version")]
    *sums, steps, versions = (int(value) for value in connection.execute(select(*figures).where(own)).one())
    waiting = and_(at.state.in_(["no_action", "pending"]), at.route == "ims")
    log = select(func.count()).where(LOG.c.recipient_gstin == gstin)
    return Standing(
        states={state: int(count) for state, count in by_state},
        open=int(connection.execute(select(func.count()).where(own, waiting)).scalar_one()),
        sums=tuple(sums),
        steps=steps,
        versions=versions,
        log=int(connection.execute(log).scalar_one()),
    )


def accepted(before: Standing, after: Standing, *, logged: bool) -> None:
    """Check that all that could be accepted is, with its log where one is written, and that nothing else moved."""
    wanted = {state: count for state, count in before.states.items() if state not in {"no_action", "pending"}}
    direct = before.states.get("no_action", 0) + before.states.get("pending", 0) - before.open
    wanted |= {"accepted": before.open, **({"no_action": direct} if direct else {})}
    require_equal(after.states, wanted, "the records by state")
    require_equal(after.sums, before.sums, "the totals of the records")
    moved = (after.steps - before.steps, after.versions - before.versions, after.log - before.log)
    require_equal(moved, (before.open, before.open, before.open if logged else 0), "steps, versions, rows of the log")


def every_acceptance_logged(connection: Connection, gstin: str, count: int) -> None:
    """Check that every accepted record's last row of the log is its acceptance, from where it stood before."""
    at = RECORDS.c
    step = STEPS.subquery("step")
    last = and_(step.c.recipient_gstin == at.recipient_gstin, step.c.record_id == at.id, step.c.seq == at.seq)
    came = or_(
        and_(step.c.source == "no_action", at.seq == 1),
        and_(step.c.source == "pending", at.seq == 2),  # noqa: PLR2004 -- it was kept pending first
    )
    fired = and_(step.c.trigger == "accept", step.c.dest == at.state, step.c.record_version == at.version - 1, came)
    query = select(func.count()).select_from(RECORDS.join(step, last))
    found = connection.execute(query.where(at.recipient_gstin == gstin, at.state == "accepted", fired)).scalar_one()
    require_equal(int(found), count, "acceptances in the log")


def audited(connection: Connection) -> None:
    """Check the logs of the whole store, as `ims-fsm audit verify` does before it asks what the law makes of them."""
    require_equal(audit.verify(connection).faults, (), "what the audit found")


def sound(url: str) -> None:
    """Check the whole of a store that nobody has open."""
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            audited(connection)
    finally:
        engine.dispose()
