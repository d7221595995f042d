"""The options that several commands share, and how their words are read.

Imports Typer and the field's words; loads no room that is slow to load.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ims_fsm.terms.gstin import checked_gstin
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod, indian

DEFAULT_DB = "sqlite:///ims.db"
# GST began in 2017, and a tax period of 2099 has due dates in a century that periods do not reach.
FIRST_YEAR, LAST_YEAR = 2017, 2098
FIRST_PERIOD, LAST_PERIOD = TaxPeriod("2017-07"), TaxPeriod("2098-12")
LONGEST_ID = 18


def moment(text: str) -> datetime:
    """Return a moment written in Indian time, like 2024-11-14T10:00.

    Raises `ValueError` for anything else, and for a year in which there is no GST to speak of.
    """
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text!r} is no moment; write it in Indian time, like 2024-11-14T10:00") from error
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise ValueError(f"{text!r} lies outside of {FIRST_YEAR} to {LAST_YEAR}; write a moment within")
    return indian(read) if read.tzinfo is None else read.astimezone(UTC)


def tax_period(text: str) -> TaxPeriod:
    """Return a tax period of GST; raises `ValueError` for anything else, and for one that GST does not reach."""
    period = TaxPeriod(text)
    if not FIRST_PERIOD <= period <= LAST_PERIOD:
        raise ValueError(f"{text!r} lies outside of {FIRST_PERIOD} to {LAST_PERIOD}; write a period within")
    return period


def actor() -> str:
    """Return who acts where nobody is named: the user of the machine."""
    return os.environ.get("USER") or "cli"


def record_number(text: str) -> int:
    """Return the id of a record; raises `ValueError` for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        raise ValueError(f"{text!r} is no id of a record; write the number that ims-fsm list shows")
    return int(text)


def pairs(given: list[str], option: str) -> dict[str, str]:
    """Return options written NAME=VALUE as a table; raises `typer.BadParameter` for another form or a name twice."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name or not value.strip():
            raise typer.BadParameter(f"{option} {text!r} is no pair; write it NAME=VALUE")
        if name in found:
            raise typer.BadParameter(f"{option} {name} stands twice; keep one of them")
        found[name] = value.strip()
    return found


def heads_in_rupees(amounts: dict[str, str | None]) -> Heads | None:
    """Return amounts per head, given in rupees, as paise; None where none is given.

    Raises `typer.BadParameter` for an amount that cannot be read or is below zero.
    """
    given = {head: text for head, text in amounts.items() if text is not None}
    try:
        heads = Heads.from_rupees(given) if given else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if heads is not None and heads.below(Heads()):
        raise typer.BadParameter(f"{heads} is below zero; write tax without a sign, of a credit note too")
    return heads


Db = Annotated[
    str, typer.Option("--db", envvar="IMS_FSM_DB", metavar="URL", help="The database: sqlite:///FILE or postgresql://…")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Actor = Annotated[
    str,
    typer.Option(
        "--actor", default_factory=actor, show_default=False, metavar="NAME", help="Who acts; without it $USER."
    ),
]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="TEXT", help="An idempotency key: the same call with it again does nothing more."),
]
At = Annotated[
    datetime | None,
    typer.Option("--at", parser=moment, metavar="DATETIME", help="Take this for now, in Indian time; for rehearsals."),
]
Until = Annotated[
    datetime | None,
    typer.Option(
        "--until",
        parser=moment,
        metavar="DATETIME",
        help="Go on through every instant of the calendar to this one, in Indian time; for rehearsals.",
    ),
]
OwnGstin = Annotated[
    str | None,
    typer.Option(
        "--gstin", parser=checked_gstin, metavar="GSTIN", help="The recipient; may be left out while there is one."
    ),
]
SupplierGstin = Annotated[str, typer.Argument(parser=checked_gstin, metavar="GSTIN", help="The supplier.")]
Period = Annotated[TaxPeriod, typer.Option("--period", parser=tax_period, metavar="YYYY-MM", help="The tax period.")]
SomePeriod = Annotated[
    TaxPeriod | None, typer.Option("--period", parser=tax_period, metavar="YYYY-MM", help="Only this tax period.")
]
RecordId = Annotated[
    int, typer.Argument(parser=record_number, metavar="ID", help="The record, as ims-fsm list numbers it.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="PATH", help="Where to write; standard output without it.")]
Igst = Annotated[str | None, typer.Option("--igst", metavar="RUPEES")]
Cgst = Annotated[str | None, typer.Option("--cgst", metavar="RUPEES")]
Sgst = Annotated[str | None, typer.Option("--sgst", metavar="RUPEES")]
Cess = Annotated[str | None, typer.Option("--cess", metavar="RUPEES")]
