"""The days of the reference model: periods, windows, last days. A moment is naive and in Indian time.

Written from FAQ 3, 13, 21, 23, 27, 31, domain.md 3.6 and the notifications since; imports nothing of the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

IMS_OPENS = date(2024, 10, 14)
FIRST_IN_IMS = "2024-10"
NEW_RULES_FROM = "2025-10"
DECLARATION_FROM = date(2026, 4, 20)
SHORT_FORMS = ("IFF", "GSTR-5", "GSTR-6", "ICEGATE")
DUE_ON_THE_22ND = ["22", "23", "24", "25", "26", "27", "29", "30", "31", "32", "33", "34", "35", "36", "37"]
# What notifications moved, as far as a history can show it: (period, quarterly) and the last day.
GSTR_1_EXTENDED = {("2024-12", False): 13, ("2024-12", True): 15}
GSTR_3B_EXTENDED = {("2026-03", False): 21}
WINDOW_EXTENDED = {("2024-12", "GSTR-5"): 15, ("2024-12", "GSTR-6"): 15}
# One that no notification made, for who says that they are in its district: (name, period) and the last day.
OF_A_DISTRICT = {("A flood in Thane", "2025-11"): 27}


def month(moment: datetime) -> str:
    return f"{moment.year:04}-{moment.month:02}"


def plus(period: str, months: int) -> str:
    index = int(period[:4]) * 12 + int(period[5:]) - 1 + months
    return f"{index // 12:04}-{index % 12 + 1:02}"


def quarter(period: str) -> str:
    return plus(period, -int(period[5:]) % 3)


def day_after(period: str, day: int) -> date:
    """Return a day of the month after a period."""
    after = plus(period, 1)
    return date(int(after[:4]), int(after[5:]), day)


def window(form: str, supplier_quarterly: bool, moment: datetime) -> str:
    """Return the month into whose GSTR-2B goes what is filed now."""
    ended = plus(month(moment), -1)
    last = 13 if form in SHORT_FORMS or supplier_quarterly else 11
    if form == "GSTR-1":
        last = GSTR_1_EXTENDED.get((ended, supplier_quarterly), last)
    last = WINDOW_EXTENDED.get((ended, form), last)
    return ended if moment.date() <= day_after(ended, last) else month(moment)


def two_b_month(form: str, period: str, supplier_quarterly: bool, moment: datetime) -> str:
    """Return the later of the month that form and period lead to and the month of the window."""
    return max(plus(period, 1) if form == "GSTR-1A" else period, window(form, supplier_quarterly, moment))


def opens(period: str) -> date:
    """Return the day from which the GSTR-2B of a period may be generated (FAQ 23, 27)."""
    return day_after(period, 14)


def pending_until(period: str, quarterly: bool, state: str, extensions: Sequence[str] = ()) -> date:
    """Return the last day on which a specified record of a 2B period may be pending (domain 3.3)."""
    later = plus(period, 3 if quarterly else 1)
    due = (22 if state in DUE_ON_THE_22ND else 24) if quarterly else 20
    due = GSTR_3B_EXTENDED.get((later, quarterly), due)
    return day_after(later, max([due, *(OF_A_DISTRICT.get((name, later), due) for name in extensions)]))


def financial_year(day: date) -> str:
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}-{(first + 1) % 100:02}"


def last_november(fy: str) -> date:
    """Return 30 November after a financial year (sections 16(4), 34(2), 37(3), 39(9))."""
    return date(int(fy[:4]) + 1, 11, 30)
