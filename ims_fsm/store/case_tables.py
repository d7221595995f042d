"""The table of cases: things of a host that move by a declared machine, beside records and in the same logs.

Imports the base of the tables. What a case has is versioned in `record_content` as a record's content is, its steps are
in `transition_log`, and its number comes from the counter of records.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from ims_fsm.store.tables import BYTEWISE, HALF_FULL, OWNER, PAISE, Table, core


class CaseRow(Table, table=True):
    """A case: whose it is, by which machine it moves, the key that its host knows it by, where it stands.

    `facts` are those that stay with it, as JSON, of which `content_hash` is the SHA-256; they are number `contents` of
    all that it had. `seq` counts its steps, of which the first opened it: it is its version too. `period` chooses the
    edition of the law; `last_at` is the newest moment of its log.
    """

    __tablename__ = "ims_case"
    __table_args__ = (
        UniqueConstraint("recipient_gstin", "machine", "key", name="one_case_a_key"),
        Index("ims_case_by_machine", "recipient_gstin", "machine", "id"),
        HALF_FULL,
    )

    recipient_gstin: str = Field(primary_key=True, max_length=OWNER)
    id: int = Field(primary_key=True, sa_type=PAISE)
    machine: str
    declaration_id: int
    key: str = Field(sa_type=BYTEWISE, nullable=False)
    period: str = Field(max_length=7)
    state: str
    facts: str
    content_hash: str = Field(max_length=64)
    contents: int = 1
    seq: int = 1
    opened_at: datetime
    last_at: datetime


CASE = core(CaseRow)
