"""Sign-offs over HTTP: actions proposed by one, and approved and done, declined or taken back by another.

Imports the face and what a request may ask; they are there where the store was opened with `signoff=`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import Field, StrictBool, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import MissingError, Problem, RecipientDesk, Signoff, SignoffView
from ims_fsm.law.edition import Machine
from ims_fsm.terms.border import LONGEST_REMARKS
from ims_fsm.web.actions import Chosen
from ims_fsm.web.admission import Admission, Admitted, Buyer
from ims_fsm.web.asked import LARGEST_ID, MOST_ROWS, NAME, TEXT, Asked, Key, Line, NoQuery, OneFile, key_of, sent
from ims_fsm.web.routes import Routes

ROUTES = Routes("signoffs")
_AT = "/recipients/{gstin}/signoffs"
_OF = f"{_AT}/{{signoff_id}}"
SignoffId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The sign-off's number.", examples=[7])]
Remarks = Annotated[str, StringConstraints(pattern=TEXT, max_length=LONGEST_REMARKS)]


class Standing(Asked):
    """Where the sign-offs stand that are meant, and which page of them."""

    state: Annotated[tuple[Annotated[str, Field(pattern=NAME)], ...], Field(max_length=50)] = ()
    limit: int = Field(100, ge=1, le=MOST_ROWS)
    after: Annotated[int, Field(ge=1, le=LARGEST_ID)] | SkipJsonSchema[None] = Field(
        None, description="The `next` of the page before."
    )


class Proposed(Asked):
    """Actions that somebody else is to approve, each on the version of its record on which it was chosen."""

    actions: Annotated[list[Chosen], Field(min_length=1, max_length=MOST_ROWS)]


class Deciding(Asked):
    """What comes with a decision."""

    remarks: Remarks | None = None


class Approving(Deciding):
    """What comes with an approval."""

    override: StrictBool = Field(
        default=False, description="Set four eyes or the limit aside: a controller's, with a reason in the remarks."
    )
    apply: StrictBool = Field(default=True, description="Do its actions in the same transaction, all of them or none.")


class PassingOn(Asked):
    """Who is to decide."""

    to: Line = Field(description="Their id.")


def has_signoffs(admission: Admission) -> bool:
    """Say whether the store was opened with sign-offs."""
    return admission.ims.signoff is not None


def machine_of(admission: Admission) -> Machine:
    """Return the machine of sign-offs; raises `MissingError` where the store was opened without."""
    machine = admission.ims.signoff
    if machine is None:
        what, remedy = "are not here", "have it opened with signoff=True, or served with --signoff"
        raise MissingError("sign-offs", [Problem("sign-offs", what, remedy)])
    return machine


async def _signing(admission: Admitted, buyer: Buyer) -> RecipientDesk:
    machine_of(admission)
    return buyer


Signing = Annotated[RecipientDesk, Depends(_signing)]


@ROUTES.get(_AT)
def list_signoffs(buyer: Signing, asked: Annotated[Standing, Query()]) -> object:
    """List the sign-offs of a recipient, the oldest first. `next` goes on where the page ends; null on the last."""
    rows = buyer.signoffs(states=asked.state, after=asked.after or 0, limit=asked.limit + 1)
    page = rows[: asked.limit]
    return {"signoffs": page, "next": page[-1].id if len(rows) > asked.limit else None}


@ROUTES.change("POST", _AT, example={"actions": [{"record_id": 7, "version": 1, "action": "accept"}]})
def propose_signoff(buyer: Signing, proposed: Proposed, _query: NoQuery, key: Key = None) -> Signoff:
    """Propose actions for somebody else to approve; refused where one would be, whoever takes it (409)."""
    return buyer.propose([chosen.proposal(number) for number, chosen in enumerate(proposed.actions)], key=key_of(key))


@ROUTES.change("POST", f"{_AT}/by-file")
def propose_signoff_file(buyer: Signing, file: OneFile, _query: NoQuery, key: Key = None) -> Signoff:
    """Propose a file of actions, as `actions/by-file` takes it, for somebody else to approve."""
    return buyer.propose(sent([file])[0], key=key_of(key))


@ROUTES.get(_OF)
def show_signoff(buyer: Signing, signoff_id: SignoffId, _query: NoQuery) -> SignoffView:
    """Show a sign-off: its steps, what the caller may do with it and why not, what its actions come to now.

    `cursor` is the newest event at which it was proposed: `events?after=` gives what has happened since.
    """
    return buyer.signoff(signoff_id)


@ROUTES.change("POST", f"{_OF}/approve", example={"remarks": "as agreed"})
def approve_signoff(
    buyer: Signing, signoff_id: SignoffId, approving: Approving, _query: NoQuery, key: Key = None
) -> Signoff:
    """Approve a sign-off and do its actions, all of them or none, in the name of whoever calls.

    Refused by roles it is 403; by four eyes, the limit, records or the law that moved since, 409 with every reason.
    """
    return buyer.approve(signoff_id, **approving.model_dump(), key=key_of(key))


@ROUTES.change("POST", f"{_OF}/apply")
def apply_signoff(buyer: Signing, signoff_id: SignoffId, _query: NoQuery, key: Key = None) -> Signoff:
    """Do the actions of a sign-off that was approved without them, all of them or none."""
    return buyer.apply_signoff(signoff_id, key=key_of(key))


@ROUTES.change("POST", f"{_OF}/decline", example={"remarks": "not ours"})
def decline_signoff(
    buyer: Signing, signoff_id: SignoffId, deciding: Deciding, _query: NoQuery, key: Key = None
) -> Signoff:
    """Decline a sign-off; nothing of it is done."""
    return buyer.decline(signoff_id, remarks=deciding.remarks, key=key_of(key))


@ROUTES.change("POST", f"{_OF}/withdraw", example={"remarks": "it is wrong"})
def withdraw_signoff(
    buyer: Signing, signoff_id: SignoffId, deciding: Deciding, _query: NoQuery, key: Key = None
) -> Signoff:
    """Take back a sign-off that the caller has proposed."""
    return buyer.withdraw(signoff_id, remarks=deciding.remarks, key=key_of(key))


@ROUTES.change("POST", f"{_OF}/pass-on", example={"to": "mina"})
def pass_signoff_on(
    buyer: Signing, signoff_id: SignoffId, passing: PassingOn, _query: NoQuery, key: Key = None
) -> Signoff:
    """Pass the decision on to somebody, whatever their roles; the last one to whom it is passed on has it."""
    return buyer.pass_on(signoff_id, passing.to, key=key_of(key))
