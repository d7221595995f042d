"""The table of what recomputing a GSTR-2B replaced: older generations, as far as they differ from the next one.

Imports the tables; runs no statement.
"""

from __future__ import annotations

from sqlmodel import Field

from ims_fsm.store.tables import CLUSTERED, PAISE, Table, core


class ReplacedLineRow(Table, table=True):
    """How a line stood in a generation, where the next one has it otherwise; append-only.

    Without a section the generation had no such line, and the next one has. What no row of a later generation tells
    otherwise stood as it stands in `ims_two_b_line`.
    """

    __tablename__ = "ims_two_b_replaced"
    __table_args__ = CLUSTERED

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    period: str = Field(primary_key=True, max_length=7)
    record_id: int = Field(primary_key=True, sa_type=PAISE)
    entry: str = Field(primary_key=True)
    generation: int = Field(primary_key=True)
    section: str | None = None
    counts: bool | None = None
    decision: str | None = None
    record_version: int | None = None
    igst: int | None = Field(default=None, sa_type=PAISE)
    cgst: int | None = Field(default=None, sa_type=PAISE)
    sgst: int | None = Field(default=None, sa_type=PAISE)
    cess: int | None = Field(default=None, sa_type=PAISE)


REPLACED = core(ReplacedLineRow)
