"""A tax period is read however people write it, and nothing else is."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from ims_fsm import TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.terms.border import checked_period

NAMES = [date(2000, month, 1).strftime("%B") for month in range(1, 13)]


@pytest.mark.parametrize("month", range(1, 13))
def test_every_way_to_write_a_month_is_read(month):
    name, period = NAMES[month - 1], f"2025-{month:02}"
    parts = [f"{month:02}", name, name[:3], name[:3].lower(), name.upper(), name[:4]]
    written = [f"{part}{sign}2025" for part, sign in product(parts, ("", "-", "/", " ", ". "))]
    written += [f"2025{sign}{part}" for part, sign in product(parts, ("", "-", "/", " "))]
    written += [f"{name[:3]}-25", f"{name} 25", f"{month}/2025", f"2025-{month}", f" {period} "]
    assert {TaxPeriod.parse(text) for text in written} == {period}
    assert checked_period(f"{name[:3]}-2025") == TaxPeriod(period)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025",
        "1125",
        "11-25",
        "12025",
        "20251",
        "132025",
        "2025-13",
        "2025-00",
        "Ma-2025",
        "Foo-2025",
        "Junes 2025",
        "2025-11-01",
        "Nov-1999",
        "112025x",
        "२०२५-११",
        None,
        202511,
    ],
)
def test_anything_else_is_told_as_it_was_written(text):
    with pytest.raises(ValueError, match="is not a tax period; write the year and month like") as refused:
        TaxPeriod.parse(text)
    assert str(refused.value).startswith(repr(text))


@pytest.mark.parametrize("period", ["2000-01", "2017-06", "2098-01"])
def test_a_period_outside_of_gst_is_told_in_a_sentence(period):
    with pytest.raises(InputError, match="is too far away; write a period from 2017-07 to 2097-12"):
        checked_period(period)
