"""What a GSTR-3B decided, forged together with the digest that it kept: no seal is needed to find it.

The audit decides alone and chained records again by the law, and makes their lines again, so that a digest that was
taken anew helps nobody. What follows in all from an action that was never taken is another history: only a checkpoint
that was kept elsewhere finds it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, text

from ims_fsm.proof.checkpoint import Checkpoint
from ims_fsm.store import returns, seals
from ims_fsm.terms.period import TaxPeriod

BUYER = "27AAPFU0939F1ZV"
WHY = "what was decided makes it"
SEALED_AT = datetime.fromisoformat("2026-02-01T06:30:00+00:00")


def record(number: int, change: str) -> str:
    return f"UPDATE ims_record SET {change} WHERE id = {number}"


def line(number: int, change: str, entry: str = "document") -> str:
    return f"UPDATE ims_two_b_line SET {change} WHERE record_id = {number} AND entry = '{entry}'"


def said(number: int, **values: Any) -> str:
    """Return what makes the log say something else of a record that froze."""
    detail = json.dumps(values, sort_keys=True)
    return (
        f"UPDATE ims_transition_log SET detail = '{detail}' WHERE record_id = {number} AND detail LIKE '%disposition%'"
    )


def of(number: int, name: str, stands: object, follows: object) -> str:
    return f"{BUYER} record {number}: has {stands} as {name}, and {WHY} {follows}"


def of_line(period: str, number: int, name: str, stands: object, follows: object, entry: str = "document") -> str:
    return f"{BUYER} GSTR-2B of {period} record {number} {entry}: has {stands} as {name}, and {WHY} {follows}"


ONE_MORE = (
    "INSERT INTO ims_two_b_line SELECT recipient_gstin, period, record_id, 'reversal_4b1', section, counts, decision, "
    "record_version, igst, cgst, sgst, cess FROM ims_two_b_line WHERE record_id = 12"
)
ACCEPTED = {"disposition": "accepted", "period": "2025-11"}
FORGED: Mapping[str, tuple[Sequence[str], str, str]] = {
    "E of what was amended": ([record(1, "carried_igst = 1")], "chain", of(1, "carried_igst", 1, 18000)),
    "E of an amendment": (
        [record(7, "carried_igst = 18000"), said(7, **ACCEPTED, itc={})],
        "chain",
        of(7, "carried_igst", 18000, 12000),
    ),
    "S of an amendment": ([record(7, "standing_igst = 1")], "chain", of(7, "standing_igst", 1, 12000)),
    "S of a rejected amendment, with its add-back": (
        [record(14, "standing_igst = 18000"), "UPDATE ims_liability SET igst = 8000 WHERE record_id = 14"],
        "chain",
        of(14, "standing_igst", 18000, 12000),
    ),
    "what the log says that an amendment moved": (
        [said(7, **ACCEPTED, itc={"igst": -1})],
        "chain",
        of(7, "decision", '{"disposition": "accepted", "itc": {"igst": -1}, "period": "2025-11"}',
           '{"disposition": "accepted", "itc": {"igst": -6000}, "period": "2025-11"}'),
    ),
    "an accepted amendment as rejected": (
        [record(7, "disposition = 'rejected', carried_igst = 18000, standing_igst = 18000"),
         said(7, disposition="rejected", period="2025-11", itc={}, added_back={"igst": 6000}),
         line(7, "decision = 'rejected', section = 'itc_rejected'")],
        "chain",
        of(7, "disposition", "rejected", "accepted"),
    ),
    "a superseded amendment as accepted": (
        [record(8, "disposition = 'deemed_accepted', carried_igst = 17000"),
         said(8, disposition="deemed_accepted", period="2025-11", itc={"igst": -1000})],
        "chain",
        of(8, "disposition", "deemed_accepted", "superseded"),
    ),
    "the period of an amendment outside IMS": (
        [record(11, "settled_in = '2025-12'"), line(11, "period = '2025-12'"),
         line(11, "period = '2025-12'", "reversal_4b1")],
        "return",
        f"{BUYER} GSTR-2B of 2025-11: has 6 as lines, and its log makes it 8",
    ),
    "a line of a chain": ([line(7, "igst = -1")], "chain", of_line("2025-11", 7, "igst", -1, -6000)),
    "a line that reverses": (
        ["DELETE FROM ims_two_b_line WHERE entry = 'reversal_4b1'"],
        "chain",
        f"{BUYER} GSTR-2B of 2025-11 record 11 reversal_4b1: is gone",
    ),
    "a line in another section": (
        [line(11, "section = 'itc_available'")],
        "chain",
        of_line("2025-11", 11, "section", "itc_available", "itc_not_available"),
    ),
    "an accepted record as rejected": (
        [record(12, "disposition = 'rejected', carried_igst = 0"),
         said(12, disposition="rejected", period="2025-11", itc={}),
         line(12, "decision = 'rejected', section = 'itc_rejected'")],
        "money",
        of(12, "disposition", "rejected", "accepted"),
    ),
    "whether a line counts": (
        [line(1, "counts = FALSE")], "chain", of_line("2025-10", 1, "counts", False, True)
    ),
    "whether a line alone counts": (
        [line(12, "counts = FALSE")], "return", of_line("2025-11", 12, "counts", False, True)
    ),
    "reverse charge that counts": (
        [line(4, "counts = TRUE")], "return", of_line("2025-10", 4, "counts", True, False)
    ),
    "a line of reverse charge": (
        [line(4, "igst = 1")], "return", of_line("2025-10", 4, "igst", 1, 18000)
    ),
    "a line of another place of supply": (
        [line(5, "igst = 1")], "return", of_line("2025-10", 5, "igst", 1, 18000)
    ),
    "a decision outside IMS": (
        [line(5, "decision = 'accepted'")], "return", of_line("2025-10", 5, "decision", "accepted", "reversed")
    ),
    "what is out of time": (
        [line(13, "igst = -1", "forward_reduction")],
        "return",
        of_line("2025-11", 13, "igst", -1, -18000, "forward_reduction"),
    ),
    "a line of nothing": (
        [ONE_MORE],
        "return",
        of_line("2025-11", 12, "igst", 18000, "nothing", "reversal_4b1"),
    ),
    "a line that is gone": (
        ["DELETE FROM ims_two_b_line WHERE record_id = 12"],
        "return",
        of_line("2025-11", 12, "line", "nothing", 12),
    ),
}  # fmt: skip


def taken_anew(connection: Connection) -> None:
    """Keep the digests of what stands now, and how many lines there are."""
    for period in ("2025-10", "2025-11", "2025-12"):
        digest = returns.digest(connection, BUYER, TaxPeriod(period))
        of_period = f"recipient_gstin = '{BUYER}' AND period = '{period}'"
        query = text(f"SELECT seq, detail FROM ims_two_b_log WHERE {of_period} AND trigger = 'file_3b'")
        seq, detail = connection.execute(query).one()
        forged = json.dumps({**json.loads(detail), "digest": digest}, sort_keys=True)
        change = text(f"UPDATE ims_two_b_log SET detail = :forged WHERE {of_period} AND seq = {seq}")
        connection.execute(change, {"forged": forged})


def test_the_months_are_sound_before_and_with_digests_taken_anew(decided: Any) -> None:
    assert decided.faults() == ()
    with decided.undone():
        with decided.disarmed():
            taken_anew(decided.connection)
        assert decided.faults() == ()


@pytest.mark.parametrize("what", FORGED)
def test_what_is_forged_with_its_digest_is_found_without_a_seal(decided: Any, what: str) -> None:
    statements, code, told = FORGED[what]
    with decided.undone():
        with decided.disarmed():
            for statement in statements:
                assert decided.connection.execute(text(statement)).rowcount > 0, statement
            taken_anew(decided.connection)
        faults = decided.faults()
    assert any(fault.code == code and str(fault).startswith(told) for fault in faults), faults


# Record 12 was accepted; that it was rejected is told alike by its step, its row, its line and the digest.
REJECTED = "trigger = 'reject', dest = 'rejected', rules = 'faq.10.ii faq.12'"
OTHER_HISTORY = (
    (
        f"UPDATE ims_log_call SET {REJECTED} WHERE number = (SELECT min(call) FROM ims_transition_log WHERE "
        f"record_id = 12)"
    ),
    "UPDATE ims_transition_log SET source = 'rejected' WHERE record_id = 12 AND seq = 2",
    *FORGED["an accepted record as rejected"][0],
)


def test_another_history_is_found_by_a_checkpoint_that_was_kept_and_by_nothing_else(decided: Any) -> None:
    connection = decided.connection
    with decided.undone():
        kept = Checkpoint.read(seals.seal(connection, BUYER, "asha", (SEALED_AT, SEALED_AT)).checkpoint)
        assert seals.kept(connection, kept) is None
        with decided.disarmed():
            for statement in (*OTHER_HISTORY, "DELETE FROM ims_seal", "DELETE FROM ims_seal_leaf"):
                assert connection.execute(text(statement)).rowcount > 0, statement
            taken_anew(connection)
        seals.seal(connection, BUYER, "asha", (SEALED_AT, SEALED_AT))
        assert decided.faults() == ()
        fault = seals.kept(connection, kept)
    assert fault is not None
    assert fault.what == f"does not fit the first {kept.size} leaves of the log, which has changed"
