"""A clock that is set by hand, for tests, rehearsals and stories; the engine takes any callable that gives moments.

Imports the terms alone.
"""

from __future__ import annotations

from datetime import datetime

from ims_fsm.terms.period import in_india, indian


class SettableClock:
    """A clock that stands at the moment it was set to.

    >>> clock = SettableClock("2024-11-14 06:00")
    >>> clock().isoformat()
    '2024-11-14T00:30:00+00:00'
    """

    def __init__(self, moment: datetime | str) -> None:
        """Set the clock; text and naive moments are Indian Standard Time."""
        self._moment = _read(moment)

    def set(self, moment: datetime | str) -> None:
        """Set the clock to another moment, earlier or later."""
        self._moment = _read(moment)

    def __call__(self) -> datetime:
        """Return the moment it stands at, aware and in UTC."""
        return self._moment


def _read(moment: datetime | str) -> datetime:
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return indian(read) if read.tzinfo is None else indian(in_india(read).replace(tzinfo=None))
