"""Whether every column that holds a word holds one of its words.

Imports the tables and the words; decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, func, or_, select

from ims_fsm.errors import Problem
from ims_fsm.law.ledger import Outcome
from ims_fsm.store.generation_tables import REPLACED
from ims_fsm.store.job_tables import JobRunRow, ReminderRow
from ims_fsm.store.log import RESTORE, asked, of_recipient
from ims_fsm.store.sql.prepared import built, words
from ims_fsm.store.tables import RecordRow, TaxpayerRow, TwoBLineRow, TwoBRow, core
from ims_fsm.terms.document import INELIGIBLE
from ims_fsm.terms.vocabulary import (
    Disposition,
    Filing,
    Form,
    Job,
    JobStatus,
    Kind,
    ReminderKind,
    RemovedFor,
    Route,
    Section,
    State,
    SupplierStatus,
    TaxpayerKind,
    TwoBState,
)

_OF_LINE: Mapping[str, Collection[str]] = {
    "entry": ("document", "forward_reduction", "reversal_4b1"),
    "section": tuple(Section),
    "decision": tuple(Outcome),
}
#: The words that a column may hold, by table; an empty column holds none.
WORDS: Mapping[Any, Mapping[str, Collection[str]]] = {
    core(RecordRow): {
        "kind": tuple(Kind),
        "form": tuple(Form),
        "supplier_status": tuple(SupplierStatus),
        "route": tuple(Route),
        "state": tuple(State),
        "ineligible": INELIGIBLE,
        "stated_original": tuple(Disposition),
        "disposition": tuple(Disposition),
        "removed_for": tuple(RemovedFor),
        "reduction": ("full", "none", "partial"),
        "portal_action": tuple(State),
    },
    core(TwoBRow): {"state": tuple(TwoBState)},
    core(TwoBLineRow): _OF_LINE,
    REPLACED: _OF_LINE,
    core(TaxpayerRow): {"kind": tuple(TaxpayerKind), "filing": tuple(Filing)},
    core(JobRunRow): {"job": tuple(Job), "status": tuple(JobStatus)},
    core(ReminderRow): {"kind": tuple(ReminderKind)},
}
#: The columns that hold a tax period, written like 2024-10.
PERIODS: Mapping[Any, Collection[str]] = {
    core(RecordRow): ("return_period", "two_b_period", "named_period", "settled_in"),
    core(TwoBRow): ("period",),
    core(TaxpayerRow): ("registered_from",),
}


def problems(connection: Connection, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the rows with a word that is none of their column's, and with a tax period that is none."""
    for table, columns in WORDS.items():
        for row in asked(connection, _wrong(table, most, narrow=gstin is not None), gstin).mappings():
            yield _problem(table, row, columns)


@built
def _wrong(table: Table, most: int, *, narrow: bool) -> Select[Any]:
    wrong: dict[Any, ColumnElement[bool]] = {
        table.c[name]: table.c[name].not_in(words(of)) for name, of in WORDS[table].items()
    }
    wrong |= {table.c[name]: _is_no_period(table.c[name]) for name in PERIODS.get(table, ())}
    query = select(*table.primary_key, *wrong).where(or_(*wrong.values())).order_by(*table.primary_key).limit(most)
    return of_recipient(query, next(iter(table.primary_key)), narrow=narrow)


def _is_no_period(column: ColumnElement[str]) -> ColumnElement[bool]:
    month = func.substr(column, 6, 2)
    return or_(func.length(column) != len("2024-10"), func.substr(column, 5, 1) != "-", month < "01", month > "12")


def _problem(table: Any, row: RowMapping, columns: Mapping[str, Collection[str]]) -> Problem:
    where = f"{table.name} {' '.join(str(row[column]) for column in table.primary_key)}"
    for name, of in columns.items():
        if row[table.c[name]] is not None and row[table.c[name]] not in set(map(str, of)):
            return Problem(where, f"has {row[table.c[name]]!r} as {name}, which is none of {', '.join(of)}", RESTORE)
    return Problem(where, "has a tax period that is not written like 2024-10", RESTORE)
