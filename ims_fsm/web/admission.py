"""Admission: what a caller may do, and the desk at which they do it.

Imports FastAPI and the face. Another taxpayer's records are not here for them, as those of one who does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Path, Request

from ims_fsm import IMS, RecipientDesk, SupplierDesk
from ims_fsm.terms.border import GSTIN_SHAPE, checked_gstin, unknown_taxpayer
from ims_fsm.terms.principal import Principal
from ims_fsm.web.access import access, admits
from ims_fsm.web.asked import Backdate
from ims_fsm.web.problems import HttpError, request_id

Gstin = Annotated[str, Path(pattern=GSTIN_SHAPE, description="The taxpayer's GSTIN.", examples=["27AAPFU0939F1ZV"])]


@dataclass(frozen=True, slots=True)
class Admission:
    """An IMS, and who was admitted to an operation of it.

    `feed` tells of new events, `backdate` why what is done is dated back.
    """

    ims: IMS
    principal: Principal
    request: str
    feed: Any
    backdate: str | None = None

    def recipient(self, gstin: str) -> RecipientDesk:
        """Return a recipient's desk at which the caller acts."""
        return self.ims.recipient(gstin, **self.whose)

    def supplier(self, gstin: str) -> SupplierDesk:
        """Return a supplier's desk at which the caller acts."""
        return self.ims.supplier(gstin, **self.whose)

    @property
    def whose(self) -> dict[str, Any]:
        """Who acts at a desk, in which request, and why it is dated back."""
        return {"actor": self.principal, "request": self.request, "backdate": self.backdate}


def admitting(ims: IMS, authenticate: Callable[..., Any], feed: object) -> Callable[..., Any]:
    """Return the dependency that admits a caller to a route, or raises; it hands the admission on with the request."""

    async def admit(request: Request, principal: Annotated[Principal, Depends(authenticate)]) -> None:
        operation = request.scope["route"].operation_id
        gstin = request.path_params.get("gstin")
        if gstin is not None and not (principal.reaches(gstin) and _is_gstin(gstin)):
            raise unknown_taxpayer(gstin)
        if not admits(operation, principal.roles):
            roles = ", ".join(sorted(access()[operation]))
            raise HttpError(403, "role_lacking", f"{operation} is for {roles}", "call it with a token of that role")
        request.scope["state"]["ims_fsm"] = Admission(ims, principal, request_id(request), feed)

    # The annotation names what is given here, and so it is not text that is read elsewhere.
    admit.__annotations__["principal"] = Annotated[Principal, Depends(authenticate)]
    admit.__annotations__["request"] = Request
    return admit


def _is_gstin(gstin: str) -> bool:
    try:
        return checked_gstin(gstin) == gstin
    except ValueError:
        return False


async def _admission(request: Request) -> Admission:
    admitted: Admission = request.scope["state"]["ims_fsm"]
    return admitted


Admitted = Annotated[Admission, Depends(_admission)]


async def dated_back(request: Request, backdate: Backdate = None) -> None:
    """Hand on why what the request changes is dated back, if it is; stands before whatever asks for the admission."""
    if backdate is not None:
        state = request.scope["state"]
        state["ims_fsm"] = replace(state["ims_fsm"], backdate=unquote(backdate))


async def _buyer(admission: Admitted, gstin: Gstin) -> RecipientDesk:
    return admission.recipient(gstin)


async def _seller(admission: Admitted, gstin: Gstin) -> SupplierDesk:
    return admission.supplier(gstin)


Buyer = Annotated[RecipientDesk, Depends(_buyer)]
Seller = Annotated[SupplierDesk, Depends(_seller)]
