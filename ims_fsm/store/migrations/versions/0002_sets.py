"""Small indexes over the few records that statements in sets ask for apart: amendments, saved ones, those not in IMS.

Written out in full: a migration stays as it is while the tables go on. Imports Alembic and SQLAlchemy alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INDEXES = {
    "record_amending": (["recipient_gstin", "chain_id"], "original_date IS NOT NULL"),
    "record_saved": (["recipient_gstin", "form", "return_period"], "supplier_status = 'saved'"),
    "record_apart": (["recipient_gstin", "two_b_period"], "route <> 'ims'"),
}


def upgrade() -> None:
    """Make the indexes; none has a column that a transition changes. People name a record by its id alone."""
    op.create_index("record_by_id", "record", ["id"])
    for name, (columns, where) in INDEXES.items():
        op.create_index(name, "record", columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def downgrade() -> None:
    """Remove the indexes."""
    for name in INDEXES:
        op.drop_index(name, "record")
    op.drop_index("record_by_id", "record")
