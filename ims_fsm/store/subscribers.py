"""Who is told of events after their commit, and how far they were told.

Imports the tables; calls nobody.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from ims_fsm.store.connection import among, database_of
from ims_fsm.store.job_tables import SubscriberRow
from ims_fsm.store.tables import core

_subscriber = core(SubscriberRow)


def begin(connection: Connection, names: Collection[str], cursor: str | None) -> None:
    """Have those of the names that are new told of what comes after a cursor."""
    rows = [{"name": name, "cursor": cursor} for name in sorted(names)]
    connection.execute(database_of(connection).insert(_subscriber).on_conflict_do_nothing(), rows)


def cursors(connection: Connection, names: Collection[str]) -> dict[str, str | None]:
    """Return how far those of the names were told that are here."""
    query = select(_subscriber.c.name, _subscriber.c.cursor).where(among(_subscriber.c.name, names))
    return {row.name: row.cursor for row in connection.execute(query)}


def move(connection: Connection, name: str, before: str | None, after: str) -> bool:
    """Note how far a name was told; False where somebody else has told it on meanwhile."""
    here = _subscriber.c.name == name, _subscriber.c.cursor.is_not_distinct_from(before)
    return connection.execute(update(_subscriber).where(*here).values(cursor=after)).rowcount == 1
