"""Requests: an idempotency key answers the same request the same, and refuses another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from ims_fsm.store.connection import ConflictError, reading, writing
from ims_fsm.store.register import IdempotencyError, Response, remember, remembered

NOON = datetime(2024, 11, 12, 12, 0, tzinfo=UTC)
ANSWER = Response(
    owner="27AAPFU0939F1ZV",
    key="k-1",
    use_case="act",
    fingerprint="ab" * 32,
    outcome='{"applied":[1]}',
    actor="asha",
    at=NOON,
    recorded_at=NOON,
)


@pytest.fixture
def answered(engine: Engine) -> Engine:
    with writing(engine) as connection:
        remember(connection, ANSWER)
    return engine


def test_the_same_request_is_answered_the_same(answered: Engine) -> None:
    with reading(answered) as connection:
        assert remembered(connection, "27AAPFU0939F1ZV", "k-1", "act", "ab" * 32) == '{"applied":[1]}'


def test_a_new_key_has_no_answer(answered: Engine) -> None:
    with reading(answered) as connection:
        assert remembered(connection, "27AAPFU0939F1ZV", "k-2", "act", "ab" * 32) is None


@pytest.mark.parametrize(("use_case", "fingerprint"), [("act", "cd" * 32), ("file_3b", "ab" * 32)])
def test_a_key_is_refused_for_another_request(answered: Engine, use_case: str, fingerprint: str) -> None:
    with pytest.raises(IdempotencyError) as refused, reading(answered) as connection:
        remembered(connection, "27AAPFU0939F1ZV", "k-1", use_case, fingerprint)
    assert str(refused.value) == (
        "the idempotency key 'k-1' belongs to an earlier request (act) "
        f"and this one ({use_case}) is different; give it a key of its own"
    )
    assert refused.value.as_dict()["code"] == "idempotency_key_reused"


def test_a_key_is_answered_once(answered: Engine) -> None:
    with pytest.raises(ConflictError) as lost, writing(answered) as connection:
        remember(connection, replace(ANSWER, outcome="{}"))
    assert str(lost.value) == "another writer was first to change the idempotency key 'k-1'; read again and retry"
    with reading(answered) as connection:
        assert remembered(connection, "27AAPFU0939F1ZV", "k-1", "act", "ab" * 32) == ANSWER.outcome
