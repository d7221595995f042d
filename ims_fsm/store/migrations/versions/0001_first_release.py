"""The tables as they are declared, the triggers that keep logs append-only and give their rows a place, the numbers.

No release has gone before it, so no database has other tables than those declared. The second version begins by
writing out here what this one made: a migration stays as it is while the tables go on.
"""

from __future__ import annotations

from alembic import op

from ims_fsm.store.schema import declared

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, index, trigger and function."""
    for statement in declared(op.get_context().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: before the first version there is no log to go back to."""
    raise NotImplementedError("nothing lies before the first version; restore a copy of the database instead")
