"""The tables of purchase registers: documents, pairs with records, what people decided of pairs, numbers of records.

Imports the tables; runs no statement. Money is integer paise, without a sign for credit notes too.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from ims_fsm.store.tables import CLUSTERED, PAISE, Table, core, paise_field


class RegisterDocumentRow(Table, table=True):
    """A document of a recipient's purchase register; `period` is whose register it stands in, blank for none.

    `written` and `canonical` are its number as `law.matching` compares it; `place` is where the file `source` has it.
    """

    __tablename__ = "ims_register_document"
    __table_args__ = (
        UniqueConstraint(
            "recipient_gstin", "supplier_gstin", "kind", "written", "document_date", name="ims_register_document_once"
        ),
        Index("ims_register_document_by_number", "recipient_gstin", "supplier_gstin", "canonical"),
        Index("ims_register_document_by_period", "recipient_gstin", "period"),
    )

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    id: int = Field(primary_key=True, sa_type=PAISE)
    supplier_gstin: str = Field(max_length=15)
    kind: str
    number: str
    written: str
    canonical: str
    document_date: date
    taxable: int = paise_field()
    igst: int = paise_field()
    cgst: int = paise_field()
    sgst: int = paise_field()
    cess: int = paise_field()
    period: str = Field(default="", max_length=7)
    source: str
    place: str
    lines: int = 1


class RegisterPairRow(Table, table=True):
    """A document of the register and the record that it is paired with, the rule that did so, and its class."""

    __tablename__ = "ims_register_pair"
    __table_args__ = (UniqueConstraint("recipient_gstin", "record_id", name="ims_register_pair_once"),)

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    document_id: int = Field(primary_key=True, sa_type=PAISE)
    record_id: int = Field(sa_type=PAISE)
    rule: str
    gives: str


class MatchDecisionRow(Table, table=True):
    """That somebody paired a document with a record, parted the two, or left it to the rules again; append-only.

    The document is named by what it is, so that the decision stands when its register is imported again.
    """

    __tablename__ = "ims_register_decision"

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    number: int = Field(primary_key=True, sa_type=PAISE)
    decision: str
    supplier_gstin: str = Field(max_length=15)
    kind: str
    document_number: str
    document_date: date
    record_id: int = Field(sa_type=PAISE)
    reason: str
    actor: str
    at: datetime
    recorded_at: datetime
    request_key: str | None = None


class RecordNumberRow(Table, table=True):
    """The number of a record as it is compared, with what it was made of: what no longer fits is made anew.

    It stands beside the records, so that taking in a download costs nothing more; the first matching fills it in.
    """

    __tablename__ = "ims_register_number"
    __table_args__ = CLUSTERED

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    record_id: int = Field(primary_key=True, sa_type=PAISE)
    number: str
    fy: str = Field(max_length=7)
    written: str
    canonical: str


DOCUMENT, PAIR = core(RegisterDocumentRow), core(RegisterPairRow)
DECISION, NUMBER = core(MatchDecisionRow), core(RecordNumberRow)
