"""The values that a scenario's file may hold, each read with a sentence of its own where it cannot be.

Imports pydantic and the terms; knows no table of the file. What cannot be read raises "what is wrong; the remedy".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from ims_fsm.law.reading import written
from ims_fsm.terms.border import checked_gstin
from ims_fsm.terms.money import HEADS, Heads, paise
from ims_fsm.terms.period import TaxPeriod, indian

R = TypeVar("R")
W = TypeVar("W", bound=str)
_FINANCIAL_YEAR = re.compile(r"20(\d\d)-(\d\d)")
# A tax period is of this century, and the law looks a year ahead.
_YEARS = range(2000, 2099)


class Entry(BaseModel):
    """The base of every table of a scenario: frozen, nothing is converted, and an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)


def word(of: type[W], what: str, words: Iterable[str] | None = None) -> Any:
    """Return the reading of a word out of a closed set (where none is given: the members of `of`)."""
    words = tuple(of if words is None else words)  # type: ignore[arg-type]  # an enumeration gives its members

    def read(value: object) -> W:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"{written(value)} is not a {what}; use one of {', '.join(words)}")
        return of(value)

    return BeforeValidator(read)


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{written(value)} is not a name; write it as text in quotes")
    return value


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(f'{written(value)} is not a list of names; write it like ["A", "B"]')
    names = tuple(_name(name) for name in value)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"names {twice} twice; name each once")
    return names


def _moment(value: dt.datetime) -> dt.datetime:
    if value.tzinfo is not None:
        raise ValueError(f"{written(value)} has an offset; leave it out, times are Indian Standard Time")
    return indian(_within_reach(value, value.year))


def _amount(value: Any) -> int:
    amount = paise(value)
    if amount < 0:
        raise ValueError(f"{value!r} is below zero; write the amount as on the document, a credit note counts negative")
    return amount


def _heads(value: object) -> Heads:
    if not isinstance(value, dict):
        table = '{ igst = "18000.00" }'
        raise ValueError(f"{written(value)} is not a table of heads ({', '.join(HEADS)}); write it like {table}")
    return Heads.from_rupees(value)


def _reduction(value: object) -> str | Heads:
    if isinstance(value, dict):
        return _heads(value)
    if not isinstance(value, str) or value not in {"full", "none"}:
        raise ValueError(f'{written(value)} is not a reduction; write "full", "none" or a table of heads')
    return value


def _period(value: Any) -> TaxPeriod:
    period = TaxPeriod(value)
    return _within_reach(period, period.year)


def _financial_year(value: object) -> str:
    years = _FINANCIAL_YEAR.fullmatch(value) if isinstance(value, str) else None
    if not isinstance(value, str) or years is None or (int(years[1]) + 1) % 100 != int(years[2]):
        raise ValueError(f'{written(value)} is not a financial year; write it like "2023-24"')
    return _within_reach(value, int(value[:4]))


def _within_reach(value: R, year: int) -> R:
    if year not in _YEARS:
        raise ValueError(f"{written(value)} is out of reach; write a year from {_YEARS[0]} to {_YEARS[-1]}")
    return value


def _gstin(value: object) -> str:
    return checked_gstin(value if isinstance(value, str) else written(value))


Name = Annotated[str, BeforeValidator(_name)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Moment = Annotated[dt.datetime, AfterValidator(_moment)]
Day = Annotated[dt.date, AfterValidator(lambda day: _within_reach(day, day.year))]
Amount = Annotated[int, BeforeValidator(_amount)]
Tax = Annotated[Heads, BeforeValidator(_heads)]
Reduction = Annotated[str | Heads, BeforeValidator(_reduction)]
Period = Annotated[TaxPeriod, BeforeValidator(_period)]
FinancialYear = Annotated[str, BeforeValidator(_financial_year)]
Gstin = Annotated[str, BeforeValidator(_gstin)]
