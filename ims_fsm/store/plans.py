"""Asks a database how it runs what a use case runs: every statement explained just before it is executed.

Imports SQLAlchemy; knows no table and changes nothing. Costs and row counts are left out, so that a plan can be
compared with the one of another day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

from ims_fsm.store.dialect import database_of

_EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
# A value in a plan, a name that the database or SQLAlchemy makes up: none of them says how the statement is run.
_VARIES = (
    (re.compile(r"::(character varying|timestamp with time zone|text|bigint|integer)(\[\])?"), ""),
    (re.compile(r"'(?:[^']|'')*'"), "?"),
    (re.compile(r"(?<=[=<>( ,{])-?\d+(?=[),} ]|$)"), "?"),
    (re.compile(r"\{[^}]*\}"), "{?}"),
    (re.compile(r"ARRAY\[[^]]*\]"), "?"),
    (re.compile(r"\b(\w+?)_p\d+(_\w+)?\b"), r"\1_p…\2"),
)
_READS = re.compile(r"(?:Scan|SCAN|SEARCH)(?: Backward)?(?: using \S+)?(?: on)? (?P<table>\w+)")
# A step of the statement's own making, which is a table to nobody else: WITH name AS (…), (…) AS name.
_MADE = re.compile(r"(?:WITH(?: RECURSIVE)?|,) (\w+)(?: \([^()]*\))? AS (?:NOT )?(?:MATERIALIZED )?\(|\) AS (\w+)")
_WHOLE = (re.compile(r"Seq Scan on (?P<table>\w+)"), re.compile(r"\bSCAN (?!CONSTANT ROW)(?P<table>\w+)"))


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement, on one line as it was sent, and how the database runs it, a line for each step."""

    statement: str
    steps: tuple[str, ...]

    @property
    def read_whole(self) -> frozenset[str]:
        """The tables, by the names that the statement gives them, of which every row is read."""
        made = {name for found in _MADE.finditer(self.statement) for name in found.groups()}
        read = {found["table"] for step in self.steps for whole in _WHOLE for found in whole.finditer(step)}
        return frozenset(read - made)

    @property
    def reads(self) -> tuple[str, ...]:
        """The tables and partitions that are read, one for each step that reads one."""
        return tuple(found["table"] for step in self.steps for found in _READS.finditer(step))


@contextmanager
def explained(engine: Engine) -> Iterator[list[Plan]]:
    """Collect the plan of every statement that is run on an engine meanwhile, each where it is run.

    One that is run for many rows is explained for the first. What reads no table (a lock, a setting) has no step.
    """
    plans: list[Plan] = []
    prefix = database_of(engine).explain

    def before(*run: Any) -> None:
        connection, _, statement, parameters, _, many = run
        if statement.lstrip().upper().startswith(_EXPLAINED):
            given = parameters[0] if many and parameters else parameters
            plans.append(Plan(" ".join(statement.split()), _steps(connection, prefix + statement, given)))

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield plans
    finally:
        event.remove(engine, "before_cursor_execute", before)


def normalised(plan: Plan) -> Plan:
    """Return a plan without its values, and without the numbers of partitions."""
    steps = list(plan.steps)
    for pattern, instead in _VARIES:
        steps = [pattern.sub(instead, step) for step in steps]
    return Plan(plan.statement, tuple(steps))


def _steps(connection: Connection, question: str, parameters: Any) -> tuple[str, ...]:
    with_driver = connection.connection.cursor()
    try:
        with_driver.execute(question, parameters)
        rows: Sequence[Any] = with_driver.fetchall()
    finally:
        with_driver.close()
    if database_of(connection).name == "postgresql":
        return tuple(str(row[0]) for row in rows)
    depth = {0: -1}
    steps = []
    for number, parent, _, detail in rows:
        depth[number] = depth.get(parent, -1) + 1
        steps.append("  " * depth[number] + str(detail))
    return tuple(steps)
