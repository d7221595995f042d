"""Seals: what they cover, in which order, the same on both databases, and every row under one that was changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from ims_fsm.errors import InputError, Problem
from ims_fsm.proof.checkpoint import Checkpoint
from ims_fsm.proof.leaf import hash_of, leaf
from ims_fsm.proof.tree import Tree
from ims_fsm.store import leaves, seals
from ims_fsm.store.connection import StoreError, reading, writing
from ims_fsm.store.leaves import LEAVES
from ims_fsm.store.seals import Seal, seal

BUYER, OTHER = "27AAPFU0939F1ZV", "07AAACT2727Q1ZW"
NOON = datetime(2024, 11, 12, 12, 0, tzinfo=UTC)
LATER = datetime(2024, 12, 1, 12, 0, tzinfo=UTC)
RESTORE = "restore the database from a copy made before the change"
Tamper = Callable[..., None]


def fill(engine: Engine, write: type[Any]) -> None:
    """Write three records of one recipient, one of them edited, one of another, and a GSTR-2B."""
    with writing(engine) as connection:
        made = write(connection)
        made.record(3)
        document = made.record(2, "keep_pending").changed(number="S/3A", igst=900_000)
        made.content(3, document, number=2)
        made.record(1, "accept", "reset", "reject")
        made.record(4, "accept", recipient=OTHER)
        made.two_b("2024-10", ("generate", "draft"), ("change", "stale"))


def grow(engine: Engine, write: type[Any]) -> None:
    """Write a step more of one record, and a record more."""
    with writing(engine) as connection:
        made = write(connection)
        made.steps(1, "accept", "reset", "reject", "reset", after=3)
        made.record(5, "accept")


def sealed(engine: Engine, gstin: str = BUYER, at: datetime = NOON) -> Seal:
    with writing(engine) as connection:
        return seal(connection, gstin, "asha", (at, at))


def faults(engine: Engine, gstin: str | None = BUYER) -> list[str]:
    with reading(engine) as connection:
        return [str(problem) for problem in seals.problems(connection, gstin)]


def subjects(engine: Engine, after: int = 0) -> list[Any]:
    columns = LEAVES.c["kind", "subject", "steps", "contents", "replaces"]
    query = select(*columns).where(LEAVES.c.recipient_gstin == BUYER, LEAVES.c.position >= after)
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(query.order_by(LEAVES.c.position))]


def test_leaves_come_in_the_order_of_the_log(filled: Engine) -> None:
    made = sealed(filled)
    assert (made.number, made.size, made.subjects, len(made.digest)) == (1, 5, 4, 64)
    assert subjects(filled) == [
        ("record", 3, 0, 2, None),
        ("record", 2, 1, 1, None),
        ("record", 1, 3, 1, None),
        ("return", 202410, 2, 0, None),
        ("seal", 1, 0, 0, None),
    ]
    assert faults(filled) == []


def test_a_leaf_has_only_what_is_new_and_names_the_one_before(filled: Engine, write: type) -> None:
    first = sealed(filled)
    grow(filled, write)
    second = sealed(filled, at=LATER)
    assert (second.number, second.size, second.subjects) == (2, 8, 5)
    assert subjects(filled, first.size) == [
        ("record", 1, 4, 1, 2),
        ("record", 5, 1, 1, None),
        ("seal", 2, 0, 0, None),
    ]
    with reading(filled) as connection:
        (_, before, _), (position, newest, covers) = leaves.history(connection, BUYER, "record", 1, second.size)
        assert hash_of(before).hex() in newest
        assert '"seq":4' in newest
        assert '"seq":3' not in newest
        log = leaves.read(connection, BUYER)
    assert (position, covers, len(log.newest_of_all().inclusion(0))) == (5, (4, 1), 3)
    assert Tree(log.hashes).root(first.size).hex() == first.digest
    assert faults(filled) == []


def test_a_recipients_log_is_another_recipients_neither_more_nor_less(filled: Engine) -> None:
    sealed(filled)
    assert (sealed(filled, OTHER).size, sealed(filled, OTHER).checkpoint.splitlines()[0]) == (2, f"ims-fsm/{OTHER}")
    assert faults(filled, None) == []


def test_where_nothing_was_added_the_newest_seal_stands(filled: Engine) -> None:
    assert sealed(filled, at=LATER) == sealed(filled, at=NOON)


def test_one_that_is_to_be_signed_is_set_anew_where_the_newest_is_not(filled: Engine) -> None:
    sealed(filled)
    for _ in range(2):
        with writing(filled) as connection:
            made = seal(connection, BUYER, "asha", (LATER, LATER), lambda checkpoint: (f"— {checkpoint.origin} AAAA",))
        assert made.checkpoint.endswith(f"\n\n— ims-fsm/{BUYER} AAAA\n")
        assert (made.number, made.size) == (2, 6)
    with reading(filled) as connection:
        assert seals.seals_of(connection, BUYER)[-1] == made


def test_a_seal_is_the_same_on_every_database_however_its_rows_are_numbered(
    memory: Engine, pg: Engine, write: type
) -> None:
    with writing(pg) as connection:
        connection.execute(text("SELECT nextval('ims_log_call_number'), nextval('ims_log_call_number')"))
    for engine in (memory, pg):
        fill(engine, write)
        sealed(engine)
        grow(engine, write)
    assert sealed(memory, at=LATER) == sealed(pg, at=LATER)


OF_CALL = (
    "UPDATE ims_log_call SET {} WHERE number = (SELECT call FROM ims_transition_log WHERE record_id = 1 AND seq = 2)"
)
OF_1 = "record 1 up to step 3 and content 1"
OTHER_ACTOR = OF_CALL.format("actor = 'nobody'")
CHANGES = {
    OTHER_ACTOR: OF_1,
    OF_CALL.format("at = '2024-11-12 12:00:01.000000'"): OF_1,
    OF_CALL.format("trigger = 'accept'"): OF_1,
    OF_CALL.format("request_key = 'k'"): OF_1,
    "UPDATE ims_transition_log SET detail = '{}' WHERE record_id = 1 AND seq = 2": OF_1,
    "UPDATE ims_transition_log SET record_version = 9 WHERE record_id = 1 AND seq = 2": OF_1,
    "DELETE FROM ims_transition_log WHERE record_id = 2": "record 2 up to step 1 and content 1",
    "UPDATE ims_record_content SET content_hash = 'x' WHERE record_id = 3 AND number = 1": (
        "record 3 up to step 0 and content 2"
    ),
    "UPDATE ims_two_b_log SET rules = 'faq.24' WHERE seq = 1": "GSTR-2B of 2024-10 up to step 2",
    "UPDATE ims_seal_leaf SET replaces = 0 WHERE position = 2": OF_1,
    "UPDATE ims_seal_leaf SET steps = 2 WHERE position = 2": "record 1 up to step 2 and content 1",
}


@pytest.mark.parametrize("statement", CHANGES)
def test_a_row_under_a_seal_that_was_changed_is_named(filed: Engine, tamper: Tamper, statement: str) -> None:
    sealed(filed)
    tamper(statement)
    changed = f"{BUYER} {CHANGES[statement]}: no longer reads as it did when seal 1 was set on it; {RESTORE}"
    assert changed in faults(filed)


SEAL = f"{BUYER} seal 1: no longer reads as it did when it was set; {RESTORE}"
ROOT = f"{BUYER} seal 1: no longer fits the 5 leaves that it was set on; {RESTORE}"
TORN = f"{BUYER} log: has {{}} leaves, and {{}}; a seal or leaves are gone; {RESTORE}"


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE ims_seal SET actor = 'nobody'", SEAL),
        ("UPDATE ims_seal SET subjects = 9", SEAL),
        ("UPDATE ims_seal SET newest = digest", SEAL),
        ("UPDATE ims_seal SET digest = newest", ROOT),
        ("UPDATE ims_seal SET size = 4", ROOT.replace("the 5", "the 4")),
        (
            (
                "UPDATE ims_seal_leaf SET hash = (SELECT s.hash FROM ims_seal_leaf AS s WHERE s.position = 0) WHERE "
                "position = 1"
            ),
            ROOT,
        ),
        ("DELETE FROM ims_seal_leaf WHERE position = 4", TORN.format(4, "seal 1 ends at leaf 5")),
        ("DELETE FROM ims_seal", TORN.format(5, "there is no seal")),
        ("DELETE FROM ims_seal_leaf", TORN.format(0, "seal 1 ends at leaf 5")),
    ],
)
def test_a_seal_that_was_changed_or_torn_off_is_told(filed: Engine, tamper: Tamper, statement: str, fault: str) -> None:
    sealed(filed)
    tamper(statement)
    assert fault in faults(filed)


def test_one_broken_seal_does_not_break_the_next(filed: Engine, write: type, tamper: Tamper) -> None:
    sealed(filed)
    grow(filed, write)
    sealed(filed, at=LATER)
    tamper(OTHER_ACTOR)
    assert faults(filed) == [f"{BUYER} {OF_1}: no longer reads as it did when seal 1 was set on it; {RESTORE}"]


def test_nothing_is_sealed_on_top_of_a_seal_that_is_gone(filed: Engine, tamper: Tamper) -> None:
    sealed(filed)
    tamper("DELETE FROM ims_seal")
    with pytest.raises(StoreError) as refused:
        sealed(filed, at=LATER)
    assert str(refused.value) == f"{TORN.format(5, 'there is no seal')}; until then nothing can be sealed on top of it"


def test_the_newest_seal_with_all_that_belongs_to_it_is_missed_by_what_was_kept(
    filed: Engine, write: type, tamper: Tamper
) -> None:
    first = sealed(filed)
    grow(filed, write)
    second = sealed(filed, at=LATER)
    assert [held(filed, made) for made in (first, second)] == [(None, None), (None, None)]
    tamper("DELETE FROM ims_seal WHERE number = 2", "DELETE FROM ims_seal_leaf WHERE position >= 5")
    assert faults(filed) == []
    assert held(filed, first) == (None, None)
    lost = Problem(f"{BUYER} checkpoint", "is of 8 leaves, and the log has 5; what was sealed since is gone", RESTORE)
    gone = Problem(second.digest, "is the digest of no seal; the seal was removed or changed", RESTORE)
    assert held(filed, second) == (lost, gone)


def test_a_log_that_was_sealed_anew_does_not_fit_what_was_kept(filed: Engine, tamper: Tamper) -> None:
    made = sealed(filed)
    tamper("DELETE FROM ims_seal", "DELETE FROM ims_seal_leaf", OTHER_ACTOR)
    sealed(filed)
    assert faults(filed) == []
    checkpoint, digest = held(filed, made)
    assert str(checkpoint) == (
        f"{BUYER} checkpoint: does not fit the first 5 leaves of the log, which has changed; {RESTORE}"
    )
    assert digest is not None


def held(engine: Engine, made: Seal) -> tuple[Problem | None, Problem | None]:
    """Return what a checkpoint and a digest that were kept elsewhere find."""
    with reading(engine) as connection:
        return (
            seals.kept(connection, Checkpoint.read(made.checkpoint)),
            seals.of_digest(connection, made.digest),
        )


def test_who_has_no_log_has_nothing_to_seal(memory: Engine) -> None:
    with pytest.raises(InputError) as refused:
        sealed(memory)
    assert str(refused.value) == (
        f"seal: {BUYER}: has nothing in any log that could be sealed; see recipients() for who has records"
    )


def test_a_leaf_knows_no_other_values_than_those_of_the_logs() -> None:
    with pytest.raises(TypeError, match=r"^set has no place in a leaf$"):
        leaf({"record": {1}}, None)
