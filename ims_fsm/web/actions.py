"""Actions on many records: by filter, by ids with the versions that were seen, by file; originals stated.

Imports the face and what a request may ask; each request is one transaction.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field, StrictBool

from ims_fsm import Disposition, Document, Proposal, Trigger
from ims_fsm.web.admission import Buyer
from ims_fsm.web.asked import (
    LARGEST_ID,
    MOST_ROWS,
    Action,
    Amounts,
    Asked,
    FilterInBody,
    Key,
    NoQuery,
    OneFile,
    RecordId,
    Whole,
    With,
    key_of,
    sent,
)
from ims_fsm.web.routes import Routes

ROUTES = Routes("actions")
_AT = "/recipients/{gstin}/actions"


class ActOnMany(With):
    """One action on every record that a filter means."""

    action: Action
    where: FilterInBody | None = None


class Chosen(With):
    """An action on one record, and the version of the record that it was chosen on."""

    record_id: Whole = Field(ge=1, le=LARGEST_ID)
    version: Whole = Field(ge=1, le=LARGEST_ID)
    action: Action

    def proposal(self, number: int) -> Proposal:
        """Return it as the face takes it."""
        return Proposal(
            place=f"actions/{number}",
            trigger=Trigger(self.action),
            record_id=self.record_id,
            version=self.version,
            remarks=self.remarks,
            reduce_itc=self.reduction,
        )


class ActOnChosen(Asked):
    """Actions on records that are named; taken in their order, in one transaction."""

    actions: Annotated[list[Chosen], Field(min_length=1, max_length=MOST_ROWS)]
    all_or_nothing: StrictBool = False
    dry_run: StrictBool = Field(default=False, description="Only say what would be refused.")


class HowApplied(Asked):
    """How a file of proposed actions is taken."""

    dry_run: bool = Field(default=False, description="Only say what would be refused.")
    all_or_nothing: bool = False


class Stated(Asked):
    """How the original of an amendment was decided, and its tax where it differs from the amendment's."""

    decided: Literal["accepted", "rejected"]
    tax: Amounts | None = None


@ROUTES.change("POST", f"{_AT}/by-filter", example={"action": "accept", "where": {"kind": ["invoice"]}})
def act_by_filter(buyer: Buyer, act: ActOnMany, _query: NoQuery, key: Key = None) -> object:
    """Act on every record that a filter means (FAQ 30): what is allowed is done, refused groups come with their rules.

    Without a state in the filter, what is in IMS and not decided is meant.
    """
    where = (act.where or FilterInBody.model_validate({})).where
    report = buyer.act_on(act.action, where=where, remarks=act.remarks, reduce_itc=act.reduction, key=key_of(key))
    return {"report": report, "recipient": buyer.gstin}


@ROUTES.change("POST", f"{_AT}/by-id", example={"actions": [{"record_id": 7, "version": 1, "action": "accept"}]})
def act_by_id(buyer: Buyer, act: ActOnChosen, _query: NoQuery, key: Key = None) -> object:
    """Act on records by id, each with the version that the action was chosen on; one that has changed is refused."""
    proposals = [chosen.proposal(number) for number, chosen in enumerate(act.actions)]
    judged = (
        buyer.check(proposals)
        if act.dry_run
        else buyer.apply(proposals, all_or_nothing=act.all_or_nothing, key=key_of(key))
    )
    return {"file": "actions", "recipient": buyer.gstin, "judged": judged}


@ROUTES.change("POST", f"{_AT}/by-file")
def act_by_file(buyer: Buyer, file: OneFile, how: Annotated[HowApplied, Query()], key: Key = None) -> object:
    """Take a file of proposed actions: a workbook, CSV, JSON, or an upload made for the portal.

    What is allowed is done in one transaction, every refusal comes with its rule; `dry_run` does nothing.
    """
    source = sent([file])[0]
    judged = (
        buyer.check(source) if how.dry_run else buyer.apply(source, all_or_nothing=how.all_or_nothing, key=key_of(key))
    )
    return {"file": source.name, "recipient": buyer.gstin, "judged": judged}


@ROUTES.change("POST", "/recipients/{gstin}/records/{record_id}/original", example={"decided": "accepted"})
def state_original(buyer: Buyer, record_id: RecordId, stated: Stated, _query: NoQuery, key: Key = None) -> object:
    """State how the unknown original of an amendment was decided (FAQ 13)."""
    document = None if stated.tax is None else _original(buyer.record(record_id).document, stated.tax)
    buyer.state_original(record_id, Disposition(stated.decided), document, key=key_of(key))
    return {"record_id": record_id, "original": stated.decided, "direction": buyer.show(record_id).direction}


@ROUTES.change("POST", "/recipients/{gstin}/originals")
def state_originals(buyer: Buyer, file: OneFile, _query: NoQuery, key: Key = None) -> object:
    """State how many unknown originals were decided, by a CSV table: all of them or none (FAQ 13)."""
    source = sent([file])[0]
    stated = buyer.state_originals(source, key=key_of(key))
    return {"file": source.name, "recipient": buyer.gstin, "stated": stated}


def _original(document: Document, tax: Amounts) -> Document | None:
    amends = document.amends
    # Where there is nothing to state, the desk says so.
    if amends is None:
        return None
    return document.changed(number=amends.number, date=amends.date, amends=None, tax=tax.heads)
