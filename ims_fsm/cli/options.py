"""How the words behind options and arguments are read.

Imports Typer and the field's words; loads no room that is slow to load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from ims_fsm.cli.turns import ALL
from ims_fsm.terms.border import checked_gstin
from ims_fsm.terms.money import Heads, paise
from ims_fsm.terms.period import TaxPeriod, in_india, indian
from ims_fsm.terms.principal import read_principal
from ims_fsm.terms.spelling import hinted, meant
from ims_fsm.terms.vocabulary import ACTIVE, Kind, State, SupplierStatus

if TYPE_CHECKING:
    from ims_fsm import ReduceItc, Where

# GST began in 2017, and a tax period of 2099 has due dates in a century that periods do not reach.
FIRST_YEAR, LAST_YEAR = 2017, 2098
FIRST_PERIOD, LAST_PERIOD = TaxPeriod("2017-07"), TaxPeriod("2098-12")
LONGEST_ID = 18


def moment(text: str) -> datetime:
    """Return a moment (aware, UTC) written in Indian time, like 2024-11-14T10:00.

    Raises `ValueError` for anything else, and for a year outside of GST.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text!r} is not a moment; write it in Indian time, like 2024-11-14T10:00") from error
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"{text!r} is outside of {FIRST_YEAR} to {LAST_YEAR}; write a moment within")
    return indian(at) if at.tzinfo is None else at.astimezone(UTC)


def day(text: str) -> date:
    """Return a day written like 2024-11-30; raises `ValueError` for anything else, and for a year outside of GST."""
    try:
        named = date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day; write it like 2024-11-30") from error
    if not FIRST_YEAR <= named.year <= LAST_YEAR:
        raise ValueError(f"{text!r} is outside of {FIRST_YEAR} to {LAST_YEAR}; write a day within")
    return named


def minute(at: datetime | None) -> str:
    """Return a moment in Indian time for people, to the minute."""
    return "" if at is None else f"{in_india(at):%Y-%m-%d %H:%M}"


def tax_period(text: str) -> TaxPeriod:
    """Return a tax period of GST, however it is written; raises `ValueError` for one outside of GST."""
    period = TaxPeriod.parse(text)
    if not FIRST_PERIOD <= period <= LAST_PERIOD:
        raise ValueError(f"{text!r} is outside of {FIRST_PERIOD} to {LAST_PERIOD}; write a period within")
    return period


def record_number(text: str) -> int:
    """Return the id of a record; raises `ValueError` for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        raise ValueError(f"{text!r} is not the id of a record; write the number that ims-fsm list shows")
    return int(text)


def pairs(given: list[str], option: str) -> dict[str, str]:
    """Return options written NAME=VALUE as a table; raises `typer.BadParameter` for another form or a name twice."""
    table: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not (equals and name and value.strip()):
            raise typer.BadParameter(f"{option} {text!r} is not a pair; write it NAME=VALUE")
        if name in table:
            raise typer.BadParameter(f"{option} {name} is given twice; keep one of them")
        table[name] = value.strip()
    return table


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


def amount(text: str) -> int:
    """Return rupees from zero as paise; raises `ValueError` for anything else."""
    whole = paise(text)
    if whole < 0:
        raise ValueError(f"{text!r} is below zero; write rupees from 0")
    return whole


def reduction(text: str) -> ReduceItc:
    """Return a declared reduction of ITC from its word or its heads in rupees; raises `ValueError`."""
    from ims_fsm import read_reduction

    return read_reduction(text)


# What reads the value of an argument or option, by what stands for it in the help.
READERS: Mapping[str, Callable[[str], Any]] = {
    "GSTIN": checked_gstin,
    "GSTIN|all": lambda text: text if text == ALL else checked_gstin(text),
    "YYYY-MM": tax_period,
    "NAME[:ROLE,…]": read_principal,
    "DATETIME": moment,
    "AMOUNT": amount,
    **dict.fromkeys(("ID", "[ID]", "[ID…]"), record_number),
    "full|none|igst=RUPEES…": reduction,
}
Word = TypeVar("Word", bound=StrEnum)


def chosen(
    *, states: Sequence[State] = (), everything: bool = False, in_ims: bool | None = None, **filters: Any
) -> Where:
    """Return the filter as the face takes it; a filter that is left out does not narrow.

    Without states and without `everything` the dashboard is meant: what is in IMS and not decided.
    """
    from ims_fsm import Where

    is_dashboard = not states and not everything
    in_ims = True if is_dashboard and in_ims is None else in_ims
    return Where(states=ACTIVE if is_dashboard else tuple(states), in_ims=in_ims, **filters)


def selected(given: Mapping[str, Any], *, everything: bool = False) -> Where:
    """Return what the options that filter mean, and `--where NAME=VALUE`, which is another way to write each of them.

    A state or a kind may be one of several, with commas between them or given again. Raises `typer.BadParameter` for a
    name or value that does not exist, and for two values where one is meant.
    """
    filters: dict[str, Any] = {}
    for option, name, value in _given(given):
        field, read = FILTERS[name]
        try:
            wanted = read(value)
        except ValueError as error:
            raise typer.BadParameter(f"{option}: {error}") from error
        if isinstance(wanted, tuple):
            filters[field] = tuple(dict.fromkeys((*filters.get(field, ()), *wanted)))
        elif filters.setdefault(field, wanted) != wanted:
            raise typer.BadParameter(f"{option} {name} is given twice; keep one of them")
    return chosen(**filters, everything=everything)


def _given(given: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Give each filter by the option that gives it, its name and its value."""
    for name in FILTERS:
        for value in values if isinstance(values := given.get(name), (list, tuple)) else [values]:
            if value is not None:
                yield f"--{name.replace('_', '-')}", name, value
    for text in given.get("where") or ():
        for name, value in pairs([text], "--where").items():
            if name not in FILTERS:
                remedy = hinted(name, FILTERS, f"the filters are {', '.join(FILTERS)}")
                raise typer.BadParameter(f"--where {name} is not a filter; {remedy}")
            yield "--where", name, value


def _words(closed: type[Word], text: str) -> tuple[Word, ...]:
    words = {str(word): word for word in closed}
    return tuple(meant(part.strip(), words) for part in text.split(","))


def _yes(answer: str | bool) -> bool:
    return answer if isinstance(answer, bool) else meant(answer, {"yes": True, "no": False})


# The filters by name, each with its field of `Where` and what reads its value.
FILTERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "state": ("states", lambda text: _words(State, text)),
    "kind": ("kinds", lambda text: _words(Kind, text)),
    "supplier": ("supplier", checked_gstin),
    "number": ("number", str),
    "period": ("expected_period", tax_period),
    "return_period": ("return_period", tax_period),
    "status": ("supplier_status", lambda text: meant(text, {str(word): word for word in SupplierStatus})),
    "amended": ("amended", _yes),
    "in_ims": ("in_ims", _yes),
    "credit_until": ("credit_until", day),
    "original_unknown": ("original_unknown", _yes),
    "to_upload": ("to_upload", _yes),
    "match": ("match", lambda text: tuple(name.strip() for name in text.split(","))),
}
