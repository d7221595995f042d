"""Takes in what the portal shows of a recipient's IMS, and tells what has changed here since.

Imports the store and the law; what it takes in is any object with the attributes of a `Sighting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from ims_fsm.record.comparing import last_seen, told_alike
from ims_fsm.record.record import Record
from ims_fsm.record.sighting import Sighting, flat
from ims_fsm.record.where import Where
from ims_fsm.store import records
from ims_fsm.terms.vocabulary import State
from ims_fsm.workflow.reception.known_records import ACTIVE
from ims_fsm.workflow.reception.receiving import Reception
from ims_fsm.workflow.reception.report import Each, Received
from ims_fsm.workflow.unit import UnitOfWork

__all__ = ["Each", "Received", "UploadChange", "changed_since_portal", "receive"]
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class UploadChange:
    """A record whose action or declaration the portal does not show yet, and the action it last showed."""

    record: Record
    previous: State


def receive(
    unit: UnitOfWork,
    recipient: str,
    sightings: Iterable[Sighting],
    complete: frozenset[str],
    each: Each | None = None,
) -> Received:
    """Take in what the portal shows; taking in the same again changes nothing (FAQ 6, 16, 19).

    `each` is told of every record that is counted by name. Raises `InputError` for what is shown of another
    recipient; nothing is written then.
    """
    reception = Reception(unit, recipient, each)
    shown = map(flat, sightings)
    reception.stage(iter(lambda: list(islice(shown, _AT_ONCE)), []))
    return reception.finish(complete)


def changed_since_portal(unit: UnitOfWork, recipient: str) -> list[UploadChange]:
    """Return the records whose action or declaration the portal does not show yet."""
    unit.taxpayer(recipient)
    own = records.search(unit.connection, recipient, Where(states=ACTIVE, in_ims=True))
    return [UploadChange(one, last_seen(one).action) for one in own if not told_alike(one, last_seen(one))]
