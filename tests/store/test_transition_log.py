"""The transition log: what is appended is read back whole and in order, and a step is taken once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from ims_fsm.record.log import TransitionEntry
from ims_fsm.store.connection import ConflictError, reading, writing
from ims_fsm.store.log import append, history
from ims_fsm.store.tables import CALL, LOG, CallRow, TransitionRow

BUYER, OTHER = "27AAPFU0939F1ZV", "07AAACT2727Q1ZW"
Step = Callable[..., TransitionEntry]


def test_the_log_reads_as_it_was_written(engine: Engine, step: Step) -> None:
    entries = [step(7, 1, "accept", "no_action"), replace(step(7, 2, "reset", "accepted"), detail=None, rules=())]
    with writing(engine) as connection:
        append(connection, entries[:1])
        append(connection, entries[1:])
    with reading(engine) as connection:
        assert history(connection, BUYER, 7) == tuple(entries)


def test_an_entry_is_a_step_with_its_call() -> None:
    """But for the call's place among the events, which the database gives, and how it is counted."""
    counted = {"call", "number", "steps", "place"}
    assert {*TransitionRow.model_fields, *CallRow.model_fields} - counted == {*TransitionEntry.__dataclass_fields__}


def calls(connection: Connection) -> list[tuple[object, ...]]:
    """Give what calls say, in their order, each with the records and own details of its steps."""
    query = select(CALL.c["number", "recipient_gstin", "steps", "trigger", "detail"]).order_by(CALL.c.number)
    of = select(LOG.c["record_id", "detail"]).order_by(LOG.c.record_id, LOG.c.seq)
    return [
        (*row[1:], [tuple(step) for step in connection.execute(of.where(LOG.c.call == row.number))])
        for row in connection.execute(query)
    ]


def test_steps_in_a_row_that_differ_in_their_records_only_are_one_call(engine: Engine, step: Step) -> None:
    same = [step(number, 1, "accept", "no_action") for number in (1, 2)]
    another = step(3, 1, "reject", "no_action")
    with writing(engine) as connection:
        append(connection, [*same, another, step(4, 1, "accept", "no_action"), replace(another, recipient_gstin=OTHER)])
        seen = '{"remarks":"seen"}'
        assert calls(connection) == [
            (BUYER, 2, "accept", seen, [(1, ""), (2, "")]),
            (BUYER, 1, "reject", seen, [(3, "")]),
            (BUYER, 1, "accept", seen, [(4, "")]),
            (OTHER, 1, "reject", seen, [(3, "")]),
        ]


def test_a_detail_that_differs_stands_with_its_step(engine: Engine, step: Step) -> None:
    entries = [replace(step(number, 1, "freeze", "no_action"), detail=said) for number, said in ((1, "{}"), (2, None))]
    with writing(engine) as connection:
        append(connection, entries)
        assert calls(connection) == [(BUYER, 2, "freeze", None, [(1, "{}"), (2, "")])]
        assert [history(connection, BUYER, number) for number in (1, 2)] == [(entry,) for entry in entries]


def test_steps_are_read_in_their_order_whatever_the_order_they_came_in(engine: Engine, step: Step) -> None:
    with writing(engine) as connection:
        append(connection, [step(7, 2, "reset", "accepted"), step(7, 1, "accept", "no_action")])
    with reading(engine) as connection:
        assert [entry.seq for entry in history(connection, BUYER, 7)] == [1, 2]


def test_a_log_is_one_records_of_one_recipient(engine: Engine, step: Step) -> None:
    own, another = step(7, 1, "accept", "no_action"), step(8, 1, "reject", "no_action")
    strangers = replace(own, recipient_gstin=OTHER, actor="ravi")
    with writing(engine) as connection:
        append(connection, [own, another, strangers])
    with reading(engine) as connection:
        assert history(connection, BUYER, 7) == (own,)
        assert history(connection, OTHER, 7) == (strangers,)
        assert history(connection, BUYER, 9) == ()


def test_moments_are_kept_in_utc(engine: Engine, step: Step) -> None:
    ist = timezone(timedelta(hours=5, minutes=30))
    with writing(engine) as connection:
        append(connection, [replace(step(7, 1, "accept", "no_action"), at=datetime(2024, 11, 14, 0, 5, tzinfo=ist))])
    with reading(engine) as connection:
        assert history(connection, BUYER, 7)[0].at.isoformat() == "2024-11-13T18:35:00+00:00"


def test_nothing_to_append_is_no_fault(memory: Engine) -> None:
    with writing(memory) as connection:
        append(connection, [])
        assert history(connection, BUYER, 7) == ()


def test_a_step_is_taken_once(engine: Engine, step: Step) -> None:
    with writing(engine) as connection:
        append(connection, [step(7, 1, "accept", "no_action")])
    with pytest.raises(ConflictError) as lost, writing(engine) as connection:
        append(connection, [step(7, 1, "reject", "no_action")])
    told = f"another writer was first to change record 7 of {BUYER}; read again and retry"
    assert str(lost.value) == told
    with pytest.raises(ConflictError, match="first to change 2 records; read again"), writing(engine) as connection:
        append(connection, [step(8, 1, "accept", "no_action"), step(7, 1, "reject", "no_action")])
    with reading(engine) as connection:
        assert [entry.trigger for entry in history(connection, BUYER, 7)] == ["accept"]
        assert history(connection, BUYER, 8) == ()


def test_another_broken_rule_of_the_database_is_no_conflict(engine: Engine, step: Step) -> None:
    nobody: str = None  # type: ignore[assignment]
    with pytest.raises(IntegrityError), writing(engine) as connection:
        append(connection, [replace(step(7, 1, "accept", "no_action"), actor=nobody)])
