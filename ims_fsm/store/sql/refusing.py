"""The records of a set on which a trigger may not fire: counted by what they have in common, or given one by one.

Imports the readings and the law's decision; a group of records with the same facts is judged once, as one record is.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, literal, not_, select

from ims_fsm.law.decision import judge
from ims_fsm.law.refusal import Refusal, Refused
from ims_fsm.record.record import Record
from ims_fsm.store.rows import from_row
from ims_fsm.store.sql.facts import FactsInSql
from ims_fsm.store.sql.moving import source
from ims_fsm.store.sql.predicate import Predicate
from ims_fsm.store.sql.scene import Firing, expected_period
from ims_fsm.store.tables import AT, RECORD
from ims_fsm.terms.period import TaxPeriod

PAGE = 500


def refused_alike(
    connection: Connection, firing: Firing, predicate: Predicate
) -> dict[tuple[Refusal, ...], tuple[int, int]]:
    """Count the records of a scope on which a trigger may not fire, by the refusals: (how many, the first id).

    The database counts the combinations of facts that occur, and the law's own decision judges each.
    """
    trigger, scope = str(firing.trigger), firing.scope
    readings = FactsInSql(firing)
    machines = {machine.name: machine for machine in scope.scene.book.law.record_machines}
    watched = sorted(
        {
            fact
            for machine in machines.values()
            for edition in machine.editions.values()
            if trigger in edition.triggers
            for fact in edition.watched(trigger)
        }
    )
    asked = [fact for fact in watched if readings[fact].value is None]
    columns = [
        AT.machine,
        expected_period(scope.saved).label("period"),
        AT.state,
        *(readings[fact].text.label(f"fact_{fact}") for fact in asked),
    ]
    inner = (
        select(AT.id, *columns)
        .select_from(source(scope))
        .where(*scope.meant, not_(predicate.allowed))
        .subquery("refused")
    )
    by = [column for column in inner.c if column.name != "id"]
    counts: dict[tuple[Refusal, ...], tuple[int, int]] = {}
    query = select(*by, func.count().label("records"), func.min(inner.c.id).label("example")).group_by(*by)
    for row in connection.execute(query).mappings():
        edition = machines[row["machine"]].at(TaxPeriod(row["period"]))
        given = {fact: readings[fact].value or row[f"fact_{fact}"] for fact in watched}
        facts = edition.schema.facts({name: value for name, value in given.items() if name in edition.schema.names})
        decision = (
            judge(edition, row["state"], trigger, facts.row)
            if trigger in edition.triggers
            else Refused((edition.no_transition(row["state"], trigger),))
        )
        assert isinstance(decision, Refused)  # noqa: S101 -- the compiled condition and the decision are one law
        count, first = counts.get(decision.refusals, (0, row["example"]))
        counts[decision.refusals] = (count + row["records"], min(first, row["example"]))
    return counts


def refused_one_by_one(connection: Connection, firing: Firing, predicate: Predicate) -> Iterator[list[Record]]:
    """Give the records of a scope on which a trigger may not fire, by recipient and id, a page at a time."""
    after: tuple[str, int] = ("", 0)
    while True:
        beyond = (AT.recipient_gstin > after[0]) | ((AT.recipient_gstin == after[0]) & (AT.id > after[1]))
        query = (
            select(RECORD)
            .select_from(source(firing.scope))
            .where(*firing.scope.meant, not_(predicate.allowed), beyond)
            .order_by(AT.recipient_gstin, AT.id)
            .limit(literal(PAGE))
        )
        page = [from_row(row) for row in connection.execute(query).mappings()]
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = (page[-1].recipient, page[-1].id)
