"""The first tables, and the triggers that keep logs append-only.

Written out in full: a migration stays as it is while the tables go on. Imports Alembic and SQLAlchemy alone.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

PAISE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HALF_FULL: dict[str, Any] = {"postgresql_with": {"fillfactor": 50}}
HEADS = ("igst", "cgst", "sgst", "cess")
STATES = ("no_action", "accepted", "rejected", "pending", "frozen", "removed")
DISPOSITIONS = ("accepted", "deemed_accepted", "rejected", "superseded")
APPEND_ONLY = ("transition_log", "two_b_log", "record_content", "declaration", "adoption", "seal", "seal_mark")


def upgrade() -> None:
    """Make every table, index and trigger of the first version."""
    _taxpayers()
    _records()
    _logs_of_records()
    _returns()
    _log_of_returns()
    _bookkeeping()
    _seals()
    for table in APPEND_ONLY:
        _append_only(table)


def downgrade() -> None:
    """Refuse: before the first version there is no log to go back to."""
    raise NotImplementedError("nothing lies before the first version; restore a copy of the database instead")


def _text(name: str, length: int | None = None, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), **{"nullable": False, **options})


def _gstin(name: str = "recipient_gstin") -> sa.Column[Any]:
    return _text(name, 15)


def _number(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), **{"nullable": False, **options})


def _paise(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, PAISE, **{"nullable": False, **options})


def _heads(prefix: str = "") -> list[sa.Column[Any]]:
    return [_paise(f"{prefix}{head}") for head in HEADS]


def _moment(name: str = "at", **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), **{"nullable": False, **options})


def _flag(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), **{"nullable": False, **options})


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, words))})", name=f"{column}_known")


def _taxpayers() -> None:
    op.create_table(
        "taxpayer",
        _gstin("gstin"),
        _text("name"),
        _text("kind"),
        _text("filing"),
        _text("registered_from", 7),
        sa.PrimaryKeyConstraint("gstin"),
    )
    op.create_table(
        "annual_return",
        _gstin("gstin"),
        _text("fy", 7),
        _moment("filed_at"),
        sa.PrimaryKeyConstraint("gstin", "fy"),
    )


def _records() -> None:
    known = ", ".join(map(repr, DISPOSITIONS))
    op.create_table(
        "record",
        *_document_columns(),
        *_supply_columns(),
        *_action_columns(),
        sa.PrimaryKeyConstraint("recipient_gstin", "id"),
        _one_of("state", STATES),
        _one_of("supplier_status", ("saved", "filed")),
        sa.CheckConstraint(f"disposition IS NULL OR disposition IN ({known})", name="disposition_known"),
        **HALF_FULL,
    )
    op.create_index("record_by_supplier", "record", ["supplier_gstin", "form", "return_period"])
    op.create_index("record_by_identity", "record", ["recipient_gstin", "supplier_gstin", "kind", "number"])
    op.create_index("record_by_chain", "record", ["recipient_gstin", "chain_id"])


def _document_columns() -> list[sa.Column[Any]]:
    return [
        _gstin(),
        _paise("id"),
        _text("machine"),
        _number("declaration_id"),
        _text("kind"),
        _gstin("supplier_gstin"),
        _text("supplier_name"),
        _text("number"),
        sa.Column("document_date", sa.Date(), nullable=False),
        _text("fy", 7),
        _paise("taxable"),
        *_heads(),
        _paise("document_value", nullable=True),
        _text("pos", nullable=True),
        _text("invoice_type"),
        _flag("reverse_charge"),
        _text("ineligible", nullable=True),
        _text("original_number", nullable=True),
        sa.Column("original_date", sa.Date(), nullable=True),
        _text("content_hash", 64),
        _number("contents"),
    ]


def _supply_columns() -> list[sa.Column[Any]]:
    return [
        _text("form"),
        _text("return_period", 7),
        _text("supplier_status"),
        _moment("filed_at", nullable=True),
        _text("two_b_period", 7, nullable=True),
        _text("route"),
        _moment("cutoff_at", nullable=True),
        _paise("chain_id"),
        _paise("amends_id", nullable=True),
        _text("stated_original", nullable=True),
        *_heads("carried_"),
        *_heads("standing_"),
    ]


def _action_columns() -> list[sa.Column[Any]]:
    return [
        _text("state"),
        _number("seq"),
        _number("version"),
        _moment("acted_at", nullable=True),
        _text("remarks", nullable=True),
        _text("reduction", nullable=True),
        *_heads("declared_"),
        _text("disposition", nullable=True),
        _text("removed_for", nullable=True),
        _text("settled_in", 7, nullable=True),
        _flag("pending_blocked", nullable=True),
        _flag("reduction_blocked", nullable=True),
        _text("portal_action", nullable=True),
        _text("portal_declaration", nullable=True),
        _text("portal_hash", nullable=True),
        _moment("portal_seen_at", nullable=True),
    ]


def _logs_of_records() -> None:
    op.create_table(
        "record_content",
        _gstin(),
        _paise("record_id"),
        _number("number"),
        _text("content"),
        _text("content_hash", 64),
        _text("actor"),
        _moment(),
        sa.PrimaryKeyConstraint("recipient_gstin", "record_id", "number"),
    )
    op.create_table(
        "transition_log",
        _gstin(),
        _paise("record_id"),
        *_step_columns(),
        _number("record_version"),
        _number("content_number"),
        _number("declaration_id"),
        *_note_columns(),
        sa.PrimaryKeyConstraint("recipient_gstin", "record_id", "seq"),
    )


def _step_columns() -> list[sa.Column[Any]]:
    return [
        _number("seq"),
        _text("trigger"),
        _text("source"),
        _text("dest"),
        _text("actor"),
        _moment(),
        _text("rules"),
    ]


def _note_columns() -> list[sa.Column[Any]]:
    return [_text("detail", nullable=True), _text("request_key", nullable=True)]


def _returns() -> None:
    op.create_table(
        "two_b",
        _gstin(),
        _text("period", 7),
        _text("state"),
        _number("seq"),
        _number("generation"),
        _moment("generated_at", nullable=True),
        _moment("filed_at", nullable=True),
        sa.PrimaryKeyConstraint("recipient_gstin", "period"),
        _one_of("state", ("absent", "draft", "stale", "final")),
        **HALF_FULL,
    )
    op.create_table(
        "two_b_line",
        _gstin(),
        _text("period", 7),
        _paise("record_id"),
        _text("entry"),
        _text("section"),
        _flag("counts"),
        _text("decision"),
        _number("record_version"),
        *_heads(),
        sa.PrimaryKeyConstraint("recipient_gstin", "period", "record_id", "entry"),
    )


def _log_of_returns() -> None:
    op.create_table(
        "two_b_log",
        _gstin(),
        _text("period", 7),
        *_step_columns(),
        *_note_columns(),
        sa.PrimaryKeyConstraint("recipient_gstin", "period", "seq"),
    )
    op.create_table(
        "liability",
        _gstin(),
        _paise("record_id"),
        _gstin("supplier_gstin"),
        _text("supplier_period", 7),
        _text("recipient_period", 7),
        _moment(),
        *_heads(),
        sa.PrimaryKeyConstraint("recipient_gstin", "record_id"),
    )
    op.create_index("liability_by_supplier", "liability", ["supplier_gstin", "supplier_period"])


def _bookkeeping() -> None:
    op.create_table(
        "request",
        _text("key"),
        _text("use_case"),
        _text("fingerprint", 64),
        _text("outcome"),
        _text("actor"),
        _moment(),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "declaration",
        _number("id"),
        _text("machine"),
        _text("version"),
        _text("fingerprint", 64),
        _text("declared"),
        _moment(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("machine", "fingerprint", name="one_row_a_declaration"),
    )
    op.create_table(
        "adoption",
        _number("id"),
        _text("machine"),
        _number("from_id"),
        _number("to_id"),
        _paise("rows"),
        _text("actor"),
        _moment(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table("counter", _text("name"), _paise("last"), sa.PrimaryKeyConstraint("name"))


def _seals() -> None:
    op.create_table(
        "seal",
        _gstin(),
        _number("number"),
        _paise("rows"),
        _text("digest", 64),
        _text("actor"),
        _moment(),
        sa.PrimaryKeyConstraint("recipient_gstin", "number"),
    )
    op.create_table(
        "seal_mark",
        _gstin(),
        _number("number"),
        _text("log"),
        _paise("subject"),
        _number("after"),
        _number("upto"),
        sa.PrimaryKeyConstraint("recipient_gstin", "number", "log", "subject"),
    )


def _append_only(table: str) -> None:
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            refusal = f"SELECT RAISE(ABORT, '{table} is append-only: its rows are not changed or deleted')"
            op.execute(f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} BEGIN {refusal}; END")
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only: its rows are not changed or deleted', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for change, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"{table}_no_{change.split()[0].lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()")
