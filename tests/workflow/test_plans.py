"""How the databases run what the use cases run: by an index wherever there is one, in one partition of a recipient.

The statements are those that the use cases really send, explained where they are run, on a store that is large enough
for an index to pay. With IMS_FSM_WRITE_PLANS set, docs/plans.md is written anew from what is found.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from ims_fsm import Engine as CaseEngine
from ims_fsm import TaxPeriod, Where
from ims_fsm.store import audit, register, temporary
from ims_fsm.store.connection import database_of, reading, writing
from ims_fsm.store.partitions import keyed, partition
from ims_fsm.store.records import to_row
from ims_fsm.store.staging import columns
from ims_fsm.terms.vocabulary import State
from ims_fsm.workflow.calendar import jobs
from tests.workflow.crowd import EACH, others

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


pytestmark = pytest.mark.slow
LEAVE = Path(__file__).with_name("cases") / "leave_request.toml"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "plans.md"
OCTOBER = TaxPeriod("2024-10")
FEW = {
    *("save a document", "file a form", "the inward view of a supplier", "the inward view by number"),
    *("the inward view by the beginning of a number", "accept records by their ids"),
}
BY_ID, BY_SUPPLIER, OF_ALL = "by a record's id", "by supplier", "of all recipients"
RECIPIENTS, PARTITIONS, LONGEST, SHARD = 100, 8, 400, 10
# Tables of a few rows, which no index makes quicker, and a list that was handed over as a parameter.
SMALL = {"ims_declaration", "ims_adoption", "ims_counter", "ims_fsm_version", "ims_record_number", "json_each"}
# What a statement in sets puts aside for itself holds just the records that it is about.
SMALL |= {*temporary.METADATA.tables, *columns.METADATA.tables}
# Planning looks at everybody once, and a database may lay everybody's GSTR-2Bs beside them.
WHOLE = {"every taxpayer": {"ims_taxpayer"}, "plan what is due": {"ims_taxpayer", "ims_two_b"}}


@dataclass(frozen=True)
class Case:
    """A use case by its name, and what it asks for: whatever names the recipient reads one partition."""

    name: str
    run: Callable[[Any, list[int]], object]
    asks: str = "by recipient"


def _act(trigger, at):
    return lambda stage, ids: stage.act(trigger, ids[at])


def _events(stage, after=None):
    return list(stage.ims.events(after, limit=EACH))


def _document(stage, record_id):
    return stage.record(record_id).document


CASES = [
    Case("save a document", lambda stage, _: stage.saved()),
    Case("save an amendment", lambda stage, ids: stage.saved(stage.document(amends=_document(stage, ids[0]))), BY_ID),
    Case(
        "edit a saved document",
        lambda stage, ids: stage.ims.supplier(stage.seller, actor="x").edit(ids[-1], {"igst": 1}),
        BY_ID,
    ),
    Case("accept a record", _act("accept", 0), BY_ID),
    Case("keep a record pending", _act("keep_pending", 1), BY_ID),
    Case("ask whether a record may be rejected", lambda stage, ids: stage.desk.may("reject", ids[2]), BY_ID),
    Case("work out what a rejection comes to", lambda stage, ids: stage.desk.what_if("reject", ids[2]), BY_ID),
    Case("show a record", lambda stage, ids: stage.desk.show(ids[2]), BY_ID),
    Case("a record's history", lambda stage, ids: stage.desk.history(ids[0]), BY_ID),
    Case("the inward view", lambda stage, _: list(stage.desk.records())),
    Case(
        "the inward view by the beginning of a number", lambda stage, _: list(stage.desk.listed(Where(number="S/1*")))
    ),
    Case("the inward view sorted", lambda stage, ids: list(stage.desk.listed(limit=9, sort="number", after=ids[3]))),
    Case("what the inward view adds up to", lambda stage, _: stage.desk.summary()),
    Case("the inward view by state", lambda stage, _: list(stage.desk.records(Where(states=(State.ACCEPTED,))))),
    Case("the inward view of a supplier", lambda stage, _: list(stage.desk.records(Where(supplier=stage.seller)))),
    Case("the inward view by number", lambda stage, _: list(stage.desk.records(Where(number="S/1")))),
    Case("file a form", lambda stage, _: stage.filed(), BY_SUPPLIER),
    Case(
        "the outward view",
        lambda stage, _: list(stage.ims.supplier(stage.seller, actor="supplier").outward(OCTOBER)),
        BY_SUPPLIER,
    ),
    Case("accept many records", lambda stage, ids: stage.desk.act_on("accept")),
    Case("accept records by their ids", lambda stage, ids: stage.desk.act_on("accept", ids=ids[:3])),
    Case("generate GSTR-2B", lambda stage, _: stage.at("2024-11-15").draft()),
    Case("show GSTR-2B", lambda stage, _: stage.desk.two_b(OCTOBER)),
    Case("a page of lines of GSTR-2B", lambda stage, _: list(stage.desk.two_b_lines(OCTOBER, after=1, limit=9))),
    Case("recompute GSTR-2B", lambda stage, _: stage.draft()),
    Case("an older generation", lambda stage, _: list(stage.desk.two_b_lines(OCTOBER, generation=1, limit=9))),
    Case("what two generations have otherwise", lambda stage, _: list(stage.desk.two_b_changes(OCTOBER, 1))),
    Case("sweep a recipient", lambda stage, _: stage.ims.sweep([stage.buyer]).swept),
    Case("file GSTR-3B", lambda stage, _: stage.desk.file_3b(OCTOBER), BY_SUPPLIER),
    Case("liability added back to a supplier", lambda stage, _: stage.shop.liabilities(), BY_SUPPLIER),
    Case(
        "take in a download",
        lambda stage, _: stage.ims.recipient(stage.buyer, actor="x").receive([stage.seen(stage.document())]),
    ),
    Case("the first events", lambda stage, _: _events(stage), OF_ALL),
    Case("the next events", lambda stage, _: _events(stage, _events(stage)[-1].cursor), OF_ALL),
    Case("plan what is due", lambda stage, _: jobs.plan(stage.at("2024-12-01").ims._workspace, SHARD), OF_ALL),
    Case("do a shard that is due", lambda stage, _: jobs.work(stage.ims._workspace), OF_ALL),
    Case("open a case", lambda stage, _: stage.leave.open("new", days="many")),
    Case("fire on a case", lambda stage, _: stage.leave.fire(stage.leave.find("LR-1").id, "decline")),
    Case("list cases", lambda stage, _: list(stage.leave.list(states="requested", where={"days": "many"}))),
    Case("fire on many cases", lambda stage, _: stage.leave.fire_on("decline", cover="no")),
    Case("every taxpayer", lambda stage, _: stage.ims.taxpayers(), OF_ALL),
]


def filled(stage):
    """Fill a store with the records of many others, and give the ids of the buyer's."""
    ids = [stage.filed() for _ in range(20)]
    stage.act("reject", ids[5])
    engine = CaseEngine(stage.ims._workspace.engine, machines=LEAVE, clock=stage.clock)
    stage.leave = engine.cases("leave_request", actor="asha", owner=stage.buyer)
    for number in range(20):
        stage.leave.open(f"LR-{number}", days="many" if number % 2 else "few")
    like = to_row(stage.record(ids[0]))
    with writing(stage.ims._workspace.engine) as connection:
        first = register.take_numbers(connection, "record", RECIPIENTS * EACH)
    for number in range(RECIPIENTS):
        with writing(stage.ims._workspace.engine) as connection:
            others(connection, like, f"27AAAAA{number:04}A1Z5", first + number * EACH)
    # SQLite is asked as it is found where nobody has said ANALYZE; PostgreSQL says it to itself.
    if stage.ims._workspace.engine.dialect.name == "postgresql":
        with writing(stage.ims._workspace.engine) as connection:
            connection.execute(text("ANALYZE"))
    return [*ids, stage.saved(form="IFF")]


def told(stage, ids):
    found = {}
    for case in CASES:
        with explained(stage.ims._workspace.engine) as plans:
            case.run(stage, ids)
        found[case.name] = [normalised(plan) for plan in plans if plan.reads]
    return found


@pytest.fixture(scope="module")
def on_sqlite(fresh):
    stage = fresh()
    if stage.ims._workspace.engine.dialect.name != "sqlite":
        pytest.skip("stores are opened on PostgreSQL")
    return told(stage, filled(stage))


@pytest.fixture(scope="module")
def on_postgresql(staging, pg_race):
    stage = staging(pg_race)
    yield told(stage, filled(stage))
    stage.ims.close()


@pytest.fixture(params=["on_sqlite", pytest.param("on_postgresql", marks=pytest.mark.long)])
def plans(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_table_is_read_whole_where_an_index_serves(plans, case):
    for plan in plans[case.name]:
        read = plan.read_whole - SMALL - WHOLE.get(case.name, set())
        assert not read, "\n".join([plan.statement, *plan.steps])


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.asks == BY_ID or case.name in FEW], ids=lambda c: c.name
)
def test_sqlite_reads_no_recipient_whole_for_few_records(on_sqlite, case):
    """The order of the key is no reason to read everything that a recipient has, for a chain or a document."""
    by_key = r"(INDEX sqlite_autoindex_\w+_1|PRIMARY KEY)"
    all_of_one = re.compile(rf"SEARCH (ims_record|ims_two_b_line) USING {by_key} \(recipient_gstin=\?\)$")
    for plan in on_sqlite[case.name]:
        assert not any(all_of_one.search(step) for step in plan.steps), "\n".join([plan.statement, *plan.steps])


def test_every_use_case_reads_something(plans):
    assert all(plans[case.name] for case in CASES)


@pytest.mark.long
def test_what_is_about_one_recipient_reads_one_partition_of_each_table(staging, pg_place):
    """Whatever names the recipient; what is asked for by a record's id or by supplier looks into all of them."""
    before = staging(pg_place)
    assert partition_of_empty(before) == dict.fromkeys(keyed(), PARTITIONS)
    stage = staging(pg_place)
    ids = filled(stage)
    for case in CASES:
        with explained(stage.ims._workspace.engine) as found:
            case.run(stage, ids)
        for plan in found if case.asks == "by recipient" else ():
            parts = {name for name in plan.reads if re.search(r"_p\d$", name)}
            tables = {name.rpartition("_p")[0] for name in parts}
            assert len(parts) == len(tables), "\n".join([case.name, plan.statement, *plan.steps])
    with reading(stage.ims._workspace.engine) as connection:
        assert audit.verify(connection, stage.buyer).sound
    stage.ims.close()


def partition_of_empty(stage):
    """Split the stage's tables, in which there is nothing but its taxpayers, and close it."""
    made = partition(stage.ims._workspace.engine, PARTITIONS)
    stage.ims.close()
    return made


@pytest.mark.sqlite("the page shows both databases")
def test_the_page_names_every_use_case_and_table_that_is_read_whole(request):
    """The plans themselves differ from version to version of a database; docs/plans.md says of which it tells."""
    if "IMS_FSM_WRITE_PLANS" in os.environ:
        found = {name: request.getfixturevalue(name) for name in ("on_sqlite", "on_postgresql")}
        PAGE.write_text(page(found["on_sqlite"], found["on_postgresql"]), "utf-8")
    said = PAGE.read_text("utf-8")
    assert re.findall(r"^## (.+)$", said, re.MULTILINE) == [case.name for case in CASES]
    assert {*re.findall(r"Seq Scan on (\w+)", said)} <= SMALL.union(*WHOLE.values())


def page(on_sqlite, on_postgresql):
    from sqlite3 import sqlite_version  # noqa: PLC0415 -- only where the page is written

    lines = [
        *("# How the databases run the hot statements", ""),
        "Written by `make plans` from the statements that the use cases send.",
        f"SQLite {sqlite_version} and PostgreSQL 18, with {RECIPIENTS} recipients of {EACH} records each.",
        "`?` is a value, `…` a long list of columns.",
        "A statement that several use cases send stands with the first of them.",
        "Those that read no table (locks, plain inserts) are left out.",
        "`tests/workflow/test_plans.py` fails where a table is read whole and an index would serve.",
        "",
    ]
    seen = set()
    for case in CASES:
        lines += [f"## {case.name}", "", f"Asked {case.asks}.", ""]
        for name, plans in (("SQLite", on_sqlite), ("PostgreSQL", on_postgresql)):
            for plan in plans[case.name]:
                told = (name, short(plan.statement), plan.steps)
                if told not in seen:
                    seen.add(told)
                    lines += [f"{name}:", "", "```text", short(plan.statement), "", *plan.steps, "```", ""]
    return "\n".join(lines)


def short(statement):
    """Give a statement without its long lists, its types and the names of its parameters."""
    statement = re.sub(r"::[A-Z]+(?:\(\d+\))?", "", re.sub(r"%\(\w+\)s", "?", statement))
    statement = re.sub(
        r"\bSELECT (?=.{90})(?:[\w.]+(?: AS \w+)?, )+[\w.]+(?: AS \w+)? FROM", "SELECT … FROM", statement
    )
    statement = re.sub(r"\((?:\?, ){3,}\?\)", "(?, …)", statement)
    statement = re.sub(r" \((?:\w+, ){6,}\w+\) VALUES", " (…) VALUES", statement)
    return statement if len(statement) <= LONGEST else f"{statement[:LONGEST].rpartition(' ')[0]} …"
