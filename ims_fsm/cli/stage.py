"""Where the demo runs: a folder with the shipped samples, a database, a clock that is set, and the real commands.

Imports the command line's own way in; the workflow when it is opened.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from ims_fsm.cli.failures import CallError
from ims_fsm.cli.options import moment
from ims_fsm.cli.output import console, say
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod, in_india

if TYPE_CHECKING:
    from ims_fsm.record.record import Record
    from ims_fsm.workflow.ims import IMS

TIMELESS = frozenset({"history", "rules", "verify", "draw"})


@dataclass(slots=True)
class Stage:
    """The stage: the IMS on the demo's database for what sentences are computed from, and the commands to run."""

    ims: IMS
    db: str
    gstin: str
    commands: Callable[[list[str]], int]
    at: str = ""

    @property
    def now(self) -> datetime:
        """The moment at which the stage's clock stands, aware."""
        return moment(self.at)

    def run(self, *arguments: str, ends: int = 0) -> None:
        """Show a command and run it, at the stage's moment and on its database.

        Raises `CallError` where it does not end as the story has it.
        """
        screen = console()
        screen.print("")
        screen.print(Text(f"$ ims-fsm {shlex.join(arguments)}", style="bold cyan"), soft_wrap=True)
        name = arguments[0] if arguments[0] != "audit" else " ".join(arguments[:2])
        clock = [] if name in TIMELESS | {"audit verify"} else ["--at", self.at]
        database = [] if name in {"rules", "verify", "draw"} else ["--db", self.db]
        with redirect_stderr(sys.stdout):
            code = self.commands([*arguments, *database, *clock])
        if code != ends:
            raise CallError(f"the demo stops: ims-fsm {shlex.join(arguments)} ended with {code} instead of {ends}")

    def tell(self, sentence: str) -> None:
        """Print a sentence of the story, apart from what was printed before."""
        say("", sentence)

    def records(self) -> list[Record]:
        """Return the recipient's records, by id."""
        return self.ims.inward(self.gstin)

    def available(self, period: TaxPeriod) -> Heads:
        """Return the total of ITC available in the newest GSTR-2B of a period, in paise."""
        return self.ims.two_b(self.gstin, period).totals["itc_available"]

    def record(self, number: str) -> Record:
        """Return the recipient's record of a document number."""
        return next(one for one in self.records() if one.document.number == number)


def told_moment(at: datetime) -> str:
    """Return a moment for a heading: "12 November 2024, 10:00"."""
    local = in_india(at)
    return f"{local.day} {local:%B %Y, %H:%M}"
