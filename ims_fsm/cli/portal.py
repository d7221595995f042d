"""`import` and `export`: what comes from the portal and what goes back to it.

Imports Typer and the options; the exchange when it is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import counted, emit, say, verbatim
from ims_fsm.cli.progress import working
from ims_fsm.cli.session import content, opened, recipient
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind

if TYPE_CHECKING:
    from ims_fsm.exchange.gstn_json import Upload
    from ims_fsm.exchange.portal import Imported
    from ims_fsm.workflow.portal import Received

# What happened to records, in the order in which it is told.
HAPPENED = {
    "new": "new",
    "filed": "filed by their suppliers since",
    "edited": "changed by their suppliers before filing",
    "reset": "changed by their suppliers, which takes the action back (faq.16.1)",
    "deleted": "deleted by their suppliers before filing (faq.16.2)",
}
# What came of the actions, which may be those of any record above.
ACTED = {
    "adopted": "acted on at the portal: the action is taken over",
    "kept": "acted on here and not uploaded yet: the action is kept",
    "conflicts": "acted on here and at the portal: the action here stands",
}
exports = typer.Typer(no_args_is_help=True, help="Write what the portal is still to be told.")


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Downloads of the portal's IMS, as JSON.")],
    *,
    gstin: options.OwnGstin = None,
    quarterly: Annotated[bool, typer.Option("--quarterly", help="The recipient files quarterly.")] = False,
    kind: Annotated[TaxpayerKind | None, typer.Option("--kind", help="How the recipient is registered.")] = None,
    who: options.Actor,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Take in downloads of the portal's IMS; importing the same again changes nothing.

    A recipient who is not known is registered: normal and monthly, unless --kind or --quarterly says otherwise.
    Every file is read before the first is taken in.
    """
    from ims_fsm.exchange.gstn_json import read_download
    from ims_fsm.exchange.portal import Registration, take_in

    told = Registration(kind=kind, filing=Filing.QUARTERLY if quarterly else None)
    done: list[Imported] = []
    with working("Reading") as tell:
        downloads = [read_download(content(path), gstin, str(path)) for path in files]
        with opened(db, at, create=True) as ims:
            for number, (path, download) in enumerate(zip(files, downloads, strict=True)):
                tell(f"Taking in {path.name}", number, len(files))
                done.append(take_in(ims, download, actor=who, registration=told))
    if as_json:
        emit({"imports": [_plain(path, one) for path, one in zip(files, done, strict=True)]})
    else:
        for path, one in zip(files, done, strict=True):
            tell_import(path.name, one)


def tell_import(name: str, one: Imported) -> None:
    """Print what importing a file did."""
    if one.registered is not None:
        known = one.registered
        say(f"{known.gstin} is registered: {known.kind}, {known.filing}, owing GSTR-3B from {known.registered_from}.")
    say(f"{name}: {counted(one.records, 'record')} of {one.recipient}.")
    _tell_ids(one.received, HAPPENED)
    if one.received.unchanged:
        say(f"{one.received.unchanged:>5,}  unchanged")
    if any(getattr(one.received, what) for what in ACTED):
        say("Of all these:")
        _tell_ids(one.received, ACTED)
    for note in one.received.notes:
        say(f"note: {note}")
    for warning in one.warnings:
        say(f"warning: {warning}")


@exports.command("json")
def export_json(
    *,
    gstin: options.OwnGstin = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Where to write; here without it.")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="As the portal's upload page takes it, without the API's wrapper.")
    ] = False,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Write the portal's upload: a SAVE of what changed, and apart from it a RESET of actions taken back."""
    from ims_fsm.exchange.portal import export_upload

    with opened(db, at) as ims:
        owner = recipient(ims, gstin)
        upload = export_upload(ims, owner)
    written = write_upload_files(upload, owner, out or Path(), offline=offline)
    if as_json:
        emit({"recipient": owner, "files": [{"path": str(path), "records": count} for path, count in written]})
        return
    if not written:
        say(f"The portal already shows every action of {owner}; there is nothing to upload.")
    for path, count in written:
        verbatim(f"{path}: {counted(count, 'record')}")


@exports.command("xlsx", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def export_workbook(as_json: options.AsJson = False) -> None:
    """Workbooks come with a later version."""
    del as_json
    raise CallError("workbooks are not written by this version; use ims-fsm export json, or ims-fsm list --json")


def write_upload_files(
    upload: Upload, gstin: str, folder: Path, *, offline: bool, limit: int | None = None
) -> list[tuple[Path, int]]:
    """Write an upload into a folder, cut to a limit in bytes, the portal's without one.

    Returns each file with the number of records in it.
    """
    from ims_fsm.exchange.gstn_json import chunks, dumps, offline_file
    from ims_fsm.exchange.gstn_json.chunks import LIMIT

    most, written = limit or LIMIT, list[tuple[Path, int]]()
    requests = [(name, request) for part in chunks(upload, most) for name, request in _requests(part)]
    if requests:
        folder.mkdir(parents=True, exist_ok=True)
    for number, (name, request) in enumerate(requests, start=1):
        same = [other for other, _ in requests].count(name)
        path = folder / (f"ims_{name}_{gstin}.json" if same == 1 else f"ims_{name}_{gstin}_{number:03}.json")
        told = offline_file(request) if offline else request
        readable = dumps(told, indent=1)
        # The portal's limit is on what is sent, blanks included.
        path.write_text((readable if len(readable) < most else dumps(told)) + "\n", "utf-8", newline="\n")
        written.append((path, records_in(request)))
    return written


def records_in(request: dict[str, Any] | None) -> int:
    """Return how many records a request for the portal holds."""
    return sum(map(len, request["data"]["invdata"].values())) if request else 0


def _requests(upload: Upload) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, request in (("save", upload.save), ("reset", upload.reset)):
        if request is not None:
            yield name, request


def _tell_ids(received: Received, sentences: dict[str, str]) -> None:
    for what, sentence in sentences.items():
        if ids := sorted(getattr(received, what)):
            say(f"{len(ids):>5,}  {sentence}{_few(ids)}", hang=7)


def _few(ids: Sequence[int], most: int = 10) -> str:
    if len(ids) > most:
        return ""
    return f": {counted(len(ids), 'record').partition(' ')[2]} {', '.join(map(str, ids))}"


def _plain(path: Path, one: Imported) -> dict[str, Any]:
    from ims_fsm.cli import plain

    return {
        "file": str(path),
        "recipient": one.recipient,
        "records": one.records,
        "registered": None if one.registered is None else plain.taxpayer(one.registered),
        **{what: list(getattr(one.received, what)) for what in (*HAPPENED, *ACTED)},
        "unchanged": one.received.unchanged,
        "notes": list(one.received.notes),
        "warnings": [str(warning) for warning in one.warnings],
    }
