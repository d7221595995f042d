"""`papers`: the working papers of a period as one file, for an auditor or a partner.

Imports Typer and the options; the face when it is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.output import counted, say, verbatim
from ims_fsm.terms.period import TaxPeriod

if TYPE_CHECKING:
    from ims_fsm import PapersWritten

FORMS: dict[str, Literal["xlsx", "html"]] = {".xlsx": "xlsx", ".html": "html"}


@command("papers", "each", "actor", "db", "at")
def papers(call: Call, *, period: TaxPeriod, out: Path | None = None, rules: Path | None = None) -> None:
    """Write the working papers of a period: GSTR-2B, the register beside it, what was done by whom, sign-offs, seals.

    It has each generation of GSTR-2B with what changed and why, what differs from the books, and figures that must be
    the same; exit 1 if some are not. Nothing is changed.
    """
    if out is not None and out.suffix.lower() not in FORMS:
        raise typer.BadParameter(f"{out.name} is neither .xlsx nor .html")
    with call.recipient() as buyer, call.working("Writing"):
        path = out or Path(f"papers_{buyer.gstin}_{period}.xlsx")
        with call.outputs.opened(path) as file:
            written = buyer.papers(file, period, form=FORMS[path.suffix.lower()], rules=rules)
    call.answer(lambda: _tell(path, written), {"path": path, "written": written}, held=not written.broken)


def _tell(path: Path, written: PapersWritten) -> None:
    verbatim(f"{path}:")
    for part, rows in written.parts.items():
        say(f"{rows:>7,}  {part}")
    if written.broken:
        say(f"{len(written.broken):,} of {counted(written.checks, 'check')} do not tie:")
        say(*written.broken, indent=2)
    else:
        say(f"{counted(written.checks, 'check')}: all tie.")
