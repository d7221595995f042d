"""`events`: what happened, in the order in which it was committed; once, or followed as it comes.

Imports Typer and the options; the workflow when it is run.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import emit, say, verbatim
from ims_fsm.cli.session import opened
from ims_fsm.terms.event import Event, EventKind
from ims_fsm.terms.gstin import checked_gstin

if TYPE_CHECKING:
    from ims_fsm.workflow.ims import IMS

_WORDS = {EventKind.TWO_B: "GSTR-2B of", EventKind.THREE_B: "GSTR-3B of", EventKind.REMINDER: "about"}


def events(
    *,
    after: Annotated[
        str | None, typer.Option("--after", metavar="CURSOR", help="Begin behind this event; without it at the first.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on as events come, until interrupted.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="At most so many.")] = None,
    gstin: Annotated[
        str | None, typer.Option("--gstin", parser=checked_gstin, metavar="GSTIN", help="Only this recipient's.")
    ] = None,
    kind: Annotated[list[EventKind] | None, typer.Option("--kind", help="Only this kind; may be repeated.")] = None,
    restored: Annotated[
        bool,
        typer.Option(
            "--restored", help="After a dump was restored on PostgreSQL, before anybody writes: go on behind it."
        ),
    ] = False,
    db: options.Db = options.DEFAULT_DB,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each event.")] = False,
) -> None:
    """Tell every transition, move of GSTR-2B, GSTR-3B filing, add-back and reminder, in the order of their commits.

    Each has a cursor; keep it with what you did about the event, and go on behind it with --after.
    """
    if follow and limit is not None:
        raise CallError("--follow goes on until it is interrupted, and --limit ends it; leave out one of them")
    with opened(db) as ims:
        if restored:
            _go_on(ims, as_json=as_json)
            return
        some = [str(one) for one in kind or ()]
        if follow:
            for event in _followed(ims, after, gstin, some):
                _tell(event, as_json=as_json)
            return
        last = None
        for event in ims.events(after, limit=limit, gstin=gstin, kinds=some):
            _tell(event, as_json=as_json)
            last = event.cursor
    if not as_json:
        if last is None:
            say("No event." if after is None else "No event since.")
        else:
            verbatim(f"Go on with --after {last}")


def plain(event: Event) -> dict[str, Any]:
    """Return an event as plain data, in the order in which it is printed; the moment in Indian time."""
    from ims_fsm.cli.plain import time

    return {
        "id": event.id,
        "kind": str(event.kind),
        "at": time(event.at),
        "recipient": event.recipient,
        "subject": event.subject,
        "seq": event.seq,
        "trigger": event.trigger,
        "source": event.source,
        "dest": event.dest,
        "actor": event.actor,
        "rules": list(event.rules),
        "detail": event.detail,
        "request_key": event.request_key,
        "cursor": event.cursor,
    }


def _followed(ims: IMS, after: str | None, gstin: str | None, kinds: list[str]) -> Iterator[Event]:
    from ims_fsm.workflow.views import events as reading

    with _stopping() as stop:
        for event in reading.follow(ims.engine, after, reading.wanted(gstin, kinds), stop.wait):
            yield event
            if stop.is_set():
                return


@contextmanager
def _stopping() -> Iterator[Flag]:
    """Give a flag that Ctrl-C and SIGTERM raise: the event that is being told is told to its end."""
    stop = Flag()
    before = {name: signal.signal(name, lambda *_: stop.set()) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _tell(event: Event, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(plain(event), ensure_ascii=False) + "\n")
    else:
        verbatim(_in_words(event))
    sys.stdout.flush()


def _in_words(event: Event) -> str:
    from ims_fsm.cli.plain import minute

    what = f"{_WORDS.get(event.kind, 'record')} {event.subject}"
    moved = f"{event.source} → {event.dest}" if event.source else ""
    rules = f"({', '.join(event.rules)})" if event.rules else ""
    trigger = event.trigger or str(event.kind)
    parts = (minute(event.at), event.recipient, what, trigger, moved, event.actor or "", rules)
    return "  ".join(part for part in parts if part)


def _go_on(ims: IMS, *, as_json: bool) -> None:
    from ims_fsm.store.connection import writing
    from ims_fsm.store.events import go_on_numbering

    with writing(ims.engine) as connection:
        raised = go_on_numbering(connection)
    if as_json:
        emit({"raised": raised})
    else:
        what = f"are raised by {raised:,} to come after" if raised else "come after"
        say(f"The numbers of new events {what} those that are there.")
