"""The column that orders events in every log that they are read from, and the triggers that fill it on SQLite.

Written out in full: a migration stays as it is while the tables go on. Imports Alembic and SQLAlchemy alone. Rows
that are there already are placed by the moment they bear; none comes before an earlier step of its own subject.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# Each log's rank inside a transaction follows this order; its subject, and what numbers the rows of one.
LOGS = {
    "transition_log": ("recipient_gstin, record_id", "seq"),
    "liability": ("recipient_gstin, record_id", "at"),
    "two_b_log": ("recipient_gstin, period", "seq"),
    "reminder": ("recipient_gstin, kind, subject", "at"),
}
BESIDE = ("liability", "two_b_log", "reminder")
APPEND_ONLY = ("two_b_log", "reminder")
SHIFT = 24


def upgrade() -> None:
    """Add the column, place what is there, and see to the place of what comes."""
    if op.get_context().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def downgrade() -> None:
    """Refuse: cursors that were given out would mean nothing."""
    raise NotImplementedError("the order of events is not taken back; restore a copy of the database instead")


def _on_postgresql() -> None:
    for table in LOGS:
        op.add_column(table, sa.Column("place", sa.BigInteger(), nullable=True))
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    moments = " UNION ALL ".join(f"SELECT max(at) OVER {_so_far(table)} AS moment FROM {table}" for table in LOGS)
    # Below zero, and so before every transaction that there will be.
    op.execute(
        "CREATE TEMPORARY TABLE placed ON COMMIT DROP AS SELECT moment, "
        "row_number() OVER (ORDER BY moment) - 1 - count(*) OVER () AS place "
        f"FROM (SELECT DISTINCT moment FROM ({moments}) AS every) AS once"
    )
    for table in LOGS:
        _place_on_postgresql(table)
    op.execute("DROP TABLE placed")
    for table in LOGS:
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN place SET DEFAULT txid_current()")
    op.execute("CREATE INDEX transition_log_by_place ON transition_log USING brin (place) WITH (autosummarize = true)")
    _index()


def _place_on_postgresql(table: str) -> None:
    key = {
        "transition_log": ("recipient_gstin", "record_id", "seq"),
        "liability": ("recipient_gstin", "record_id"),
        "two_b_log": ("recipient_gstin", "period", "seq"),
        "reminder": ("recipient_gstin", "kind", "subject", "due_at", "days"),
    }[table]
    same = " AND ".join(f"log.{name} = told.{name}" for name in key)
    told = f"SELECT {', '.join(key)}, max(at) OVER {_so_far(table)} AS moment FROM {table}"
    op.execute(
        f"UPDATE {table} AS log SET place = placed.place FROM ({told}) AS told "
        f"JOIN placed ON placed.moment = told.moment WHERE {same}"
    )


def _so_far(table: str) -> str:
    subject, step = LOGS[table]
    return f"(PARTITION BY {subject} ORDER BY {step})"


def _on_sqlite() -> None:
    for table in LOGS:
        op.add_column(table, sa.Column("place", sa.Integer(), server_default=sa.text("NULL"), nullable=True))
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_no_update")
    _place_on_sqlite()
    # A transition has its rowid for a place, so that this one stays empty.
    op.execute("CREATE INDEX transition_log_by_place ON transition_log (place) WHERE place IS NOT NULL")
    _index()
    for table in APPEND_ONLY:
        _append_only_but_place(table)
    for table in BESIDE:
        _place_what_comes(table)


def _place_on_sqlite() -> None:
    so_far = " UNION ALL ".join(
        f"SELECT max(at) OVER (ORDER BY rowid) AS moment, {rank} AS log, rowid AS number FROM {table}"
        for rank, table in enumerate(LOGS)
    )
    op.execute(
        "CREATE TEMPORARY TABLE placed AS SELECT log, number, "
        f"(after << {SHIFT}) + row_number() OVER (PARTITION BY after ORDER BY moment, log, number) AS place FROM ("
        "SELECT *, coalesce(max(CASE log WHEN 0 THEN number END) OVER (ORDER BY moment, log, number), 0) AS after "
        f"FROM ({so_far})) WHERE log > 0"
    )
    for rank, table in enumerate(LOGS):
        own = f"SELECT place FROM placed WHERE log = {rank} AND number = {table}.rowid"
        if rank:
            op.execute(f"UPDATE {table} SET place = ({own})")
    op.execute("DROP TABLE placed")


def _append_only_but_place(table: str) -> None:
    refusal = f"SELECT RAISE(ABORT, '{table} is append-only: its rows are not changed or deleted')"
    bind = op.get_bind()
    others = [column["name"] for column in sa.inspect(bind).get_columns(table) if column["name"] != "place"]
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {', '.join(others)} ON {table} BEGIN {refusal}; END")
    op.execute(
        f"CREATE TRIGGER {table}_no_new_place BEFORE UPDATE OF place ON {table} "
        f"WHEN OLD.place IS NOT NULL BEGIN {refusal}; END"
    )


def _place_what_comes(table: str) -> None:
    others = ", ".join(f"coalesce((SELECT max(place) FROM {name}), 0)" for name in BESIDE)
    after = f"coalesce((SELECT max(rowid) FROM transition_log), 0) << {SHIFT}"
    op.execute(
        f"CREATE TRIGGER {table}_place AFTER INSERT ON {table} WHEN NEW.place IS NULL BEGIN "
        f"UPDATE {table} SET place = 1 + max({after}, {others}) WHERE rowid = NEW.rowid; END"
    )


def _index() -> None:
    for table in BESIDE:
        op.create_index(f"{table}_by_place", table, ["place"])
