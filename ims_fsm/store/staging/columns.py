"""How a download lies in the database while it is taken in: the one order of a row's columns, and the temporary tables.

Imports the tables and SQLAlchemy; runs no statement. The stage, what is copied into it and into the records, and what a
row says are derived from `StagedRow`; contents and log are copied in the order of their own tables.
"""

from __future__ import annotations

from types import NoneType
from typing import Any, NamedTuple, get_args, get_type_hints

from sqlalchemy import Boolean, Column, MetaData, String, Table

from ims_fsm.store.tables import AT, LOG, PAISE, ContentRow, core
from ims_fsm.store.temporary import temporary

CONTENT: Any = core(ContentRow)
METADATA = MetaData()


class StagedRow(NamedTuple):
    """One row of a download: what is asked of it alone, then the columns of a new record that are its own.

    A million of them are carried; days and moments are as the driver is handed them.
    """

    #: Its place in the download, from 0.
    ordinal: int
    #: Its identity whatever the case of its letters: the numbers in capitals, and the year of what it amends.
    number_key: str
    original_key: str | None
    original_fy: str | None
    #: The action that the portal shows, and what goes with it as `declaration_of` writes it.
    action: str
    declaration: str | None
    #: Whether the declared amounts must be compared with what its chain carries.
    careful: bool
    #: ITC reduction, declared heads and remarks as the portal shows them, in JSON; None where it shows none.
    statement: str | None
    #: The rules of the action in the log; None where there is no action.
    rules: str | None
    #: What the log says of the action that it says of no other, in JSON; empty where it says nothing.
    beside: str
    content: str

    id: int
    chain_id: int
    machine: str
    declaration_id: int
    kind: str
    supplier_gstin: str
    supplier_name: str
    number: str
    document_date: str
    fy: str
    taxable: int
    igst: int
    cgst: int
    sgst: int
    cess: int
    document_value: int | None
    pos: str | None
    invoice_type: str
    reverse_charge: bool
    ineligible: str | None
    original_number: str | None
    original_date: str | None
    form: str
    return_period: str
    supplier_status: str
    filed_at: str | None
    named_period: str | None
    two_b_period: str | None
    cutoff_at: str | None
    standing_igst: int
    standing_cgst: int
    standing_sgst: int
    standing_cess: int
    state: str
    seq: int
    version: int
    acted_at: str | None
    remarks: str | None
    reduction: str | None
    declared_igst: int
    declared_cgst: int
    declared_sgst: int
    declared_cess: int
    pending_blocked: bool | None
    reduction_blocked: bool | None
    portal_action: str
    portal_declaration: str | None
    portal_hash: str | None
    content_hash: str


KEPT = tuple(name for name in StagedRow._fields if name in AT)
FIRST_KEPT = StagedRow._fields.index(KEPT[0])
# The columns that are alike in all new records of a download: in IMS, with one content.
ALIKE = ("recipient_gstin", "contents", "route", "portal_seen_at", "last_at")
CARRIED = ("carried_igst", "carried_cgst", "carried_sgst", "carried_cess")
STANDING = tuple(name for name in KEPT if name.startswith("standing_"))
CONTENT_ORDER = tuple(column.name for column in CONTENT.c)
LOG_ORDER = tuple(column.name for column in LOG.c)
_SQL_TYPES: dict[type, Any] = {int: PAISE, str: String, bool: Boolean}


def _staged() -> list[Column[Any]]:
    hints = get_type_hints(StagedRow)
    columns = [Column("ordinal", PAISE, primary_key=True, autoincrement=False)]
    for name in StagedRow._fields[1:FIRST_KEPT]:
        kinds = get_args(hints[name]) or (hints[name],)
        columns.append(Column(name, _SQL_TYPES[kinds[0]], nullable=NoneType in kinds))
    return [*columns, *(Column(name, AT[name].type, nullable=True) for name in KEPT)]


def _temporary(name: str, *columns: Column[Any]) -> Table:
    return temporary(name, *columns, metadata=METADATA)


def _key(name: str) -> Column[Any]:
    return Column(name, PAISE, primary_key=True, autoincrement=False)


def _texts(*names: str, primary_key: bool = False) -> list[Column[Any]]:
    return [Column(name, String, primary_key=primary_key, nullable=False) for name in names]


def _amounts(*names: str) -> list[Column[Any]]:
    return [Column(name, PAISE, nullable=False) for name in names]


STAGE = _temporary("stage", *_staged())
# Which known record a staged one is, and what there is to do about it.
MATCH = _temporary("stage_match", _key("ordinal"), *_amounts("id"), *_texts("verdict"))
# Known records whose numbers are not written in capitals: their identity as Python reads capitals.
ODD = _temporary(
    "stage_odd", *_texts("supplier_gstin", "number_key", primary_key=True), _key("id"), Column("original_key", String)
)
# Where a new amendment belongs: its chain, what it amends, and what that chain stands at.
LINK = _temporary(
    "stage_link",
    _key("ordinal"),
    *_amounts("id", "chain_id"),
    *_amounts(*CARRIED, *STANDING),
)
# Documents that new amendments name, whatever their financial year.
NAMED = _temporary("stage_named", *_texts("supplier_gstin", "kind", "number_key", primary_key=True))
# Documents that chains wait for, with the amendment that is or names them.
WANTED = _temporary(
    "stage_wanted",
    *_texts("supplier_gstin", "kind", "number_key", "fy", primary_key=True),
    _key("id"),
    *_amounts("chain_id"),
)
# Chains to which a new amendment may belong.
CHAINS = _temporary("stage_chains", _key("chain_id"))
