"""A recipient's records: lists, one with why it stands where it stands, its history and its picture.

Imports the face and what a request may ask; every record is looked up at the desk.
"""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Literal

from fastapi import Query, Response

from ims_fsm import Answer, History, Record, RecordView, Summary, WhatIf
from ims_fsm.web.admission import Buyer
from ims_fsm.web.asked import (
    Action,
    Asked,
    Filter,
    IfMatch,
    Key,
    NoQuery,
    Page,
    RecordId,
    With,
    key_of,
    version_of,
)
from ims_fsm.web.routes import Routes

ROUTES = Routes("records")
_AT = "/recipients/{gstin}/records"
_OF = f"{_AT}/{{record_id}}"


class Look(Asked):
    """How a picture looks."""

    theme: Literal["light", "dark", "print"] = "light"


class Act(With):
    """An action on a record."""

    action: Action


@ROUTES.get(_AT)
def list_records(buyer: Buyer, page: Annotated[Page, Query()]) -> object:
    """List the recipient's records that match, each with what may be done to it, why not and until when (FAQ 18).

    By date or tax all that match are read. `next` goes on where the page ends; it is null on the last one.
    """
    rows = buyer.listed(page.where, limit=page.limit + 1, sort=page.sort, after=page.begin(buyer.gstin))
    taken = list(islice(rows, page.limit + 1))
    shown_rows = taken[: page.limit]
    more = len(taken) > page.limit
    following = page.cursor(buyer.gstin, shown_rows[-1].record.id) if more else None
    return {"recipient": buyer.gstin, "records": shown_rows, "next": following}


@ROUTES.get("/recipients/{gstin}/summary")
def summarise_records(buyer: Buyer, asked: Annotated[Filter, Query()]) -> Summary:
    """Add up the records that match: by kind, by action, by supplier."""
    return buyer.summary(asked.where)


@ROUTES.get(_OF, versioned="record.version")
def show_record(buyer: Buyer, record_id: RecordId, _query: NoQuery) -> RecordView:
    """Show a record with what may be done to it and why not. The ETag is its version, for If-Match."""
    return buyer.show(record_id)


@ROUTES.get(f"{_OF}/history")
def show_history(buyer: Buyer, record_id: RecordId, _query: NoQuery) -> History:
    """Show everything that was ever done to a record: its transitions and the contents it has had."""
    return buyer.history(record_id)


@ROUTES.get(f"{_OF}/diagram", media="image/svg+xml")
def draw_record(buyer: Buyer, record_id: RecordId, look: Annotated[Look, Query()]) -> Response:
    """Draw a record's path on its machine's picture: what it took, what it may do next, what it may not and why."""
    return Response(buyer.diagram(record_id, theme=look.theme), media_type="image/svg+xml")


@ROUTES.change("POST", f"{_OF}/may", example={"action": "keep_pending"})
def ask_action(buyer: Buyer, record_id: RecordId, act: Act, _query: NoQuery) -> Answer:
    """Ask whether an action may be taken on a record now; changes nothing."""
    return buyer.may(act.action, record_id, remarks=act.remarks, reduce_itc=act.reduction)


@ROUTES.change("POST", f"{_OF}/what-if", example={"action": "reject"})
def ask_what_if(buyer: Buyer, record_id: RecordId, act: Act, _query: NoQuery) -> WhatIf:
    """Work out the ITC and the supplier's liability that an action would come to; changes nothing."""
    return buyer.what_if(act.action, record_id, remarks=act.remarks, reduce_itc=act.reduction)


@ROUTES.change(
    "POST",
    f"{_OF}/action",
    versioned="version",
    also=(412, 428),
    example={"action": "reject", "remarks": "not received"},
)
def act_on_record(
    buyer: Buyer, record_id: RecordId, act: Act, _query: NoQuery, if_match: IfMatch = None, key: Key = None
) -> Record:
    """Act on one record: accept, reject, keep pending, or reset (FAQ 10, 12).

    If-Match names the version that the action was chosen on (428 without it); where the record has changed since, the
    action is refused (412) and nothing is written. A refusal by the rules is 409, with every rule and remedy.
    """
    return buyer.act(
        act.action,
        record_id,
        remarks=act.remarks,
        reduce_itc=act.reduction,
        version=version_of(if_match),
        key=key_of(key),
    )
