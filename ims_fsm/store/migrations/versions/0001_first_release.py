"""The tables as they are declared, the triggers that keep logs append-only and give their rows a place, the numbers.

No release has gone before it, so no database has other tables than those declared. The second version begins by
writing out here what this one made: a migration stays as it is while the tables go on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateIndex, CreateTable

from ims_fsm.store import generation_tables, job_tables, seal_tables, triggers  # noqa: F401 -- the metadata is whole once every module of tables is loaded
from ims_fsm.store.calls import SEQUENCE as CALL_NUMBERS
from ims_fsm.store.register import SEQUENCE as RECORD_NUMBERS
from ims_fsm.store.tables import Table

revision = "0001"
down_revision = None

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
        for trigger in triggers.on_sqlite().values():
            op.execute(trigger)
    else:
        op.execute(triggers.REFUSE)
        for trigger in triggers.on_postgresql().values():
            op.execute(trigger)
        # Nobody waits for another's transaction to get numbers. SQLite, with one writer at a time, counts in its table.
        op.execute(f"CREATE SEQUENCE {RECORD_NUMBERS} AS bigint")
        op.execute(f"CREATE SEQUENCE {CALL_NUMBERS} AS bigint")
        op.execute(TAKE_NUMBERS)


def downgrade() -> None:
    """Refuse: before the first version there is no log to go back to."""
    raise NotImplementedError("nothing lies before the first version; restore a copy of the database instead")
