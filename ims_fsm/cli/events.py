"""`events`: what happened, in the order in which it was committed; once, or followed as it comes.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli import options
from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.options import minute
from ims_fsm.cli.output import say, verbatim
from ims_fsm.terms.event import Event, EventKind

if TYPE_CHECKING:
    from ims_fsm import IMS

SUBJECTS = {EventKind.TWO_B: "GSTR-2B of", EventKind.THREE_B: "GSTR-3B of", EventKind.REMINDER: "about"}


@command("events", "db")
def events(
    call: Call,
    *,
    after: Annotated[
        str | None, typer.Option("--after", metavar="CURSOR", help="Start after this event; default: the first.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on as events come, until interrupted.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="At most this many.")] = None,
    gstin: options.OneGstin = None,
    kind: Annotated[list[EventKind] | None, typer.Option("--kind", help="Only this kind; may be repeated.")] = None,
    restored: Annotated[
        bool,
        typer.Option(
            "--restored",
            help="After a dump was restored on PostgreSQL, before anything is written: number new events after it.",
        ),
    ] = False,
) -> None:
    """List every transition, move of GSTR-2B, GSTR-3B filing, add-back and reminder, in the order of their commits.

    Each has a cursor; keep it with what you did about the event, and continue with --after. With --json an object a
    line.
    """
    if follow and limit is not None:
        raise CallError("--follow goes on until it is interrupted, and --limit ends it; leave out one of them")
    with call.ims() as ims:
        if restored:
            _renumber(call, ims)
            return
        kinds = [str(name) for name in kind or ()]
        if follow:
            _follow(call, ims, after, gstin, kinds)
            return
        last = None
        for event in ims.events(after, limit=limit, gstin=gstin, kinds=kinds):
            _tell(call, event)
            last = event.cursor
    if not call.as_json:
        verbatim(f"Continue with --after {last}" if last else f"No events{' since' if after else ''}.")


def _renumber(call: Call, ims: IMS) -> None:
    from ims_fsm.workflow.upkeep import renumber_events

    raised = renumber_events(ims)
    how = f"are raised by {raised:,} to come after" if raised else "come after"
    call.answer(lambda: say(f"The numbers of new events {how} the existing ones."), {"raised": raised}, "--restored")


def _follow(call: Call, ims: IMS, after: str | None, gstin: str | None, kinds: list[str]) -> None:
    from ims_fsm.workflow.upkeep import follow

    with _stopping() as stop:
        for event in follow(ims, after, gstin=gstin, kinds=kinds, wait=stop.wait):
            _tell(call, event)
            if stop.is_set():
                return


@contextmanager
def _stopping() -> Iterator[Flag]:
    """Give a flag that Ctrl-C and SIGTERM raise: the event in progress is printed to its end."""
    stop = Flag()
    before = {name: signal.signal(name, lambda *_: stop.set()) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _tell(call: Call, event: Event) -> None:
    call.answer(lambda: verbatim(_in_words(event)), event, indent=None)
    sys.stdout.flush()


def _in_words(event: Event) -> str:
    what = f"{SUBJECTS.get(event.kind, 'record')} {event.subject}"
    moved = f"{event.source} → {event.dest}" if event.source else ""
    rules = f"({', '.join(event.rules)})" if event.rules else ""
    trigger = event.trigger or str(event.kind)
    parts = (minute(event.at), event.recipient, what, trigger, moved, event.actor or "", rules)
    return "  ".join(part for part in parts if part)
