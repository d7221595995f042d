"""The audit: a store as the program leaves it is sound, and whatever is changed behind its back is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ims_fsm.law.book import LawBook, shipped_law
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.store import audit, taxpayers
from ims_fsm.store.audit import Audit, verify
from ims_fsm.store.connection import reading, writing
from ims_fsm.store.register import declaration_id
from ims_fsm.store.seals import seal
from ims_fsm.terms.period import TaxPeriod

BUYER, OTHER = "27AAPFU0939F1ZV", "07AAACT2727Q1ZW"
NOON = datetime(2024, 11, 12, 12, 0, tzinfo=UTC)
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
            text(
                "UPDATE ims_record SET number = 'S/3A', igst = 900000, contents = 2, content_hash = :hash WHERE id = 3"
            ),
            {"hash": document.content_hash},
        )
        made.content(3, document, number=2)
        made.record(4, "accept", recipient=OTHER)
        made.two_b("2024-10", ("generate", "draft"), ("change", "stale"))
        made.two_b("2024-10", ("generate", "draft"), recipient=OTHER)
        connection.execute(
            text("INSERT INTO ims_declaration VALUES (1, 'invoice', '1', :fingerprint, '[]', :at)"),
            {"fingerprint": "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945", "at": NOON.isoformat()},
        )


def faults(engine: Engine, gstin: str | None = None) -> list[str]:
    """Return what is found, but for the gaps in numbers that go with it on SQLite."""
    with reading(engine) as connection:
        return [str(fault) for fault in verify(connection, gstin).faults if fault.code != "number"]


def sealed(engine: Engine) -> None:
    with writing(engine) as connection:
        seal(connection, BUYER, "asha", (NOON, NOON))


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
    INSERT INTO ims_transition_log
    SELECT record_id, call, {}, 4, 1, 1, recipient_gstin, 'rejected', '' FROM ims_transition_log
    WHERE record_id = 1 AND seq = 2
"""


def of_call(change: str, seq: int) -> str:
    """Return the change of the call in which record 1 took a step."""
    step = f"SELECT call FROM ims_transition_log WHERE record_id = 1 AND seq = {seq}"  # noqa: S608 -- a number of ours
    return f"{change} WHERE number = ({step})"


TAMPERED = {
    "a state": (
        "UPDATE ims_record SET state = 'accepted' WHERE id = 1",
        f"{RECORD}: stands at accepted (step 3), and its log ends at rejected (step 3)",
    ),
    "a count of steps": (
        "UPDATE ims_record SET seq = 2 WHERE id = 1",
        f"{RECORD}: stands at rejected (step 2), and its log ends at rejected (step 3)",
    ),
    "a state without any log": (
        "UPDATE ims_record SET state = 'frozen' WHERE id = 3",
        f"{BUYER} record 3: stands at frozen (step 0), and its log ends at no_action (step 0)",
    ),
    "a step in the middle": (
        "DELETE FROM ims_transition_log WHERE record_id = 1 AND seq = 2",
        f"{RECORD} step 3: comes after step 1; what was between them is gone",
    ),
    "the first step": (
        "DELETE FROM ims_transition_log WHERE record_id = 1 AND seq = 1",
        f"{RECORD} step 2: comes after step 0; what was between them is gone",
    ),
    "the last step": (
        "DELETE FROM ims_transition_log WHERE record_id = 1 AND seq = 3",
        f"{RECORD}: stands at rejected (step 3), and its log ends at no_action (step 2)",
    ),
    "the only step": (
        "DELETE FROM ims_transition_log WHERE record_id = 2",
        f"{BUYER} record 2: stands at pending (step 1), and its log ends at no_action (step 0)",
    ),
    "where a step leaves from": (
        "UPDATE ims_transition_log SET source = 'pending' WHERE record_id = 1 AND seq = 2",
        f"{RECORD} step 2: leaves from pending, and the step before arrived at accepted",
    ),
    "where the first step leaves from": (
        "UPDATE ims_transition_log SET source = 'pending' WHERE record_id = 1 AND seq = 1",
        f"{RECORD} step 1: leaves from pending, and the step before arrived at no_action",
    ),
    "where a step arrives": (
        of_call("UPDATE ims_log_call SET dest = 'pending'", 1),
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
        of_call("DELETE FROM ims_log_call", 1),
        f"{BUYER} call 1: is gone, and 1 steps of the log name it",
    ),
    "a call whose steps are gone": (
        "DELETE FROM ims_transition_log WHERE record_id = 2",
        f"{BUYER} call 4: has 0 steps in the log and was written for 1",
    ),
    "what a call was written for": (
        of_call("UPDATE ims_log_call SET steps = 7", 3),
        f"{BUYER} call 3: has 1 steps in the log and was written for 7",
    ),
    "a content": (
        (
            "UPDATE ims_record_content SET content = replace(content, '9000.00', '9999.00') WHERE record_id = 3 AND "
            "number = 2"
        ),
        f"{BUYER} contents of record 3 step 2: is not what the hash beside it was taken of",
    ),
    "a content between": (
        "DELETE FROM ims_record_content WHERE record_id = 3 AND number = 1",
        f"{BUYER} contents of record 3 step 2: comes after step 0; what was between them is gone",
    ),
    "tax": (
        "UPDATE ims_record SET igst = igst + 1 WHERE id = 1",
        f"{RECORD}: has columns that are not the content its hash was taken of",
    ),
    "a kind that does not exist": (
        "UPDATE ims_record SET kind = 'bill' WHERE id = 1",
        f"{RECORD}: has columns that are not the content its hash was taken of",
    ),
    "the state of a return": (
        "UPDATE ims_two_b SET state = 'final' WHERE recipient_gstin = '07AAACT2727Q1ZW'",
        f"{OTHER} GSTR-2B of 2024-10: stands at final (step 1), and its log ends at draft (step 1)",
    ),
    "a step of a return": (
        "UPDATE ims_two_b_log SET source = 'stale' WHERE seq = 1 AND recipient_gstin = '27AAPFU0939F1ZV'",
        f"{BUYER} GSTR-2B of 2024-10 step 1: leaves from stale, and the step before arrived at absent",
    ),
    "a declaration": (
        "UPDATE ims_declaration SET declared = '[{}]'",
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
    tamper("DELETE FROM ims_record WHERE id = 1")
    assert faults(filed) == [
        f"{RECORD}: is gone, and its log goes to step 3; {RESTORE}",
        f"{BUYER} contents of record 1: is gone, and its log goes to step 1; {RESTORE}",
    ]


def test_contents_that_are_gone_are_told(filed: Engine, tamper: Tamper) -> None:
    tamper("DELETE FROM ims_record_content WHERE record_id = 2")
    [told] = faults(filed)
    assert told.startswith(f"{BUYER} contents of record 2: stands at ")
    assert told.endswith(f" (step 1), and its log ends at nothing (step 0); {RESTORE}")


def test_a_broken_store_does_not_fill_the_memory(
    filed: Engine, tamper: Tamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit.audit, "MOST", 2)
    tamper("UPDATE ims_record SET state = 'frozen', igst = 1", "UPDATE ims_record_content SET content = '{}'")
    found = faults(filed)
    assert [sum(kind in told for told in found) for kind in ("stands at", "columns", "hash beside")] == [2, 2, 2]


def test_a_row_under_a_seal_that_was_changed_is_a_fault(filed: Engine, tamper: Tamper) -> None:
    sealed(filed)
    tamper(of_call("UPDATE ims_log_call SET actor = 'nobody'", 2))
    assert faults(filed) == [
        f"{RECORD} up to step 3 and content 1: no longer reads as it did when seal 1 was set on it; {RESTORE}"
    ]
    assert faults(filed, OTHER) == []


@pytest.mark.parametrize("guessed", [True, False])
def test_whether_a_first_period_is_guessed_is_as_the_log_of_the_taxpayer_says(
    engine: Engine, book: LawBook, guessed: bool
) -> None:
    with writing(engine) as connection:
        taxpayers.put(connection, Taxpayer(gstin=BUYER, registered_from=TaxPeriod("2024-10"), guessed=guessed))
        assert verify(connection, book=book).sound
        connection.execute(text("UPDATE ims_taxpayer SET guessed = NOT guessed"))
        [fault] = verify(connection, book=book).faults
    stands, follows = ("no", "yes") if guessed else ("yes", "no")
    assert fault.what == f"has {stands} as guessed, and their log makes it {follows}"
