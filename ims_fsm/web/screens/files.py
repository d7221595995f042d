"""Files: a download of the portal taken in, the workbook given and read again, each with its report.

Imports the face and the shell. A file of proposed actions is judged first, and applied once that is confirmed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from ims_fsm import Imported, InputError, Problem
from ims_fsm.terms.period import indian
from ims_fsm.web.admission import Buyer
from ims_fsm.web.asked import MOST_FILES, Filter, NoQuery, sent
from ims_fsm.web.languages import N_
from ims_fsm.web.portal import workbook_of
from ims_fsm.web.router import LARGEST
from ims_fsm.web.screens.chosen import key_of, text_of
from ims_fsm.web.screens.shell import Screens, Visit, Visiting

SCREENS = Screens()
_AT = "/recipients/{gstin}/files"
#: How large a workbook may be that its confirmation sends once more.
LARGEST_AGAIN = 16 << 20
MOST_SHOWN = 200
#: What happened to records, in the words of the report.
TITLES = {
    "new": N_("new"),
    "filed": N_("filed by their suppliers since"),
    "edited": N_("edited"),
    "reset": N_("lost their action by an edit"),
    "moved": N_("moved to another form or period"),
    "deleted": N_("deleted by their suppliers"),
    "restored": N_("shown again"),
    "adopted": N_("taken over with the portal's action"),
    "kept": N_("with an action that the portal does not show yet"),
    "conflicts": N_("acted on here and otherwise on the portal"),
}


async def _form(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_files=MOST_FILES, max_part_size=LARGEST) as form:
        yield form


Form = Annotated[FormData, Depends(_form)]


@SCREENS.get(_AT, title=N_("Files"))
def show_files(visit: Visiting, _query: NoQuery) -> Response:
    """Show what can be taken in and given out."""
    return _page(visit)


def _page(visit: Visit, **parts: Any) -> Response:
    usual = {"imported": None, "judged": None, "again": "", "name": "", "happened": ()}
    may = {name: visit.may(name) for name in ("import_file", "apply_file", "give_workbook")}
    return visit.show("files.html.j2", may=may, most=MOST_SHOWN, **{**usual, **parts})


def files_of(form: FormData) -> list[UploadFile]:
    """Return the files that a form has; raises `InputError` where none is chosen."""
    files = [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]
    if not files:
        raise InputError("form", [Problem("files", "has no file", "choose one first")])
    return files


@SCREENS.post(f"{_AT}/import")
def import_file(buyer: Buyer, visit: Visiting, _query: NoQuery, form: Form) -> Response:
    """Take in a download of the portal's IMS; the same again changes nothing."""
    made_at = text_of(form, "made_at")
    try:
        moment = indian(datetime.fromisoformat(made_at)) if made_at else None
    except ValueError as error:
        raise InputError("form", [Problem("made_at", "is not a moment", "write it like 2024-11-14T10:30")]) from error
    files: Sequence[Any] = files_of(form)
    complete = bool(text_of(form, "complete"))
    imported: Imported = buyer.import_download(sent(files), complete=complete, made_at=moment)
    happened = [(title, number) for what, title in TITLES.items() if (number := getattr(imported.received, what))]
    return _page(visit, imported=imported, happened=happened)


@SCREENS.post(f"{_AT}/apply")
def apply_file(buyer: Buyer, visit: Visiting, _query: NoQuery, form: Form) -> Response:
    """Judge a file of proposed actions; apply what is allowed of it once that is confirmed."""
    if text_of(form, "confirmed"):
        name, data = text_of(form, "name") or "the file", _again(text_of(form, "again"))
        judged = buyer.apply(data, where=name, key=key_of(form))
        return _page(visit, judged=judged, name=name)
    file = files_of(form)[0]
    data, name = file.file.read(), (file.filename or "the file")[:200]
    if len(data) > LARGEST_AGAIN:
        what = f"has {len(data):,} bytes, and is applied here up to {LARGEST_AGAIN:,}"
        raise InputError(name, [Problem("the file", what, "delete rows that propose nothing, or use ims-fsm apply")])
    judged = buyer.check(data, where=name)
    return _page(visit, judged=judged, name=name, again=base64.b64encode(data).decode())


def _again(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise InputError("form", [Problem("again", "is not as the page made it", "choose the file again")]) from error


@SCREENS.get(f"{_AT}/workbook")
def give_workbook(buyer: Buyer, asked: Annotated[Filter, Query()]) -> Response:
    """Give the records as a workbook, with the actions that each allows, to be chosen there and sent back (FAQ 22)."""
    where = asked.where
    return workbook_of(buyer, where=where, period=where.expected_period)
