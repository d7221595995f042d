"""What Alembic runs around the migrations: the connection that it is given, the tables that they must arrive at.

Alembic loads this file by its path; nothing imports it.
"""

from __future__ import annotations

from alembic import context

from ims_fsm.store.schema import VERSION_TABLE
from ims_fsm.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
