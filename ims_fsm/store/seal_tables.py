"""The tables of seals: the leaves of each recipient's log, and its size and root at each seal.

Imports the base of the tables; knows no other of them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from ims_fsm.store.tables import OWNER, PAISE, Table


class SealRow(Table, table=True):
    """A seal: how many leaves the recipient's log had with its last one, which ends it, and their root (hex).

    `newest` is the root over the newest leaf of each subject, of which there are `subjects`; `signature` has the lines
    of a signed checkpoint, each with its line end.
    """

    __tablename__ = "ims_seal"

    recipient_gstin: str = Field(primary_key=True, max_length=OWNER)
    number: int = Field(primary_key=True)
    size: int = Field(sa_type=PAISE)
    digest: str = Field(max_length=64)
    newest: str = Field(max_length=64)
    subjects: int = Field(sa_type=PAISE)
    actor: str
    at: datetime
    recorded_at: datetime
    signature: str = ""


class SealLeafRow(Table, table=True):
    """A leaf: its position from 0, its hash, and how far it and the leaves before it cover its subject.

    The subject is a record's id, a period as the number 202410 (of a return, or of attempts), or a seal's number
    (`kind`). `steps` and `contents` are the last numbers that it covers; `replaces` is the position of the leaf before
    of the same subject.
    """

    __tablename__ = "ims_seal_leaf"
    __table_args__ = (Index("ims_seal_leaf_by_subject", "recipient_gstin", "kind", "subject"),)

    recipient_gstin: str = Field(primary_key=True, max_length=OWNER)
    position: int = Field(primary_key=True, sa_type=PAISE)
    subject: int = Field(sa_type=PAISE)
    replaces: int | None = Field(default=None, sa_type=PAISE)
    steps: int
    contents: int
    kind: str = Field(max_length=7)
    hash: bytes
