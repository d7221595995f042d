"""`import` and `export`: what comes from the portal and what goes back to it.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import typer

from ims_fsm.cli.call import Call, command, file_of, files_of, group
from ims_fsm.cli.options import selected
from ims_fsm.cli.output import Progress, counted, numbered, say, verbatim
from ims_fsm.errors import ImsFsmError
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind

if TYPE_CHECKING:
    from ims_fsm import Imported, Received, Taxpayer, UploadChange, Workbook

# What happened to records, in the order in which it is printed.
HAPPENED = {
    "new": "new",
    "filed": "filed by their suppliers since",
    "edited": "changed by their suppliers before filing",
    "reset": "changed by their suppliers, which takes the action back (faq.16.1)",
    "moved": "reported in another form or return period",
    "deleted": "deleted by their suppliers before filing (faq.16.2)",
    "restored": "shown again, so not deleted: the deletion is undone, with its action",
}
# What came of the actions on any of these records.
ACTED = {
    "adopted": "acted on at the portal: the action is taken over",
    "kept": "acted on here and not uploaded yet: the action is kept",
    "conflicts": "acted on here and at the portal: the action here is kept",
}
group("export", "Write what the portal does not show yet.")


@command("import", "gstin", "actor", "db", "at", "backdate")
def import_files(
    call: Call,
    files: list[Path],
    *,
    complete: bool = False,
    made: datetime | None = None,
    quarterly: bool = False,
    kind: TaxpayerKind | None = None,
) -> None:
    """Import a download of the portal's IMS: its file, all its files, or its zip. The same again changes nothing.

    Files of one recipient that are given together are taken as one download. A single file may be a part of one, or
    filtered: what it does not show is taken as deleted only with --complete. A recipient who is not registered yet is
    registered: normal and monthly, unless --kind or --quarterly says otherwise.
    """
    from ims_fsm import Registration

    registration = Registration(kind=kind, filing=Filing.QUARTERLY if quarterly else None)
    done: list[tuple[list[Path], Imported, dict[str, array[int]]]] = []
    with call.working("Reading") as report, _nothing_left_of(call.db), call.ims(create=True) as ims:
        for paths in _downloads(files, call.gstin, report):
            # The records by what happened to them, eight bytes each.
            ids = {what: array("q") for what in (*HAPPENED, *ACTED)}
            imported = ims.import_download(
                paths,
                gstin=call.gstin,
                actor=call.actor,
                backdate=call.backdate,
                registration=registration,
                complete=complete,
                made_at=made,
                each=partial(_note, ids) if call.as_json else None,
                progress=partial(_progress, report, _named(paths), sum(path.stat().st_size for path in paths)),
            )
            done.append((paths, imported, ids))

    def tell() -> None:
        for paths, imported, _ in done:
            _tell_import(_named(paths), imported)

    imports = [
        {"files": paths, "imported": imported, **{what: sorted(those) for what, those in ids.items()}}
        for paths, imported, ids in done
    ]
    call.answer(tell, {"imports": imports})


def _downloads(files: Sequence[Path], gstin: str | None, report: Progress) -> Iterable[list[Path]]:
    """Return files by whose they are: those of one recipient are one download."""
    from ims_fsm import check_download

    downloads: dict[str, list[Path]] = {}
    for path in files:
        if len(files) > 1:
            report(f"Reading {path.name}")
        owner = check_download(path, str(path), gstin).recipient if len(files) > 1 else ""
        downloads.setdefault(owner, []).append(path)
    return downloads.values()


def _named(paths: Sequence[Path]) -> str:
    return ", ".join(path.name for path in paths)


def _note(ids: Mapping[str, array[int]], what: str, record_id: int) -> None:
    ids[what].append(record_id)


def _progress(report: Progress, name: str, size: int, read: int) -> None:
    # A zip holds more than its size.
    report(f"{'Reading' if read < size else 'Writing'} {name}", min(read, size), size)


def _tell_import(name: str, imported: Imported) -> None:
    received = imported.received
    if imported.registered is not None:
        taxpayer = imported.registered
        how = f"{taxpayer.kind}, {taxpayer.filing}, first GSTR-3B due for {due(taxpayer)}"
        say(f"{taxpayer.gstin} is registered: {how}.")
    say(f"{name}: {counted(imported.records, 'record')} of {imported.recipient}.")
    _tell_ids(received, HAPPENED)
    if received.unchanged:
        say(f"{received.unchanged:>5,}  unchanged")
    if any(getattr(received, what) for what in ACTED):
        say("Of all these:")
        _tell_ids(received, ACTED)
    if imported.partial:
        say(f"note: {name} {imported.partial}")
    say(*(f"note: {note}" for note in received.notes))
    if received.more_notes:
        say(f"note: {counted(received.more_notes, 'note')} more of this download are not listed")
    say(*(f"warning: {warning}" for warning in (*received.contradictions, *imported.warnings)))


def due(taxpayer: Taxpayer) -> str:
    """Return from which period a taxpayer owes GSTR-3B, and that it is guessed where it is."""
    if not taxpayer.guessed:
        return taxpayer.registered_from
    return (
        f"{taxpayer.registered_from}, guessed from the records (ims-fsm taxpayer add {taxpayer.gstin} --from sets it)"
    )


def _tell_ids(received: Received, sentences: Mapping[str, str]) -> None:
    for what, sentence in sentences.items():
        count, ids = getattr(received, what), sorted(received.examples.get(what, ()))
        if count:
            say(f"{count:>5,}  {sentence}{'' if len(ids) < count else f': {numbered(ids)}'}", hang=7)


@contextmanager
def _nothing_left_of(db: str) -> Iterator[None]:
    """Where a database is begun by the block, and the block fails, leave none: nothing was imported."""
    path = file_of(db)
    is_new = path is not None and not path.exists()
    try:
        yield
    except (ImsFsmError, OSError):
        for file in files_of(db) if is_new else ():
            file.unlink(missing_ok=True)
        raise


@command("export json", "each", "actor", "db", "at")
def export_json(call: Call, *, out: Path | None = None, offline: bool = False) -> None:
    """Write the upload for the portal: a SAVE of what changed, and a separate RESET of actions taken back."""
    from ims_fsm import upload_files

    with call.working("Writing"), call.recipient() as buyer:
        again = [change for change in buyer.changed_since_portal() if change.refused is not None]
        files = list(upload_files(buyer.export_upload(), buyer.gstin, offline=offline))
        gstin = buyer.gstin
    folder = out or Path()
    call.outputs.write_all({folder / file.name: file.text.encode() for file in files})
    written = [{"path": folder / file.name, "records": file.records} for file in files]

    def tell() -> None:
        if not written:
            say(f"The portal already shows every action of {gstin}; there is nothing to upload.")
        for entry, file in zip(written, files, strict=True):
            verbatim(f"{entry['path']}: {counted(file.records, 'record')}")
        _tell_again(again)

    call.answer(tell, {"recipient": gstin, "files": written, "refused_before": again})


def _tell_again(again: Sequence[UploadChange]) -> None:
    """Say which records the portal did not take before, and which it would refuse again."""
    if again:
        ids = numbered([change.record.id for change in again])
        say(f"note: the portal did not take {counted(len(again), 'record')} of these before: {ids}")
    if waiting := [change.record.id for change in again if change.waits_for_download]:
        what = f"the portal would refuse {counted(len(waiting), 'record')} again ({numbered(waiting)})"
        say(f"warning: {what}, because the action that it has is not known here; download IMS and import it first")


class Beside(TypedDict):
    """What the purchase register is read by in a workbook."""

    fill: bool
    policy: Path | None
    rules: Path | None


@command("export xlsx", "each", "filters", "db", "at")
def export_workbook(
    call: Call,
    *,
    everything: bool = False,
    outward: bool = False,
    fill: bool = False,
    policy: Path | None = None,
    rules: Path | None = None,
    out: Path | None = None,
) -> None:
    """Write a workbook: the records in the sheets of the portal's offline tool, with the actions that each allows.

    The refused actions stand beside with their rule, and so do the deadlines, what an action comes to, and how the
    purchase register has it. Choose in the column Status, and give the file to check or apply. It also has the GSTR-2B
    of --period, or else the newest.
    """
    beside: Beside = {"fill": fill, "policy": policy, "rules": rules}
    if outward and (everything or fill or call.filters.keys() - {"period"}):
        raise typer.BadParameter("--outward takes no filter but --period")
    where = selected(call.filters, everything=everything)
    period = where.expected_period
    with call.working("Writing"), call.ims() as ims:
        gstin = call.only_recipient(ims)
        path = out or Path(f"ims_{gstin}.xlsx")
        with call.outputs.opened(path) as file:
            if outward:
                written = ims.supplier(gstin, actor=call.actor).export_workbook(file, period=period)
            else:
                written = ims.recipient(gstin, actor=call.actor).export_workbook(file, where, period=period, **beside)
    parts = {"recipient": gstin, "path": path, "two_b": written.two_b, "sheets": written.sheets}
    call.answer(lambda: _tell_workbook(path, written), parts)


def _tell_workbook(path: Path, written: Workbook) -> None:
    verbatim(f"{path}:")
    for sheet, rows in written.sheets.items():
        say(f"{rows:>7,}  {sheet}")
    if not written.sheets:
        say(f"No records of {written.gstin} match; --all also takes what is decided or removed.")
