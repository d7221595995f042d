"""The triggers that keep logs append-only and give their rows a place: what a migration makes, and the audit looks for.

Imports the tables; runs no statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.store.tables import Table

#: No row of these is ever changed or deleted.
APPEND_ONLY = (
    "ims_log_call",
    "ims_transition_log",
    "ims_two_b_log",
    "ims_two_b_replaced",
    "ims_record_content",
    "ims_declaration",
    "ims_adoption",
    "ims_calendar",
    "ims_calendar_move",
    "ims_seal",
    "ims_seal_leaf",
    "ims_reminder",
    "ims_download",
    "ims_taxpayer_log",
    "ims_request",
    "ims_attempt",
    "ims_register_decision",
    "ims_chase",
    "ims_setting",
    "ims_proposal",
)
# Events are read from these. On SQLite a trigger fills in the place of their rows.
PLACED = ("ims_log_call", "ims_liability", "ims_two_b_log", "ims_reminder", "ims_attempt")
#: What refuses a change on PostgreSQL.
REFUSING = "ims_refuse_change"
REFUSAL = (
    " BEGIN RAISE EXCEPTION '% is append-only: its rows are not changed or deleted', TG_TABLE_NAME "
    "USING ERRCODE = 'integrity_constraint_violation'; END "
)
REFUSE = f"CREATE OR REPLACE FUNCTION {REFUSING}() RETURNS trigger LANGUAGE plpgsql AS $${REFUSAL}$$"


def on_sqlite() -> dict[str, str]:
    """Return the statement that makes each trigger on SQLite, by the trigger's name."""
    return dict([*_append_only(), *_placing()])


def _append_only() -> Iterator[tuple[str, str]]:
    for table in APPEND_ONLY:
        refusal = f"SELECT RAISE(ABORT, '{table} is append-only: its rows are not changed or deleted')"
        changes = {"delete": "DELETE", "update": "UPDATE"}
        if table in PLACED:
            columns = [column.name for column in Table.metadata.tables[table].columns]
            changes["update"] = f"UPDATE OF {', '.join(name for name in columns if name != 'place')}"
            changes["new_place"] = "UPDATE OF place"
        for change, on in changes.items():
            only = " WHEN OLD.place IS NOT NULL" if change == "new_place" else ""
            name = f"{table}_no_{change}"
            yield name, f"CREATE TRIGGER {name} BEFORE {on} ON {table}{only} BEGIN {refusal}; END"


def _placing() -> Iterator[tuple[str, str]]:
    last = ", ".join(f"coalesce((SELECT max(place) FROM {name}), 0)" for name in PLACED)  # noqa: S608 -- names of ours
    for table in PLACED:
        name = f"{table}_place"
        placing = f"UPDATE {table} SET place = 1 + max({last}) WHERE rowid = NEW.rowid"  # noqa: S608 -- names of ours
        yield name, f"CREATE TRIGGER {name} AFTER INSERT ON {table} WHEN NEW.place IS NULL BEGIN {placing}; END"


def on_postgresql() -> dict[tuple[str, str], str]:
    """Return the statement that makes each trigger on PostgreSQL, by its table and its name."""
    made = {}
    for table in APPEND_ONLY:
        for change, level in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            name = f"{table}_no_{change.split()[0].lower()}"
            on = f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH {level}"
            made[table, name] = f"{on} EXECUTE FUNCTION {REFUSING}()"
    return made
