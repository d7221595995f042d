"""The contents of a record: each kept whole under its number, with who brought it and when."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ims_fsm.store import log, records
from ims_fsm.store.connection import writing

BUYER = "27AAPFU0939F1ZV"


@pytest.fixture
def record(write):
    """Write a record, without its content, and read it back."""

    def made(connection):
        write(connection).record(1)
        return records.find(connection, 1, BUYER)

    return made


def test_contents_come_back_in_order(engine, record, step):
    moment = step(1, 1, "accept", "no_action").at
    with writing(engine) as connection:
        first = record(connection)
        edited = first.document.changed(igst=5, number="अ/1")
        second = first.changed(document=edited, content_hash=edited.content_hash)
        log.append_contents(connection, [(second, 2)], "seller's clerk", (moment, moment))
        found = log.contents_of(connection, first.recipient, first.id)
    assert [(one.number, one.content_hash, one.actor) for one in found] == [
        (1, first.content_hash, "supplier"),
        (2, second.content_hash, "seller's clerk"),
    ]
    assert (found[1].fields, found[1].at) == (edited.content(), moment)


def test_nothing_to_append_writes_nothing(memory, record, step):
    with writing(memory) as connection:
        one = record(connection)
        moment = step(1, 1, "accept", "no_action").at
        log.append_contents(connection, [], "nobody", (moment, moment))
        assert len(log.contents_of(connection, one.recipient, one.id)) == 1


def test_a_content_is_not_changed_afterwards(engine, record):
    """The table is append-only."""
    with writing(engine) as connection:
        record(connection)
    with pytest.raises(DBAPIError, match="append-only"), writing(engine) as connection:
        connection.execute(text("UPDATE ims_record_content SET actor = 'x'"))
