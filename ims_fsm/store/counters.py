"""Gives out numbers: blocks that no other transaction gets.

Imports SQLAlchemy; runs one statement on the connection it is given.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from ims_fsm.store.dialect import database_of

RECORD = "record"
_TAKE = text(
    "INSERT INTO counter (name, last) VALUES (:name, :count) "
    "ON CONFLICT (name) DO UPDATE SET last = counter.last + excluded.last RETURNING last"
)
_TAKE_FROM_SEQUENCE = text("SELECT take_record_numbers(:count)")


def take(connection: Connection, name: str, count: int = 1) -> int:
    """Return the first of `count` consecutive numbers, the first ever being 1.

    They are taken when the transaction is kept and free again when it is not; a second transaction waits for the
    first. Not so the numbers of records on PostgreSQL: nobody waits, and those of a transaction that is not kept stay
    unused. Raises `ValueError` for a count below 1.
    """
    if count < 1:
        raise ValueError(f"{count} numbers of {name!r} cannot be taken; take at least 1")
    if name == RECORD and not database_of(connection).single_writer:
        return int(connection.execute(_TAKE_FROM_SEQUENCE, {"count": count}).scalar_one())
    return int(connection.execute(_TAKE, {"name": name, "count": count}).scalar_one()) - count + 1
