"""Gives out numbers: blocks that no other transaction gets.

Imports SQLAlchemy; runs one statement on the connection it is given.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_TAKE = text(
    "INSERT INTO counter (name, last) VALUES (:name, :count) "
    "ON CONFLICT (name) DO UPDATE SET last = counter.last + excluded.last RETURNING last"
)


def take(connection: Connection, name: str, count: int = 1) -> int:
    """Return the first of `count` consecutive numbers, the first ever being 1.

    They are taken when the transaction is kept and free again when it is not; on PostgreSQL a second transaction
    waits for the first. Raises `ValueError` for a count below 1.
    """
    if count < 1:
        raise ValueError(f"{count} numbers of {name!r} cannot be taken; take at least 1")
    last = connection.execute(_TAKE, {"name": name, "count": count}).scalar_one()
    return int(last) - count + 1
