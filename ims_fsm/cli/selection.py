"""Which records a command means: the filters of `list`, and the same written NAME=VALUE behind `--where`.

Imports the field's words; the store when it is asked for its own form of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import typer

from ims_fsm.cli.options import pairs, tax_period
from ims_fsm.terms.gstin import checked_gstin
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus

if TYPE_CHECKING:
    from ims_fsm.record.where import Where

ACTIVE = (State.NO_ACTION, State.ACCEPTED, State.REJECTED, State.PENDING)
Word = TypeVar("Word", bound=StrEnum)
NAMES = ("state", "kind", "supplier", "number", "period", "return_period", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Filters that hold together; what is left out does not narrow.

    Without states and without `everything` the dashboard is meant: what is in IMS and not decided. `period` is the
    2B period, for a record that is only saved the expected one.
    """

    states: tuple[State, ...] = ()
    kinds: tuple[Kind, ...] = ()
    supplier: str | None = None
    number: str | None = None
    period: TaxPeriod | None = None
    return_period: TaxPeriod | None = None
    status: SupplierStatus | None = None
    everything: bool = False

    def where(self) -> Where:
        """Return the filter as the store takes it; the period is left out, for the store has no expected one."""
        from ims_fsm.record.where import Where

        dashboard = not self.states and not self.everything
        return Where(
            states=ACTIVE if dashboard else self.states,
            kinds=self.kinds,
            supplier=self.supplier,
            number=self.number,
            return_period=self.return_period,
            supplier_status=self.status,
            in_ims=True if dashboard else None,
        )


def selected(given: list[str]) -> Selection:
    """Return what is meant by `--where NAME=VALUE`; a state or kind may name several, with commas between them.

    Raises `typer.BadParameter` for a name or value that there is not.
    """
    told = pairs(given, "--where")
    unknown = sorted(told.keys() - {*NAMES})
    if unknown:
        raise typer.BadParameter(f"--where {unknown[0]} is no filter; the filters are {', '.join(NAMES)}")
    try:
        return Selection(
            states=tuple(_each(State, told.get("state"))),
            kinds=tuple(_each(Kind, told.get("kind"))),
            supplier=checked_gstin(told["supplier"]) if "supplier" in told else None,
            number=told.get("number"),
            period=tax_period(told["period"]) if "period" in told else None,
            return_period=tax_period(told["return_period"]) if "return_period" in told else None,
            status=next(iter(_each(SupplierStatus, told.get("status"))), None),
        )
    except ValueError as error:
        raise typer.BadParameter(f"--where: {error}") from error


def _each(words: type[Word], text: str | None) -> list[Word]:
    known = {str(word): word for word in words}
    given = [part.strip() for part in text.split(",")] if text else []
    for name in given:
        if name not in known:
            raise ValueError(f"{name!r} is none of the values; write {', '.join(known)}")
    return [known[name] for name in given]
