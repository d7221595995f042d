"""The tables: taxpayers, records with their contents and transition log, GSTR-2B with lines, GSTR-3B, liabilities.

Every table leads with the recipient's GSTIN, so that it can be partitioned by it. Money is integer paise,
moments are aware UTC, tax periods are text that sorts in time. Table models do not validate; the border does.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from ims_fsm.store.place import place_column
from ims_fsm.terms.vocabulary import Disposition, State, SupplierStatus, TwoBState

# How long the name of an owner of cases may be, in whose logs they stand as records stand in those of a GSTIN.
OWNER = 63
PAISE = BigInteger().with_variant(Integer, "sqlite")
# Text in the order of its bytes on both databases: an index then finds all that begins alike.
BYTEWISE = String().with_variant(String(collation="C"), "postgresql")
# PostgreSQL then finds room for the new version of a row in the same page, and no index has to be touched. It only
# helps while no index has a column that transitions change: index neither `state` nor `seq` nor `version`.
HALF_FULL = {"postgresql_with": {"fillfactor": 50}}
# SQLite then keeps the rows in the tree of their key, and not a second time beside it.
CLUSTERED = {"sqlite_with_rowid": False}


class Table(SQLModel):
    """The base of the tables; their metadata is apart from that of a program which has SQLModel tables of its own."""

    metadata = MetaData()


def one_of(column: str, words: type[Any]) -> CheckConstraint:
    """Return the CHECK that a column holds one of a vocabulary's words."""
    values = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


def part_index(name: str, where: str, *columns: str) -> Index:
    """Return an index over those rows alone that meet a condition; no transition may change a column of either."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


def paise_field() -> Any:
    """Return a column of integer paise, zero unless set."""
    return Field(default=0, sa_type=PAISE, nullable=False)


def core(row: type[Table]) -> Any:
    """Return the table of a row's class as statements name it."""
    return row.__table__  # type: ignore[attr-defined]  # SQLModel gives it to every class that is a table


class TaxpayerRow(Table, table=True):
    """A taxpayer: kind and filing frequency decide eligibility (FAQ 9) and return periods (FAQ 27).

    `extensions` are names between commas: of the extensions by district that they are under. `guessed` says of
    `registered_from` that nobody stated it: it follows from the records.
    """

    __tablename__ = "ims_taxpayer"

    gstin: str = Field(primary_key=True, max_length=15)
    name: str = ""
    kind: str
    filing: str
    registered_from: str = Field(max_length=7)
    guessed: bool = False
    extensions: str = ""


class AnnualReturnRow(Table, table=True):
    """A taxpayer's annual return of a financial year; it ends the time limit of section 16(4) early."""

    __tablename__ = "ims_annual_return"
    __table_args__ = (Index("ims_annual_return_by_year", "fy"),)

    gstin: str = Field(primary_key=True, max_length=15)
    fy: str = Field(primary_key=True, max_length=7)
    filed_at: datetime


class RecordRow(Table, table=True):
    """A record: one version-chain member with its content, its state and what its chain stands at.

    `carried_*` is E and `standing_*` is S of the whole chain as it stands (after settlement: as it was left).
    What the portal showed: `portal_seen_at` is the newest moment at which it showed it, `unfiled_at` the newest as
    saved, `filed_at` the first as filed; `named_period` is the 2B period that it names itself. `last_at` is the newest
    moment in its log and among its contents: nothing that is done to it may be dated before it (docs/adr/0019).
    """

    __tablename__ = "ims_record"
    __table_args__ = (
        one_of("state", State),
        one_of("supplier_status", SupplierStatus),
        CheckConstraint(
            f"disposition IS NULL OR disposition IN ({', '.join(repr(d.value) for d in Disposition)})",
            name="disposition_known",
        ),
        Index("ims_record_by_supplier", "supplier_gstin", "form", "return_period"),
        Index("ims_record_by_identity", "recipient_gstin", "supplier_gstin", "kind", "number"),
        Index("ims_record_by_number", "recipient_gstin", text("upper(number)")),
        Index("ims_record_by_chain", "recipient_gstin", "chain_id"),
        Index("ims_record_by_id", "id"),
        part_index("ims_record_amending", "original_date IS NOT NULL", "recipient_gstin", "chain_id"),
        part_index("ims_record_saved", "supplier_status = 'saved'", "recipient_gstin", "form", "return_period"),
        part_index("ims_record_apart", "route <> 'ims'", "recipient_gstin", "two_b_period"),
        HALF_FULL,
    )

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    id: int = Field(primary_key=True, sa_type=PAISE)
    machine: str
    declaration_id: int
    kind: str
    supplier_gstin: str = Field(max_length=15)
    supplier_name: str = ""
    number: str = Field(sa_type=BYTEWISE, nullable=False)
    document_date: date
    fy: str = Field(max_length=7)
    taxable: int = paise_field()
    igst: int = paise_field()
    cgst: int = paise_field()
    sgst: int = paise_field()
    cess: int = paise_field()
    document_value: int | None = Field(default=None, sa_type=PAISE)
    pos: str | None = None
    invoice_type: str = "R"
    reverse_charge: bool = False
    ineligible: str | None = None
    original_number: str | None = None
    original_date: date | None = None
    content_hash: str = Field(max_length=64)
    contents: int = 1
    form: str
    return_period: str = Field(max_length=7)
    supplier_status: str
    unfiled_at: datetime | None = None
    filed_at: datetime | None = None
    named_period: str | None = Field(default=None, max_length=7)
    two_b_period: str | None = Field(default=None, max_length=7)
    route: str
    cutoff_at: datetime | None = None
    chain_id: int = Field(sa_type=PAISE)
    stated_original: str | None = None
    carried_igst: int = paise_field()
    carried_cgst: int = paise_field()
    carried_sgst: int = paise_field()
    carried_cess: int = paise_field()
    standing_igst: int = paise_field()
    standing_cgst: int = paise_field()
    standing_sgst: int = paise_field()
    standing_cess: int = paise_field()
    state: str
    seq: int = 0
    version: int = 1
    last_at: datetime | None = None
    acted_at: datetime | None = None
    remarks: str | None = None
    reduction: str | None = None
    declared_igst: int = paise_field()
    declared_cgst: int = paise_field()
    declared_sgst: int = paise_field()
    declared_cess: int = paise_field()
    disposition: str | None = None
    removed_for: str | None = None
    settled_in: str | None = Field(default=None, max_length=7)
    pending_blocked: bool | None = None
    reduction_blocked: bool | None = None
    portal_action: str | None = None
    portal_declaration: str | None = None
    portal_hash: str | None = None
    portal_seen_at: datetime | None = None


class ContentRow(Table, table=True):
    """A content that a record has had, as JSON; the first is the one it came with (FAQ 16)."""

    __tablename__ = "ims_record_content"

    recipient_gstin: str = Field(primary_key=True, max_length=OWNER)
    record_id: int = Field(primary_key=True, sa_type=PAISE)
    number: int = Field(primary_key=True)
    content: str
    content_hash: str = Field(max_length=64)
    actor: str
    at: datetime
    recorded_at: datetime
    backdate: str | None = None


class CallRow(Table, table=True):
    """What the steps of one call share: one row for each recipient whose records it moved, append-only.

    `number` counts the calls of the whole store; `steps` says how many rows of `ims_transition_log` name this one.
    Where `detail` differs from step to step it stands with the steps, and is nothing here. `at` is what the law read,
    `recorded_at` the machine's own clock; `backdate` why it is dated back; `machine` is that of cases (None: records).
    """

    __tablename__ = "ims_log_call"
    __table_args__ = (Index("ims_log_call_by_place", "place"),)

    recipient_gstin: str = Field(primary_key=True, max_length=OWNER)
    number: int = Field(primary_key=True, sa_type=PAISE)
    steps: int = Field(sa_type=PAISE)
    trigger: str
    dest: str
    actor: str
    at: datetime
    recorded_at: datetime
    rules: str
    detail: str | None = None
    request_key: str | None = None
    backdate: str | None = None
    machine: str | None = None
    place: int | None = Field(default=None, sa_column=place_column())


class TransitionRow(Table, table=True):
    """The transition log: one row for each trigger that fired, append-only, without gaps in `seq`.

    What its call says of all steps is in `ims_log_call`; `store.log.STEPS` joins them. The columns lie closest so.
    """

    __tablename__ = "ims_transition_log"
    # The steps of a call lie together on PostgreSQL, where a tree over a million of them would cost a third of writing.
    __table_args__ = (
        PrimaryKeyConstraint("recipient_gstin", "record_id", "seq"),
        Index("ims_transition_log_by_call", "call", postgresql_using="brin", postgresql_with={"autosummarize": True}),
        CLUSTERED,
    )

    record_id: int = Field(primary_key=True, sa_type=PAISE)
    call: int = Field(sa_type=PAISE)
    seq: int = Field(primary_key=True)
    record_version: int
    content_number: int = Field(sa_type=SmallInteger)
    declaration_id: int = Field(sa_type=SmallInteger)
    recipient_gstin: str = Field(primary_key=True, max_length=OWNER)
    source: str
    detail: str = ""


class TwoBRow(Table, table=True):
    """The GSTR-2B of a recipient's tax period: its state, its newest generation, the newest moment in its log."""

    __tablename__ = "ims_two_b"
    __table_args__ = (one_of("state", TwoBState), HALF_FULL)

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    period: str = Field(primary_key=True, max_length=7)
    state: str
    seq: int = 0
    generation: int = 0
    generated_at: datetime | None = None
    filed_at: datetime | None = None
    last_at: datetime | None = None


class TwoBLineRow(Table, table=True):
    """A line of the newest generation: what one record brings into one section, net of what its chain carries.

    `entry` is `document`, `forward_reduction` (FAQ 32) or `reversal_4b1` (FAQ 33); `counts` says whether the
    line is in its section's total; `decision` is what GSTR-3B will make of the record.
    """

    __tablename__ = "ims_two_b_line"
    __table_args__ = CLUSTERED

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    period: str = Field(primary_key=True, max_length=7)
    record_id: int = Field(primary_key=True, sa_type=PAISE)
    entry: str = Field(primary_key=True)
    section: str
    counts: bool = True
    decision: str
    record_version: int
    igst: int = paise_field()
    cgst: int = paise_field()
    sgst: int = paise_field()
    cess: int = paise_field()


class TwoBLogRow(Table, table=True):
    """The log of a GSTR-2B: one row for each trigger that fired on it, append-only."""

    __tablename__ = "ims_two_b_log"
    __table_args__ = (Index("ims_two_b_log_by_place", "place"),)

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    period: str = Field(primary_key=True, max_length=7)
    seq: int = Field(primary_key=True)
    trigger: str
    source: str
    dest: str
    actor: str
    at: datetime
    recorded_at: datetime
    rules: str
    detail: str | None = None
    request_key: str | None = None
    backdate: str | None = None
    place: int | None = Field(default=None, sa_column=place_column())


class LiabilityRow(Table, table=True):
    """Liability added back to a supplier because a recipient rejected a record and filed GSTR-3B (FAQ 34)."""

    __tablename__ = "ims_liability"
    __table_args__ = (
        Index("ims_liability_by_supplier", "supplier_gstin", "supplier_period"),
        Index("ims_liability_by_place", "place"),
    )

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    record_id: int = Field(primary_key=True, sa_type=PAISE)
    supplier_gstin: str = Field(max_length=15)
    supplier_period: str = Field(max_length=7)
    recipient_period: str = Field(max_length=7)
    at: datetime
    igst: int = paise_field()
    cgst: int = paise_field()
    sgst: int = paise_field()
    cess: int = paise_field()
    place: int | None = Field(default=None, sa_column=place_column())


class DeclarationRow(Table, table=True):
    """A declaration of a machine that rows were written under: its fingerprint, its whole text, when it came."""

    __tablename__ = "ims_declaration"
    __table_args__ = (UniqueConstraint("machine", "fingerprint", name="ims_one_row_a_declaration"),)

    id: int | None = Field(default=None, primary_key=True)
    machine: str
    version: str
    fingerprint: str = Field(max_length=64)
    declared: str
    recorded_at: datetime


class AdoptionRow(Table, table=True):
    """Who moved the live records of a machine from one declaration to another, when, and how many there were."""

    __tablename__ = "ims_adoption"

    id: int | None = Field(default=None, primary_key=True)
    machine: str
    from_id: int
    to_id: int
    rows: int = Field(sa_type=PAISE)
    actor: str
    recorded_at: datetime


class CounterRow(Table, table=True):
    """The last number given out under a name; records are numbered through the whole store, books by recipient."""

    __tablename__ = "ims_counter"
    name: str = Field(primary_key=True)
    last: int = Field(default=0, sa_type=PAISE, nullable=False)


RECORD, LINES, LOG, CALL = core(RecordRow), core(TwoBLineRow), core(TransitionRow), core(CallRow)
AT = RECORD.c
