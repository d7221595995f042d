"""Tax periods, Indian time, and a clock that is set by hand.

Imports nothing of the package. A period is a month written "2024-10"; as text it sorts in time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Self
from zoneinfo import ZoneInfo

IST = ZoneInfo("Asia/Kolkata")
_PERIOD = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_WIRE = re.compile(r"(0[1-9]|1[0-2])(20\d\d)", re.ASCII)
# Months as people write them, each pattern with a month and the last two digits of a year.
_WRITTEN = (
    re.compile(r"20(?P<year>\d\d)(?:[-/., ]*(?P<month>[a-z]{3,}|\d\d)|[-/., ]+(?P<digit>\d))", re.ASCII),
    re.compile(r"(?:(?P<month>\d\d)[-/., ]*|(?P<digit>\d)[-/., ]+)20(?P<year>\d\d)", re.ASCII),
    re.compile(r"(?P<month>[a-z]{3,})[-/., ]*(?:20)?(?P<year>\d\d)", re.ASCII),
)
_MONTHS = tuple(date(2000, month, 1).strftime("%B").casefold() for month in range(1, 13))


class TaxPeriod(str):
    """A tax period: a month as text, "2024-10"; a quarter is named by its last month.

    Raises `ValueError` for anything else.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check the text and keep it."""
        if not isinstance(text, str) or not _PERIOD.fullmatch(text):
            raise ValueError(f'{text!r} is not a tax period; write the year and month like "2024-10"')
        return super().__new__(cls, text)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, handler: Callable[[type[str]], Any]) -> dict[str, Any]:
        """Have pydantic read a period from text, checked as here."""
        check = {"type": "no-info", "function": cls}
        # Before, so that what is not text is told as it tells it; after, for what is validated as text is plain text.
        text = {"type": "function-before", "function": check, "schema": handler(str)}
        return {"type": "function-after", "function": check, "schema": text}

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month in which a day lies."""
        return cls(f"{day.year:04}-{day.month:02}")

    @classmethod
    def from_wire(cls, text: str) -> Self:
        """Read the portal's MMYYYY; raises `ValueError` for anything else."""
        match = _WIRE.fullmatch(text)
        if not match:
            raise ValueError(f'{text!r} is not a return period of the portal; it writes them like "102024"')
        return cls(f"{match[2]}-{match[1]}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a period as people write it: 2025-11, 2025/11, 202511, 11-2025, 112025, Nov-2025, November 2025, Nov-25.

        Raises `ValueError` for anything else.

        >>> " ".join(TaxPeriod.parse(text) for text in ("112025", "2025-11", "Nov-2025", "sept 2025", "9/2025"))
        '2025-11 2025-11 2025-11 2025-09 2025-09'
        """
        written = text.strip().casefold() if isinstance(text, str) else ""
        parts = next((parts for pattern in _WRITTEN if (parts := pattern.fullmatch(written))), None)
        month = (parts["month"] or parts["digit"]) if parts else ""
        named = [number for number, name in enumerate(_MONTHS, start=1) if month.isalpha() and name.startswith(month)]
        number = named[0] if named else int(month) if month.isdecimal() else 0
        return cls(f"20{parts['year']}-{number:02}" if parts and 1 <= number <= len(_MONTHS) else text)

    @property
    def wire(self) -> str:
        """The period as the portal writes it, MMYYYY."""
        return f"{self[5:]}{self[:4]}"

    @property
    def year(self) -> int:
        """The calendar year."""
        return int(self[:4])

    @property
    def month(self) -> int:
        """The month, 1 to 12."""
        return int(self[5:])

    def plus(self, months: int) -> TaxPeriod:
        """Return the period so many months later; earlier for a negative number."""
        return _later(self, months)

    @property
    def quarter(self) -> TaxPeriod:
        """The last month of the quarter in which this month lies (Jun, Sep, Dec, Mar)."""
        return self.plus(-self.month % 3)

    @property
    def in_words(self) -> str:
        """The period for people: "October 2024"."""
        return date(self.year, self.month, 1).strftime("%B %Y")

    @property
    def month_in_words(self) -> str:
        """The month for people, without its year: "October"."""
        return self.in_words.split()[0]


@lru_cache(maxsize=4096)
def _later(period: TaxPeriod, months: int) -> TaxPeriod:
    # Asked for every recipient and record, of few periods.
    index = period.year * 12 + period.month - 1 + months
    return TaxPeriod(f"{index // 12:04}-{index % 12 + 1:02}")


def day_in_words(day: date) -> str:
    """Return a day as people write it.

    >>> day_in_words(date(2024, 10, 14))
    '14 October 2024'
    """
    return f"{day.day} {day:%B %Y}"


def day_of(moment: datetime) -> str:
    """Return the Indian day of an aware moment, short.

    >>> day_of(datetime(2024, 10, 13, 20, 0, tzinfo=UTC))
    '14 Oct 2024'
    """
    day = in_india(moment)
    return f"{day.day} {day:%b %Y}"


def moment_in_words(at: datetime) -> str:
    """Return an aware moment in Indian Standard Time, to the second.

    >>> moment_in_words(datetime(2024, 11, 14, 0, 30, tzinfo=UTC))
    '2024-11-14 06:00:00 IST'
    """
    return f"{in_india(at):%Y-%m-%d %H:%M:%S} IST"


def ordinal(number: int) -> str:
    """Return a number as a place in order, like the day of a month.

    >>> [ordinal(number) for number in (1, 2, 3, 11, 12, 22, 24)]
    ['1st', '2nd', '3rd', '11th', '12th', '22nd', '24th']
    """
    teen = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def in_india(moment: datetime) -> datetime:
    """Return an aware moment in Indian Standard Time; raises `ValueError` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(
            f"{moment.isoformat()} has no time zone; the law is read in Asia/Kolkata, so give an aware datetime"
        )
    return moment.astimezone(IST)


def last_day_before(moment: datetime) -> date:
    """Return the day in India of the last instant before a moment (aware): the last day of a limit that ends then."""
    return (in_india(moment) - timedelta.resolution).date()


def indian(moment: datetime) -> datetime:
    """Return a naive moment, meant in Indian Standard Time, as an aware one in UTC."""
    return moment.replace(tzinfo=IST).astimezone(UTC)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins in India, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=IST).astimezone(UTC)


class SettableClock:
    """A clock that stands at the moment it was set to.

    >>> clock = SettableClock("2024-11-14 06:00")
    >>> clock().isoformat()
    '2024-11-14T00:30:00+00:00'
    """

    def __init__(self, moment: datetime | str) -> None:
        """Set the clock; text and naive moments are Indian Standard Time."""
        self._moment = _read(moment)

    def set(self, moment: datetime | str) -> None:
        """Set the clock to another moment, earlier or later."""
        self._moment = _read(moment)

    def __call__(self) -> datetime:
        """Return the moment it stands at, aware and in UTC."""
        return self._moment


def _read(moment: datetime | str) -> datetime:
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return indian(read) if read.tzinfo is None else indian(in_india(read).replace(tzinfo=None))
