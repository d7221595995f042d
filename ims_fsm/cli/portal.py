"""`import` and `export`: what comes from the portal and what goes back to it.

Imports Typer and the options; the exchange when it is run.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import counted, emit, say, verbatim
from ims_fsm.cli.progress import Told, working
from ims_fsm.cli.session import opened, recipient
from ims_fsm.errors import ImsFsmError
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind

if TYPE_CHECKING:
    from ims_fsm.formats.gstn import Upload
    from ims_fsm.workflow.reception.importing import Imported
    from ims_fsm.workflow.reception.upload import Received

SQLITE = "sqlite:///"
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
    Several files are all read before the first is taken in.
    """
    from ims_fsm.formats.gstn.download import check_download
    from ims_fsm.workflow.reception.importing import Registration

    told = Registration(kind=kind, filing=Filing.QUARTERLY if quarterly else None)
    done: list[Imported] = []
    named = [Named() for _ in files]
    with working("Reading", quiet=as_json) as tell, _nothing_left_of(db):
        for path in files if len(files) > 1 else ():
            tell(f"Reading {path.name}")
            check_download(path, str(path), gstin)
        with opened(db, at, create=True) as ims:
            for path, ids in zip(files, named, strict=True):
                one = ims.import_download(
                    path,
                    str(path),
                    gstin=gstin,
                    actor=who,
                    registration=told,
                    each=ids if as_json else None,
                    progress=_telling(tell, path),
                )
                done.append(one)
    if as_json:
        emit({"imports": [_plain(path, one, ids) for path, one, ids in zip(files, done, named, strict=True)]})
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
    if one.received.more_notes:
        say(f"note: {counted(one.received.more_notes, 'note')} more of this download are not listed")
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
    with working("Writing"), opened(db, at) as ims:
        owner = recipient(ims, gstin)
        upload = ims.export_upload(owner)
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
    from ims_fsm.formats.gstn import chunks, dumps, offline_file
    from ims_fsm.formats.gstn.upload import LIMIT

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
        if count := getattr(received, what):
            say(f"{count:>5,}  {sentence}{_few(sorted(received.examples.get(what, ())), count)}", hang=7)


def _few(ids: Sequence[int], count: int) -> str:
    if len(ids) < count:
        return ""
    return f": {counted(count, 'record').partition(' ')[2]} {', '.join(map(str, ids))}"


class Named:
    """The records of one import by what happened to them, eight bytes each."""

    def __init__(self) -> None:
        """Begin with none."""
        self.ids = {what: array("q") for what in (*HAPPENED, *ACTED)}

    def __call__(self, what: str, record_id: int) -> None:
        """Note a record."""
        self.ids[what].append(record_id)


def _telling(tell: Told, path: Path) -> Callable[[int], None]:
    size = path.stat().st_size

    def so_far(read: int) -> None:
        tell(f"Taking in {path.name}" if read < size else f"Entering {path.name}", read, size)

    return so_far


@contextmanager
def _nothing_left_of(db: str) -> Iterator[None]:
    """Where a database is begun by the block, and the block fails, leave none: nothing was taken in."""
    name = db.removeprefix(SQLITE).partition("?")[0]
    is_new = db.startswith(SQLITE) and name not in ("", ":memory:") and not Path(name).exists()
    try:
        yield
    except (ImsFsmError, OSError):
        for left in (name, f"{name}-wal", f"{name}-shm") if is_new else ():
            Path(left).unlink(missing_ok=True)
        raise


def _plain(path: Path, one: Imported, named: Named) -> dict[str, Any]:
    from ims_fsm.cli import plain

    return {
        "file": str(path),
        "recipient": one.recipient,
        "records": one.records,
        "registered": None if one.registered is None else plain.taxpayer(one.registered),
        **{what: sorted(ids) for what, ids in named.ids.items()},
        "unchanged": one.received.unchanged,
        "notes": list(one.received.notes),
        "more_notes": one.received.more_notes,
        "warnings": [str(warning) for warning in one.warnings],
    }
