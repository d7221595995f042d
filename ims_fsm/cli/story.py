"""The demo's story: a taxpayer's month, told in commands that are run and in sentences computed from what they did.

`story.toml` declares it. Imports the field's words; the face while it is told.
"""

from __future__ import annotations

import shlex
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr
from datetime import date
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ims_fsm.cli.failures import UNTOLD, CallError, UntoldError
from ims_fsm.cli.output import console, say
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, State, SupplierStatus

if TYPE_CHECKING:
    from ims_fsm import IMS, RecipientDesk, RecordView

STORY: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("story.toml").read_text("utf-8"))
TIMELESS = frozenset({"history", "rules", "verify", "draw"})
WITHOUT_DATABASE = frozenset({"rules", "verify", "draw"})


class Stage(Formatter):
    """Where the demo runs: the IMS for what sentences are computed from, a clock that is set, the real commands.

    As a formatter it knows the names that the story's steps have in braces.
    """

    def __init__(self, ims: IMS, db: str, gstin: str, commands: Callable[[list[str]], int]) -> None:
        """Set it up for a recipient; `commands` runs the command line and returns its exit code."""
        self.ims, self.db, self.gstin, self.commands = ims, db, gstin, commands
        self.at = ""
        self.remembered: dict[str, object] = {}

    @property
    def buyer(self) -> RecipientDesk:
        """The recipient's desk."""
        return self.ims.recipient(self.gstin, actor="demo")

    def play(self, chapter: Mapping[str, Any]) -> None:
        """Tell a chapter; raises `CallError` where a command does not end as the story has it."""
        self.at = chapter["at"]
        for name, fact in chapter.get("remember", {}).items():
            self.remembered[name] = self.get_value(fact, (), {})
        for step in chapter["steps"]:
            sign, _, text = step.partition(" ")
            if sign == "$":
                command, _, ends = text.partition(" # ends with ")
                self.run(*shlex.split(self.format(command)), ends=int(ends or 0))
            elif sign == "!" and text.startswith("fill "):
                _fill(*shlex.split(self.format(text))[1:])
            elif sign == "!":
                self.remembered["amendment"] = _amended(self, self.get_value(text.split()[-1], (), {}))
            else:
                say("", self.format(step))

    def run(self, *arguments: str, ends: int = 0) -> None:
        """Show a command and run it, at the stage's moment and on its database.

        Raises `CallError` where it does not end as the story has it.
        """
        screen = console()
        screen.print("")
        screen.print(Text(f"$ ims-fsm {shlex.join(arguments)}", style="bold cyan"), soft_wrap=True)
        is_timeless = arguments[0] in TIMELESS or arguments[:2] == ("audit", "verify")
        clock = [] if is_timeless else ["--at", self.at]
        database = [] if arguments[0] in WITHOUT_DATABASE else ["--db", self.db]
        with redirect_stderr(sys.stdout):
            code = self.commands([*arguments, *database, *clock])
        if code == UNTOLD:
            raise UntoldError(f"the demo stops: the answer of ims-fsm {arguments[0]} could not be written")
        if code != ends:
            raise CallError(f"the demo stops: ims-fsm {shlex.join(arguments)} ended with {code} instead of {ends}")

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Return what a name of the story stands for now."""
        del args, kwargs
        if key in self.remembered:
            return self.remembered[str(key)]
        if key in FACTS:
            return FACTS[str(key)](self)
        number = STORY["records"].get(key)
        if number is None:
            return STORY[str(key)]
        return self.buyer.show(next(record.id for record in self.buyer.records() if record.document.number == number))

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        """Return a value as it is written; with "w" as words."""
        return str(value).replace("_", " ") if conversion == "w" else super().convert_field(value, conversion)


def _unexplained(stage: Stage) -> str:
    """Return the documents in which the portal's statement differs without a rule that explains it."""
    differences = stage.buyer.compare_2b(Path(STORY["statement"])).differences
    return ", ".join(entry.number for entry in differences if not entry.rule and entry.what != "total")


# What sentences say that no record and no line of the story says.
FACTS: Mapping[str, Callable[[Stage], object]] = {
    "only_saved": lambda stage: sum(record.supplier_status is SupplierStatus.SAVED for record in stage.buyer.records()),
    "unexplained": _unexplained,
    "available": lambda stage: stage.buyer.two_b(TaxPeriod(STORY["period"])).totals["itc_available"],
    "pending": lambda stage: ", ".join(
        record.document.number for record in stage.buyer.records() if record.state is State.PENDING
    ),
}


def _fill(path: str, number: str, status: str) -> None:
    """Choose a status for the document with a number in a workbook of ours, as a person does in a spreadsheet."""
    import re
    from zipfile import ZIP_DEFLATED, ZipFile

    with ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    # The document's number stands in column C or E, its Status four columns on.
    row = rf'(<c r="[CE](\d+)"[^>]*><is><t>{re.escape(number)}</t></is></c>.*?<c r="[GI]\2"[^>]*><is><t>)[^<]*'
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, re.sub(row, rf"\g<1>{status}", text, count=1))


def _amended(stage: Stage, original: RecordView) -> int:
    """Have the supplier amend a document, to twice what it was, and file it; return the amendment's record."""
    from ims_fsm import OriginalReference

    document, period = original.record.document, TaxPeriod("2024-11")
    amended = document.changed(
        number=f"{document.number}A",
        date=date(2024, 11, 28),
        taxable=document.taxable * 2,
        value=None,
        tax=document.tax * 2,
        amends=OriginalReference(document.number, document.date),
    )
    seller = stage.ims.supplier(document.supplier, actor="the supplier")
    made = seller.save(amended, Form.GSTR_1, period)
    seller.file(Form.GSTR_1, period)
    return made
