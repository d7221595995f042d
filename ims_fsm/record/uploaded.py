"""What was last uploaded of a record, what the portal answered to it, and what it is still to be told.

Imports the record; runs no statement. A download says what the portal has: an answer counts until the next one comes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ims_fsm.record.record import PortalView, Record
from ims_fsm.record.sighting import last_seen, told_alike
from ims_fsm.terms.vocabulary import State


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRefusal:
    """Why the portal did not take the action of a record: its code and message, as it wrote them, and when."""

    action: State
    code: str
    message: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What the portal took of a record: its action and declaration, and when it said so."""

    action: State
    declaration: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """The action and declaration that an upload last told the portal of a record, and what it has answered.

    What it refused stays beside it until it takes the record.
    """

    record_id: int
    action: State
    declaration: str | None
    at: datetime
    answered: bool = False
    taken: Taken | None = None
    refusal: UploadRefusal | None = None


def known_view(record: Record, uploaded: Uploaded | None) -> PortalView:
    """Return what the portal has of a record, as far as is known: what it took of an upload, until it was seen again.

    Whatever it was seen with after an answer outranks that.
    """
    view, taken = last_seen(record), None if uploaded is None else uploaded.taken
    if taken is None or taken.at < view.seen_at:
        return view
    return replace(view, action=taken.action, declaration=taken.declaration)


def is_to_upload(record: Record, uploaded: Uploaded | None) -> bool:
    """Say whether the portal is still to be told a record's action or declaration."""
    return not told_alike(record, known_view(record, uploaded))


def open_refusal(record: Record, uploaded: Uploaded | None) -> UploadRefusal | None:
    """Return why the portal did not take a record; None once it shows the action, has taken it, or none is left."""
    return uploaded.refusal if uploaded is not None and is_to_upload(record, uploaded) else None
