"""Remembers what a writing call under an idempotency key answered, so that repeating it answers the same.

Imports the tables; knows no use case.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from ims_fsm.errors import ImsFsmError
from ims_fsm.store.connection import first_writer
from ims_fsm.store.tables import RequestRow, core

_requests = core(RequestRow)
_BY_KEY = select(_requests.c["use_case", "fingerprint", "outcome"]).where(
    _requests.c.owner == bindparam("owner"), _requests.c.key == bindparam("key")
)
_KEEP = insert(_requests)


class IdempotencyError(ImsFsmError):
    """An idempotency key came again with another request than the one it was first used for."""

    code = "idempotency_key_reused"

    def __init__(self, key: str, use_case: str, first_use_case: str) -> None:
        """Keep the key, what it is used for now and what it was used for first."""
        self.key = key
        self.use_case = use_case
        self.first_use_case = first_use_case
        super().__init__(key, use_case, first_use_case)

    def __str__(self) -> str:
        """Show the key, both uses and the remedy."""
        first = f"the idempotency key {self.key!r} belongs to an earlier request ({self.first_use_case})"
        return f"{first} and this one ({self.use_case}) is different; give it a key of its own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a request under a key of its owner answered: the outcome as JSON, by whom and when (aware, UTC).

    `owner` is the GSTIN of the desk, empty for calls that concern no one; `fingerprint` is a SHA-256 of the request's
    arguments (64 hex digits).
    """

    owner: str
    key: str
    use_case: str
    fingerprint: str
    outcome: str
    actor: str
    at: datetime


def remembered(connection: Connection, owner: str, key: str, use_case: str, fingerprint: str) -> str | None:
    """Return the outcome (JSON) of the request under this key of its owner, or None where the key is new.

    Raises `IdempotencyError` where the key belongs to another use case or to other arguments.
    """
    row = connection.execute(_BY_KEY, {"owner": owner, "key": key}).first()
    if row is None:
        return None
    if (row.use_case, row.fingerprint) != (use_case, fingerprint):
        raise IdempotencyError(key, use_case, row.use_case)
    return str(row.outcome)


def remember(connection: Connection, answer: Response) -> None:
    """Write what a request answered, in the transaction of the request.

    Raises `ConflictError` where the same key was answered meanwhile; trying again then finds that answer.
    """
    with first_writer(f"the idempotency key {answer.key!r}"):
        connection.execute(_KEEP, asdict(answer))
