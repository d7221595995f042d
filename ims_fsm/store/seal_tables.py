"""The tables of seals: a digest for each, and how far it covers each subject of a log.

Imports the base of the tables; knows no other of them.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from ims_fsm.store.tables import PAISE, Table


class SealRow(Table, table=True):
    """A seal over a recipient's logs as they stood: each digest continues the one before it.

    `rows` counts what it and the seals before it cover.
    """

    __tablename__ = "seal"

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    number: int = Field(primary_key=True)
    rows: int = Field(sa_type=PAISE)
    digest: str = Field(max_length=64)
    actor: str
    at: datetime


class SealMarkRow(Table, table=True):
    """How far a seal covers one subject of a log: the rows numbered above `after`, up to and with `upto`.

    A subject is a record's id, or a period as the number 202410. A log grows at the end of each of its subjects,
    so what is written later never comes before a mark.
    """

    __tablename__ = "seal_mark"

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    number: int = Field(primary_key=True)
    log: str = Field(primary_key=True)
    subject: int = Field(primary_key=True, sa_type=PAISE)
    after: int
    upto: int
