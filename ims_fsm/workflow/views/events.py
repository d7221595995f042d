"""Events out: read page by page to the end, or followed as they come.

Imports the store; keeps nothing, for the reader keeps the cursor with what was made of the event.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from ims_fsm.errors import Problem
from ims_fsm.store import events
from ims_fsm.store.connection import Connection
from ims_fsm.store.event_logs import Wanted
from ims_fsm.terms.border import Border
from ims_fsm.terms.event import Event, EventKind
from ims_fsm.workflow.workspace import Workspace

PAGE = 1000
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 8.0


def wanted(gstin: str | None = None, kinds: Collection[str] = (), owner: str | None = None) -> Wanted:
    """Return which events are meant; without kinds every kind is. Raises `InputError` for what there is not."""
    border = Border("events")
    meant = None if gstin is None else border.gstin("gstin", gstin)
    if owner is not None:
        meant = border.text("owner", owner, empty=True)
    chosen, words = border.several("kinds", kinds), tuple(EventKind)
    unknown = sorted({repr(kind) for kind in chosen if kind not in words})
    remedy = f"the kinds are {', '.join(words)}"
    border.problems += [Problem(kind, "is not a kind of event", remedy) for kind in unknown]
    border.close()
    return Wanted(meant, frozenset(EventKind(str(kind)) for kind in chosen) or frozenset(EventKind))


def read(
    workspace: Workspace, after: str | None, limit: int | None, asked: Wanted, page: int = PAGE
) -> Iterator[Event]:
    """Give the events after a cursor, up to the last that is committed or to `limit`; `page` at a time are read.

    Nothing is held open between pages. Raises `InputError` for another cursor, and when it is read
    `StoreError` where the database was restored.
    """
    border = Border("events")
    if after is not None and not isinstance(after, str):
        border.wrong("after", after, "is not a cursor of events", "give the cursor of an event")
    border.limit(limit, "events")
    border.close()
    if after is not None:
        events.position_of(after, workspace.dialect)
    return _pages(workspace, after, limit, asked, page)


def read_back(workspace: Workspace, before: str | None, limit: int, asked: Wanted) -> list[Event]:
    """Return the events before a cursor, at most `limit` of them, the newest first.

    Raises `InputError` for another cursor, and for no number.
    """
    border = Border("events")
    if before is not None and not isinstance(before, str):
        border.wrong("before", before, "is not a cursor of events", "give the cursor of an event")
    most = border.limit(limit, "events")
    if most is None and not border.problems:
        border.wrong("limit", limit, "is not a number of events", "give a whole number: they are held")
    border.close()
    with workspace.reading() as connection:
        return events.page_back(connection, before, most or 0, asked)


def newest(connection: Connection) -> str | None:
    """Return the cursor of the newest event; None where there is none."""
    return events.newest(connection)


def _pages(workspace: Workspace, after: str | None, limit: int | None, which: Wanted, page: int) -> Iterator[Event]:
    left = limit
    while left is None or left > 0:
        asked = page if left is None else min(page, left)
        with workspace.reading() as connection:
            events_read = events.page(connection, after, asked, which)
        yield from events_read
        if len(events_read) < asked:
            return
        after = events_read[-1].cursor
        left = None if left is None else left - len(events_read)


def follow(
    workspace: Workspace, after: str | None, which: Wanted, wait: Callable[[float], bool], page: int = PAGE
) -> Iterator[Event]:
    """Give the events after a cursor and go on as they come, until `wait` says that it is enough.

    `wait` waits so many seconds and returns whether to stop; it is asked for longer while nothing comes.
    """
    pause = FIRST_PAUSE_S
    while True:
        for event in read(workspace, after, None, which, page):
            yield event
            after, pause = event.cursor, FIRST_PAUSE_S
        if wait(pause):
            return
        pause = min(2 * pause, LONGEST_PAUSE_S)
