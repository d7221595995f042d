"""Which records a command means: the filters of `list`, and the same written NAME=VALUE behind `--where`.

Imports the field's words; the face's filter when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from ims_fsm.cli.options import pairs, tax_period
from ims_fsm.terms.gstin import checked_gstin
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus

if TYPE_CHECKING:
    from ims_fsm import Where

ACTIVE = (State.NO_ACTION, State.ACCEPTED, State.REJECTED, State.PENDING)
Word = TypeVar("Word", bound=StrEnum)


def chosen(*, states: Sequence[State] = (), everything: bool = False, **filters: Any) -> Where:
    """Return the filter as the face takes it; a filter that is left out does not narrow.

    Without states and without `everything` the dashboard is meant: what is in IMS and not decided.
    """
    from ims_fsm import Where

    is_dashboard = not states and not everything
    in_ims = True if is_dashboard else None
    return Where(states=ACTIVE if is_dashboard else tuple(states), in_ims=in_ims, **filters)


def selected(given: list[str]) -> Where:
    """Return what `--where NAME=VALUE` means; a state or kind may name several, with commas between them.

    Raises `typer.BadParameter` for a name or value that does not exist.
    """
    filters = pairs(given, "--where")
    unknown = sorted(filters.keys() - READERS.keys())
    if unknown:
        raise typer.BadParameter(f"--where {unknown[0]} is not a filter; the filters are {', '.join(READERS)}")
    try:
        values = {name: READERS[name](text) for name, text in filters.items()}
    except ValueError as error:
        raise typer.BadParameter(f"--where: {error}") from error
    return chosen(**{FIELDS.get(name, name): value for name, value in values.items()})


def _words(closed: type[Word], text: str) -> tuple[Word, ...]:
    words = {str(word): word for word in closed}
    given = [part.strip() for part in text.split(",")]
    for name in given:
        if name not in words:
            raise ValueError(f"{name!r} is not one of the values; write {', '.join(words)}")
    return tuple(words[name] for name in given)


# The filters by name, each with what reads its value; and the fields of `Where` that are called otherwise.
READERS: Mapping[str, Callable[[str], Any]] = {
    "state": lambda text: _words(State, text),
    "kind": lambda text: _words(Kind, text),
    "supplier": checked_gstin,
    "number": str,
    "period": tax_period,
    "return_period": tax_period,
    "status": lambda text: _words(SupplierStatus, text)[0],
}
FIELDS = {"state": "states", "kind": "kinds", "period": "expected_period", "status": "supplier_status"}
