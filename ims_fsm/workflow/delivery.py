"""Delivery: events are told to their subscribers after the commit, in order, at least once.

Imports the hooks and the store. What a subscriber raises is logged and ends nothing: the event waits for the next time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Event as Flag
from threading import Lock

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.hooks import Hooks, Subscriber, log
from ims_fsm.store import events, subscribers
from ims_fsm.store.connection import Connection
from ims_fsm.store.event_logs import Wanted
from ims_fsm.terms.event import Event

Opens = Callable[[], AbstractContextManager[Connection]]
#: So many events at most are told again after a crash.
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What a delivery did: how many events each subscriber was told, and which event each one failed at, and why."""

    events: dict[str, int]
    failures: dict[str, tuple[Event, Exception]]


class Delivery:
    """The delivery of one workspace: one thread delivers, and takes along what others commit meanwhile."""

    def __init__(self) -> None:
        """Begin with no subscriber."""
        self._begun: frozenset[Subscriber] = frozenset()
        self._lock, self._more = Lock(), Flag()

    def begin(self, connection: Connection, hooks: Hooks) -> frozenset[Subscriber]:
        """Have new subscribers told of what this transaction does, and of all after it; returns the new ones."""
        new = frozenset(hooks.subscribers.values()) - self._begun
        if new:
            subscribers.begin(connection, [subscriber.name for subscriber in new], events.newest(connection))
        return new

    def committed(self, begun: frozenset[Subscriber]) -> None:
        """Remember that these subscribers are kept."""
        self._begun |= begun

    def deliver(self, hooks: Hooks, reading: Opens, writing: Opens) -> Delivered:
        """Tell every subscriber what is committed and they were not told, unless another thread is at it."""
        done = Delivered(events=dict.fromkeys(hooks.subscribers, 0), failures={})
        self._more.set()
        while self._more.is_set() and self._lock.acquire(blocking=False):
            try:
                self._more.clear()
                for subscriber in list(hooks.subscribers.values()):
                    while subscriber.name not in done.failures and _page_told(subscriber, reading, writing, done):
                        pass
            finally:
                self._lock.release()
        return done


def _page_told(subscriber: Subscriber, reading: Opens, writing: Opens, done: Delivered) -> bool:
    """Tell a subscriber the next page of events; returns whether there may be more."""
    name = subscriber.name
    with reading() as connection:
        kept = subscribers.cursors(connection, [name])
        page = events.page(connection, kept[name], PAGE, Wanted(None, subscriber.kinds)) if name in kept else []
    last = None
    for event in page:
        try:
            if subscriber.wants(event):
                subscriber.callback(event)
                done.events[name] += 1
        except Exception as error:  # noqa: BLE001 -- it is logged, and told in the answer
            done.failures[name] = event, error
            said = {"ims_event": "hook_raised", "ims_hook": "after_commit"}
            log.exception("after_commit hook %r raised at event %s, which is given again", name, event.id, extra=said)
            break
        last = event.cursor
    if last is not None:
        with writing() as connection:
            subscribers.move(connection, name, kept[name], last)
    return len(page) == PAGE


def delivered_or_logged(deliver: Callable[[], Delivered]) -> None:
    """Deliver behind a call that is committed: where the database fails now, the call has not."""
    try:
        deliver()
    except ImsFsmError as error:
        said = {"ims_event": "not_delivered", "ims_code": error.code}
        log.error("events were not delivered; the next call delivers them: %s", error, extra=said)
