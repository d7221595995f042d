"""The audit: a store as the program leaves it is sound, and whatever is changed behind its back is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from ims_fsm.errors import InputError
from ims_fsm.law.book import shipped_law
from ims_fsm.store import audit, seals
from ims_fsm.store.audit import Audit, Seal, seal, verify
from ims_fsm.store.connection import StoreError, reading, writing
from ims_fsm.store.register import declaration_id
from ims_fsm.store.seal_tables import SealMarkRow
from ims_fsm.store.tables import core

BUYER, OTHER = "27AAPFU0939F1ZV", "07AAACT2727Q1ZW"
NOON = datetime(2024, 11, 12, 12, 0, tzinfo=UTC)
LATER = datetime(2024, 12, 1, 12, 0, tzinfo=UTC)
RESTORE = "restore the database from a copy made before the change"
Tamper = Callable[..., None]


def fill(engine: Engine, write: type[Any]) -> None:
    """Write three records of one recipient, one of them edited, one of another, and two GSTR-2Bs."""
    with writing(engine) as connection:
        made = write(connection)
        made.record(1, "accept", "reset", "reject")
        made.record(2, "keep_pending")
        document = made.record(3).changed(number="S/3A", igst=900_000)
        connection.execute(
            text("UPDATE record SET number = 'S/3A', igst = 900000, contents = 2, content_hash = :hash WHERE id = 3"),
            {"hash": document.content_hash},
        )
        made.content(3, document, number=2)
        made.record(4, "accept", recipient=OTHER)
        made.two_b("2024-10", ("generate", "draft"), ("change", "stale"))
        made.two_b("2024-10", ("generate", "draft"), recipient=OTHER)
        connection.execute(
            text("INSERT INTO declaration VALUES (1, 'invoice', '1', :fingerprint, '[]', :at)"),
            {"fingerprint": "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945", "at": NOON.isoformat()},
        )


@pytest.fixture
def filled(engine: Engine, write: type) -> Engine:
    fill(engine, write)
    return engine


@pytest.fixture
def tamper(tamper: Callable[..., None], path: Path) -> Tamper:
    """Change the store of `filed` behind the program's back."""
    return partial(tamper, path)


@pytest.fixture
def filed(on_file: Engine, write: type) -> Engine:
    fill(on_file, write)
    return on_file


def faults(engine: Engine, gstin: str | None = None) -> list[str]:
    with reading(engine) as connection:
        return [str(fault) for fault in verify(connection, gstin).faults]


def sealed(engine: Engine, gstin: str = BUYER, at: datetime = NOON) -> Seal:
    with writing(engine) as connection:
        return seal(connection, gstin, "asha", at)


def test_an_empty_store_is_sound(engine: Engine) -> None:
    with reading(engine) as connection:
        assert verify(connection) == Audit(records=0, rows=0, seals=0, faults=())


def test_a_store_as_the_program_leaves_it_is_sound(filled: Engine) -> None:
    sealed(filled)
    with reading(filled) as connection:
        assert verify(connection) == Audit(records=4, rows=13, seals=1, faults=())
        assert verify(connection, BUYER) == Audit(records=3, rows=10, seals=1, faults=())
        assert verify(connection, OTHER) == Audit(records=1, rows=3, seals=0, faults=())
        assert verify(connection, OTHER).sound


def test_a_declaration_as_the_program_keeps_it_is_sound(engine: Engine) -> None:
    with writing(engine) as connection:
        for machine in shipped_law().machines.values():
            declaration_id(connection, machine, NOON)
    assert faults(engine) == []


RECORD = f"{BUYER} record 1"
PUT = """
    INSERT INTO transition_log
    SELECT record_id, call, {}, 4, 1, 1, recipient_gstin, 'rejected', '' FROM transition_log
    WHERE record_id = 1 AND seq = 2
"""


def of_call(change: str, seq: int) -> str:
    """Return the change of the call in which record 1 took a step."""
    step = f"SELECT call FROM transition_log WHERE record_id = 1 AND seq = {seq}"  # noqa: S608 -- a number of ours
    return f"{change} WHERE number = ({step})"


TAMPERED = {
    "a state": (
        "UPDATE record SET state = 'accepted' WHERE id = 1",
        f"{RECORD}: stands at accepted (step 3), and its log ends at rejected (step 3)",
    ),
    "a count of steps": (
        "UPDATE record SET seq = 2 WHERE id = 1",
        f"{RECORD}: stands at rejected (step 2), and its log ends at rejected (step 3)",
    ),
    "a state without any log": (
        "UPDATE record SET state = 'frozen' WHERE id = 3",
        f"{BUYER} record 3: stands at frozen (step 0), and its log ends at no_action (step 0)",
    ),
    "a step in the middle": (
        "DELETE FROM transition_log WHERE record_id = 1 AND seq = 2",
        f"{RECORD} step 3: comes after step 1; what was between them is gone",
    ),
    "the first step": (
        "DELETE FROM transition_log WHERE record_id = 1 AND seq = 1",
        f"{RECORD} step 2: comes after step 0; what was between them is gone",
    ),
    "the last step": (
        "DELETE FROM transition_log WHERE record_id = 1 AND seq = 3",
        f"{RECORD}: stands at rejected (step 3), and its log ends at no_action (step 2)",
    ),
    "the only step": (
        "DELETE FROM transition_log WHERE record_id = 2",
        f"{BUYER} record 2: stands at pending (step 1), and its log ends at no_action (step 0)",
    ),
    "where a step leaves from": (
        "UPDATE transition_log SET source = 'pending' WHERE record_id = 1 AND seq = 2",
        f"{RECORD} step 2: leaves from pending, and the step before arrived at accepted",
    ),
    "where the first step leaves from": (
        "UPDATE transition_log SET source = 'pending' WHERE record_id = 1 AND seq = 1",
        f"{RECORD} step 1: leaves from pending, and the step before arrived at no_action",
    ),
    "where a step arrives": (
        of_call("UPDATE log_call SET dest = 'pending'", 1),
        f"{RECORD} step 2: leaves from accepted, and the step before arrived at pending",
    ),
    "a step put at the end": (
        PUT.format(4),
        f"{RECORD}: stands at rejected (step 3), and its log ends at no_action (step 4)",
    ),
    "a step put at the start": (
        PUT.format(0),
        f"{RECORD} step 0: comes after step 0; what was between them is gone",
    ),
    "a call": (
        of_call("DELETE FROM log_call", 1),
        f"{BUYER} call 1: is gone, and 1 steps of the log name it",
    ),
    "a call whose steps are gone": (
        "DELETE FROM transition_log WHERE record_id = 2",
        f"{BUYER} call 4: has 0 steps in the log and was written for 1",
    ),
    "what a call was written for": (
        of_call("UPDATE log_call SET steps = 7", 3),
        f"{BUYER} call 3: has 1 steps in the log and was written for 7",
    ),
    "a content": (
        "UPDATE record_content SET content = replace(content, '9000.00', '9999.00') WHERE record_id = 3 AND number = 2",
        f"{BUYER} contents of record 3 step 2: is not what the hash beside it was taken of",
    ),
    "a content between": (
        "DELETE FROM record_content WHERE record_id = 3 AND number = 1",
        f"{BUYER} contents of record 3 step 2: comes after step 0; what was between them is gone",
    ),
    "tax": (
        "UPDATE record SET igst = igst + 1 WHERE id = 1",
        f"{RECORD}: has columns that are not the content its hash was taken of",
    ),
    "a kind that does not exist": (
        "UPDATE record SET kind = 'bill' WHERE id = 1",
        f"{RECORD}: has columns that are not the content its hash was taken of",
    ),
    "the state of a return": (
        "UPDATE two_b SET state = 'final' WHERE recipient_gstin = '07AAACT2727Q1ZW'",
        f"{OTHER} GSTR-2B of 2024-10: stands at final (step 1), and its log ends at draft (step 1)",
    ),
    "a step of a return": (
        "UPDATE two_b_log SET source = 'stale' WHERE seq = 1 AND recipient_gstin = '27AAPFU0939F1ZV'",
        f"{BUYER} GSTR-2B of 2024-10 step 1: leaves from stale, and the step before arrived at absent",
    ),
    "a declaration": (
        "UPDATE declaration SET declared = '[{}]'",
        "declaration 1 of invoice: is not what the fingerprint beside it was taken of",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_behind_the_program_is_found(filed: Engine, tamper: Tamper, what: str) -> None:
    statement, told = TAMPERED[what]
    tamper(statement)
    assert f"{told}; {RESTORE}" in faults(filed)


def test_a_missing_step_is_told_once_and_only_to_whom_it_belongs(filed: Engine, tamper: Tamper) -> None:
    statement, told = TAMPERED["a step in the middle"]
    tamper(statement)
    call = f"{BUYER} call 2: has 0 steps in the log and was written for 1"
    assert faults(filed) == [f"{told}; {RESTORE}", f"{call}; {RESTORE}"]
    assert faults(filed, OTHER) == []


def test_a_record_that_is_gone_is_told_by_what_it_left(filed: Engine, tamper: Tamper) -> None:
    tamper("DELETE FROM record WHERE id = 1")
    assert faults(filed) == [
        f"{RECORD}: is gone, and its log goes to step 3; {RESTORE}",
        f"{BUYER} contents of record 1: is gone, and its log goes to step 1; {RESTORE}",
    ]


def test_contents_that_are_gone_are_told(filed: Engine, tamper: Tamper) -> None:
    tamper("DELETE FROM record_content WHERE record_id = 2")
    [told] = faults(filed)
    assert told.startswith(f"{BUYER} contents of record 2: stands at ")
    assert told.endswith(f" (step 1), and its log ends at nothing (step 0); {RESTORE}")


def test_a_broken_store_does_not_fill_the_memory(
    filed: Engine, tamper: Tamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit.audit, "MOST", 2)
    tamper("UPDATE record SET state = 'frozen', igst = 1", "UPDATE record_content SET content = '{}'")
    found = faults(filed)
    assert [sum(kind in told for told in found) for kind in ("stands at", "columns", "hash beside")] == [2, 2, 2]


def test_a_seal_covers_every_row_of_the_logs_so_far(filled: Engine) -> None:
    made = sealed(filled)
    assert (made.number, made.rows, len(made.digest)) == (1, 10, 64)
    assert sealed(filled, OTHER).rows == 3


def test_what_is_written_after_a_seal_does_not_break_it(filled: Engine, write: type) -> None:
    first = sealed(filled)
    with writing(filled) as connection:
        made = write(connection)
        made.steps(1, "accept", "reset", "reject", "reset", after=3)
        connection.execute(text("UPDATE record SET state = 'no_action', seq = 4 WHERE id = 1"))
        made.record(5, "accept")
    second = sealed(filled, at=LATER)
    assert (second.number, second.rows) == (2, first.rows + 3)
    with reading(filled) as connection:
        assert verify(connection) == Audit(records=5, rows=16, seals=2, faults=())


def test_a_seal_covers_only_what_is_new(filled: Engine, write: type) -> None:
    sealed(filled)
    with writing(filled) as connection:
        write(connection).steps(1, "accept", "reset", "reject", "reset", after=3)
    sealed(filled, at=LATER)
    with reading(filled) as connection:
        columns = core(SealMarkRow).c["log", "subject", "after", "upto"]
        marks = connection.execute(select(*columns).where(core(SealMarkRow).c.number == 2)).all()
    assert marks == [("transition_log", 1, 3, 4)]


def test_where_nothing_was_added_the_newest_seal_stands(filled: Engine) -> None:
    assert sealed(filled, at=LATER) == sealed(filled, at=NOON)


def test_a_seal_is_the_same_on_every_database(memory: Engine, pg: Engine, write: type) -> None:
    fill(memory, write)
    fill(pg, write)
    assert sealed(memory) == sealed(pg)


@pytest.mark.parametrize(
    "statement",
    [
        of_call("UPDATE log_call SET actor = 'nobody'", 2),
        of_call("UPDATE log_call SET at = '2024-11-12 12:00:01.000000'", 2),
        of_call("UPDATE log_call SET detail = NULL", 2),
        "UPDATE transition_log SET detail = '{}' WHERE record_id = 1 AND seq = 2",
        "UPDATE record_content SET content = '{}', content_hash = 'x' WHERE record_id = 3 AND number = 1",
        "UPDATE two_b_log SET rules = 'faq.24' WHERE seq = 1 AND recipient_gstin = '27AAPFU0939F1ZV'",
        "DELETE FROM transition_log WHERE record_id = 2",
        "DELETE FROM seal_mark WHERE subject = 2",
        "UPDATE seal SET actor = 'nobody'",
        "UPDATE seal SET rows = 11",
    ],
)
def test_a_row_under_a_seal_that_was_changed_breaks_it(filed: Engine, tamper: Tamper, statement: str) -> None:
    made = sealed(filed)
    tamper(statement)
    covered = 11 if "rows = 11" in statement else made.rows
    assert f"{BUYER} seal 1: no longer fits the {covered} rows that it was set on; {RESTORE}" in faults(filed, BUYER)


def test_one_broken_seal_does_not_break_the_next(filed: Engine, write: type, tamper: Tamper) -> None:
    sealed(filed)
    with writing(filed) as connection:
        write(connection).record(5, "accept")
    sealed(filed, at=LATER)
    tamper(of_call("UPDATE log_call SET actor = 'nobody'", 2))
    assert faults(filed) == [f"{BUYER} seal 1: no longer fits the 10 rows that it was set on; {RESTORE}"]


def test_a_seal_that_is_gone_is_told_and_none_is_set_on_top(filed: Engine, write: type, tamper: Tamper) -> None:
    sealed(filed)
    with writing(filed) as connection:
        write(connection).record(5, "accept")
    sealed(filed, at=LATER)
    tamper("DELETE FROM seal WHERE number = 1")
    assert faults(filed) == [
        f"{BUYER} seal 2: comes after seal 0; what was between them is gone; {RESTORE}",
        f"{BUYER} seal 1: is gone; what it covered is still marked; {RESTORE}",
    ]
    tamper("DELETE FROM seal WHERE number = 2")
    with pytest.raises(StoreError) as refused:
        sealed(filed, at=LATER)
    torn = f"{BUYER} seal 1: is gone; what it covered is still marked; {RESTORE}"
    assert str(refused.value) == f"{torn}; until then nothing can be sealed on top of it"


def test_who_has_no_log_has_nothing_to_seal(memory: Engine) -> None:
    with pytest.raises(InputError) as refused:
        sealed(memory)
    assert str(refused.value) == (
        f"seal: {BUYER}: has nothing in any log that could be sealed; see recipients() for who has records"
    )


def test_a_seal_knows_no_other_values_than_those_of_the_logs() -> None:
    with pytest.raises(TypeError, match=r"^set has no place in a seal$"):
        seals._line([{1}])
