"""What sign-offs are about: the proposed actions as they were proposed, one row for each case, append-only.

Imports the tables; decides nothing. The case's key begins its digest, and stands in the log: so the log proves it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, insert, select, true
from sqlmodel import Field

from ims_fsm.store.case_tables import CASE
from ims_fsm.store.connection import among
from ims_fsm.store.tables import OWNER, PAISE, Table, core

#: So many characters of its digest are the key of a sign-off.
LENGTH = 16


class ProposalRow(Table, table=True):
    """The content of a sign-off: the actions as JSON, the law and the newest event when it was proposed, who, when.

    `law` is the SHA-256 over the fingerprints of all machines of records.
    """

    __tablename__ = "ims_proposal"

    recipient_gstin: str = Field(primary_key=True, max_length=OWNER)
    case_id: int = Field(primary_key=True, sa_type=PAISE)
    actions: str
    law: str = Field(max_length=64)
    cursor: str
    actor: str
    at: datetime
    recorded_at: datetime


PROPOSAL = core(ProposalRow)
_FIND = select(PROPOSAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What was proposed: the actions as JSON, under which law, behind which event, by whom and when (aware, UTC)."""

    actions: str
    law: str
    cursor: str
    actor: str
    at: datetime
    recorded_at: datetime

    @property
    def key(self) -> str:
        """The key of its case: what begins the SHA-256 over all that it says."""
        return key_of(asdict(self))


def key_of(said: Mapping[str, object]) -> str:
    """Return the key of what was proposed, given by column; moments are in UTC."""
    moments = {name: _utc(said[name]) for name in ("at", "recorded_at")}
    text = json.dumps({**{name: said[name] for name in ("actions", "law", "cursor", "actor")}, **moments})
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:LENGTH]


def _utc(moment: object) -> str:
    assert isinstance(moment, datetime)  # noqa: S101 -- the columns are moments
    return moment.astimezone(UTC).isoformat()


def put(connection: Connection, owner: str, case_id: int, proposed: Proposed) -> None:
    """Keep what a sign-off is about."""
    connection.execute(insert(PROPOSAL).values(recipient_gstin=owner, case_id=case_id, **asdict(proposed)))


def find(connection: Connection, owner: str, case_id: int) -> Proposed | None:
    """Return what an owner's sign-off is about; None for another case."""
    return find_many(connection, owner, [case_id]).get(case_id)


def find_many(connection: Connection, owner: str, case_ids: Collection[int]) -> dict[int, Proposed]:
    """Return what an owner's sign-offs are about, by their cases; left out is another case."""
    mine = _FIND.where(PROPOSAL.c.recipient_gstin == owner, among(PROPOSAL.c.case_id, sorted(case_ids)))
    rows = connection.execute(mine).mappings()
    return {row["case_id"]: Proposed(**{name: row[name] for name in Proposed.__dataclass_fields__}) for row in rows}


def overdue(
    connection: Connection, owners: Collection[str] | None, machine: str, states: Collection[str], until: datetime
) -> list[tuple[str, int]]:
    """Return the sign-offs, of owners or of all, that stand in these states and were proposed by a moment."""
    same = and_(CASE.c.recipient_gstin == PROPOSAL.c.recipient_gstin, CASE.c.id == PROPOSAL.c.case_id)
    meant = and_(
        true() if owners is None else among(CASE.c.recipient_gstin, sorted(owners)),
        CASE.c.machine == machine,
        among(CASE.c.state, sorted(states)),
        PROPOSAL.c.at <= until,
    )
    query = select(CASE.c.recipient_gstin, CASE.c.id).join_from(CASE, PROPOSAL, same).where(meant).order_by(CASE.c.id)
    return [(owner, case_id) for owner, case_id in connection.execute(query)]
