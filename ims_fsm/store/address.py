"""The address of a database: its URL read and checked, what it says beside where the database is, and how it is told.

Imports SQLAlchemy; opens nothing. Whatever may hold a password is not repeated to whoever gave it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ims_fsm.errors import StoreError, printable

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
# How many connections there are at most: the pool's, and no option of PostgreSQL.
POOL = ("pool_size", "max_overflow", "pool_timeout")
# What SQLite waits for before a commit is acknowledged (docs/reliability.md).
SYNCHRONOUS = ("full", "extra", "normal", "off")
_OF_A_FILE = frozenset({"uri", "mode", "cache", "immutable"})
_HARMLESS = re.compile(r"[\w./:\\ -]*")


def read_address(url: str) -> URL:
    """Return the URL of a database with the driver that is used; raises `StoreError` for one that cannot be used."""
    named = printable(repr(url)) if isinstance(url, str) and _HARMLESS.fullmatch(url) else "what is given"
    wrong = StoreError(f"{named} is not a database URL; write it like sqlite:///ims.db or postgresql://…")
    try:
        address = make_url(url if isinstance(url, str) and url.isprintable() else "")
    except (ArgumentError, ValueError):
        raise wrong from None
    name = address.get_backend_name()
    if name not in _DRIVERS:
        raise StoreError(f"{name} is not supported; use SQLite or PostgreSQL" if name.isidentifier() else str(wrong))
    if name == "sqlite":
        _refuse_strange(address)
    elif any("@" in (part or "") for part in (address.host, address.database)):
        raise StoreError("the URL of the database has an @ too many; write an @ in its user or password as %40")
    return address.set(drivername=_DRIVERS[name])


def _refuse_strange(address: URL) -> None:
    if address.username or address.password or address.host or address.port:
        raise StoreError("the URL of a SQLite database names a file alone; write it like sqlite:///ims.db")
    options = {"synchronous", *(_OF_A_FILE if "uri" in address.query else ())}
    if address.query.keys() - options:
        # Which it is, is not told: it may be a piece of a password.
        raise StoreError(f"the URL of a SQLite database may say {', '.join(sorted(options))}, and this one says more")


def synchronous(address: URL) -> str:
    """Return what SQLite waits for before a commit is acknowledged, "full" where the URL does not say it."""
    level = str(address.query.get("synchronous", SYNCHRONOUS[0])).lower()
    if level not in SYNCHRONOUS:
        raise StoreError(f"synchronous of a database URL is one of {', '.join(SYNCHRONOUS)}; write ?synchronous=full")
    return level


def pool_of(address: URL) -> dict[str, int]:
    """Return how many connections a URL allows; raises `StoreError` where it names no number."""
    try:
        return {name: int(str(address.query[name])) for name in POOL if name in address.query}
    except ValueError as error:
        raise StoreError(f"{', '.join(POOL)} of a database URL are numbers; write them like ?pool_size=5") from error


def refuse_unknown(address: URL, options: Mapping[str, Any]) -> None:
    """Raise `StoreError` where the URL of a PostgreSQL database has an option that its driver does not know."""
    if address.query.keys() - options.keys():
        remedy = "write those of libpq, and pool_size, max_overflow, pool_timeout"
        raise StoreError(f"the URL of the database has an option that PostgreSQL does not have; {remedy}")


def address_of(engine: Engine) -> str:
    """Return the address of a database as it may be told: without a password, wherever it stands in it."""
    return printable(engine.url.render_as_string(hide_password=True))
