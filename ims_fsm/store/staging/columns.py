"""The temporary tables of a download that is being taken in, and the order in which a row of it lies in them.

Imports the tables and SQLAlchemy; runs no statement. A row is a plain tuple, for a million of them are carried.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, MetaData, String, Table

from ims_fsm.store.tables import PAISE, RecordRow, core

RECORD: Any = core(RecordRow)
AT = RECORD.c
METADATA = MetaData()

# What is asked of a row and not kept with the record: its place in the download, its identity whatever the case of its
# letters, the financial year of what it amends, and what the portal says of it.
ASKED = (
    Column("ordinal", PAISE, primary_key=True, autoincrement=False),
    Column("number_key", String, nullable=False),
    Column("original_key", String),
    Column("original_fy", String),
    Column("action", String, nullable=False),
    Column("declaration", String),
    Column("careful", Boolean, nullable=False),
    Column("itc_period", String),
    Column("told", String),
    Column("rules", String),
    Column("content", String, nullable=False),
)
# The columns of a new record that are not alike in all of a download, in the order of a row.
KEPT = (
    *("id", "chain_id", "machine", "declaration_id", "kind", "supplier_gstin", "supplier_name", "number"),
    *("document_date", "fy", "taxable", "igst", "cgst", "sgst", "cess", "document_value", "pos", "invoice_type"),
    *("reverse_charge", "ineligible", "original_number", "original_date", "form", "return_period", "supplier_status"),
    *("filed_at", "two_b_period", "cutoff_at", "standing_igst", "standing_cgst", "standing_sgst", "standing_cess"),
    *("state", "seq", "version", "acted_at", "remarks", "reduction", "declared_igst", "declared_cgst", "declared_sgst"),
    *("declared_cess", "pending_blocked", "reduction_blocked", "portal_action", "portal_declaration", "portal_hash"),
    "content_hash",
)
# Those that are alike: a new record is in IMS, has one content, and carries nothing unless it amends what is known.
ALIKE = ("recipient_gstin", "contents", "route", "portal_seen_at")
CARRIED = ("carried_igst", "carried_cgst", "carried_sgst", "carried_cess")
STANDING = ("standing_igst", "standing_cgst", "standing_sgst", "standing_cess")
ORDER = (*(column.name for column in ASKED), *KEPT)
FIRST_KEPT = len(ASKED)


def _like(name: str) -> Column[Any]:
    return Column(name, AT[name].type, nullable=True)


def temporary(name: str, *columns: Column[Any]) -> Table:
    """Return a temporary table, which every transaction finds empty."""
    return Table(name, METADATA, *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DELETE ROWS")


STAGE = temporary("stage", *ASKED, *map(_like, KEPT))
# Which known record a staged one is, and what there is to do about it.
MATCH = temporary(
    "stage_match",
    Column("ordinal", PAISE, primary_key=True, autoincrement=False),
    Column("id", PAISE, nullable=False),
    Column("verdict", String, nullable=False),
)
# Known records whose numbers are not written in capitals: their identity as Python reads capitals.
ODD = temporary(
    "stage_odd",
    Column("supplier_gstin", String, primary_key=True),
    Column("number_key", String, primary_key=True),
    Column("id", PAISE, primary_key=True, autoincrement=False),
    Column("original_key", String),
)
# Where a new amendment belongs: its chain, what it amends, and what that chain stands at.
LINK = temporary(
    "stage_link",
    Column("ordinal", PAISE, primary_key=True, autoincrement=False),
    Column("id", PAISE, nullable=False),
    Column("chain_id", PAISE, nullable=False),
    Column("amends_id", PAISE),
    *(Column(name, PAISE, nullable=False) for name in (*CARRIED, *STANDING)),
)
# Documents that new amendments name, whatever their financial year.
NAMED = temporary(
    "stage_named",
    Column("supplier_gstin", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("number_key", String, primary_key=True),
)
# Documents that known amendments wait for, with the amendment that does.
WANTED = temporary(
    "stage_wanted",
    Column("supplier_gstin", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("number_key", String, primary_key=True),
    Column("fy", String, primary_key=True),
    Column("id", PAISE, primary_key=True, autoincrement=False),
)
# Chains to which a new amendment may belong.
CHAINS = temporary("stage_chains", Column("chain_id", PAISE, primary_key=True, autoincrement=False))
# Forms, with the moments of a last sighting, of which being seen unfiled again tells more.
LATE = temporary(
    "stage_late",
    Column("form", String, nullable=False),
    Column("seen_at", AT.portal_seen_at.type, nullable=False),
)
# The 2B periods of known records that are filed by now, by what decides them.
PERIODS = temporary(
    "stage_periods",
    Column("form", String, nullable=False),
    Column("return_period", String, nullable=False),
    Column("itc_period", String, nullable=False),
    Column("pending", PAISE, nullable=False),
    Column("seen_at", AT.portal_seen_at.type, nullable=False),
    Column("filing", String, nullable=False),
    Column("two_b_period", String, nullable=False),
)
