"""The jobs of the calendar by shard of recipients, and the reminders that were given.

Written out in full: a migration stays as it is while the tables go on. Imports Alembic and SQLAlchemy alone.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

STATUSES = ("todo", "done", "failed", "skipped", "split")
REMINDERS = ("draft_ready", "two_b_stale", "time_limit", "pending_deadline")


def upgrade() -> None:
    """Make both tables, the indexes that jobs need, and the triggers that keep reminders append-only."""
    _job_run()
    _reminder()
    _append_only("reminder")
    # Planning asks which years there are, and would read every annual return.
    op.create_index("annual_return_by_year", "annual_return", ["fy"])


def downgrade() -> None:
    """Remove both tables; what was reminded of is forgotten, and would be given again."""
    op.drop_index("annual_return_by_year", "annual_return")
    op.drop_table("reminder")
    op.drop_table("job_run")


def _text(name: str, length: int | None = None, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), **{"nullable": False, **options})


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _moment(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), **{"nullable": False, **options})


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, words))})", name=f"{column}_known")


def _job_run() -> None:
    op.create_table(
        "job_run",
        _text("recipient_gstin", 15),
        _text("job"),
        _text("period", 10),
        _text("through", 15),
        _text("status"),
        _moment("due_at"),
        _moment("planned_at"),
        _number("recipients"),
        _number("attempt"),
        _moment("tried_at", nullable=True),
        _moment("not_before", nullable=True),
        _moment("done_at", nullable=True),
        _text("error", nullable=True),
        sa.PrimaryKeyConstraint("recipient_gstin", "job", "period", "through"),
        _one_of("status", STATUSES),
    )
    op.create_index("job_run_by_job", "job_run", ["job", "period"])
    op.create_index("job_run_by_due", "job_run", ["due_at"])
    unfinished = sa.text("status IN ('todo', 'failed')")
    in_turn = ["due_at", "job", "recipient_gstin"]
    op.create_index("job_run_open", "job_run", in_turn, sqlite_where=unfinished, postgresql_where=unfinished)
    passed_over = sa.text("status = 'skipped'")
    who = ["job", "period", "recipient_gstin"]
    op.create_index("job_run_skipped", "job_run", who, sqlite_where=passed_over, postgresql_where=passed_over)


def _reminder() -> None:
    op.create_table(
        "reminder",
        _text("recipient_gstin", 15),
        _text("kind"),
        _text("subject", 10),
        _moment("due_at"),
        _number("days"),
        _moment("at"),
        _number("records"),
        _text("rule"),
        sa.PrimaryKeyConstraint("recipient_gstin", "kind", "subject", "due_at", "days"),
        _one_of("kind", REMINDERS),
    )


def _append_only(table: str) -> None:
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            refusal = f"SELECT RAISE(ABORT, '{table} is append-only: its rows are not changed or deleted')"
            op.execute(f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} BEGIN {refusal}; END")
        return
    for change, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"{table}_no_{change.split()[0].lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()")
