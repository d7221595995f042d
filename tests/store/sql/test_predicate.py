"""The compiled condition of a trigger is the law: every situation there is, judged inside both databases.

A situation is a machine, a 2B period on one side of a rule set's turn, a state, and every fact that a guard of that
edition on the trigger reads. A fact that none of them reads is NULL there: a condition that comes out true or false all
the same does not depend on it. What the law says is read off its space, whose members and their neighbours are judged
one by one as well; that the space is the decision everywhere is proved beside the law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, reduce
from itertools import product
from operator import or_
from typing import Any

import pytest
from sqlalchemy import CTE, ColumnElement, Connection, Engine, case, false, literal_column, select, text

from ims_fsm.law.book import shipped_book
from ims_fsm.law.decision import judge
from ims_fsm.law.edition import EARLIEST, Edition, Machine
from ims_fsm.law.facts import Facts, FactSchema
from ims_fsm.law.machine import lifecycle
from ims_fsm.law.refusal import Allowed
from ims_fsm.law.space import EditionSpace, Space
from ims_fsm.record.scene import Scene
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store.sql import facts as compiled
from ims_fsm.store.sql.facts import OF_A_CHAIN, Predicate, Reading, predicate_of
from ims_fsm.store.sql.scene import Firing, Scope, Shape
from ims_fsm.store.tables import AT, RECORD
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Trigger

BOOK = shipped_book()
EDITIONS = [edition for machine in BOOK.law.record_machines for edition in machine.editions.values()]
TRIGGERS = ("accept", "reject", "keep_pending", "reset", "freeze", "expire", "lapse")
# What all records of a set share, with the value that bars nothing.
SHARED = {"taxpayer": "eligible", "ims": "open", "remarks": "fit"}
# What a reading can be otherwise than by its value in the row: one value for all, or some values alone.
FORMS: list[Mapping[str, tuple[str, ...]]] = [
    {},
    {"reduction": ("absent",)},
    {"reduction": ("absent", "missing")},
    {"reduction": ("full", "blocked")},
    {"reduction": ("none", "blocked")},
    {"reduction": ("blocked", "exceeds", "full", "partial")},
    {"reduction": ("blocked", "exceeds", "full", "unexplained")},
    {"seen": ("current",)},
    {**{fact: (value,) for fact, value in OF_A_CHAIN.items()}, "superseded": ("no",)},
    {**{fact: (value,) for fact, value in OF_A_CHAIN.items()}, "superseded": ("no",), "reduction": ("absent",)},
]
# A form other than the first is asked where nothing else bars.
PLAIN = {"route": ("ims",), "time_limit": ("open",)}
Situation = tuple[str | None, ...]
Found = dict[Situation, tuple[str, str]]


def facts_of(trigger: str) -> tuple[str, ...]:
    """Return the facts that any edition watches on a trigger and that records of a set have each for itself."""
    watched = {fact for edition in EDITIONS if trigger in edition.triggers for fact in edition.watched(trigger)}
    return tuple(sorted(watched - set(SHARED)))


def period_of(edition: Edition) -> TaxPeriod:
    """Return a 2B period that an edition governs, on its side of the turn to another."""
    governs = edition.rule_set.until or edition.rule_set.since
    assert governs is not None
    return governs


def narrowed(edition: Edition, trigger: str) -> FactSchema:
    """Return the schema in which a fact that the edition does not watch on the trigger has but one value."""
    schema, watched = edition.schema, edition.watched(trigger)
    told = zip(schema.names, schema.values, schema.defaults, strict=True)
    return FactSchema(
        schema.names, tuple(every if name in watched else (one,) for name, every, one in told), schema.defaults
    )


@cache
def allowed_by_law(trigger: str) -> tuple[Found, int]:
    """Return every situation in which a trigger may fire, with its dest and rules, and the number of situations."""
    found: Found = {}
    situations = 0
    for edition in EDITIONS:
        if trigger not in edition.triggers:
            continue
        space = EditionSpace(edition, Space(narrowed(edition, trigger)))
        shared = space.space.where({fact: [value] for fact, value in SHARED.items()})
        for state in edition.states:
            situations += space.space.size
            members = space.allowed(state, trigger)
            assert not members & ~shared, "what all records of a set share bars a trigger altogether"
            for facts in space.space.members(members):
                decision = judge(edition, state, trigger, facts.row)
                assert isinstance(decision, Allowed)
                watched = [facts[name] if name in edition.watched(trigger) else None for name in facts_of(trigger)]
                where = (edition.name, str(period_of(edition)), state, *watched)
                found[where] = (decision.dest, " ".join(decision.rules))
    return found, situations


def every_situation(trigger: str, form: Mapping[str, tuple[str, ...]]) -> CTE:
    """Return the rows of all situations of a form, named as the record's table is, made by the database itself."""
    parts = []
    for edition in EDITIONS:
        ranges = {"state": tuple(edition.states)}
        watched = edition.watched(trigger) if trigger in edition.triggers else frozenset()
        schema = zip(edition.schema.names, edition.schema.values, strict=True)
        ranges |= {
            name: tuple(value for value in values if value in form.get(name, values))
            for name, values in schema
            if name in watched and name not in SHARED
        }
        if not all(ranges.values()):
            continue
        listed = ", ".join(
            f"(VALUES {', '.join(f'({value!r})' for value in map(str, values))}) AS of_{name}"
            for name, values in ranges.items()
        )
        columns = ", ".join(
            f"of_{name}.column1 AS {name}" if name in ranges else f"CAST(NULL AS text) AS {name}"
            for name in ("state", *facts_of(trigger))
        )
        own = f"CAST('{edition.name}' AS text) AS machine, CAST('{period_of(edition)}' AS text) AS two_b_period"
        parts.append(f"SELECT {own}, {columns} FROM {listed}")  # noqa: S608
    return text(" UNION ALL ".join(parts)).columns().cte("ims_record")


def readings(trigger: str, form: Mapping[str, tuple[str, ...]], shared: Mapping[str, str]) -> dict[str, Reading]:
    """Return the readings of facts from the rows of situations, in the form that a set's readings can have."""
    given = {fact: Reading(value=value) for fact, value in shared.items()}
    for fact in facts_of(trigger):
        column = literal_column(fact)
        values = form.get(fact, ())
        if len(values) == 1:
            given[fact] = Reading(value=values[0])
        elif values or {"open", "passed", "blocked", "current"} & set(BOOK.law.facts[fact].values):
            named = values or tuple(BOOK.law.facts[fact].values)
            given[fact] = Reading(when={value: column == value for value in named})
        else:
            given[fact] = Reading(column=column)
    return given


def shape(trigger: str) -> Shape:
    recipient = Taxpayer(gstin="27AAPFU0939F1ZV", registered_from=TaxPeriod("2024-10"))
    scene = Scene(now=datetime(2025, 12, 1, tzinfo=UTC), book=BOOK, recipient=recipient)
    scope = Scope(recipients=[recipient.gstin], scene=scene, amended=True)
    return Firing(trigger=Trigger(trigger), scope=scope).shape


def allowed_in_sql(
    connection: Connection, trigger: str, form: Mapping[str, tuple[str, ...]], shared: Mapping[str, str] = SHARED
) -> Iterator[tuple[Situation, bool | None, str, str]]:
    """Give every situation in which the compiled condition is not false: how it came out, the dest and the rules."""
    predicate = predicate_of(shape(trigger), readings(trigger, form, shared))
    columns = [AT.machine, AT.two_b_period, AT.state, *(literal_column(fact).label(fact) for fact in facts_of(trigger))]
    query = select(*columns, predicate.allowed, predicate.dest, rules_of(predicate)).select_from(RECORD)
    made = every_situation(trigger, rows_of(form))
    for row in connection.execute(query.where(predicate.allowed.is_not(false())).add_cte(made)):
        *situation, allowed, dest, rules = row
        yield tuple(situation), None if allowed is None else bool(allowed), dest, rules


def rules_of(predicate: Predicate) -> ColumnElement[str]:
    """Return the rules of the way that a record takes."""
    return case(*((way.when, way.rules) for way in predicate.ways), else_="")


def rows_of(form: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    return {**PLAIN, **form} if form else {}


def of_form(found: Found, trigger: str, form: Mapping[str, tuple[str, ...]]) -> Found:
    """Return those of the situations whose facts have the values of a form."""
    names = ("machine", "two_b_period", "state", *facts_of(trigger))
    wanted = [(names.index(fact), {*values, None}) for fact, values in rows_of(form).items() if fact in names]
    return {one: led for one, led in found.items() if all(one[at] in values for at, values in wanted)}


def differences(connection: Connection, trigger: str, form: Mapping[str, tuple[str, ...]]) -> list[Any]:
    """Return the situations that the law and the compiled condition judge otherwise, or lead elsewhere."""
    expected = of_form(allowed_by_law(trigger)[0], trigger, form)
    found: Found = {}
    for situation, allowed, dest, rules in allowed_in_sql(connection, trigger, form):
        found[situation] = (dest, rules) if allowed else ("nobody knows", "")
    return sorted(set(expected.items()) ^ set(found.items()), key=str)


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_the_compiled_condition_is_the_law_in_every_situation(engine: Engine, trigger: str) -> None:
    with engine.connect() as connection:
        for form in FORMS:
            if not form or set(form) & set(facts_of(trigger)):
                assert differences(connection, trigger, form) == []


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_what_bars_a_whole_set_bars_every_record_of_it(engine: Engine, trigger: str) -> None:
    watched = {fact for edition in EDITIONS if trigger in edition.triggers for fact in edition.watched(trigger)}
    with engine.connect() as connection:
        for fact in sorted(watched & set(SHARED)):
            (barring,) = set(BOOK.law.facts[fact].values) - {SHARED[fact]}
            assert [*allowed_in_sql(connection, trigger, {}, {**SHARED, fact: barring})] == []


@pytest.mark.sqlite("one database counts for both")
def test_no_situation_is_left_out(memory: Engine) -> None:
    """The database makes as many rows as there are situations; the law has this many today, and may only get more."""
    told, counted = 0, 0
    with memory.connect() as connection:
        for trigger in TRIGGERS:
            told += allowed_by_law(trigger)[1]
            rows = connection.execute(
                select(text("count(*)")).select_from(RECORD).add_cte(every_situation(trigger, {}))
            )
            counted += rows.scalar_one()
    assert told >= 21_650_526
    assert counted >= 2_242_446


@pytest.mark.sqlite("no database is asked")
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_the_machine_fires_there_and_not_next_to_it(trigger: str) -> None:
    """Every situation in which a trigger may fire, and those that differ from a plain one by one fact."""
    found = allowed_by_law(trigger)[0]
    for one, led in found.items():
        assert fired(one, trigger) == led
    plainest = {one[:3]: one for one in reversed(found)}
    for near in {other for one in plainest.values() for other in neighbours(trigger, one)}:
        assert fired(near, trigger) == found.get(near)


@pytest.mark.sqlite("a table of columns without types")
@pytest.mark.sqlite("it fills a table of its own")
@pytest.mark.parametrize("trigger", ["accept", "keep_pending", "lapse"])
def test_the_2b_period_chooses_the_edition(memory_blank: Callable[[], Engine], trigger: str) -> None:
    """Month by month over the turn and long before and after it, under what each guard alone refuses."""
    months = [EARLIEST, *(TaxPeriod("2024-06").plus(months) for months in range(24)), TaxPeriod("2031-12")]
    rows = {
        (machine.name, str(month), "pending", *told)
        for machine, month in product(BOOK.law.record_machines, months)
        for told in told_apart(machine, trigger)
    }
    names = ("machine", "two_b_period", "state", *facts_of(trigger))
    predicate = predicate_of(shape(trigger), readings(trigger, {}, SHARED))
    query = (
        select(*map(literal_column, names), predicate.dest, rules_of(predicate))
        .where(predicate.allowed)
        .select_from(RECORD)
    )
    with memory_blank().begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE ims_record ({', '.join(names)})")
        marks = ", ".join("?" for _ in names)
        connection.exec_driver_sql(f"INSERT INTO ims_record VALUES ({marks})", list(rows))  # noqa: S608
        found = {tuple(row[:-2]): tuple(row[-2:]) for row in connection.execute(query)}
    assert found == {row: led for row in rows if (led := judged(row, trigger)) is not None}


@pytest.mark.sqlite("a table of columns without types")
@pytest.mark.sqlite("it fills a table of its own")
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_without_a_guard_exactly_what_it_alone_refuses_is_allowed(
    memory_blank: Callable[[], Engine], trigger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = {one: guard for edition in EDITIONS for one, guard in refused_by_one(edition, trigger)}
    names = ("machine", "two_b_period", "state", *facts_of(trigger), *SHARED)
    given = {fact: Reading(column=literal_column(fact)) for fact in names[3:]}
    with memory_blank().begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE ims_record ({', '.join(names)})")
        marks = ", ".join("?" for _ in names)
        connection.exec_driver_sql(f"INSERT INTO ims_record VALUES ({marks})", list(alone))  # noqa: S608
        for dropped in {None, *alone.values()}:
            with monkeypatch.context() as patch:
                # What the law says of a trigger is remembered for an edition, which nobody else changes.
                patch.setattr(compiled, "_outline", compiled._outline.__wrapped__)
                for edition in EDITIONS:
                    patch.setattr(edition, "guards", tuple(one for one in edition.guards if one.name != dropped))
                allowed = predicate_of(shape(trigger), given).allowed
            found = connection.execute(select(*map(literal_column, names)).where(allowed).select_from(RECORD))
            assert {tuple(row) for row in found} == {one for one, guard in alone.items() if guard == dropped}


def refused_by_one(edition: Edition, trigger: str) -> Iterator[tuple[Situation, str]]:
    """Give the plainest situation that a guard refuses and no other does, for each guard for which there is one."""
    if trigger not in edition.triggers:
        return
    space = EditionSpace(edition, Space(narrowed(edition, trigger)))
    for state in edition.states:
        if edition.transition(state, trigger) is None:
            continue
        guards = space.refusing(state, trigger)
        for name, refused in guards:
            others = reduce(or_, (also for other, also in guards if other != name), 0)
            if refused & ~others:
                facts = space.space.witness(refused & ~others)
                told = (facts[fact] for fact in (*facts_of(trigger), *SHARED))
                yield (edition.name, str(period_of(edition)), state, *told), name


def told_apart(machine: Machine, trigger: str) -> set[tuple[str | None, ...]]:
    """Return the plainest facts under which each guard of each edition refuses; what all records share left out."""
    found = set()
    for edition in machine.editions.values():
        if trigger in edition.triggers:
            space = EditionSpace(edition, Space(narrowed(edition, trigger)))
            for _, refused in space.refusing("pending", trigger):
                facts = space.space.witness(refused)
                found.add(tuple(facts[name] for name in facts_of(trigger)))
    return found


def neighbours(trigger: str, one: Situation) -> Iterator[Situation]:
    """Give a situation, and every one that differs from it in its state or in one fact."""
    yield one
    name, period, state, *facts = one
    edition = BOOK.law.machine(str(name)).at(TaxPeriod(str(period)))
    yield from ((name, period, other, *facts) for other in edition.states if other != state)
    for at, fact in enumerate(facts_of(trigger)):
        if facts[at] is not None:
            values = edition.schema.values[edition.schema.names.index(fact)]
            yield from ((name, period, state, *facts[:at], value, *facts[at + 1 :]) for value in values)


def read(one: Situation, trigger: str) -> tuple[Edition, str, Facts]:
    name, period, state, *facts = map(str, one)
    edition = BOOK.law.machine(name).at(TaxPeriod(period))
    watched = zip(facts_of(trigger), facts, strict=True)
    return edition, state, edition.facts(**{fact: value for fact, value in watched if value != "None"})


def judged(one: Situation, trigger: str) -> tuple[str, str] | None:
    edition, state, facts = read(one, trigger)
    decision = judge(edition, state, trigger, facts.row)
    return (decision.dest, " ".join(decision.rules)) if isinstance(decision, Allowed) else None


def fired(one: Situation, trigger: str) -> tuple[str, str] | None:
    edition, state, facts = read(one, trigger)
    decision = lifecycle(edition).fire(state, trigger, facts)
    return (decision.dest, " ".join(decision.rules)) if isinstance(decision, Allowed) else None
