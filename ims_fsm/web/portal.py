"""What comes from the portal and goes back to it: downloads, uploads, reports; workbooks for people.

Imports the face and what a request may ask.
"""

from __future__ import annotations

import re
from array import array
from io import BytesIO
from typing import Annotated, Any, Literal

from fastapi import Form, Query, Response
from pydantic import AwareDatetime, Field
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import Filing, RecipientDesk, Registration, TaxpayerKind, TaxPeriod, upload_files
from ims_fsm.web.admission import Buyer, Seller
from ims_fsm.web.asked import Asked, Files, Filter, NoQuery, Period, PeriodText, sent
from ims_fsm.web.routes import Routes

ROUTES = Routes("portal")
HTML = "text/html"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What happened to records, in the words of the answer.
HAPPENED = ("new", "filed", "edited", "reset", "moved", "deleted", "restored", "adopted", "kept", "conflicts")
_AT = "/recipients/{gstin}"


class Offline(Asked):
    """How an upload is written."""

    offline: bool = Field(default=False, description="As the portal's upload page takes it, without the API's wrapper.")


class PapersForm(Asked):
    """What working papers are written as."""

    form: Literal["xlsx", "html"] = "xlsx"


class OfPeriod(Asked):
    """One period, or all."""

    period: PeriodText | SkipJsonSchema[None] = None


@ROUTES.change("POST", f"{_AT}/imports")
def import_download(
    buyer: Buyer,
    files: Files,
    _query: NoQuery,
    complete: Annotated[bool, Form(description="It is everything of the sections that it has.")] = False,  # noqa: FBT002
    made_at: Annotated[AwareDatetime | SkipJsonSchema[None], Form(description="When the portal made it.")] = None,
    kind: Annotated[TaxpayerKind | SkipJsonSchema[None], Form(description="How a newcomer is registered.")] = None,
    filing: Annotated[Filing | SkipJsonSchema[None], Form(description="How often a newcomer files.")] = None,
) -> object:
    """Import a download of the portal's IMS: its file, all its files, or its zip. The same again changes nothing."""
    sources = sent(files)
    ids = {what: array("q") for what in HAPPENED}

    def note(what: str, record_id: int) -> None:
        ids[what].append(record_id)

    registration = Registration(kind=kind, filing=filing)
    imported = buyer.import_download(sources, complete=complete, made_at=made_at, registration=registration, each=note)
    happened = {what: sorted(those) for what, those in ids.items()}
    return {"imports": [{"files": [source.name for source in sources], "imported": imported, **happened}]}


@ROUTES.change("POST", f"{_AT}/uploads")
def export_upload(buyer: Buyer, how: Annotated[Offline, Query()]) -> object:
    """Give what the portal is still to be told: a SAVE of what changed, and a RESET of actions taken back.

    It is noted what was named, so that the portal's report on it can be read.
    """
    again = [change for change in buyer.changed_since_portal() if change.refused is not None]
    files = upload_files(buyer.export_upload(), buyer.gstin, offline=how.offline)
    return {"recipient": buyer.gstin, "files": list(files), "refused_before": again}


@ROUTES.get(f"{_AT}/uploads")
def list_changes(buyer: Buyer, _query: NoQuery) -> object:
    """List the records whose action the portal does not have yet, and why it did not take one before."""
    return {"recipient": buyer.gstin, "changes": buyer.changed_since_portal()}


@ROUTES.change("POST", f"{_AT}/reports")
def take_report(buyer: Buyer, files: Files, _query: NoQuery) -> object:
    """Take in what the portal answered to an upload: its status report, or the offline tool's error file."""
    return {"reports": buyer.report(sent(files))}


@ROUTES.get(f"{_AT}/workbook", media=WORKBOOK)
def download_workbook(buyer: Buyer, asked: Annotated[Filter, Query()]) -> Response:
    """Give the recipient's workbook: the records in the portal's sheets, with the actions that each allows.

    Choose in the column Status, and give the file to `actions/by-file`.
    """
    where = asked.where
    return workbook_of(buyer, where=where, period=where.expected_period)


@ROUTES.get(f"{_AT}/papers/{{period}}", media=(WORKBOOK, HTML))
def download_papers(buyer: Buyer, period: Period, asked: Annotated[PapersForm, Query()]) -> Response:
    """Give the working papers of a period: a workbook, or a page of HTML to be printed."""
    return papers_of(buyer, period, asked.form)


@ROUTES.get("/suppliers/{gstin}/workbook", media=WORKBOOK)
def download_outward(seller: Seller, asked: Annotated[OfPeriod, Query()]) -> Response:
    """Give what the supplier reported, and what was added back to them, as a workbook."""
    return workbook_of(seller, period=None if asked.period is None else TaxPeriod(asked.period))


def papers_of(buyer: RecipientDesk, period: TaxPeriod, form: Literal["xlsx", "html"]) -> Response:
    """Return the working papers of a period as a file to be kept."""
    file = BytesIO()
    buyer.papers(file, period, form=form)
    media = WORKBOOK if form == "xlsx" else f"{HTML}; charset=utf-8"
    return kept(file.getvalue(), f"papers_{_letters(buyer.gstin)}_{period}.{form}", media)


def workbook_of(desk: Any, **meant: Any) -> Response:
    """Return the workbook of a desk as a file to be kept."""
    file = BytesIO()
    desk.export_workbook(file, **meant)
    return kept(file.getvalue(), f"ims_{_letters(desk.gstin)}.xlsx", WORKBOOK)


def _letters(gstin: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", gstin)


def kept(content: bytes | str, name: str, media: str, **headers: str) -> Response:
    """Return a file that a browser keeps under a name."""
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=named | headers)
