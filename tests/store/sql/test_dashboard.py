"""The dashboard counted in SQL and read record by record, over random stores on both databases."""

from __future__ import annotations

from datetime import datetime

from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.plain_dashboard import is_the_plain_one


def test_a_dashboard_counts_what_the_records_say_one_by_one(over, moments, unit_of) -> None:
    def check(connection: Connection, store, now: datetime, near: int) -> None:
        gstins = [taxpayer.gstin for taxpayer in store.recipients]
        is_the_plain_one(unit_of(connection, now), gstins, near)

    over(check, st.sampled_from(moments), st.sampled_from([0, 30, 400]))
