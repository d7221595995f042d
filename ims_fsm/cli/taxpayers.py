"""`taxpayer`: registers taxpayers, corrects what is known of one, and shows them.

Imports Typer and the options; the store when it is run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.output import emit, say, table
from ims_fsm.cli.session import opened
from ims_fsm.terms.gstin import check_digit_holds, checked_gstin
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, TaxpayerKind

if TYPE_CHECKING:
    from ims_fsm.record.taxpayer import Taxpayer
    from ims_fsm.workflow.ims import IMS


def taxpayer(
    gstin: Annotated[
        str | None, typer.Argument(parser=checked_gstin, metavar="GSTIN", help="Whom; without it all are shown.")
    ] = None,
    *,
    kind: Annotated[TaxpayerKind | None, typer.Option("--kind", help="How he is registered.")] = None,
    filing: Annotated[Filing | None, typer.Option("--filing", help="How often he files.")] = None,
    since: Annotated[
        TaxPeriod | None,
        typer.Option(
            "--from", parser=options.tax_period, metavar="YYYY-MM", help="The first period that owes a GSTR-3B."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="His name.")] = None,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
) -> None:
    """Register a taxpayer or correct what is known of him; without a GSTIN, show all."""
    given = {"kind": kind, "filing": filing, "registered_from": since, "name": name}
    told = {field: value for field, value in given.items() if value is not None}
    if gstin is None and told:
        raise typer.BadParameter("name the taxpayer's GSTIN to say something about him")
    with opened(db, create=gstin is not None) as ims:
        shown = ims.taxpayers() if gstin is None else [put(ims, gstin, told)]
    if as_json:
        from ims_fsm.cli import plain

        emit({"taxpayers": [plain.taxpayer(one) for one in shown]})
    else:
        tell(shown)


def put(ims: IMS, gstin: str, told: Mapping[str, Any]) -> Taxpayer:
    """Register a taxpayer, or correct what is known of him where something is told; return him."""
    from dataclasses import replace

    from ims_fsm.record.taxpayer import Taxpayer

    known = ims.taxpayer(gstin)
    changed = replace(known or Taxpayer(gstin=gstin, registered_from=ims.book.calendar.first_period), **told)
    if changed != known:
        ims.register(changed)
    return changed


def tell(shown: Sequence[Taxpayer]) -> None:
    """Print taxpayers as a table."""
    if not shown:
        say("No taxpayer is registered; an import registers its recipient.")
        return
    rows = [(one.gstin, one.name, str(one.kind), str(one.filing), one.registered_from) for one in shown]
    table(("GSTIN", "name", "kind", "files", "GSTR-3B owed from"), rows)
    for one in shown:
        if not check_digit_holds(one.gstin):
            say(f"warning: the check digit of {one.gstin} does not hold; check the GSTIN.")
