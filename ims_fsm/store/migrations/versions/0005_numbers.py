"""Numbers of records on PostgreSQL come from a sequence, so that nobody waits for another's transaction to get one.

Written out in full: a migration stays as it is while the tables go on. Imports Alembic alone. SQLite, which has one
writer at a time, goes on counting in its table.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

# A block must be consecutive, and no other number may come from the sequence between its first and its last: the lock
# is held for that long and not until the transaction ends. Whatever interrupts the function gives it back.
TAKE = """
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
    """Make the sequence go on where the counter stands, and the functions that take a block from it."""
    if op.get_context().dialect.name == "sqlite":
        return
    op.execute("CREATE SEQUENCE record_number AS bigint")
    op.execute("SELECT setval('record_number', last) FROM counter WHERE name = 'record' AND last > 0")
    op.execute("DELETE FROM counter WHERE name = 'record'")
    op.execute(TAKE)


def downgrade() -> None:
    """Let the counter go on where the sequence stands."""
    if op.get_context().dialect.name == "sqlite":
        return
    op.execute("INSERT INTO counter (name, last) SELECT 'record', last_value FROM record_number WHERE is_called")
    op.execute("DROP FUNCTION take_record_numbers(bigint)")
    op.execute("DROP SEQUENCE record_number")
