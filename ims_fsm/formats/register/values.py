"""What cells of a purchase register say: amounts in rupees, and days, however books write them.

Knows no row and no column.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from ims_fsm.formats.columns import cleaned
from ims_fsm.formats.gstn.values import day as portal_day
from ims_fsm.formats.gstn.values import shown
from ims_fsm.terms.money import paise

_WRITTEN = re.compile(
    r"(\(-\)|[-+(]?)\s*(?:₹|rs\.?|inr)?\s*([0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)\)?\s*(dr|cr)?\.?", re.IGNORECASE
)
_NOTHING = frozenset({"-", "\N{EN DASH}", "\N{EM DASH}", "--"})
_DAYS = ("%d-%b-%Y", "%d-%b-%y", "%d.%m.%Y", "%d-%m-%y", "%d/%m/%y", "%d-%B-%Y")
# As India groups digits, and the west: the last group has three.
_GROUPED = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3})?(?:\.[0-9]*)?")
# A spreadsheet keeps a sum like 0.1 + 0.2 a little off; more than that is another amount.
_NEAR = 1e-4


def amount_of(value: object) -> int:
    """Return an amount of rupees as paise: a number, or text like 1,09,880.00, (-)50 or 50.00 Dr.

    Raises `ValueError` for what is none, and for more than two decimals.

    >>> amount_of("1,09,880.00 Dr"), amount_of("(1,000.50)"), amount_of(18000.0)
    (10988000, -100050, 1800000)
    """
    if isinstance(value, str):
        return _of_text(value)
    if type(value) in (int, Decimal):
        return paise(str(value))
    if isinstance(value, float):
        cents = value * 100
        if abs(value) < 10**13 and abs(cents - round(cents)) < _NEAR:
            return round(cents)
        raise ValueError(f"{shown(value)} has more than two decimals; round it to paise")
    raise ValueError(f"{shown(value)} is not an amount; write rupees, like 18000.00")


@lru_cache(maxsize=4096)
def _of_text(text: str) -> int:
    plain = cleaned(text).lstrip("'")
    if not plain or plain in _NOTHING:
        return 0
    match = _WRITTEN.fullmatch(plain)
    if match is None:
        raise ValueError(f"{shown(text)} is not an amount; write rupees, like 18000.00")
    if "," in match[2] and not _GROUPED.fullmatch(match[2]):
        raise ValueError(f"{shown(text)} has a comma where none groups digits; write rupees, like 1,250.00 or 12.50")
    cents = paise(match[2].replace(",", ""))
    return -cents if match[1] in {"-", "(", "(-)"} or (match[3] or "").lower() == "cr" else cents


@lru_cache(maxsize=4096)
def day_of(text: str) -> date:
    """Return a day written 05-10-2024, 05/10/2024, 2024-10-05, 5-Oct-24 and the like; raises `ValueError` else.

    >>> day_of("5-Oct-24") == day_of("05/10/2024") == day_of("2024-10-05")
    True
    """
    plain = cleaned(text).lstrip("'").removesuffix(" 00:00:00")
    for reader in (portal_day, date.fromisoformat):
        try:
            return reader(plain)
        except ValueError:
            continue
    for form in _DAYS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 -- a day has no time zone
        except ValueError:
            continue
    raise ValueError(f"{shown(text)} is not a date; write it like 05-10-2024 or 2024-10-05")
