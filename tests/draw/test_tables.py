"""The transitions of an edition as rows."""

from __future__ import annotations

from itertools import islice, product
from math import prod

import pytest

from ims_fsm.draw.picture import Move, moves_of
from ims_fsm.draw.tables import transition_table
from ims_fsm.errors import InputError
from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import decide
from ims_fsm.law.edition import Edition
from ims_fsm.law.facts import Facts
from ims_fsm.law.register import Law

EDITIONS = [edition for machine in shipped_law().machines.values() for edition in machine.editions.values()]

MANY = 2_000

each_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda each: f"{each.name}-{each.rule_set.id}")


@each_edition
def test_every_transition_has_its_row(edition: Edition) -> None:
    rows = [row for row in transition_table(edition) if row.dest is not None]
    assert {Move(source, row.trigger, row.dest) for row in rows for source in row.sources} == set(moves_of(edition))


@each_edition
def test_every_guard_stands_in_the_rows_of_all_its_triggers(edition: Edition) -> None:
    told = {(row.trigger, refusal.guard) for row in transition_table(edition) for refusal in row.refusals}
    assert told == {(trigger, guard.name) for guard in edition.guards for trigger in guard.triggers}


def test_a_row_says_who_may_be_refused_and_by_which_rules(law: Law) -> None:
    kept, nowhere = transition_table(law.machine("credit_note").editions["IMS-2024-10"], "keep_pending")[:2]
    assert (kept.trigger, kept.actor, kept.dest, kept.rules) == (
        "keep_pending", "recipient", "pending", ("faq.10.iii", "faq.12"),
    )  # fmt: skip
    assert "faq.11.a" in {refusal.rule for refusal in kept.refusals}
    assert kept.never
    assert nowhere.dest is None


def test_triggers_that_lead_nowhere_say_why(law: Law) -> None:
    rows = transition_table(law.machine("gstr2b").edition, "file_3b")
    assert [(row.sources, row.dest, [refusal.code for refusal in row.refusals]) for row in rows[1:]] == [
        (("final",), None, ["three_b_filed"]),
        (("absent",), None, ["two_b_missing"]),
        (("stale",), None, ["two_b_stale"]),
    ]


def test_an_unknown_trigger_is_refused(law: Law) -> None:
    with pytest.raises(InputError, match="approve: is not a trigger of invoice; its triggers are save, accept"):
        transition_table(law.machine("invoice").edition, "approve")


@each_edition
def test_a_row_is_never_only_where_every_combination_of_facts_is_refused(edition: Edition) -> None:
    for row in transition_table(edition):
        watched = edition.watched(row.trigger)
        schema = edition.schema
        ranges = [
            values if name in watched else (default,)
            for name, values, default in zip(schema.names, schema.values, schema.defaults, strict=True)
        ]
        if row.dest is not None and (row.never or prod(map(len, ranges)) <= MANY):
            space = product(row.sources, (Facts(schema, held) for held in islice(product(*ranges), MANY)))
            assert any(decide(edition, source, row.trigger, facts) for source, facts in space) != row.never
