"""A record's own path as plain data for its machine's picture: what it took, what is open to it now, what is closed.

Imports the views, the store and the picture's `Highlight`; reads only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ims_fsm.draw.diagrams import check_formats, drawn
from ims_fsm.draw.path import Barrier, Highlight, Step, Way, path_sheet
from ims_fsm.draw.picture import Links
from ims_fsm.draw.theme import theme_named
from ims_fsm.law.declaration import ENTRY, STATE
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.log import TransitionEntry
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import label, record_fields
from ims_fsm.store import log
from ims_fsm.terms.border import Border
from ims_fsm.terms.period import in_india
from ims_fsm.workflow.transitions import consider
from ims_fsm.workflow.unit import UnitOfWork

LONGEST_ADDRESS = 2000
# How a sentence names the record that its own picture is about.
_SHORT = {"document": "it", "a_document": "such a document"}


def diagram(
    unit: UnitOfWork,
    record_id: int,
    fmt: str,
    theme: str = "light",
    href_base: str | None = None,
    *,
    recipient: str | None = None,
) -> bytes:
    """Draw a record's path on the picture of its machine, under the rule set that governs it.

    Raises what `IMS.record` and the drawing of a picture raise.
    """
    border = Border("drawing")
    border.text("format", fmt)
    border.text("theme", theme)
    if href_base is not None:
        border.text("href_base", href_base, longest=LONGEST_ADDRESS)
    border.close()
    check_formats([fmt])
    record, look = unit.record(record_id, recipient), theme_named(theme)
    links = None if href_base is None else Links(href_base.replace("{machine}", record.machine))
    edition = unit.scene(record.recipient).edition(record)
    return drawn([path_sheet(edition, highlight(unit, record), look, links)], fmt)[0]


def highlight(unit: UnitOfWork, record: Record) -> Highlight:
    """Return a record's path, the ways open to it now and what closes the others."""
    scene = unit.scene(record.recipient)
    edition = scene.edition(record)
    entries = log.history(unit.connection, record.recipient, record.id)
    steps = (_entry(unit, record, edition), *(_step(entry) for entry in entries))
    now = tuple(_now(unit, record, edition))
    heading = label(record.document)
    return Highlight(
        key=f"record-{record.id}",
        heading=heading[0].upper() + heading[1:],
        subheading=_standing(unit, record, edition, entries),
        state=str(record.state),
        steps=steps,
        ways=tuple(way for way in now if isinstance(way, Way)),
        barriers=tuple(way for way in now if isinstance(way, Barrier)),
    )


def _entry(unit: UnitOfWork, record: Record, edition: Edition) -> Step:
    first = log.contents_of(unit.connection, record)[0]
    trigger = next(move.trigger for move in edition.transitions if ENTRY in move.source)
    return Step(None, trigger, ENTRY, edition.initial, _day(first.at), first.actor)


def _step(entry: TransitionEntry) -> Step:
    return Step(entry.seq, entry.trigger, entry.source, entry.dest, _day(entry.at), entry.actor)


def _now(unit: UnitOfWork, record: Record, edition: Edition) -> Iterator[Way | Barrier]:
    """Give what each trigger comes to now; left out is one that leads nowhere from the state, and no guard says why."""
    chain = unit.chain_of(record)
    fields = record_fields(record, unit.scene(record.recipient)) | _SHORT
    of_the_state = {guard.name for guard in edition.guards if STATE in guard.refuse_when}
    for trigger in edition.triggers:
        leads = edition.transition(str(record.state), trigger) is not None
        decision = consider(unit, record, trigger, chain=chain)
        if isinstance(decision, Allowed):
            yield Way(trigger, decision.dest, decision.rules)
        elif refusals := [refusal for refusal in decision.refusals if leads or refusal.guard in of_the_state]:
            yield Barrier(trigger, tuple((refusal.rule, refusal.sentence(fields)) for refusal in refusals))


def _standing(unit: UnitOfWork, record: Record, edition: Edition, log: Sequence[TransitionEntry]) -> str:
    title = edition.states[str(record.state)].title
    since = f" since {_day(log[-1].at)}" if log else ""
    decided = (
        f", as {record.disposition}" if record.disposition and str(record.disposition) != str(record.state) else ""
    )
    period = unit.scene(record.recipient).expected_period(record)
    fixed = "" if record.filed else " if it were filed now"
    return (
        f"{title}{since}{decided}  ·  recipient {record.recipient}  ·  {edition.rule_set.id}, 2B period {period}{fixed}"
    )


def _day(moment: datetime) -> str:
    day = in_india(moment)
    return f"{day.day} {day:%b %Y}"
