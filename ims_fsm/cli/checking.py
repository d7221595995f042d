"""`check`: a file of proposed actions judged against a store or a bare download, before anyone acts.

Imports Typer and the options; the exchange when it is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli import options, refusals
from ims_fsm.cli.failures import REFUSED
from ims_fsm.cli.output import counted, emit, say
from ims_fsm.cli.progress import working
from ims_fsm.cli.session import content, opened, recipient

if TYPE_CHECKING:
    from ims_fsm.workflow.actions.proposed import Judgement
    from ims_fsm.workflow.ims import IMS


def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Proposed actions: CSV, JSON, or an upload made for the portal.")
    ],
    *,
    download: Annotated[
        Path | None, typer.Option("--download", metavar="FILE", help="Judge against this download alone, no database.")
    ] = None,
    gstin: options.OwnGstin = None,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Judge a file of proposed actions: every refusal with its rule; exit 1 if there is any. Nothing is written.

    Columns: id, or supplier, number and kind; action; remarks; reduce_itc.
    """
    with working("Judging"):
        if download is None:
            with opened(db, at) as ims:
                owner, judged = _judged(ims, file, recipient(ims, gstin))
        else:
            data = content(download)
            with opened("sqlite://", at, create=True) as ims:
                owner, judged = _judged(ims, file, _taken_in(ims, data, download, gstin))
    if as_json:
        emit(
            {
                "file": str(file),
                "recipient": owner,
                "checked": len(judged.rows),
                "allowed": len(judged.rows) - len(judged.refused),
                "refused": [
                    {"place": judged.places[row.record_id], "trigger": row.trigger, **plain}
                    for row, plain in zip(judged.refused, refusals.plain(judged.refused), strict=True)
                ],
            }
        )
    else:
        tell(judged)
    if judged.refused:
        raise typer.Exit(REFUSED)


def tell(judged: Judgement) -> None:
    """Print what was judged, every refusal under its rule with its place in the file."""
    say(f"{counted(len(judged.rows), 'action')} checked: {len(judged.refused):,} refused. Nothing was written.")
    refusals.tell(
        judged.refused, {row.record_id: f"{judged.places[row.record_id]}, {row.trigger}" for row in judged.refused}
    )


def _judged(ims: IMS, file: Path, gstin: str) -> tuple[str, Judgement]:
    from ims_fsm.formats.proposals import read_proposals

    proposals = read_proposals(content(file), str(file), gstin=gstin)
    return gstin, ims.check(gstin, proposals, str(file))


def _taken_in(ims: IMS, data: bytes, download: Path, gstin: str | None) -> str:
    return ims.import_download(data, str(download), gstin=gstin, actor="check").recipient
