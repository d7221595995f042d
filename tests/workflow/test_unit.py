"""The unit of work: what is read in it, and that what is written is written on what was read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ims_fsm import Filing, Form, TaxPeriod
from ims_fsm.store import log
from ims_fsm.store.connection import ConflictError
from ims_fsm.terms.principal import Principal
from ims_fsm.terms.vocabulary import State, Trigger
from ims_fsm.workflow import supplier
from ims_fsm.workflow.unit import UnitOfWork, fire


@pytest.fixture
def unit(stage):
    with stage.ims._workspace.engine.connect() as connection, connection.begin():
        yield UnitOfWork(connection, stage.ims.book, stage.ims.hooks, stage.now, Principal("somebody"), "k")


def saved_in(stage, unit):
    """Save in the unit's own transaction, for in memory there is one connection."""
    return supplier.save(unit, stage.seller, stage.document(), Form.GSTR_1, TaxPeriod("2024-10"))


def test_a_record_is_found_by_its_id_and_its_recipient(stage):
    record_id = stage.saved()
    with stage.ims._workspace.asking() as unit:
        assert unit.record(record_id) == unit.record(record_id, stage.buyer) == unit.held(record_id)
    with (
        stage.unreadable(f"{record_id}: is not a record here; see records()"),
        stage.ims._workspace.asking() as unit,
    ):
        unit.record(record_id, stage.seller)


def test_who_is_unknown_files_monthly(stage):
    stage.taxpayer(stage.quarterly, filing="quarterly")
    with stage.ims._workspace.asking() as unit:
        assert [unit.filing_of(gstin) for gstin in (stage.quarterly, stage.other)] == [
            Filing.QUARTERLY,
            Filing.MONTHLY,
        ]


def test_of_all_taxpayers_those_are_read_who_are_asked_for_once_each(stage):
    stage.taxpayer(stage.quarterly, filing="quarterly")
    with stage.ims._workspace.asking() as unit, stage.statements() as run:
        scene = unit.scene(stage.buyer)
        assert [scene.suppliers.get(stage.quarterly, Filing.MONTHLY) for _ in range(3)] == [Filing.QUARTERLY] * 3
        assert [scene.suppliers.get(stage.other, Filing.MONTHLY) for _ in range(2)] == [Filing.MONTHLY] * 2
        assert unit.scene(stage.buyer) is scene
    assert len(run) == 3
    assert all("WHERE ims_taxpayer.gstin = " in statement for statement in run)


def test_a_declaration_remembered_of_another_database_is_not_believed(stage, unit):
    """The log names the declaration that the guards read, though the ids of the store before were others."""
    record = unit.record(saved_in(stage, unit))
    mistaken = replace(unit, remembered={record.machine: record.declaration_id + 1}, declarations={})
    right = replace(unit, remembered={record.machine: record.declaration_id}, declarations={})
    said = [one.moved(record, "accept", "accepted", ()).declaration_id for one in (mistaken, right)]
    assert said == [record.declaration_id] * 2
    assert (mistaken.declarations, right.declarations) == ({record.machine: record.declaration_id}, {})


def test_chains_are_read_where_there_is_an_amendment(stage):
    original = stage.document()
    first, alone = stage.saved(original), stage.saved()
    second = stage.saved(stage.document(amends=original), "2024-11")
    with stage.ims._workspace.asking() as unit:
        chains = unit.chains_of([unit.record(one) for one in (first, second, alone)])
        assert {one: [member.id for member in chain] for one, chain in chains.items()} == {
            first: [first, second],
            second: [first, second],
            alone: [alone],
        }
        assert unit.chains_of([]) == {}


def test_what_was_changed_since_it_was_read_is_not_overwritten(stage, unit):
    """The version that the guards read is compared in the same statement that writes."""
    record = unit.record(saved_in(stage, unit))
    unit.write([(record, fire(unit, record, Trigger.ACCEPT))])
    with pytest.raises(ConflictError) as caught:
        unit.write([(record, fire(unit, record, Trigger.REJECT))])
    assert str(caught.value) == "another writer was first to change 1 of 1 records; read again and retry"
    now = unit.record(record.id)
    assert (now.state, now.version, now.seq) == (State.ACCEPTED, record.version + 1, 1)


def test_a_step_that_is_there_already_is_a_lost_race(stage, unit):
    """The second net: a step's number is given once, even where the version was not looked at."""
    record = unit.record(saved_in(stage, unit))
    unit.write([(record, fire(unit, record, Trigger.ACCEPT))])
    fire(unit, record, Trigger.REJECT)
    with pytest.raises(ConflictError, match=f"record {record.id} of {stage.buyer}"):
        unit.write([])


def test_what_was_noted_is_written_once(stage, unit):
    record = unit.record(saved_in(stage, unit))
    after = fire(unit, record, Trigger.ACCEPT, detail={"z": 1, "a": "b"})
    assert (after.state, after.seq, after.version) == (State.ACCEPTED, 1, record.version)
    unit.write([(record, after)])
    unit.write([])
    (entry,) = log.history(unit.connection, stage.buyer, record.id)
    assert (entry.actor, entry.at, entry.request_key, entry.detail) == (
        "somebody",
        stage.now,
        "k",
        '{"a": "b", "z": 1}',
    )
    assert entry.declaration_id == record.declaration_id == unit.declaration_id("invoice")
