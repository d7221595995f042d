"""A changed record with its step in the log: in one statement where a database can, and then as in three."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from ims_fsm.record.where import Where
from ims_fsm.store import listing, log, records
from ims_fsm.store.connection import ConflictError, reading, writing
from ims_fsm.store.step import write as write_step
from ims_fsm.store.tables import CALL, LOG
from ims_fsm.terms.vocabulary import State

BUYER = "27AAPFU0939F1ZV"


@pytest.fixture
def three(engine, write):
    """Three records."""
    with writing(engine) as connection:
        for number in (1, 2, 3):
            write(connection).record(number)
    return engine


def moved(connection, entry, number):
    """Give a record as it stands and as an accepting leaves it, with the step that the log gets."""
    before = records.find(connection, number)
    after = before.changed(state=State.ACCEPTED, seq=before.seq + 1, remarks="seen")
    of_it = {"record_id": number, "record_version": before.version, "content_number": before.contents}
    return (before, after), replace(entry, **of_it, declaration_id=before.declaration_id)


def test_one_statement_writes_what_three_write(three, step):
    with writing(three) as connection:
        change, entry = moved(connection, step(1, 1, "accept", "no_action"), 1)
        write_step(connection, [change], [entry])
        other, twin = moved(connection, step(2, 1, "accept", "no_action"), 2)
        records.update_all(connection, [other])
        log.append(connection, [twin])
    with reading(three) as connection:
        for (_, after), written in ((change, entry), (other, twin)):
            assert records.find(connection, after.id) == after.changed(version=2)
            assert log.history(connection, BUYER, after.id) == (written,)
        rows = [dict(row) for row in connection.execute(select(CALL)).mappings()]
        counted = ("number", "place")
        assert len({tuple((name, row[name]) for name in row if name not in counted) for row in rows}) == 1
        assert len({row["number"] for row in rows}) == 2
        assert all(row["place"] is not None for row in rows)


def test_of_several_each_is_written(three, step):
    with writing(three) as connection:
        both = [moved(connection, step(number, 1, "accept", "no_action"), number) for number in (2, 3)]
        write_step(connection, [change for change, _ in both], [entry for _, entry in both])
        states = [record.state for record in listing.search(connection, BUYER, Where())]
        assert states == [State.NO_ACTION, State.ACCEPTED, State.ACCEPTED]
        assert connection.execute(select(func.count()).select_from(CALL)).scalar() == 1


@pytest.mark.parametrize("late", ["the version", "the step"])
def test_what_another_was_first_to_do_is_not_done_again(three, step, late):
    """Nothing of it is kept: no record, no call, no step."""
    with writing(three) as connection:
        change, entry = moved(connection, step(1, 1, "accept", "no_action"), 1)
        write_step(connection, [change], [entry])
    with reading(three) as connection:
        again, twice = (change, entry) if late == "the version" else moved(connection, entry, 1)
    with (
        pytest.raises(ConflictError, match="another writer was first to change"),
        writing(three) as connection,
    ):
        write_step(connection, [again], [twice])
    with reading(three) as connection:
        assert records.find(connection, 1).version == 2
        assert [connection.execute(select(func.count()).select_from(table)).scalar() for table in (CALL, LOG)] == [1, 1]
