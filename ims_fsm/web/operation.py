"""What an operator and an auditor do: taxpayers, the calendar's work, audits, seals and proofs.

Imports the face, and upkeep for the audit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from ims_fsm import Filing, Seal, Taxpayer, TaxpayerKind, TaxPeriod
from ims_fsm.terms.border import unknown_taxpayer
from ims_fsm.web.admission import Admitted, Buyer, Gstin
from ims_fsm.web.asked import Asked, Line, NoQuery, PeriodText, RecordId
from ims_fsm.web.routes import Routes
from ims_fsm.workflow.upkeep import Audit, audit

ROUTES = Routes("operation")


class Registered(Asked):
    """What is registered of a taxpayer; what is left out stays, or is normal and monthly."""

    name: Line | None = None
    kind: TaxpayerKind | None = None
    filing: Filing | None = None
    registered_from: PeriodText | None = Field(None, description="The first period for which a GSTR-3B is due.")
    extensions: Annotated[list[Line], Field(max_length=20)] | None = None


class Kept(Asked):
    """What was kept outside of the database, to be held against it."""

    digest: Annotated[tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")], ...], Field(max_length=100)] = ()


@ROUTES.get("/me")
def show_caller(admission: Admitted, _query: NoQuery) -> object:
    """Show who is calling: their roles, and the taxpayers whom they reach ("*" is every taxpayer)."""
    who = admission.principal
    return {"id": who.id, "roles": sorted(map(str, who.roles)), "gstins": sorted(who.gstins)}


@ROUTES.get("/taxpayers")
def list_taxpayers(admission: Admitted, _query: NoQuery) -> object:
    """List the registered taxpayers whom the caller reaches."""
    return {"taxpayers": [who for who in admission.ims.taxpayers() if admission.principal.reaches(who.gstin)]}


@ROUTES.get("/taxpayers/{gstin}")
def show_taxpayer(admission: Admitted, gstin: Gstin, _query: NoQuery) -> Taxpayer:
    """Show how a taxpayer is registered, how often they file, and the first GSTR-3B due."""
    registered = admission.ims.taxpayer(gstin)
    if registered is None:
        raise unknown_taxpayer(gstin)
    return registered


@ROUTES.change("PUT", "/taxpayers/{gstin}", example={"filing": "quarterly", "registered_from": "2024-10"})
def register_taxpayer(admission: Admitted, gstin: Gstin, stated: Registered, _query: NoQuery) -> Taxpayer:
    """Register a taxpayer, or correct what is registered of them.

    From when GSTR-3B is due is guessed from the records until it is stated; what hangs on it then follows.
    """
    changes = stated.model_dump(exclude_none=True)
    if stated.registered_from is not None:
        changes |= {"registered_from": TaxPeriod(stated.registered_from), "guessed": False}
    if stated.extensions is not None:
        changes["extensions"] = tuple(stated.extensions)
    first = Taxpayer(gstin=gstin, registered_from=admission.ims.book.calendar.first_period, guessed=True)
    before = admission.ims.taxpayer(gstin)
    after = replace(before or first, **changes)
    if after != before:
        admission.ims.register(after)
    return after


@ROUTES.change("POST", "/recipients/{gstin}/sweep")
def sweep(admission: Admitted, gstin: Gstin, _query: NoQuery) -> object:
    """Do what the calendar owes a recipient by now (FAQ 21, 23, 25, 27); a scheduler does it by itself."""
    report = admission.ims.sweep([gstin], actor=admission.principal)
    return {"at": admission.ims.clock(), "swept": report.swept, "failures": report.failures}


@ROUTES.get("/recipients/{gstin}/audit")
def verify_logs(admission: Admitted, gstin: Gstin, kept: Annotated[Kept, Query()]) -> Audit:
    """Prove every state of a recipient's records from its log, every content from its hash, every seal anew."""
    return audit(admission.ims, gstin, digests=kept.digest)


@ROUTES.get("/recipients/{gstin}/seals")
def list_seals(buyer: Buyer, _query: NoQuery) -> object:
    """List the seals of a recipient's logs, oldest first."""
    return {"seals": buyer.seals()}


@ROUTES.change("POST", "/recipients/{gstin}/seals")
def seal_logs(buyer: Buyer, _query: NoQuery) -> Seal:
    """Seal what a recipient's logs hold now; keep the checkpoint outside of the database."""
    return buyer.seal()


@ROUTES.get("/recipients/{gstin}/records/{record_id}/proof", media="application/json")
def prove_record(buyer: Buyer, record_id: RecordId, _query: NoQuery) -> Response:
    """Give a record's whole history with its law and its path to the newest seal, for `ims-fsm audit check`."""
    return Response(buyer.prove(record_id).text, media_type="application/json")
