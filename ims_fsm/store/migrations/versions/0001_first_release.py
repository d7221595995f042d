"""The tables as they are declared, the triggers that keep logs append-only and give their rows a place, the numbers.

No release has gone before it, so no database has other tables than those declared. The second version begins by
writing out here what this one made: a migration stays as it is while the tables go on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateIndex, CreateTable

from ims_fsm.store import job_tables, seal_tables  # noqa: F401 -- the metadata is whole once every module of tables is loaded
from ims_fsm.store.calls import SEQUENCE
from ims_fsm.store.tables import APPEND_ONLY, Table

revision = "0001"
down_revision = None

# Events are read from these. On SQLite a trigger fills in the place of their rows.
PLACED = ("log_call", "liability", "two_b_log", "reminder")
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
    for table in Table.metadata.sorted_tables:
        op.execute(CreateTable(table))
    # In the order in which they are declared: of two that serve a statement alike a database takes one by its age.
    for row in Table.__subclasses__():
        for index in (part for part in getattr(row, "__table_args__", ()) if isinstance(part, sa.Index)):
            op.execute(CreateIndex(index))
    if op.get_context().dialect.name == "sqlite":
        _triggers_on_sqlite()
    else:
        _triggers_on_postgresql()
        # Nobody waits for another's transaction to get numbers. SQLite, with one writer at a time, counts in its table.
        op.execute("CREATE SEQUENCE record_number AS bigint")
        op.execute(f"CREATE SEQUENCE {SEQUENCE} AS bigint")
        op.execute(TAKE_NUMBERS)


def downgrade() -> None:
    """Refuse: before the first version there is no log to go back to."""
    raise NotImplementedError("nothing lies before the first version; restore a copy of the database instead")


def _triggers_on_sqlite() -> None:
    for table in APPEND_ONLY:
        refusal = f"SELECT RAISE(ABORT, '{table} is append-only: its rows are not changed or deleted')"
        changes = {"delete": "DELETE", "update": "UPDATE"}
        if table in PLACED:
            columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
            changes["update"] = f"UPDATE OF {', '.join(name for name in columns if name != 'place')}"
            changes["new_place"] = "UPDATE OF place"
        for change, on in changes.items():
            only = " WHEN OLD.place IS NOT NULL" if change == "new_place" else ""
            op.execute(f"CREATE TRIGGER {table}_no_{change} BEFORE {on} ON {table}{only} BEGIN {refusal}; END")
    last = ", ".join(f"coalesce((SELECT max(place) FROM {name}), 0)" for name in PLACED)
    for table in PLACED:
        op.execute(
            f"CREATE TRIGGER {table}_place AFTER INSERT ON {table} WHEN NEW.place IS NULL BEGIN "
            f"UPDATE {table} SET place = 1 + max({last}) WHERE rowid = NEW.rowid; END"
        )


def _triggers_on_postgresql() -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only: its rows are not changed or deleted', TG_TABLE_NAME "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in APPEND_ONLY:
        for change, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            name = f"{table}_no_{change.split()[0].lower()}"
            on = f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH {level}"
            op.execute(f"{on} EXECUTE FUNCTION refuse_change()")
