"""The audit decides every logged step again: what the law forbids is found, whoever wrote it and however well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ims_fsm import TaxPeriod

RESTORE = "restore the database from a copy made before the change"
BUYER = "27AAPFU0939F1ZV"
Tamper = Callable[..., None]
# A call of one step that some forger writes behind the last, and its step.
CALL = """
    INSERT INTO ims_log_call (recipient_gstin, number, steps, trigger, dest, actor, at, recorded_at, rules, detail,
    place)
    SELECT '{gstin}', max(number) + 1, 1, '{trigger}', '{dest}', 'forger', '{at}', max(recorded_at), '{rules}', NULL,
    max(place) + 1
    FROM ims_log_call
"""
STEP = """
    INSERT INTO ims_transition_log
    SELECT {record}, (SELECT max(number) FROM ims_log_call), seq + 1, version, contents,
    declaration_id, recipient_gstin, '{source}', '' FROM ims_record WHERE id = {record}
"""
RECORD = "UPDATE ims_record SET state = '{dest}', seq = seq + 1, version = version + 1 WHERE id = {record}"


@pytest.fixture
def filed(staging: type[Any], tmp_path: Path) -> Iterator[Any]:
    """A stage on a file: record 1 is frozen, 2 pending, 3 under reverse charge, 4 not decided."""
    stage = staging(f"sqlite:///{tmp_path / 'ims.db'}")
    stage.at("2024-11-05")
    for extra in ({}, {}, {"reverse_charge": True}):
        stage.filed(stage.document(**extra))
    stage.act("accept", 1)
    stage.act("keep_pending", 2)
    stage.at("2024-11-14")
    stage.draft()
    stage.desk.file_3b(TaxPeriod("2024-10"))
    stage.at("2024-12-05")
    stage.filed(stage.document(), "2024-11")
    yield stage
    stage.ims.close()


def forged(record: int, trigger: str, source: str, dest: str, rules: str, at: str) -> list[str]:
    named = {"record": record, "trigger": trigger, "source": source, "dest": dest, "rules": rules, "at": at}
    return [statement.format(gstin=BUYER, **named) for statement in (CALL, STEP, RECORD)]


ACCEPT, REJECT, LATER = "faq.10.i faq.12", "faq.10.ii faq.12", "2024-12-06 06:30:00.000000"
# What is forged, and what the audit says of the step.
FORBIDDEN = {
    "out of a terminal state": (
        (1, "accept", "frozen", "accepted", ACCEPT, LATER),
        "record 1 step 3: is accept from frozen to accepted by faq.10.i faq.12, where no transition leads",
    ),
    "to another state": (
        (4, "accept", "no_action", "rejected", ACCEPT, LATER),
        "record 4 step 1: is accept from no_action to rejected by faq.10.i faq.12, where no transition leads; accept",
    ),
    "by another rule": (
        (4, "accept", "no_action", "accepted", REJECT, LATER),
        "record 4 step 1: is accept from no_action to accepted by faq.10.ii faq.12, where no transition leads;",
    ),
    "a trigger that is none": (
        (4, "bribe", "no_action", "accepted", ACCEPT, LATER),
        "record 4 step 1: is bribe from no_action to accepted by faq.10.i faq.12, where no transition leads",
    ),
    "past a guard on the route": (
        (3, "accept", "no_action", "accepted", ACCEPT, LATER),
        "record 3 step 1: is accept from no_action, which the law refuses (faq.17)",
    ),
    "past the time limit": (
        (2, "accept", "pending", "accepted", ACCEPT, "2026-01-01 06:30:00.000000"),
        "record 2 step 2: is accept from pending, which the law refuses (faq.31)",
    ),
    "before IMS began": (
        (4, "accept", "no_action", "accepted", ACCEPT, "2024-10-01 06:30:00.000000"),
        "record 4 step 1: is accept from no_action, which the law refuses (faq.3)",
    ),
    "before its time": (
        (2, "expire", "pending", "removed", "faq.21 sec.16_4", LATER),
        "record 2 step 2: is expire from pending, which the law refuses (faq.21)",
    ),
    "by a declaration of another machine": (
        (4, "accept", "no_action", "accepted", ACCEPT, LATER),
        "record 4 step 1: was decided under declaration 99, which is none of invoice",
    ),
    "back in time": (
        (2, "accept", "pending", "accepted", ACCEPT, "2024-11-04 06:30:00.000000"),
        "record 2 step 2: is dated 2024-11-04",
    ),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_forged_step_that_the_law_forbids_is_found(filed: Any, tamper: Tamper, tmp_path: Path, what: str) -> None:
    assert not filed.faults()
    step, told = FORBIDDEN[what]
    declaration = ["UPDATE ims_transition_log SET declaration_id = 99 WHERE record_id = 4"] if "99" in told else []
    tamper(tmp_path / "ims.db", *forged(*step), *declaration)
    assert any(str(fault).startswith(f"{BUYER} {told}") for fault in filed.faults())


def test_a_forged_return_is_found(filed: Any, tamper: Tamper, tmp_path: Path) -> None:
    tamper(tmp_path / "ims.db", "UPDATE ims_two_b_log SET at = '2024-11-13 06:30:00.000000' WHERE trigger = 'generate'")
    told = f"{BUYER} GSTR-2B of 2024-10 step 1: is generate from absent to draft by faq.23 faq.26 faq.27"
    assert f"{told}, which the law refuses (faq.23); {RESTORE}" in map(str, filed.faults())


def test_a_detail_that_cannot_be_read_is_found_and_ends_nothing(filed: Any, tamper: Tamper, tmp_path: Path) -> None:
    tamper(
        tmp_path / "ims.db",
        "UPDATE ims_log_call SET detail = 'torn' WHERE number = 1",
        "UPDATE ims_record SET igst = 1",
    )
    told = list(map(str, filed.faults()))
    assert f"ims_log_call {BUYER} 1: has a detail that cannot be read; {RESTORE}" in told
    assert sum("has columns that are not the content" in fault for fault in told) == len(filed.states())
