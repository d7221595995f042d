"""The moments of what was done: whether time would run backwards within one log, and what was dated back.

Imports nothing of the package. `at` is the moment at which the law was read, `recorded_at` what the machine's own clock
said when the row was written (docs/adr/0019). Moments are aware.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

#: The moment at which something is dated, and that of the machine's own clock (both aware).
Moments = tuple[datetime, datetime]
#: How far the clocks of machines that share a database may be apart: no more than that is time running backwards.
CLOCKS_APART = timedelta(minutes=1)


def machine_clock() -> datetime:
    """Return what the machine's own clock says, aware and in UTC."""
    return datetime.now(UTC)


def latest_before(at: datetime) -> datetime:
    """Return the newest moment that a log may hold already, where a step at `at` is to come behind it."""
    return at + CLOCKS_APART


def runs_back(at: datetime, last_at: datetime | None) -> bool:
    """Say whether time would run backwards if a step at `at` came behind what a log holds up to `last_at`."""
    return last_at is not None and last_at > latest_before(at)


def newest(last_at: datetime | None, at: datetime) -> datetime:
    """Return the newest moment of a log once a step at `at` has come behind those up to `last_at`."""
    return at if last_at is None or last_at < at else last_at


def is_apart(at: datetime, recorded_at: datetime) -> bool:
    """Say whether a row was written at another time than the one that it is dated at."""
    return abs(recorded_at - at) > CLOCKS_APART
