"""Events over HTTP: read page by page, or followed as server-sent events; one poller wakes every stream.

Imports FastAPI and the face. A stream reads its own events after its own cursor, so none is lost and none comes twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated

import anyio.to_thread
import orjson
from fastapi import Depends, Header, Query
from fastapi.sse import ServerSentEvent
from pydantic import Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import IMS, Event, EventKind, ImsFsmError, InputError, MissingError
from ims_fsm.web.admission import Admitted, Gstin
from ims_fsm.web.answering import plain
from ims_fsm.web.asked import MOST_ROWS, Asked
from ims_fsm.web.routes import Routes

ROUTES = Routes("events")
READ_AT_ONCE = 500
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,300}$")] | SkipJsonSchema[None]
_log = logging.getLogger("ims_fsm.web")


class Wanted(Asked):
    """Which events are meant."""

    after: Cursor = Field(None, description="The cursor of the last event that was read; without it, the first.")
    kind: Annotated[tuple[EventKind, ...], Field(max_length=len(EventKind))] = ()


class EventPage(Wanted):
    """A page of events."""

    limit: int = Field(100, ge=1, le=MOST_ROWS)


class Feed:
    """Wakes the streams of a process when there is news: one poller, begun by the first stream, ended by the last."""

    def __init__(self, ims: IMS, *, every_s: float = 1.0, stream_s: float = 900.0) -> None:
        """Keep how often it looks, and how long a stream stays open before its reader comes back for more."""
        self.ims, self.every_s, self.stream_s = ims, every_s, stream_s
        #: Is called with 1 as a stream begins, and with -1 as it ends.
        self.count: Callable[[int], object] = lambda _change: None
        self.has_ended = False
        self._waiting: dict[asyncio.Event, str] = {}
        self._poller: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def news_of(self, gstin: str) -> AsyncIterator[asyncio.Event]:
        """Give a flag that is raised when a recipient has events that they did not have before."""
        flag = asyncio.Event()
        self._waiting[flag] = gstin
        self.count(1)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            yield flag
        finally:
            del self._waiting[flag]
            self.count(-1)

    def end(self) -> None:
        """End every stream, as when the server stops; call it in the loop of the streams."""
        self.has_ended = True
        self._wake(lambda _gstin: True)

    async def _poll(self) -> None:
        head: str | None = None
        is_first = True
        while self._waiting:
            try:
                fresh = await anyio.to_thread.run_sync(self._newer, head, is_first)
            except ImsFsmError as error:
                extra = {"ims_event": "events_unreadable", "ims_code": error.code}
                _log.error("the events cannot be read: %s", error, extra=extra)
            else:
                head, whose = fresh
                # What came between a stream's look and the first one here is nobody's news: each looks once more.
                self._wake(whose.__contains__ if not is_first else lambda _gstin: True)
                is_first = False
            await asyncio.sleep(self.every_s)

    def _newer(self, head: str | None, is_first: bool) -> tuple[str | None, set[str]]:  # noqa: FBT001 -- a thread's call
        if is_first:
            return self.ims.newest_event(), set()
        fresh = list(self.ims.events(head, limit=READ_AT_ONCE))
        return (fresh[-1].cursor if fresh else head), {event.recipient for event in fresh}

    def _wake(self, concerns: Callable[[str], bool]) -> None:
        for flag, gstin in self._waiting.items():
            if concerns(gstin):
                flag.set()


@ROUTES.get("/recipients/{gstin}/events")
def list_events(admission: Admitted, gstin: Gstin, page: Annotated[EventPage, Query()]) -> object:
    """List what happened to a recipient's records and returns, in the order of the commits.

    Keep `next` with what you did about the events, and go on from there: so each counts once.
    """
    read = list(_read(admission.ims, page.after, gstin, page.kind, page.limit))
    return {"recipient": gstin, "events": read, "next": read[-1].cursor if read else page.after}


def _read(ims: IMS, after: str | None, gstin: str, kinds: Collection[EventKind], limit: int) -> list[Event]:
    try:
        return list(ims.events(after, gstin=gstin, kinds=kinds, limit=limit))
    except InputError as error:
        # A cursor of another database, or of none, names nothing here.
        raise MissingError(error.subject, error.problems) from None


LastEventId = Annotated[
    Cursor, Header(alias="Last-Event-ID", description="The id of the last event that was received.")
]


async def _begun(
    admission: Admitted, gstin: Gstin, wanted: Annotated[Wanted, Query()], last_event_id: LastEventId = None
) -> Callable[[str | None], list[Event]]:
    """Return what reads the events behind a cursor, None being where the stream begins; a cursor is looked at first."""
    begin = last_event_id or wanted.after
    read = partial(_read, admission.ims, gstin=gstin, kinds=wanted.kind)
    await anyio.to_thread.run_sync(partial(read, begin, limit=1))
    return lambda after: read(after or begin, limit=READ_AT_ONCE)


@ROUTES.stream("/recipients/{gstin}/events/stream")
async def follow_events(
    admission: Admitted, gstin: Gstin, read: Annotated[Callable[..., list[Event]], Depends(_begun)]
) -> AsyncIterator[ServerSentEvent]:
    """Follow a recipient's events as they come (text/event-stream); `Last-Event-ID` resumes.

    The stream ends by itself after a while; a reader comes back with the id of the last event, as EventSource does.
    """
    feed: Feed = admission.feed
    ends, after = asyncio.get_running_loop().time() + feed.stream_s, None
    async with feed.news_of(gstin) as news:
        while not feed.has_ended:
            news.clear()
            while events := await anyio.to_thread.run_sync(read, after):
                for event in events:
                    after = event.cursor
                    yield _sent(event)
            try:
                await asyncio.wait_for(news.wait(), ends - asyncio.get_running_loop().time())
            except TimeoutError:
                return


def _sent(event: Event) -> ServerSentEvent:
    return ServerSentEvent(raw_data=orjson.dumps(plain("Event", event)).decode(), event=event.kind, id=event.cursor)
