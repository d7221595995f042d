"""The tables of 0.1.0, their indexes, and the triggers that keep logs append-only and give their rows a place.

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
APPEND_ONLY = ("transition_log", "record_content", "declaration", "adoption", "seal", "seal_mark")
# Events are read from these and from the transition log. On SQLite a trigger fills in the place of their rows.
PLACED = ("liability", "two_b_log", "reminder")
# How many rows of them find a place between two transitions on SQLite, as a power of two.
SHIFT = 24
# A block must be consecutive, and no other number may come from the sequence between its first and its last: the lock
# is held for that long and not until the transaction ends. Whatever interrupts the function gives it back.
TAKE_NUMBERS = """
CREATE FUNCTION take_record_numbers(wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    hold bigint := hashtextextended(current_schema() || '.record_number', 0);
    ends bigint;
BEGIN
    PERFORM pg_advisory_lock(hold);
    ends := setval('record_number', nextval('record_number') + wanted - 1);
    PERFORM pg_advisory_unlock(hold);
    RETURN ends - wanted + 1;
EXCEPTION WHEN query_canceled OR OTHERS THEN
    PERFORM pg_advisory_unlock(hold);
    RAISE;
END $$
"""


def upgrade() -> None:
    """Make every table, index, trigger and function."""
    on_sqlite = op.get_context().dialect.name == "sqlite"
    place = sa.text("NULL") if on_sqlite else sa.text("txid_current()")
    _taxpayers()
    _records()
    _logs_of_records(place)
    _returns()
    _log_of_returns(place)
    _bookkeeping()
    _calendar(place)
    if on_sqlite:
        _triggers_on_sqlite()
    else:
        _triggers_on_postgresql()
        # Nobody waits for another's transaction to get numbers. SQLite, with one writer at a time, counts in its table.
        op.execute("CREATE SEQUENCE record_number AS bigint")
        op.execute(TAKE_NUMBERS)


def downgrade() -> None:
    """Refuse: before the first version there is no log to go back to."""
    raise NotImplementedError("nothing lies before the first version; restore a copy of the database instead")


def _columns(kind: sa.types.TypeEngine[Any], names: str, *, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names.split()]


def _texts(names: str, length: int | None = None, *, nullable: bool = False) -> list[sa.Column[Any]]:
    return _columns(sa.String(length), names, nullable=nullable)


def _gstins(names: str = "recipient_gstin") -> list[sa.Column[Any]]:
    return _texts(names, 15)


def _numbers(names: str) -> list[sa.Column[Any]]:
    return _columns(sa.Integer(), names)


def _paise(names: str, *, nullable: bool = False) -> list[sa.Column[Any]]:
    return _columns(PAISE, names, nullable=nullable)


def _heads(prefix: str = "") -> list[sa.Column[Any]]:
    return [sa.Column(f"{prefix}{head}", PAISE, nullable=False) for head in HEADS]


def _moments(names: str = "at", *, nullable: bool = False) -> list[sa.Column[Any]]:
    return _columns(sa.DateTime(timezone=True), names, nullable=nullable)


def _flags(names: str, *, nullable: bool = False) -> list[sa.Column[Any]]:
    return _columns(sa.Boolean(), names, nullable=nullable)


def _place(default: sa.TextClause) -> sa.Column[Any]:
    return sa.Column("place", PAISE, server_default=default, nullable=True)


def _key(*names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names)


def _one_of(column: str, *words: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, words))})", name=f"{column}_known")


def _part_index(name: str, table: str, where: str, *columns: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def _taxpayers() -> None:
    taxpayer = (*_gstins("gstin"), *_texts("name kind filing"), *_texts("registered_from", 7), _key("gstin"))
    op.create_table("taxpayer", *taxpayer)
    annual = (*_gstins("gstin"), *_texts("fy", 7), *_moments("filed_at"), _key("gstin", "fy"))
    op.create_table("annual_return", *annual)
    op.create_index("annual_return_by_year", "annual_return", ["fy"])


def _records() -> None:
    dispositions = "'accepted', 'deemed_accepted', 'rejected', 'superseded'"
    op.create_table(
        "record",
        *_document_columns(),
        *_supply_columns(),
        *_action_columns(),
        _key("recipient_gstin", "id"),
        _one_of("state", "no_action", "accepted", "rejected", "pending", "frozen", "removed"),
        _one_of("supplier_status", "saved", "filed"),
        sa.CheckConstraint(f"disposition IS NULL OR disposition IN ({dispositions})", name="disposition_known"),
        **HALF_FULL,
    )
    op.create_index("record_by_supplier", "record", ["supplier_gstin", "form", "return_period"])
    op.create_index("record_by_identity", "record", ["recipient_gstin", "supplier_gstin", "kind", "number"])
    op.create_index("record_by_chain", "record", ["recipient_gstin", "chain_id"])
    # People name a record by its id alone.
    op.create_index("record_by_id", "record", ["id"])
    # Over the few records that statements in sets ask for apart; none has a column that a transition changes.
    _part_index("record_amending", "record", "original_date IS NOT NULL", "recipient_gstin", "chain_id")
    saved = ("recipient_gstin", "form", "return_period")
    _part_index("record_saved", "record", "supplier_status = 'saved'", *saved)
    _part_index("record_apart", "record", "route <> 'ims'", "recipient_gstin", "two_b_period")


def _document_columns() -> list[sa.Column[Any]]:
    return [
        *_gstins(),
        *_paise("id"),
        *_texts("machine"),
        *_numbers("declaration_id"),
        *_texts("kind"),
        *_gstins("supplier_gstin"),
        *_texts("supplier_name number"),
        *_columns(sa.Date(), "document_date"),
        *_texts("fy", 7),
        *_paise("taxable"),
        *_heads(),
        *_paise("document_value", nullable=True),
        *_texts("pos", nullable=True),
        *_texts("invoice_type"),
        *_flags("reverse_charge"),
        *_texts("ineligible original_number", nullable=True),
        *_columns(sa.Date(), "original_date", nullable=True),
        *_texts("content_hash", 64),
        *_numbers("contents"),
    ]


def _supply_columns() -> list[sa.Column[Any]]:
    return [
        *_texts("form"),
        *_texts("return_period", 7),
        *_texts("supplier_status"),
        *_moments("filed_at", nullable=True),
        *_texts("two_b_period", 7, nullable=True),
        *_texts("route"),
        *_moments("cutoff_at", nullable=True),
        *_paise("chain_id"),
        *_paise("amends_id", nullable=True),
        *_texts("stated_original", nullable=True),
        *_heads("carried_"),
        *_heads("standing_"),
    ]


def _action_columns() -> list[sa.Column[Any]]:
    return [
        *_texts("state"),
        *_numbers("seq version"),
        *_moments("acted_at", nullable=True),
        *_texts("remarks reduction", nullable=True),
        *_heads("declared_"),
        *_texts("disposition removed_for", nullable=True),
        *_texts("settled_in", 7, nullable=True),
        *_flags("pending_blocked reduction_blocked", nullable=True),
        *_texts("portal_action portal_declaration portal_hash", nullable=True),
        *_moments("portal_seen_at", nullable=True),
    ]


def _logs_of_records(place: sa.TextClause) -> None:
    op.create_table(
        "record_content",
        *_gstins(),
        *_paise("record_id"),
        *_numbers("number"),
        *_texts("content"),
        *_texts("content_hash", 64),
        *_texts("actor"),
        *_moments(),
        _key("recipient_gstin", "record_id", "number"),
    )
    op.create_table(
        "transition_log",
        *_gstins(),
        *_paise("record_id"),
        *_step_columns(),
        *_numbers("record_version content_number declaration_id"),
        *_texts("detail request_key", nullable=True),
        _place(place),
        _key("recipient_gstin", "record_id", "seq"),
    )
    # A tree would cost a third of what a million rows take to write. On SQLite a transition has its rowid for a place.
    op.create_index(
        "transition_log_by_place",
        "transition_log",
        ["place"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": True},
        sqlite_where=sa.text("place IS NOT NULL"),
    )


def _step_columns() -> list[sa.Column[Any]]:
    return [*_numbers("seq"), *_texts("trigger source dest actor"), *_moments(), *_texts("rules")]


def _returns() -> None:
    op.create_table(
        "two_b",
        *_gstins(),
        *_texts("period", 7),
        *_texts("state"),
        *_numbers("seq generation"),
        *_moments("generated_at filed_at", nullable=True),
        _key("recipient_gstin", "period"),
        _one_of("state", "absent", "draft", "stale", "final"),
        **HALF_FULL,
    )
    op.create_table(
        "two_b_line",
        *_gstins(),
        *_texts("period", 7),
        *_paise("record_id"),
        *_texts("entry section"),
        *_flags("counts"),
        *_texts("decision"),
        *_numbers("record_version"),
        *_heads(),
        _key("recipient_gstin", "period", "record_id", "entry"),
    )


def _log_of_returns(place: sa.TextClause) -> None:
    op.create_table(
        "two_b_log",
        *_gstins(),
        *_texts("period", 7),
        *_step_columns(),
        *_texts("detail request_key", nullable=True),
        _place(place),
        _key("recipient_gstin", "period", "seq"),
    )
    op.create_table(
        "liability",
        *_gstins(),
        *_paise("record_id"),
        *_gstins("supplier_gstin"),
        *_texts("supplier_period recipient_period", 7),
        *_moments(),
        *_heads(),
        _place(place),
        _key("recipient_gstin", "record_id"),
    )
    op.create_index("liability_by_supplier", "liability", ["supplier_gstin", "supplier_period"])


def _bookkeeping() -> None:
    fingerprint = _texts("fingerprint", 64)
    asked = (*_texts("owner key use_case"), *fingerprint, *_texts("outcome actor"), *_moments(), _key("owner", "key"))
    op.create_table("request", *asked)
    op.create_table(
        "declaration",
        *_numbers("id"),
        *_texts("machine version"),
        *_texts("fingerprint", 64),
        *_texts("declared"),
        *_moments(),
        _key("id"),
        sa.UniqueConstraint("machine", "fingerprint", name="one_row_a_declaration"),
    )
    adopted = (*_numbers("id"), *_texts("machine"), *_numbers("from_id to_id"), *_paise("rows"), *_texts("actor"))
    op.create_table("adoption", *adopted, *_moments(), _key("id"))
    op.create_table("counter", *_texts("name"), *_paise("last"), _key("name"))
    sealed = (*_gstins(), *_numbers("number"), *_paise("rows"), *_texts("digest", 64), *_texts("actor"), *_moments())
    op.create_table("seal", *sealed, _key("recipient_gstin", "number"))
    marked = (*_gstins(), *_numbers("number"), *_texts("log"), *_paise("subject"), *_numbers("after upto"))
    op.create_table("seal_mark", *marked, _key("recipient_gstin", "number", "log", "subject"))


def _calendar(place: sa.TextClause) -> None:
    op.create_table(
        "job_run",
        *_gstins(),
        *_texts("job"),
        *_texts("period", 10),
        *_gstins("through"),
        *_texts("status"),
        *_moments("due_at planned_at"),
        *_numbers("recipients attempt"),
        *_moments("tried_at not_before done_at", nullable=True),
        *_texts("error", nullable=True),
        _key("recipient_gstin", "job", "period", "through"),
        _one_of("status", "todo", "done", "failed", "skipped", "split"),
    )
    op.create_index("job_run_by_job", "job_run", ["job", "period"])
    op.create_index("job_run_by_due", "job_run", ["due_at"])
    _part_index("job_run_open", "job_run", "status IN ('todo', 'failed')", "due_at", "job", "recipient_gstin")
    _part_index("job_run_skipped", "job_run", "status = 'skipped'", "job", "period", "recipient_gstin")
    op.create_table(
        "reminder",
        *_gstins(),
        *_texts("kind"),
        *_texts("subject", 10),
        *_moments("due_at"),
        *_numbers("days"),
        *_moments(),
        *_numbers("records"),
        *_texts("rule"),
        _place(place),
        _key("recipient_gstin", "kind", "subject", "due_at", "days"),
        _one_of("kind", "draft_ready", "two_b_stale", "time_limit", "pending_deadline"),
    )
    for table in PLACED:
        op.create_index(f"{table}_by_place", table, ["place"])


def _triggers_on_sqlite() -> None:
    for table in (*APPEND_ONLY, "two_b_log", "reminder"):
        refusal = f"SELECT RAISE(ABORT, '{table} is append-only: its rows are not changed or deleted')"
        changes = {"delete": "DELETE", "update": "UPDATE"}
        if table in PLACED:
            columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
            changes["update"] = f"UPDATE OF {', '.join(name for name in columns if name != 'place')}"
            changes["new_place"] = "UPDATE OF place"
        for change, on in changes.items():
            only = " WHEN OLD.place IS NOT NULL" if change == "new_place" else ""
            op.execute(f"CREATE TRIGGER {table}_no_{change} BEFORE {on} ON {table}{only} BEGIN {refusal}; END")
    after = f"coalesce((SELECT max(rowid) FROM transition_log), 0) << {SHIFT}"
    others = ", ".join(f"coalesce((SELECT max(place) FROM {name}), 0)" for name in PLACED)
    for table in PLACED:
        op.execute(
            f"CREATE TRIGGER {table}_place AFTER INSERT ON {table} WHEN NEW.place IS NULL BEGIN "
            f"UPDATE {table} SET place = 1 + max({after}, {others}) WHERE rowid = NEW.rowid; END"
        )


def _triggers_on_postgresql() -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only: its rows are not changed or deleted', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in (*APPEND_ONLY, "two_b_log", "reminder"):
        for change, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            name = f"{table}_no_{change.split()[0].lower()}"
            on = f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH {level}"
            op.execute(f"{on} EXECUTE FUNCTION refuse_change()")
